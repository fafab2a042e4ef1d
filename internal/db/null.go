package db

import (
	"database/sql"
	"fmt"
	"time"

	"yangguang/internal/clock"
)

// OrZero reads a column that may be NULL into p, leaving the zero value for
// NULL. It reads *int64, *int, *string, and *time.Time from stored milliseconds.
func OrZero(p any) sql.Scanner { return orZero{p} }

type orZero struct{ p any }

// Scan implements sql.Scanner.
func (z orZero) Scan(src any) error {
	var n sql.NullInt64
	switch p := z.p.(type) {
	case *string:
		var s sql.NullString
		if err := s.Scan(src); err != nil {
			return err
		}
		*p = s.String
		return nil
	case *int64:
		err := n.Scan(src)
		*p = n.Int64
		return err
	case *int:
		err := n.Scan(src)
		*p = int(n.Int64)
		return err
	case *time.Time:
		if err := n.Scan(src); err != nil {
			return err
		}
		*p = time.Time{}
		if n.Valid {
			*p = clock.FromMillis(n.Int64)
		}
		return nil
	}
	return fmt.Errorf("db.OrZero cannot read into a %T", z.p)
}

// OrNull is what to write for a value whose zero means absent: NULL for the
// zero value; a time becomes milliseconds.
func OrNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	if t, ok := any(v).(time.Time); ok {
		if t.IsZero() {
			return nil
		}
		return clock.Millis(t)
	}
	return v
}
