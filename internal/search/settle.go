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
// place, in half the time. It may run beside everything else, and breaks off
// where it is when ctx ends. PostgreSQL keeps its own index in order.
func Settle(ctx context.Context, d *db.DB) (err error) {
	defer fault.Wrap(&err, "search.Settle")
	if d.Postgres() {
		return nil
	}
	n := 0
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { n, err = segments(tx); return err }); err != nil || n < settleSegments {
		return err
	}
	for pages, more := -settlePages, true; more; pages = settlePages { // the first says: all into one
		if err := ctx.Err(); err != nil {
			return fault.As(fault.Unavailable, err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) (err error) { more, err = merge(tx, pages); return err }); err != nil {
			return err
		}
	}
	return nil
}
