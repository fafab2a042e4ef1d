package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Snapshot writes a consistent copy of the embedded database to a new file
// while the store is in use. On PostgreSQL its own tools do this better.
func (d *DB) Snapshot(ctx context.Context, path string) error {
	if d.postgres {
		return errors.New("the data is in PostgreSQL: back it up with pg_dump or pg_basebackup")
	}
	pool, err := sql.Open("sqlite", sqliteURI(d.path))
	if err != nil {
		return err
	}
	defer func() { _ = pool.Close() }()
	_, err = pool.ExecContext(ctx, "vacuum into $1", path)
	return meaning(err)
}

// Check reads the whole embedded database and says what is broken, if anything.
func (d *DB) Check(ctx context.Context) error {
	if d.postgres {
		return nil
	}
	c := <-d.readers
	defer func() { d.readers <- c }()
	for _, q := range []string{"pragma integrity_check", "pragma foreign_key_check"} {
		found, err := c.firstWord(ctx, q)
		if err != nil {
			return meaning(err)
		}
		if found != "" && found != "ok" {
			return fmt.Errorf("%s: %s", q, found)
		}
	}
	return nil
}

// firstWord is the first column of the first row of an answer, "" for none.
func (c *stmtConn) firstWord(ctx context.Context, query string) (word string, err error) {
	rows, err := c.QueryContext(ctx, query)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if !rows.Next() {
		return "", rows.Err()
	}
	names, err := rows.Columns()
	if err != nil {
		return "", err
	}
	cols := make([]any, len(names))
	for i := range cols {
		cols[i] = new(any)
	}
	if err := rows.Scan(cols...); err != nil {
		return "", err
	}
	return fmt.Sprint(*(cols[0].(*any))), nil
}
