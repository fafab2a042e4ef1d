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

// The verbs this package itself asks for.
const (
	Managing   = "account.manage"  // enrol, grant, freeze, substitute and hand over within a scope
	Recovering = "account.recover" // issue a recovery slip at the counter
)

// Grant is a right: a person may do verb within a range of divisions, for one agency or for any there.
type Grant struct {
	ID        int64
	Person    int64
	Verb      string // "disclosure.review"
	Agency    int64  // 0 = any agency within the range
	Lo, Hi    int64  // division codes, both included
	Since     time.Time
	Until     time.Time // zero = open
	GrantedBy int64     // 0 = the operator at the machine
}

// Range is where the grant holds.
func (g Grant) Range() Range { return Range{Agency: g.Agency, Lo: g.Lo, Hi: g.Hi} }

// Register makes verbs known; each room names its own when the house is wired. An unknown verb cannot be granted.
func (a *Accounts) Register(verbs ...string) {
	a.verbs = append(a.verbs, verbs...)
	slices.Sort(a.verbs)
	a.verbs = slices.Compact(a.verbs)
}

// Verbs lists every verb that may be granted.
func (a *Accounts) Verbs() []string { return slices.Clone(a.verbs) }

// VerbKey is the locale key of a verb's title, kept by the room that registers it: "disclosure.verb_review".
func VerbKey(verb string) string {
	room, act, _ := strings.Cut(verb, ".")
	return room + ".verb_" + act
}

// Grant gives a person a right. The actor administers accounts over the whole range granted and does not grant
// to himself; Since zero is now.
func (a *Accounts) Grant(ctx context.Context, g Grant) (id int64, err error) {
	defer fault.Wrap(&err, "account.Grant(%d)", g.Person)
	err = a.act(ctx, func(tx *db.Tx, who *Actor) error {
		p, err := findPerson(tx, g.Person)
		if err != nil {
			return err
		}
		if id, err = a.grant(tx, who, p, g); err != nil {
			return err
		}
		return record(tx, who, p, "grant", "", grantDetail(g))
	})
	return id, err
}

// maxLending is how long one lending may last: a unit fills its own posts in the meantime.
const maxLending = 366 * 24 * time.Hour

// Lend gives a person a right at one unit that is not his own (委派), until a day and for a reason; it is granted like
// any right and ended by Revoke. Whether the unit may be lent people, and by whom, the caller answers in the same
// transaction.
func (a *Accounts) Lend(ctx context.Context, g Grant, reason string, may func(tx *db.Tx, p Person) error) (id int64, err error) {
	defer fault.Wrap(&err, "account.Lend(%d)", g.Person)
	err = a.act(ctx, func(tx *db.Tx, who *Actor) error {
		p, err := findPerson(tx, g.Person)
		if err != nil {
			return err
		}
		switch {
		case strings.TrimSpace(reason) == "":
			return errReason
		case g.Agency == 0 || g.Until.IsZero() || g.Until.Sub(tx.Now) > maxLending:
			return fault.Say(fault.Invalid, "account.period_wrong")
		}
		if err := may(tx, p); err != nil {
			return err
		}
		if id, err = a.grant(tx, who, p, g); err != nil {
			return err
		}
		return record(tx, who, p, "lend", reason, grantDetail(g))
	})
	return id, err
}

// grant checks and writes; the caller records.
func (a *Accounts) grant(tx *db.Tx, who *Actor, p Person, g Grant) (int64, error) {
	g.Person, g.GrantedBy = p.ID, who.Person
	if g.Since.IsZero() {
		g.Since = tx.Now
	}
	switch {
	case !slices.Contains(a.verbs, g.Verb):
		return 0, fault.Say(fault.Invalid, "account.verb_unknown")
	case g.Lo < 0 || g.Lo > g.Hi || g.Hi > maxDivision:
		return 0, fault.Say(fault.Invalid, "account.range_wrong")
	case !g.Until.IsZero() && !g.Since.Before(g.Until):
		return 0, fault.Say(fault.Invalid, "account.period_wrong")
	case g.Since.Before(tx.Now):
		return 0, fault.Say(fault.Invalid, "account.not_backwards")
	case p.State != PersonActive:
		return 0, fault.Say(fault.Conflict, "account.person_left")
	case who.Is(p.ID):
		return 0, fault.Say(fault.Forbidden, "account.not_to_oneself")
	case !who.covers(Managing, g.Range()):
		return 0, fault.Say(fault.Forbidden, "account.grant_beyond")
	case ownVerb(g.Verb) && !who.covers(g.Verb, g.Range()):
		// The right to recover others is passed on only by whoever has it.
		return 0, fault.Say(fault.Forbidden, "account.grant_beyond")
	}
	g.ID = tx.ID(provinceOf(p.Home.Division))
	return g.ID, insertGrant(tx, g)
}

// ownVerb answers whether a verb is about rights themselves; such are granted, never lent to a substitute.
func ownVerb(verb string) bool { return strings.HasPrefix(verb, "account.") }

// Revoke ends a grant now; the next request of its holder is without it.
func (a *Accounts) Revoke(ctx context.Context, grant int64) (err error) {
	defer fault.Wrap(&err, "account.Revoke(%d)", grant)
	return a.act(ctx, func(tx *db.Tx, who *Actor) error {
		g, err := findGrant(tx, grant)
		if err != nil {
			return err
		}
		if !who.covers(Managing, g.Range()) {
			return fault.Say(fault.NotFound, "account.grant_not_found")
		}
		if !g.Until.IsZero() && !tx.Now.Before(g.Until) {
			return fault.Say(fault.Conflict, "account.grant_over")
		}
		if err := endGrant(tx, g, who.Person); err != nil {
			return err
		}
		p, err := findPerson(tx, g.Person)
		if err != nil {
			return err
		}
		return record(tx, who, p, "revoke", "", grantDetail(g))
	})
}

// GrantsOf lists a person's grants, the newest first, those that ended included.
func (a *Accounts) GrantsOf(ctx context.Context, person int64) (gs []Grant, err error) {
	defer fault.Wrap(&err, "account.GrantsOf(%d)", person)
	who, err := must(ctx)
	if err != nil {
		return nil, err
	}
	err = a.db.Read(ctx, func(tx *db.Tx) error {
		if !who.Is(person) {
			if _, err := managed(tx, who, Managing, person); err != nil {
				return err
			}
		}
		gs, err = listGrants(tx, person)
		return err
	})
	return gs, err
}

// Holders lists the persons who may do verb to the target now, by number; for choosing a reviewer, for telling
// those concerned. Whoever stands in for one of them is not listed.
func Holders(tx *db.Tx, verb string, t Target, limit int) (ps []Person, err error) {
	defer fault.Wrap(&err, "account.Holders(%s)", verb)
	return listHolders(tx, verb, t, max(1, min(limit, 100)))
}

func grantDetail(g Grant) string {
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	return g.Verb + " agency " + n(g.Agency) + " divisions " + n(g.Lo) + "-" + n(g.Hi)
}
