package db

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"yangguang/internal/fault"
)

// meaning gives an engine's error the kind the house knows: a broken UNIQUE or
// CHECK is a conflict, a full or read-only disk is unavailable.
func meaning(err error) error {
	if err == nil {
		return nil
	}
	var se *sqlite.Error
	if errors.As(err, &se) {
		switch se.Code() & 0xff {
		case sqlite3.SQLITE_CONSTRAINT:
			return fault.As(fault.Conflict, err)
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN:
			return fault.As(fault.Unavailable, err)
		}
		return err
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		switch pe.Code[:2] {
		case "23": // integrity constraint violation
			return fault.As(fault.Conflict, err)
		case "53", "57", "58", "08": // resources, operator, system, connection
			return fault.As(fault.Unavailable, err)
		}
		return err
	}
	if cutOff(err) {
		return fault.As(fault.Unavailable, err)
	}
	return err
}

// cutOff answers whether the server was not reached, or went away while it was
// spoken with.
func cutOff(err error) bool {
	var ce *pgconn.ConnectError
	var ne net.Error
	return errors.As(err, &ce) || errors.As(err, &ne) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, sql.ErrTxDone) || errors.Is(err, pgconn.ErrConnClosed) // its connection broke, and it was rolled back
}

func unavailable(err error) error {
	if m := meaning(err); fault.KindOf(m) != fault.Internal {
		return m
	}
	return fault.As(fault.Unavailable, err)
}

// retryable: serialisation failure or deadlock (40001, 40P01).
func retryable(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && (pe.Code == "40001" || pe.Code == "40P01")
}

// Broken answers whether err is the named constraint being broken. SQLite
// names columns for UNIQUE ("item.index_number") and the constraint for CHECK;
// PostgreSQL names the constraint; pass any of the names to look for.
func Broken(err error, names ...string) bool {
	if !fault.Is(err, fault.Conflict) {
		return false
	}
	var se *sqlite.Error
	var pe *pgconn.PgError
	for _, n := range names {
		if errors.As(err, &pe) && pe.ConstraintName == n {
			return true
		}
		if errors.As(err, &se) && contains(se.Error(), n) {
			return true
		}
	}
	return false
}
