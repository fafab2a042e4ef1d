package demo

import (
	"context"
	"math/rand/v2"

	"yangguang/internal/account"
)

// The roles a unit's staff have in the texts.
const (
	drafter   = "drafter"
	reviewer  = "reviewer"
	reviewer2 = "reviewer2" // a second reviewer, where the unit has one
	approver  = "approver"
	overseer  = "overseer"
	clerk     = "clerk" // a second drafter, who leaves
)

// person is one invented member of staff.
type person struct {
	id     int64
	name   string
	login  string
	role   roleText
	rights []account.Right
	home   account.Target
}

// as is ctx in which the person acts.
func (p *person) as(ctx context.Context) context.Context {
	return account.With(ctx, &account.Actor{Person: p.id, Name: p.name, Home: p.home, Rights: p.rights})
}

// employ gives a unit its staff.
func (w *world) employ(u *unit, names *namer) {
	for _, r := range u.plan.Roles {
		p := &person{name: names.next(), role: r}
		if u.show() {
			p.login = r.Login
		}
		u.staff[r.Role] = p
	}
}

// grantsOf is what a role may do: its own work in its unit, for the superior
// the units below and never its own, and what concerns a whole division.
func grantsOf(u *unit, r roleText) []account.Right {
	own := account.Range{Lo: int64(u.Division), Hi: int64(u.Division), Agency: u.ID}
	lo, hi := u.Division.Range()
	whole := account.Range{Lo: int64(lo), Hi: int64(hi)}
	below := account.Range{Lo: int64(lo) + 1, Hi: int64(hi)}
	var out []account.Right
	give := func(in account.Range, verbs ...string) {
		for _, v := range verbs {
			out = append(out, account.Right{Verb: v, Range: in})
		}
	}
	for _, v := range r.Grants {
		give(own, v)
	}
	for _, v := range r.Whole {
		give(whole, v)
	}
	for _, v := range r.Below {
		give(below, v)
	}
	return out
}

// namer makes names that nobody bears: a common surname, a syllable that says
// the person is an example, and a common given syllable.
type namer struct {
	r     *rand.Rand
	parts peopleText
	given map[string]bool
}

func newNamer(seed uint64, parts peopleText) *namer {
	return &namer{r: rand.New(rand.NewPCG(seed, 1)), parts: parts, given: map[string]bool{}}
}

func (n *namer) next() string {
	for {
		s := pick(n.r, n.parts.Surnames) + pick(n.r, n.parts.Marks) + pick(n.r, n.parts.Given)
		if !n.given[s] {
			n.given[s] = true
			return s
		}
	}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
