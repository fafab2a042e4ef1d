package disclosure

import (
	"context"
	"slices"

	"yangguang/agency"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/blob"
	"yangguang/internal/calendar"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/privacy"
	"yangguang/internal/secret"
	"yangguang/norm"
)

// Disclosure is the room: its rules over the store, the norm and the calendar.
type Disclosure struct {
	DB        *db.DB
	Norm      *norm.Profile
	Calendars *calendar.Keeper
	Catalogue *catalogue.Catalogue
	Blobs     blob.Store
	Keys      *secret.Keys
	// Gate reads uploads; nil means the package's own, with the user's cache.
	Gate *privacy.Gate
	// NumberFormat makes an index number 索引号; nil means credit code/yyyy-nnnnn.
	NumberFormat func(u agency.Agency, year, serial int) string
	// FileInUse answers for rooms that keep files of their own by the same
	// content; nil when there are none.
	FileInUse func(tx *db.Tx, hash string) (bool, error)
	// AlsoErase has a room that keeps texts of items destroy those of one that
	// was taken down for privacy; nil when there is none.
	AlsoErase func(tx *db.Tx, province int, item int64) error
}

// actor is whoever is signed in and may do verb for the agency. Whoever has no
// business with the agency is told Not Found; a colleague without the grant is
// told which permission is missing.
func (d *Disclosure) actor(tx *db.Tx, verb string, u agency.Agency) (*account.Actor, error) {
	a := account.From(tx.Ctx)
	if a == nil {
		return nil, fault.Say(fault.Unauthenticated, "fault.unauthenticated")
	}
	t := target(u)
	if a.May(verb, t) {
		return a, nil
	}
	if slices.ContainsFunc(allVerbs, func(v string) bool { return a.May(v, t) }) {
		return nil, fault.Say(fault.Forbidden, "disclosure.no_grant_"+verb[len("disclosure."):])
	}
	return nil, fault.Say(fault.NotFound, "fault.not_found")
}

var allVerbs = []string{Drafting, Reviewing, Supervising, Approving, TakingDown, Importing, Overseeing}

// Verbs lists the room's grant verbs, for the register of accounts.
func Verbs() []string { return slices.Clone(allVerbs) }

func target(u agency.Agency) account.Target {
	return account.Target{Agency: u.ID, Division: int64(u.Division)}
}

// MayRead answers whether the person acting may see the agency's unpublished
// items: those who work on them, and the superior where it oversees.
func MayRead(ctx context.Context, u agency.Agency) bool {
	a := account.From(ctx)
	return a != nil && slices.ContainsFunc(allVerbs, func(v string) bool { return a.May(v, target(u)) })
}

// record writes the audit row of a use case, in its transaction.
func record(tx *db.Tx, a *account.Actor, it *Item, verb, reason string) error {
	return audit.Append(tx, entry(a, it, verb, reason))
}

func entry(a *account.Actor, it *Item, verb, reason string) audit.Entry {
	e := audit.Entry{Province: int64(it.Province), Agency: it.Agency, Verb: "disclosure." + verb, Object: objectName(it), Reason: reason}
	if a != nil {
		e.Person = a.Person
	}
	return e
}

// rule is the review rule of a version.
func (d *Disclosure) rule(v *Version) (*norm.ReviewRule, error) {
	r := d.Norm.Review(v.Rule)
	if r == nil {
		return nil, fault.Say(fault.Conflict, "disclosure.rule_gone", v.Rule)
	}
	return r, nil
}
