package dbtest

import (
	"io/fs"
	"os"
	"testing"

	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// Postgres opens a fresh store on PostgreSQL with a clock of its own; the test
// is skipped when there is no server. With SQLite it serves tests that move
// the clock of each engine apart.
func Postgres(t testing.TB, c clock.Clock, migrations ...fs.FS) *db.DB {
	t.Helper()
	return open(t, db.Options{URL: Address(t), Clock: c}, migrations)
}

// Address is of an empty store on PostgreSQL, for a program to open; the test is
// skipped when there is no server.
func Address(t testing.TB) string {
	t.Helper()
	dsn := os.Getenv("YANGGUANG_TEST_PG")
	if dsn == "" {
		t.Skip("YANGGUANG_TEST_PG is not set: make test starts a PostgreSQL and sets it")
	}
	return freshSchema(t, dsn)
}
