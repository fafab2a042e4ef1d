package search

import (
	"context"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// What Settle writes in one transaction, and from how many segments on it is
// worth while.
const (
	settlePages    = 400
	settleSegments = 5
)

// Settle joins the segments that puts have left in the embedded index into one,
// a little in each transaction: a question then reads each of its terms in one
// place, in half the time. The index of an earlier release goes the same way, once
// nothing is looked up in it. It may run beside everything else, and breaks off
// where it is when ctx ends. PostgreSQL keeps its own index in order.
func Settle(ctx context.Context, d *db.DB) (err error) {
	defer fault.Wrap(&err, "search.Settle")
	if d.Postgres() {
		return nil
	}
	n, current := 0, false
	if err := d.Read(ctx, func(tx *db.Tx) (err error) {
		if n, err = segments(tx); err == nil {
			current, err = hasFormat(tx)
		}
		return err
	}); err != nil {
		return err
	}
	if current {
		if err := little(ctx, d, func(tx *db.Tx) (bool, error) { return clearEarlier(tx, settlePages) }); err != nil {
			return err
		}
	}
	if n < settleSegments {
		return nil
	}
	pages := -settlePages // all into one
	return little(ctx, d, func(tx *db.Tx) (more bool, err error) {
		more, err = merge(tx, pages)
		pages = settlePages
		return more, err
	})
}

// little does a little in each transaction, until there is no more.
func little(ctx context.Context, d *db.DB, do func(tx *db.Tx) (more bool, err error)) error {
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return fault.As(fault.Unavailable, err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) (err error) { more, err = do(tx); return err }); err != nil {
			return err
		}
	}
	return nil
}
