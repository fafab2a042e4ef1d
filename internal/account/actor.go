package account

import (
	"context"
	"time"
)

// Target is what an action concerns: an agency and the division it is in.
type Target struct {
	Agency   int64
	Division int64
}

// Range is a run of divisions, both ends included, and optionally one agency.
type Range struct {
	Lo, Hi int64
	Agency int64 // 0: every agency in the range
}

// Contains answers whether the target lies in the range.
func (r Range) Contains(t Target) bool {
	return r.Lo <= t.Division && t.Division <= r.Hi && (r.Agency == 0 || r.Agency == t.Agency)
}

// Right is one verb within one range, as an actor holds it now.
type Right struct {
	Verb string
	Range
	Principal int64 // held as this person's substitute; 0: his own
}

// Actor is who acts in a request: a natural person behind a login and a
// session, with the rights read for this request.
type Actor struct {
	Person    int64
	Name      string
	Login     int64
	Session   int64
	Principal int64 // the person he stands in for; 0 when acting for himself
	Rights    []Right
	SteppedUp time.Time // when the second factor was last given
}

// PrincipalID is the person the actor stands in for, 0 for nobody.
func (a *Actor) PrincipalID() int64 { return a.Principal }

// Persons are the natural persons an action of the actor counts for: his own
// and his principal's.
func (a *Actor) Persons() []int64 {
	if a.Principal != 0 {
		return []int64{a.Person, a.Principal}
	}
	return []int64{a.Person}
}

// May answers whether the actor may do verb to the target.
func (a *Actor) May(verb string, t Target) bool {
	for _, r := range a.Rights {
		if r.Verb == verb && r.Principal == a.Principal && r.Contains(t) {
			return true
		}
	}
	return false
}

// Holds answers whether the actor has the verb anywhere.
func (a *Actor) Holds(verb string) bool { return len(a.Scope(verb)) > 0 }

// Scope is where the actor may do verb, for listings.
func (a *Actor) Scope(verb string) []Range {
	var out []Range
	for _, r := range a.Rights {
		if r.Verb == verb && r.Principal == a.Principal {
			out = append(out, r.Range)
		}
	}
	return out
}

type actorKey struct{}

// With makes a the one who acts in ctx.
func With(ctx context.Context, a *Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// From is who acts in ctx; nil for nobody.
func From(ctx context.Context) *Actor {
	a, _ := ctx.Value(actorKey{}).(*Actor)
	return a
}
