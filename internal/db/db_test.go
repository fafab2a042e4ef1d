package db_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
)

var schema = []fs.FS{fstest.MapFS{"migrations/20260101000000_t.sql": {Data: []byte(`-- +goose Up
create table note (province integer not null, id bigint not null, body text not null, day text,
  urgent boolean not null default false, primary key (province, id), constraint note_body check (body <> ''));
create unique index note_body_once on note (province, body);
`)}}}

func insert(tx *db.Tx, body string) error {
	_, err := tx.Exec("insert into note (province, id, body, day, urgent) values ($1, $2, $3, $4, $5)",
		35, tx.ID(35), body, clock.MustDate("2026-11-23"), true)
	return err
}

func bodies(t *testing.T, d *db.DB) []string {
	t.Helper()
	var out []string
	err := d.Read(context.Background(), func(tx *db.Tx) (err error) {
		out, err = db.List(tx, db.One[string], "select body from note order by id limit 1000")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAUseCaseIsAllOrNothing(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		boom := errors.New("boom")
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := insert(tx, "half"); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatalf("err = %v", err)
		}
		if err := d.Write(ctx, func(*db.Tx) error { panic("broken use case") }); err == nil {
			t.Fatal("a panic was acknowledged")
		}
		ran := 0
		if err := d.Write(ctx, func(tx *db.Tx) error { tx.After(func() { ran++ }); return insert(tx, "whole") }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"whole"}, bodies(t, d)); diff != "" || ran != 1 {
			t.Errorf("ran %d times (-want +got):\n%s", ran, diff)
		}
	})
}

func TestWritersTogetherKeepTheirOwnFailures(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		errs := make([]error, 40)
		for i := range errs {
			wg.Go(func() {
				errs[i] = d.Write(context.Background(), func(tx *db.Tx) error {
					return insert(tx, fmt.Sprint(i/2)) // every body is tried twice
				})
			})
		}
		wg.Wait()
		refused := 0
		for _, err := range errs {
			if fault.Is(err, fault.Conflict) && db.Broken(err, "note_body_once", "note.body") {
				refused++
			} else if err != nil {
				t.Error(err)
			}
		}
		if got := len(bodies(t, d)); refused != 20 || got != 20 {
			t.Errorf("%d refused and %d kept, want 20 and 20", refused, got)
		}
	})
}

func TestValuesReadBackAndAbsenceIsNotFound(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		ctx, n := db.CountStatements(context.Background())
		if err := d.Write(ctx, func(tx *db.Tx) error { return insert(tx, "一") }); err != nil {
			t.Fatal(err)
		}
		err := d.Read(ctx, func(tx *db.Tx) error {
			var day clock.Date
			var urgent bool
			if err := tx.Row("select day, urgent from note where body = $1", "一").Scan(&day, &urgent); err != nil {
				return err
			}
			if day.String() != "2026-11-23" || !urgent {
				t.Errorf("read %v %v", day, urgent)
			}
			return tx.Row("select day from note where body = $1", "二").Scan(&day)
		})
		if !fault.Is(err, fault.NotFound) || n.Load() != 3 {
			t.Errorf("err = %v after %d statements, want not found after 3", err, n.Load())
		}
		if err := d.Read(ctx, func(tx *db.Tx) error { return insert(tx, "三") }); err == nil {
			t.Error("a reader wrote")
		}
	})
}

func TestANewerDatabaseIsRefused(t *testing.T) {
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) {
		older := fstest.MapFS{"migrations/20250101000000_t.sql": {Data: []byte("-- +goose Up\nselect 1;\n")}}
		if err := d.Migrate(context.Background(), older); !errors.Is(err, db.ErrNewer) {
			t.Errorf("err = %v, want ErrNewer", err)
		}
		if err := d.Migrate(context.Background(), schema...); err != nil {
			t.Errorf("migrating twice: %v", err)
		}
	})
}

// TestAFolderMayHaveAnyName opens, migrates and copies a store in a folder whose
// name holds the signs that mean something in a URI.
func TestAFolderMayHaveAnyName(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "县 #1?x=%41&mode=memory", "数据")
	d, err := db.Open(context.Background(), db.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Migrate(context.Background(), schema...); err != nil {
		t.Fatal(err)
	}
	if err := d.Write(context.Background(), func(tx *db.Tx) error { return insert(tx, "一") }); err != nil {
		t.Fatal(err)
	}
	if err := d.Snapshot(context.Background(), filepath.Join(dir, "copy.db")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"yangguang.db", "copy.db"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	beside, err := os.ReadDir(top)
	if err != nil || len(beside) != 1 {
		t.Errorf("a store was made elsewhere: %v %v", beside, err)
	}
}

func TestWhereNumbersItsPlaceholders(t *testing.T) {
	w := (&db.Where{}).And("a = ?", 1).If(false, "b = ?", 2).And("(c, d) < (?, ?)", 3, 4)
	db.In(w, "e", []string{"x", "y"})
	sql, args := w.SQL()
	if want := " where a = $1 and (c, d) < ($2, $3) and e in ($4, $5)"; sql != want {
		t.Errorf("SQL = %q, want %q", sql, want)
	}
	if diff := cmp.Diff([]any{1, 3, 4, "x", "y"}, args); diff != "" {
		t.Error(diff)
	}
	if w.Next(20) != "$6" {
		t.Error("Next does not follow")
	}
}

func TestIdsAreOrderedUniqueAndCarryTheProvince(t *testing.T) {
	d := dbtest.SQLite(t, clock.NewFake(clock.MustDate("2026-11-23").Start()), schema...)
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		last := int64(0)
		for range 5000 { // more than one millisecond's sequence holds
			id := tx.ID(35)
			if id <= last || db.ProvinceOf(id) != 35 {
				t.Fatalf("id %d after %d, province %d", id, last, db.ProvinceOf(id))
			}
			last = id
		}
		if one, other := tx.RandomID(65), tx.RandomID(65); db.ProvinceOf(one) != 65 || one == other {
			t.Error("random ids repeat or lose their province")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
