package db

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"
	"time"

	"yangguang/internal/fault"
)

// Rows is one row at a time of a query's answer.
type Rows = sql.Rows

type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Tx is one transaction. Its Now is the instant every row it writes carries; who
// writes down late what happened earlier sets it back.
type Tx struct {
	Ctx   context.Context
	Now   time.Time
	began time.Time // of which ids are made
	db    *DB
	q     querier
	of    []string  // what is read through this copy is a part of; nil when nobody said
	after *[]func() // shared by every copy
}

// Exec runs a statement and tells how many rows it touched.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	t.count(query, args)
	res, err := t.q.ExecContext(t.Ctx, query, args...)
	if err != nil {
		return 0, meaning(err)
	}
	return res.RowsAffected()
}

// Query runs a query; the caller closes the rows. List is nearly always better.
func (t *Tx) Query(query string, args ...any) (*Rows, error) {
	t.count(query, args)
	rows, err := t.q.QueryContext(t.Ctx, query, args...)
	return rows, meaning(err)
}

// Row is the first row of an answer, read by its Scan.
type Row struct {
	rows *Rows
	err  error
}

// Row runs a query for one row.
func (t *Tx) Row(query string, args ...any) *Row {
	rows, err := t.Query(query, args...) //nolint:rowserrcheck // Scan checks
	return &Row{rows, err}
}

// Scan reads the row; absent is fault.NotFound.
func (r *Row) Scan(dest ...any) (err error) {
	if r.err != nil {
		return r.err
	}
	defer func() { err = errors.Join(err, r.rows.Close()) }()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return meaning(err)
		}
		return fault.As(fault.NotFound, sql.ErrNoRows)
	}
	return r.rows.Scan(dest...)
}

// List reads every row of an answer with scan.
func List[T any](t *Tx, scan func(*Rows, *T) error, query string, args ...any) (out []T, err error) {
	rows, err := t.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var v T
		if err := scan(rows, &v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, meaning(rows.Err())
}

// Only is the one row a listing by key has, or NotFound.
func Only[T any](rows []T, err error) (*T, error) {
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0:
		return nil, fault.Say(fault.NotFound, "fault.not_found")
	}
	return &rows[0], nil
}

// One reads a column of each row: numbers, names.
func One[T any](r *Rows, v *T) error { return r.Scan(v) }

// ID makes the next id of a province (0 = nation): time-ordered, unique over
// all nodes.
func (t *Tx) ID(province int) int64 { return t.db.ids.next(province, t.began) }

// RandomID makes an id that tells nothing of its order; for ballots and tip-offs.
func (t *Tx) RandomID(province int) int64 { return randomID(province) }

// ForUpdate is the engine's word for locking the rows read; SQLite has one
// writer and needs none.
func (t *Tx) ForUpdate() string {
	if t.db.postgres {
		return " for update"
	}
	return ""
}

// SkipLocked is the engine's word for passing over rows another worker holds.
func (t *Tx) SkipLocked() string {
	if t.db.postgres {
		return " for update skip locked"
	}
	return ""
}

// Postgres answers whether the engine is PostgreSQL, for the few statements
// only one engine has (full-text search).
func (t *Tx) Postgres() bool { return t.db.postgres }

// Aside is before a column by which SQLite is not to look up rows, where it would
// leave the order of a list for it; PostgreSQL knows what is in its tables.
func (t *Tx) Aside(col string) string {
	if t.db.postgres {
		return col
	}
	return "+" + col
}

// After runs f once the transaction is on disk; never when it fails.
func (t *Tx) After(f func()) { *t.after = append(*t.after, f) }

func (t *Tx) committed() {
	for _, f := range *t.after {
		f()
	}
}

type countKey struct{}

// CountStatements returns a context whose statements are counted, and the
// counter; tests assert the cost of a page with it.
func CountStatements(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, countKey{}, n), n
}

func (t *Tx) count(query string, args []any) {
	ctx := t.Ctx
	if f, ok := ctx.Value(watchKey{}).(func([]string)); ok {
		f(t.of)
	}
	if n, ok := ctx.Value(countKey{}).(*atomic.Int64); ok {
		n.Add(1)
	}
	if r, ok := ctx.Value(recordKey{}).(func(string, []any)); ok {
		r(query, args)
	}
}

type recordKey struct{}

// RecordStatements returns a context that hands every statement to f; tests
// ask the engine how it would run them.
func RecordStatements(ctx context.Context, f func(query string, args []any)) context.Context {
	return context.WithValue(ctx, recordKey{}, f)
}
