package agency_test

import (
	"context"
	"io/fs"
	"os"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

var migrations = []fs.FS{agency.Migrations, audit.Migrations}

func TestMain(m *testing.M) {
	i18n.MustLoad(agency.Locale, fault.Locale)
	os.Exit(m.Run())
}

// each runs f on every engine on the same day, 2026-11-23.
func each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	c := clock.NewFake(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC))
	dbtest.EachAt(t, c, migrations, f)
}

// read gives what f finds in a read transaction.
func read[T any](t *testing.T, d *db.DB, f func(tx *db.Tx) (T, error)) (v T) {
	t.Helper()
	if err := tryRead(t.Context(), d, func(tx *db.Tx) (err error) { v, err = f(tx); return err }); err != nil {
		t.Fatal(err)
	}
	return v
}

func tryRead(ctx context.Context, d *db.DB, f func(tx *db.Tx) error) error { return d.Read(ctx, f) }

// refused checks the kind and the sentence, or the sentence beside a field.
func refused(t *testing.T, err error, k fault.Kind, field, key string) {
	t.Helper()
	if !fault.Is(err, k) {
		t.Fatalf("got %v, want kind %v (%s)", err, k, key)
	}
	if field == "" {
		if got, _, _ := fault.Sentence(err); got != key {
			t.Errorf("got the sentence %q, want %q", got, key)
		}
		return
	}
	for _, f := range fault.FieldsOf(err) {
		if f.Name == field && f.Key == key {
			return
		}
	}
	t.Errorf("got %v, want %s beside %s", fault.FieldsOf(err), key, field)
}

func TestLocale(t *testing.T) {
	t.Parallel()
	for _, wrong := range i18n.Check(agency.Locale) {
		t.Error(wrong)
	}
}

func fuzzStore(f *testing.F) *db.DB { return dbtest.SQLite(f, nil, agency.Migrations) }
