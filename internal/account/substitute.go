package account

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Substitute is an arrangement by which a delegate may act for a principal (AB角): from Since, before Until, for the
// named verbs and agency. What the principal lends is what he himself was granted, and no more: rights lent to
// him are not lent on, and rights about accounts are never lent.
type Substitute struct {
	ID        int64
	Principal int64
	Delegate  int64
	Since     time.Time
	Until     time.Time
	Verbs     []string // none = all he may lend
	Agency    int64    // 0 = any
	Reason    string
	MadeBy    int64
	Ended     time.Time // zero unless ended early
}

// lends is what of a principal's grant the arrangement lends.
func (s Substitute) lends(g Grant) (Right, bool) {
	r := Right{Verb: g.Verb, Range: g.Range(), Principal: s.Principal}
	switch {
	case ownVerb(g.Verb) || len(s.Verbs) > 0 && !slices.Contains(s.Verbs, g.Verb):
		return Right{}, false
	case s.Agency == 0:
	case g.Agency == 0:
		r.Agency = s.Agency
	case g.Agency != s.Agency:
		return Right{}, false
	}
	return r, true
}

// maxSubstitution is how long one arrangement may last; a longer absence is a matter of posts, not of substitutes.
const maxSubstitution = 366 * 24 * time.Hour

// Substitute arranges for a delegate. The principal does it himself, or whoever administers his account.
func (a *Accounts) Substitute(ctx context.Context, s Substitute) (id int64, err error) {
	defer fault.Wrap(&err, "account.Substitute(%d, %d)", s.Principal, s.Delegate)
	err = a.act(ctx, func(tx *db.Tx, who *Actor) error {
		principal, err := a.maySubstitute(tx, who, s)
		if err != nil {
			return err
		}
		s.ID, s.MadeBy = tx.ID(provinceOf(principal.Home.Division)), who.Person
		if err := insertSubstitute(tx, s); err != nil {
			return err
		}
		id = s.ID
		return record(tx, who, principal, "substitute", s.Reason, "by person "+strconv.FormatInt(s.Delegate, 10)+" "+strings.Join(s.Verbs, " "))
	})
	return id, err
}

func (a *Accounts) maySubstitute(tx *db.Tx, who *Actor, s Substitute) (principal Person, err error) {
	if principal, err = a.arranged(tx, who, s.Principal); err != nil {
		return principal, err
	}
	delegate, err := findPerson(tx, s.Delegate)
	if err != nil {
		return principal, err
	}
	switch {
	case s.Principal == s.Delegate:
		return principal, fault.Say(fault.Invalid, "account.substitute_self")
	case who.Person != s.Principal && who.Is(s.Delegate):
		// An administrator does not lend himself another's rights.
		return principal, fault.Say(fault.Forbidden, "account.not_to_oneself")
	case principal.State != PersonActive || delegate.State != PersonActive:
		return principal, fault.Say(fault.Conflict, "account.person_left")
	case !s.Since.Before(s.Until) || !tx.Now.Before(s.Until) || s.Until.Sub(s.Since) > maxSubstitution:
		return principal, fault.Say(fault.Invalid, "account.period_wrong")
	case strings.TrimSpace(s.Reason) == "":
		return principal, errReason
	}
	for _, v := range s.Verbs {
		if !slices.Contains(a.verbs, v) {
			return principal, fault.Say(fault.Invalid, "account.verb_unknown")
		}
		if ownVerb(v) {
			return principal, fault.Say(fault.Forbidden, "account.never_lent")
		}
	}
	return principal, nil
}

// arranged finds a principal for whom the actor may arrange: himself, in his own name, or one he administers.
func (a *Accounts) arranged(tx *db.Tx, who *Actor, principal int64) (Person, error) {
	if who.Person == principal && who.Principal == 0 {
		return findPerson(tx, principal)
	}
	return managed(tx, who, Managing, principal)
}

// EndSubstitute ends an arrangement now. The delegate too may end it.
func (a *Accounts) EndSubstitute(ctx context.Context, id int64) (err error) {
	defer fault.Wrap(&err, "account.EndSubstitute(%d)", id)
	return a.act(ctx, func(tx *db.Tx, who *Actor) error {
		s, err := findSubstitute(tx, id)
		if err != nil {
			return err
		}
		principal, err := findPerson(tx, s.Principal)
		if err != nil {
			return err
		}
		if who.Person != s.Delegate {
			if _, err := a.arranged(tx, who, s.Principal); err != nil {
				return err
			}
		}
		if !s.Ended.IsZero() || !tx.Now.Before(s.Until) {
			return fault.Say(fault.Conflict, "account.substitute_over")
		}
		if err := endSubstitute(tx, id); err != nil {
			return err
		}
		return record(tx, who, principal, "end_substitute", "", "by person "+strconv.FormatInt(s.Delegate, 10))
	})
}

// Substitutes lists the arrangements in which a person is principal or delegate, the newest first.
func (a *Accounts) Substitutes(ctx context.Context, person int64) (ss []Substitute, err error) {
	defer fault.Wrap(&err, "account.Substitutes(%d)", person)
	err = a.readOf(ctx, person, func(tx *db.Tx) error {
		ss, err = listSubstitutes(tx, person)
		return err
	})
	return ss, err
}

// MayStandInFor lists the principals the actor could act for now, by number.
func (a *Accounts) MayStandInFor(ctx context.Context) (ps []Person, err error) {
	defer fault.Wrap(&err, "account.MayStandInFor")
	who, err := must(ctx)
	if err != nil {
		return nil, err
	}
	err = a.db.Read(ctx, func(tx *db.Tx) error {
		ps, err = listPrincipals(tx, who.Person)
		return err
	})
	return ps, err
}

// ActFor makes the actor's session act for a principal from the next request on; 0 returns to his own name.
func (a *Accounts) ActFor(ctx context.Context, principal int64) (err error) {
	defer fault.Wrap(&err, "account.ActFor(%d)", principal)
	return a.act(ctx, func(tx *db.Tx, who *Actor) error {
		about := Person{ID: who.Person, Home: who.Home}
		if principal != 0 {
			ss, err := liveSubstitutes(tx, principal, who.Person)
			if err != nil {
				return err
			}
			if len(ss) == 0 {
				return fault.Say(fault.Forbidden, "account.no_substitute")
			}
			if about, err = findPerson(tx, principal); err != nil {
				return err
			}
		}
		if err := setActingFor(tx, who.Session, principal); err != nil {
			return err
		}
		return record(tx, who, about, "act_for", "", "")
	})
}

// standIn fills the actor with what a principal lends him now. When the arrangement is over he has nothing until he
// returns to his own name: acts meant for the principal must not silently become his own.
func (a *Accounts) standIn(tx *db.Tx, who *Actor, principal int64) error {
	p, err := findPerson(tx, principal)
	if err != nil {
		return err
	}
	who.Principal, who.PrincipalName, who.PrincipalHome = p.ID, p.Name, p.Home
	ss, err := liveSubstitutes(tx, principal, who.Person)
	if err != nil || p.State != PersonActive || len(ss) == 0 {
		return err
	}
	gs, err := liveGrants(tx, principal, tx.Now)
	for _, g := range gs {
		for _, s := range ss {
			if lent, ok := s.lends(g); ok {
				who.Rights = append(who.Rights, lent)
			}
		}
	}
	return err
}

// errReason refuses an act that needs its reason written down.
var errReason = fault.Fields(fault.Field{Name: "reason", Key: "account.reason_missing"})
