package disclosuretest

import (
	"context"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/account"
)

// Person is a natural person of an office with the rights he was granted.
type Person struct {
	ID     int64
	Name   string
	Home   account.Target // the unit he works at; Everybody is nowhere at home
	Rights []account.Right
}

// Staff are the invented people of the house. The first six serve the county
// bureau, the next three the village; Lender is of the township and may review
// and approve for its villages; Overseer is of the prefecture.
type Staff struct {
	Author, Colleague, Reviewer, Second, Approver, Deputy Person
	Clerk, Supervisor, Head                               Person
	Lender, Overseer                                      Person
	Other                                                 Person // of the institution: no business with the county bureau
	Everybody                                             Person // every right everywhere, for tests of other things
}

func (h *House) hire() {
	county, village := h.County, h.Village
	all := []string{disclosure.Drafting, disclosure.Reviewing, disclosure.Supervising, disclosure.Approving, disclosure.TakingDown, disclosure.Importing, disclosure.Overseeing}
	h.Staff = Staff{
		Author:     Person{ID: 101, Name: "张三"}.With(county, disclosure.Drafting),
		Colleague:  Person{ID: 102, Name: "李四"}.With(county, disclosure.Drafting, disclosure.Reviewing, disclosure.Approving),
		Reviewer:   Person{ID: 103, Name: "王五"}.With(county, disclosure.Drafting, disclosure.Reviewing, disclosure.Approving),
		Second:     Person{ID: 104, Name: "赵六"}.With(county, disclosure.Reviewing),
		Approver:   Person{ID: 105, Name: "孙七"}.With(county, disclosure.Reviewing, disclosure.Approving, disclosure.TakingDown),
		Deputy:     Person{ID: 106, Name: "周八"}.With(county, disclosure.Reviewing, disclosure.Approving),
		Clerk:      Person{ID: 201, Name: "吴九"}.With(village, disclosure.Drafting),
		Supervisor: Person{ID: 202, Name: "郑十"}.With(village, disclosure.Supervising),
		Head:       Person{ID: 203, Name: "冯一"}.With(village, disclosure.Approving, disclosure.TakingDown),
		Lender:     Person{ID: 301, Name: "陈二"}.Of(h.Township).Within(h.Township.Division, disclosure.Supervising, disclosure.Approving),
		Overseer:   Person{ID: 401, Name: "褚三"}.Of(h.Prefecture).Within(h.Prefecture.Division, disclosure.Overseeing),
		Other:      Person{ID: 501, Name: "卫四"}.With(h.Institution, all...),
		Everybody:  Person{ID: 901, Name: "蒋五"}.Within(agency.Nation, all...),
	}
}

// With gives the person rights at one agency, his own unless he has one.
func (p Person) With(u agency.Agency, verbs ...string) Person {
	if p.Home.Agency == 0 {
		p = p.Of(u)
	}
	return p.give(account.Range{Agency: u.ID, Lo: int64(u.Division), Hi: int64(u.Division)}, verbs)
}

// Of makes the person work at an agency.
func (p Person) Of(u agency.Agency) Person {
	p.Home = account.Target{Agency: u.ID, Division: int64(u.Division)}
	return p
}

// Within gives the person rights at every agency within a division.
func (p Person) Within(c agency.Code, verbs ...string) Person {
	lo, hi := c.Range()
	if c == agency.Nation {
		hi = 999_999_999_999
	}
	return p.give(account.Range{Lo: int64(lo), Hi: int64(hi)}, verbs)
}

func (p Person) give(r account.Range, verbs []string) Person {
	rights := append([]account.Right(nil), p.Rights...)
	for _, v := range verbs {
		rights = append(rights, account.Right{Verb: v, Range: r})
	}
	p.Rights = rights
	return p
}

// As is a context in which a person acts for himself.
func (h *House) As(p Person) context.Context { return h.Through(p, 1) }

// Through is As by another of the person's logins.
func (h *House) Through(p Person, login int64) context.Context {
	return account.With(h.t.Context(), &account.Actor{Person: p.ID, Name: p.Name, Home: p.Home, Login: p.ID*10 + login, Rights: p.Rights})
}

// For is a context in which a person stands in for another, with that other's
// rights.
func (h *House) For(p, principal Person) context.Context {
	a := &account.Actor{Person: p.ID, Name: p.Name, Home: p.Home, Login: p.ID * 10,
		Principal: principal.ID, PrincipalName: principal.Name, PrincipalHome: principal.Home}
	for _, r := range principal.Rights {
		r.Principal = principal.ID
		a.Rights = append(a.Rights, r)
	}
	return account.With(h.t.Context(), a)
}
