package dbtest

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"yangguang/internal/db"
)

// NoScan runs f in a read transaction of an embedded store and fails when one
// of its statements would walk through the whole of a named table.
func NoScan(t *testing.T, d *db.DB, ctx context.Context, f func(tx *db.Tx) error, tables ...string) {
	t.Helper()
	NoScanIn(t, d, ctx, func(ctx context.Context) error { return d.Read(ctx, f) }, tables...)
}

// NoRange is NoScan that also refuses a list to walk a range of divisions: at
// the county and above a range gives the rows in the order of places, and every
// one of them is read to find the newest.
func NoRange(t *testing.T, d *db.DB, ctx context.Context, f func(tx *db.Tx) error, tables ...string) {
	t.Helper()
	explain(t, d, ctx, func(ctx context.Context) error { return d.Read(ctx, f) }, func(line, query string) bool {
		return scanned(line, query, tables) || strings.Contains(line, "region>")
	})
}

// NoScanIn is NoScan for a use case that opens its own transactions.
func NoScanIn(t *testing.T, d *db.DB, ctx context.Context, f func(ctx context.Context) error, tables ...string) {
	t.Helper()
	explain(t, d, ctx, f, func(line, query string) bool { return scanned(line, query, tables) })
}

// NoWalkIn is NoScanIn that also refuses to walk through all rows of a province,
// which a list in the order of an index may begin and a use case never does.
func NoWalkIn(t *testing.T, d *db.DB, ctx context.Context, f func(ctx context.Context) error, tables ...string) {
	t.Helper()
	explain(t, d, ctx, f, func(line, query string) bool {
		if walk, ok := strings.CutPrefix(line, "SEARCH "); ok && strings.HasSuffix(line, "(province=?)") {
			line = "SCAN " + walk
		}
		return scanned(line, query, tables)
	})
}

// explain runs f and fails for each line of a plan of its statements that is
// bad.
func explain(t *testing.T, d *db.DB, ctx context.Context, f func(ctx context.Context) error, bad func(line, query string) bool) {
	t.Helper()
	for _, l := range PlanIn(t, d, ctx, f) {
		if bad(l.Line, l.Query) {
			t.Errorf("%s\nin: %s", l.Line, strings.Join(strings.Fields(l.Query), " "))
		}
	}
}

// Planned is a line of how SQLite would run a statement.
type Planned struct{ Line, Query string }

// PlanIn tells how an embedded store would run the statements of f.
func PlanIn(t *testing.T, d *db.DB, ctx context.Context, f func(ctx context.Context) error) (out []Planned) {
	t.Helper()
	type statement struct {
		query string
		args  []any
	}
	var seen []statement
	if err := f(db.RecordStatements(ctx, func(query string, args []any) { seen = append(seen, statement{query, args}) })); err != nil {
		t.Fatal(err)
	}
	if len(seen) == 0 {
		t.Fatal("no statement was run; does the store get the context of the test?")
	}
	if err := d.Read(ctx, func(tx *db.Tx) error {
		for _, s := range seen {
			plan, err := db.List(tx, func(r *db.Rows, line *string) error {
				var id, parent, unused int64
				return r.Scan(&id, &parent, &unused, line)
			}, "explain query plan "+s.query, s.args...)
			if err != nil {
				return err
			}
			for _, line := range plan {
				out = append(out, Planned{line, s.query})
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// scanned answers whether a line of a plan walks through a table, by its name
// or by its alias in the query; walking through a whole index is no better.
func scanned(line, query string, tables []string) bool {
	name, ok := strings.CutPrefix(line, "SCAN ")
	if !ok {
		return false
	}
	name, _, _ = strings.Cut(name, " USING")
	for _, table := range tables {
		alias := regexp.MustCompile(`\b` + table + `\s+(?:as\s+)?` + regexp.QuoteMeta(name) + `\b`)
		if name == table || alias.MatchString(query) {
			return true
		}
	}
	return false
}
