package account

import (
	"context"
	"slices"
	"time"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Target is what an act touches: the agency it is done for and the division that agency lies in. The zero
// Target is the nation itself, which only a grant for the whole nation reaches.
type Target struct {
	Agency   int64
	Division int64
}

// Range is where a verb may be used: the divisions from Lo to Hi, both included, and there one agency only
// unless Agency is 0.
type Range struct {
	Agency int64
	Lo, Hi int64
}

// Contains answers whether a target lies in the range.
func (r Range) Contains(t Target) bool {
	return r.Lo <= t.Division && t.Division <= r.Hi && (r.Agency == 0 || r.Agency == t.Agency)
}

// Covers answers whether every target of o lies in the range.
func (r Range) Covers(o Range) bool {
	return r.Lo <= o.Lo && o.Hi <= r.Hi && (r.Agency == 0 || r.Agency == o.Agency)
}

// Right is one verb within one range, as an actor holds it now.
type Right struct {
	Verb string
	Range
	Principal int64 // who lent it; 0 = his own
}

// Actor is who acts now: a person, through a login and a session, with the grants that hold at this moment.
// Whoever stands in for a principal acts with that principal's lent grants only, and returns to his own by
// ending it, so that every act has one answer to "for whom".
type Actor struct {
	Person        int64
	Name          string
	Home          Target // the agency that administers the person's account
	Login         int64
	LoginName     string
	Session       int64
	Principal     int64 // the person he stands in for (代理); 0 when he acts for himself
	PrincipalName string
	PrincipalHome Target
	Rights        []Right
	SteppedUp     time.Time // when the second factor was last shown
	MustChange    bool      // only the password may be changed until it is
	system        bool
}

type actorKey struct{}

// With gives the context an actor.
func With(ctx context.Context, a *Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// From is who acts; nil when nobody is signed in.
func From(ctx context.Context) *Actor {
	a, _ := ctx.Value(actorKey{}).(*Actor)
	return a
}

// AsSystem gives the context the operator at the machine itself, who may do everything and is person 0 in the
// audit. Only the command line and the filling of the demo use it, never a request.
func AsSystem(ctx context.Context) context.Context { return With(ctx, &Actor{system: true}) }

// ErrNobody says that nobody is signed in.
var ErrNobody = fault.Say(fault.Unauthenticated, "account.nobody")

// must is the actor or ErrNobody.
func must(ctx context.Context) (*Actor, error) {
	a := From(ctx)
	if a == nil || a.MustChange {
		return nil, ErrNobody
	}
	return a, nil
}

// May answers whether the actor may do verb to the target.
func (a *Actor) May(verb string, t Target) bool {
	return a != nil && (a.system || slices.ContainsFunc(a.Scope(verb), func(r Range) bool { return r.Contains(t) }))
}

// Holds answers whether the actor may do verb anywhere at all.
func (a *Actor) Holds(verb string) bool { return a != nil && (a.system || len(a.Scope(verb)) > 0) }

// Scope lists where the actor may do verb, for listings.
func (a *Actor) Scope(verb string) []Range {
	if a == nil {
		return nil
	}
	if a.system {
		return []Range{{Lo: 0, Hi: maxDivision}}
	}
	var out []Range
	for _, r := range a.Rights {
		if r.Verb == verb && r.Principal == a.Principal {
			out = append(out, r.Range)
		}
	}
	return out
}

// covers answers whether the actor may do verb everywhere in r.
func (a *Actor) covers(verb string, r Range) bool {
	return a.system || slices.ContainsFunc(a.Scope(verb), func(own Range) bool { return own.Covers(r) })
}

// In adds to a listing's condition that its rows lie where the ranges allow; no range, no row. The columns hold
// the row's agency and its division's code.
func In(w *db.Where, ranges []Range, agency, division string) {
	cond, args := "1 = 0", []any(nil)
	for _, r := range ranges {
		cond += " or (" + division + " between ? and ?"
		args = append(args, r.Lo, r.Hi)
		if r.Agency != 0 {
			cond += " and " + agency + " = ?"
			args = append(args, r.Agency)
		}
		cond += ")"
	}
	w.And("("+cond+")", args...)
}

// PrincipalID is the person the actor stands in for; 0 when he acts for himself.
func (a *Actor) PrincipalID() int64 {
	if a == nil {
		return 0
	}
	return a.Principal
}

// Behalf is the home of whoever the act is done for: the principal's, or his own.
func (a *Actor) Behalf() Target {
	switch {
	case a == nil:
		return Target{}
	case a.Principal != 0:
		return a.PrincipalHome
	}
	return a.Home
}

// Persons are the natural persons whose hand an act of this actor is: his own and his principal's. A room that
// wants two persons refuses when the lists of both acts share one.
func (a *Actor) Persons() []int64 {
	if a == nil {
		return nil
	}
	if p := a.PrincipalID(); p != 0 {
		return []int64{a.Person, p}
	}
	return []int64{a.Person}
}

// Is answers whether the actor's hand is this person's: himself, or his principal.
func (a *Actor) Is(person int64) bool { return person != 0 && slices.Contains(a.Persons(), person) }

// StepUpLasts is how long a shown second factor opens what needs one: opening an identity, approving,
// publishing, exporting, using a key.
const StepUpLasts = 5 * time.Minute

// NeedStepUp refuses unless the second factor was shown within the last five minutes.
func (a *Actor) NeedStepUp(now time.Time) error {
	switch {
	case a == nil:
		return ErrNobody
	case a.system || !a.SteppedUp.IsZero() && now.Sub(a.SteppedUp) <= StepUpLasts && !now.Before(a.SteppedUp):
		return nil
	}
	return fault.Say(fault.Forbidden, "account.step_up_needed")
}
