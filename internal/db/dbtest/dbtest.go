// Package dbtest opens a fresh store for each test: SQLite always, PostgreSQL
// when YANGGUANG_TEST_PG holds its address.
package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// Each runs f on every engine to be had, each with its own fresh, migrated store.
func Each(t *testing.T, migrations []fs.FS, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	EachAt(t, nil, migrations, f)
}

// EachAt is Each with a clock of the test's own.
func EachAt(t *testing.T, c clock.Clock, migrations []fs.FS, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f(t, open(t, db.Options{Dir: t.TempDir(), Clock: c}, migrations))
	})
	t.Run("postgres", func(t *testing.T) {
		dsn := os.Getenv("YANGGUANG_TEST_PG")
		if dsn == "" {
			t.Skip("YANGGUANG_TEST_PG is not set: make test starts a PostgreSQL and sets it")
		}
		t.Parallel()
		f(t, open(t, db.Options{URL: freshSchema(t, dsn), Clock: c}, migrations))
	})
}

// SQLite opens a fresh embedded store, for tests whose subject is not the store.
func SQLite(t testing.TB, c clock.Clock, migrations ...fs.FS) *db.DB {
	t.Helper()
	return open(t, db.Options{Dir: t.TempDir(), Clock: c}, migrations)
}

func open(t testing.TB, o db.Options, migrations []fs.FS) *db.DB {
	t.Helper()
	d := connect(t, o)
	if err := d.Migrate(context.Background(), migrations...); err != nil {
		t.Fatal(err)
	}
	return d
}

func connect(t testing.TB, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	opened.Store(d, o)
	t.Cleanup(func() {
		opened.Delete(d)
		_ = d.Close()
	})
	return d
}

var opened sync.Map // *db.DB -> db.Options

// Again opens a store of this package once more, as a second process would.
func Again(t testing.TB, d *db.DB) *db.DB {
	t.Helper()
	o, ok := opened.Load(d)
	if !ok {
		t.Fatal("this store was not opened by dbtest")
	}
	same := o.(db.Options)
	same.Node++
	return connect(t, same)
}

// URL is the address of a store of this package, for another process.
func URL(t testing.TB, d *db.DB) string {
	t.Helper()
	o, ok := opened.Load(d)
	if !ok {
		t.Fatal("this store was not opened by dbtest")
	}
	return o.(db.Options).URL
}

func freshSchema(t testing.TB, dsn string) string {
	t.Helper()
	pool, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	name := "t_" + strings.ToLower(rand.Text()[:16])
	if _, err := pool.ExecContext(t.Context(), "create schema "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = pool.ExecContext(context.Background(), "drop schema "+name+" cascade")
		_ = pool.Close()
	})
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}
