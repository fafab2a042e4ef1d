package exchange

import (
	"context"
	"time"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/jobs"
	"yangguang/supervision/casework"
)

// Managing is the right to keep a unit's keys, mailboxes and imports of history.
const Managing = "exchange.manage"

// Verbs lists the room's grant verbs, for the register of accounts.
func Verbs() []string { return []string{Managing} }

// Exchange is the room.
type Exchange struct {
	Cases     *casework.Casework
	Front     *front.Front
	Mailboxes []Mailbox

	rates rates
}

func (e *Exchange) db() *db.DB { return e.Cases.DB }

// Register names the room's jobs.
func (e *Exchange) Register(r *jobs.Runner) {
	r.Handle(importKind, e.runImport)
	r.HandleSome(fetchKind, 2, func(ctx context.Context, j jobs.Job) error { return e.fetchNamed(ctx, j.Payload) })
	r.Every("exchange.look", jobs.Each(time.Minute), func(ctx context.Context, _ jobs.Job) error { return e.look(ctx) })
}

// Changed hears of each change of a matter; wired behind casework's own hook.
// What came from outside is told back in the order of its changes.
func (e *Exchange) Changed(tx *db.Tx, before, after *casework.Matter) error {
	if before == nil || after.Channel != "hotline12345" && after.Channel != "api" && after.Channel != "superior" {
		return nil
	}
	return touch(tx, after.Province, after.ID)
}

// unitFor is a unit at which the person acting holds one of the verbs.
func unitFor(tx *db.Tx, id int64, verbs ...string) (agency.Agency, *account.Actor, error) {
	a := account.From(tx.Ctx)
	if a == nil {
		return agency.Agency{}, nil, account.ErrNobody
	}
	u, err := agency.Find(tx, id)
	if err != nil {
		return u, a, err
	}
	for _, v := range verbs {
		if a.May(v, account.Target{Agency: u.ID, Division: int64(u.Division)}) {
			return u, a, nil
		}
	}
	return u, a, fault.Say(fault.NotFound, "fault.not_found")
}

// unitsFor are the units at which the person acting holds a verb, at most a
// hundred, for a choice on a page.
func unitsFor(tx *db.Tx, verbs ...string) (out []agency.Agency, err error) {
	a := account.From(tx.Ctx)
	seen := map[int64]bool{}
	for _, v := range verbs {
		for _, r := range a.Scope(v) {
			var us []agency.Agency
			if r.Agency != 0 {
				u, err := agency.Find(tx, r.Agency)
				if err != nil {
					return nil, err
				}
				us = append(us, u)
			} else if code, ok := (agency.Scope{Lo: agency.Code(r.Lo), Hi: agency.Code(r.Hi)}).Division(); ok {
				if us, err = agency.List(tx, agency.Filter{Within: code, Limit: 100}); err != nil {
					return nil, err
				}
			}
			for _, u := range us {
				if !seen[u.ID] && u.State == agency.Active && len(out) < 100 {
					seen[u.ID] = true
					out = append(out, u)
				}
			}
		}
	}
	return out, nil
}

func record(tx *db.Tx, u agency.Agency, verb, object, detail string) error {
	x := audit.Entry{Province: int64(u.Province()), Agency: u.ID, Verb: "exchange." + verb, Object: object, Detail: detail}
	if a := account.From(tx.Ctx); a != nil {
		x.Person, x.Login = a.Person, a.Login
	}
	return audit.Append(tx, x)
}
