// Package portaltest founds a county with its units and publishes real items
// through the use cases, for tests of what the public sees.
package portaltest

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/blob"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fresh"
	"yangguang/internal/jobs"
	"yangguang/internal/ledger"
	"yangguang/internal/search"
	"yangguang/internal/secret"
	"yangguang/norm"
)

// House is one county with its room, on the embedded database.
type House struct {
	DB         *db.DB
	Clock      *clock.Fake
	Disclosure *disclosure.Disclosure
	agencytest.Cast
}

// Now is when the house opens: a Monday.
var Now = time.Date(2026, 11, 23, 10, 0, 0, 0, clock.Shanghai)

// The natural persons of the house; each may do everything everywhere, so that
// only the rules keep them apart.
const (
	Author   int64 = 101
	Reviewer int64 = 102
	Second   int64 = 103
	Approver int64 = 104
)

// Migrations are the schema the house stands on.
func Migrations() []fs.FS {
	return []fs.FS{calendar.Migrations, audit.Migrations, fresh.Migrations, ledger.Migrations, account.Migrations, jobs.Migrations, search.Migrations, agency.Migrations, catalogue.Migrations, disclosure.Migrations}
}

// New founds the house on the embedded database.
func New(t testing.TB) *House {
	t.Helper()
	c := clock.NewFake(Now)
	return Over(t, dbtest.SQLite(t, c, Migrations()...), c)
}

// Over founds the house on a store that has Migrations and the clock.
func Over(t testing.TB, d *db.DB, c *clock.Fake) *House {
	t.Helper()
	check(t, search.Setup(t.Context(), d))
	h := &House{Clock: c, DB: d, Cast: agencytest.Seed(t, d)}
	keeper := calendar.NewKeeper(d, nil)
	check(t, keeper.Seed(t.Context()))
	blobs, err := blob.OpenDir(t.TempDir())
	check(t, err)
	p := norm.Builtin()
	h.Disclosure = &disclosure.Disclosure{DB: d, Norm: p, Calendars: keeper, Catalogue: &catalogue.Catalogue{Norm: p, Calendars: keeper}, Blobs: blobs, Keys: secret.NewKeys(),
		// The cast has no credit codes, so an address stands in for them.
		NumberFormat: func(u agency.Agency, year, serial int) string {
			return fmt.Sprintf("%s/%d-%05d", u.Path(), year, serial)
		}}
	h.Sync(t)
	return h
}

// Sync gives every unit of the cast its obligations of today.
func (h *House) Sync(t testing.TB) {
	t.Helper()
	check(t, h.DB.Write(t.Context(), func(tx *db.Tx) error {
		for _, u := range []agency.Agency{h.Province, h.Prefecture, h.County, h.Institution, h.Township, h.Village} {
			if err := h.Disclosure.Catalogue.Sync(tx, u); err != nil {
				return err
			}
		}
		return nil
	}))
}

// As is a context in which a person acts.
func (h *House) As(t testing.TB, person int64) context.Context {
	a := &account.Actor{Person: person, Name: "测试人员"}
	for _, v := range []string{disclosure.Drafting, disclosure.Reviewing, disclosure.Supervising, disclosure.Approving, disclosure.TakingDown, disclosure.Overseeing} {
		a.Rights = append(a.Rights, account.Right{Verb: v, Range: account.Range{Lo: 0, Hi: 999_999_999_999}})
	}
	return account.With(t.Context(), a)
}

// At is As for somebody who works at a unit, as whoever signs does.
func (h *House) At(t testing.TB, person int64, u agency.Agency) context.Context {
	ctx := h.As(t, person)
	account.From(ctx).Home = account.Target{Agency: u.ID, Division: int64(u.Division)}
	return ctx
}

// Text is a draft of plain paragraphs.
func Text(title, body string) disclosure.Text {
	return disclosure.Text{Title: title, Body: body, Openness: "proactive", FormedOn: clock.DateOf(Now).AddDays(-3)}
}

// Draft begins an item and leaves it a draft.
func (h *House) Draft(t testing.TB, u agency.Agency, category, period string, dr disclosure.Text) *disclosure.Version {
	t.Helper()
	v, err := h.Disclosure.Start(h.As(t, Author), u.ID, category, period)
	check(t, err)
	dr.Period = period
	v, err = h.Disclosure.Save(h.As(t, Author), v.Province, v.ID, dr)
	check(t, err)
	return v
}

// Publish takes an item through its whole review.
func (h *House) Publish(t testing.TB, u agency.Agency, category, period string, dr disclosure.Text) *disclosure.Row {
	t.Helper()
	v := h.Draft(t, u, category, period, dr)
	return h.Finish(t, v)
}

// Attach adds a file to a draft.
func (h *House) Attach(t testing.TB, v *disclosure.Version, name, content string) {
	t.Helper()
	_, err := h.Disclosure.Attach(h.As(t, Author), v.Province, v.ID, name, "", strings.NewReader(content))
	check(t, err)
}

// Finish submits a draft, signs every step and publishes it.
func (h *House) Finish(t testing.TB, v *disclosure.Version) *disclosure.Row {
	t.Helper()
	check(t, h.Disclosure.Submit(h.As(t, Author), v.Province, v.ID))
	sheet, err := h.Disclosure.Open(h.As(t, Author), v.Province, v.ID)
	check(t, err)
	unit := sheet.Unit
	rule := h.Disclosure.Norm.Review(v.Rule)
	who := map[string]int64{"reviewer": Reviewer, "reviewer2": Second, "approver": Approver}
	for _, s := range rule.Steps {
		o := disclosure.Opinion{Checks: s.Checks, Basis: "政府信息公开条例第十七条"}
		if s.Slot == "approver" {
			check(t, h.Disclosure.Approve(h.At(t, who[s.Slot], unit), v.Province, v.ID, o, time.Time{}))
			continue
		}
		check(t, h.Disclosure.Pass(h.At(t, who[s.Slot], unit), v.Province, v.ID, o))
	}
	return h.row(t, v)
}

func (h *House) row(t testing.TB, v *disclosure.Version) (out *disclosure.Row) {
	t.Helper()
	check(t, h.DB.Read(t.Context(), func(tx *db.Tx) error {
		rows, err := disclosure.ByIDs(tx, v.Province, []int64{v.Item})
		if err == nil && len(rows) == 1 {
			out = &rows[0]
		}
		return err
	}))
	if out == nil {
		t.Fatal("the item was not published")
	}
	return out
}

// Correct publishes a further version of an item.
func (h *House) Correct(t testing.TB, row *disclosure.Row, change func(*disclosure.Text)) *disclosure.Row {
	t.Helper()
	v, err := h.Disclosure.Correct(h.As(t, Author), row.Province, row.ID)
	check(t, err)
	dr := Text(v.Title, v.Body)
	dr.Reason = "数字有误"
	change(&dr)
	v, err = h.Disclosure.Save(h.As(t, Author), v.Province, v.ID, dr)
	check(t, err)
	return h.Finish(t, v)
}

// TakeDown ends an item.
func (h *House) TakeDown(t testing.TB, row *disclosure.Row, kind, reason string) {
	t.Helper()
	check(t, h.Disclosure.TakeDown(h.As(t, Approver), row.Province, row.ID, kind, reason))
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
