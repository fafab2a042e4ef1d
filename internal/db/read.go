package db

import (
	"context"
	"database/sql"

	"yangguang/internal/fault"
)

// Read runs f in one consistent, read-only transaction.
func (d *DB) Read(ctx context.Context, f func(tx *Tx) error) error {
	if d.postgres {
		st, err := d.pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
		if err != nil {
			return unavailable(err)
		}
		defer func() { _ = st.Rollback() }()
		return f(d.tx(ctx, st))
	}
	var c *stmtConn
	select {
	case <-ctx.Done():
		return fault.As(fault.Unavailable, ctx.Err())
	case c = <-d.readers:
	}
	defer func() { d.readers <- c }()
	if _, err := c.ExecContext(ctx, "begin"); err != nil {
		c.reset()
		return meaning(err)
	}
	defer func() {
		if _, err := c.ExecContext(context.WithoutCancel(ctx), "rollback"); err != nil {
			c.reset()
		}
	}()
	return f(d.tx(ctx, c))
}

// stmtConn is one SQLite connection with its prepared statements; used by one
// goroutine at a time.
type stmtConn struct {
	pool  *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

// maxStmts bounds the statements kept: queries built by Where are many.
const maxStmts = 500

func (c *stmtConn) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := c.stmts[query]; ok {
		return s, nil
	}
	if c.conn == nil {
		conn, err := c.pool.Conn(context.WithoutCancel(ctx))
		if err != nil {
			return nil, err
		}
		c.conn, c.stmts = conn, map[string]*sql.Stmt{}
	}
	if len(c.stmts) >= maxStmts {
		for _, s := range c.stmts {
			_ = s.Close()
		}
		clear(c.stmts)
	}
	s, err := c.conn.PrepareContext(ctx, query)
	if err == nil {
		c.stmts[query] = s
	}
	return s, err
}

func (c *stmtConn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := c.prepare(ctx, query) //nolint:sqlclosecheck // kept for the next use, closed with the connection
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

func (c *stmtConn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := c.prepare(ctx, query) //nolint:sqlclosecheck // kept for the next use, closed with the connection
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// reset gives the connection up after a failure that may have left it in an
// unknown state.
func (c *stmtConn) reset() { c.close() }

func (c *stmtConn) close() {
	for _, s := range c.stmts {
		_ = s.Close()
	}
	if c.conn != nil {
		_ = c.conn.Close()
	}
	c.conn, c.stmts = nil, nil
}
