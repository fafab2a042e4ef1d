// Package disclosuretest founds one county with the people of its offices and
// publishes items through the use cases, for tests of whatever shows or counts
// them. It stores nothing but what a test's own store holds.
package disclosuretest

import (
	"context"
	"io/fs"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/disclosure/form"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/blob"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/flow"
	"yangguang/internal/fresh"
	"yangguang/internal/i18n"
	"yangguang/internal/jobs"
	"yangguang/internal/ledger"
	"yangguang/internal/privacy"
	"yangguang/internal/privacy/safe"
	"yangguang/internal/search"
	"yangguang/internal/secret"
	"yangguang/norm"
)

// Now is when every house opens: a Monday, 10 in the morning.
var Now = time.Date(2026, 11, 23, 10, 0, 0, 0, clock.Shanghai)

// Migrations are what the room needs.
var Migrations = []fs.FS{calendar.Migrations, audit.Migrations, fresh.Migrations, ledger.Migrations, account.Migrations, jobs.Migrations, search.Migrations, agency.Migrations, catalogue.Migrations, disclosure.Migrations}

// Locales are the sentences of the room and of what it stands on; for TestMain.
var Locales = []fs.FS{fault.Locale, flow.Locale, blob.Locale, calendar.Locale, audit.Locale, ledger.Locale, account.Locale, privacy.Locale, safe.Locale, agency.Locale, form.Locale, disclosure.Locale}

// LoadLocales loads them.
func LoadLocales() { i18n.MustLoad(Locales...) }

// House is one county with its room. Disclosure may be changed by a test.
type House struct {
	DB         *db.DB
	Clock      *clock.Fake
	Disclosure *disclosure.Disclosure
	agencytest.Cast
	Staff
	t testing.TB
}

// New founds a house on the embedded store.
func New(t testing.TB) *House {
	t.Helper()
	c := clock.NewFake(Now)
	return Found(t, dbtest.SQLite(t, c, Migrations...), c)
}

// Each runs f with a fresh house, and a clock of its own, on every engine to be
// had.
func Each(t *testing.T, f func(t *testing.T, h *House)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(Now)
			f(t, Found(t, open(t, c, Migrations...), c))
		})
	}
}

// Found founds a house in a store that has Migrations.
func Found(t testing.TB, d *db.DB, c *clock.Fake) *House {
	t.Helper()
	h := &House{DB: d, Clock: c, t: t}
	Check(t, search.Setup(t.Context(), d))
	h.Cast = agencytest.Seed(t, d)
	keeper := calendar.NewKeeper(d, nil)
	Check(t, keeper.Seed(t.Context()))
	blobs, err := blob.OpenDir(t.TempDir())
	Check(t, err)
	p := norm.Builtin()
	h.Disclosure = &disclosure.Disclosure{DB: d, Norm: p, Calendars: keeper, Catalogue: &catalogue.Catalogue{Norm: p, Calendars: keeper},
		Blobs: blobs, Keys: secret.NewKeys()}
	h.hire()
	h.Sync(t)
	return h
}

// Units are the agencies of the cast, from the top.
func (h *House) Units() []agency.Agency {
	return []agency.Agency{h.Province, h.Prefecture, h.County, h.Institution, h.Township, h.Village}
}

// Sync gives every unit of the cast its obligations of today.
func (h *House) Sync(t testing.TB) {
	t.Helper()
	Check(t, h.DB.Write(t.Context(), func(tx *db.Tx) error {
		for _, u := range h.Units() {
			if err := h.Disclosure.Catalogue.Sync(tx, u); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Read runs f in a read transaction of nobody's.
func (h *House) Read(t testing.TB, f func(tx *db.Tx) error) {
	t.Helper()
	Check(t, h.DB.Read(context.WithoutCancel(t.Context()), f))
}

// Check ends a test on an error.
func Check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Refused checks that an error is a refusal of a kind with a sentence; or with
// a sentence beside a field, written "field:key".
func Refused(t testing.TB, err error, k fault.Kind, key string) {
	t.Helper()
	if !fault.Is(err, k) {
		t.Fatalf("got %v, want kind %v (%s)", err, k, key)
	}
	for _, f := range fault.FieldsOf(err) {
		if f.Name+":"+f.Key == key {
			return
		}
	}
	if got, _, _ := fault.Sentence(err); got != key {
		t.Fatalf("got the sentence %q with %v, want %q", got, fault.FieldsOf(err), key)
	}
}
