// Package office is the office of the account holder and of the administrator:
// activation slips, one's own account, people and their rights, the register of
// agencies, the calendar, the audit book and the outbox.
//
// It serves every clause of the norm, since each rests on who did what with
// which right; 一(一)3 asks that reviewers be distinct persons, and here is where
// persons, rights and substitutes are kept apart. The public pages /calendar and
// /calendar/deadline let anybody check the arithmetic of a time limit.
//
// It stores nothing of its own: internal/account, agency, internal/calendar,
// internal/audit and internal/notify do. Names of staff are shown to themselves
// and to those who administer their accounts; whatever lies beyond an
// administrator's range is Not Found for him. The code of a slip is shown once,
// in the answer to the act that made it, and is never kept.
package office

import (
	"embed"
	"net/http"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/notify"
	"yangguang/norm"
)

// Locale holds the office's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// The rights this package asks for, beside account.Managing and account.Recovering.
const (
	Units    = "office.units"    // keep the register of agencies
	Calendar = "office.calendar" // publish notices of holidays
	Audit    = "office.audit"    // read and export the audit book
	Outbox   = "office.outbox"   // see what was sent, send it again
)

// Verbs lists the rights of this package, for Accounts.Register.
func Verbs() []string { return []string{Units, Calendar, Audit, Outbox} }

// Office holds what its pages need.
type Office struct {
	Front     *front.Front
	DB        *db.DB
	Accounts  *account.Accounts
	Agencies  *agency.Registry
	Calendars *calendar.Keeper
	Notices   *notify.Outbox // nil: no outbox pages
	Clock     clock.Clock
	Norm      *norm.Profile // which units may be lent people, and for which steps; nil: lending is not offered
	Passkeys  bool          // passkeys are configured
	OIDC      bool          // the operator's identity provider is configured
	Remote    func(*http.Request) string
}

// Wire registers the rights and what this room does at a hand-over: the
// leaver's memberships end. Called once, before the first request.
func (o *Office) Wire() {
	o.Accounts.Register(Verbs()...)
	o.Calendars.OnChange(noteNotice)
	o.Accounts.OnHandover(func(tx *db.Tx, from, _ int64) ([]string, error) {
		by := int64(0)
		if who := account.From(tx.Ctx); who != nil {
			by = who.Person
		}
		return nil, o.Agencies.LeaveAll(tx, by, from, clock.DateOf(tx.Now))
	})
	o.Front.OnDesk = o.actingFor
	o.Front.DeskNav(front.House, "office.nav_people", "/desk/people", account.Managing)
	o.Front.DeskNav(front.House, "office.nav_agencies", "/desk/agencies", Units)
	o.Front.DeskNav(front.House, "office.nav_calendar", "/desk/calendar", Calendar)
	o.Front.DeskNav(front.House, "office.nav_audit", "/desk/audit", Audit)
	if o.Notices != nil {
		o.Front.DeskNav(front.House, "office.nav_outbox", "/desk/outbox", Outbox)
	}
}
