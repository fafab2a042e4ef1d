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
	pool, err := sql.Open("sqlite", "file:"+d.path+"?"+sqlitePragmas)
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
		rows, err := c.QueryContext(ctx, q)
		if err != nil {
			return meaning(err)
		}
		var found string
		for rows.Next() && found == "" {
			cols := make([]any, 0, 4)
			names, _ := rows.Columns()
			for range names {
				cols = append(cols, new(any))
			}
			if err := rows.Scan(cols...); err != nil {
				_ = rows.Close()
				return err
			}
			found = fmt.Sprint(*(cols[0].(*any)))
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
		if found != "" && found != "ok" {
			return fmt.Errorf("%s: %s", q, found)
		}
	}
	return nil
}
