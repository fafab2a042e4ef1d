package db

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"yangguang/internal/fault"
)

// job is one use case waiting for its commit.
type job struct {
	ctx  context.Context
	f    func(*Tx) error
	tx   *Tx
	err  error
	done chan struct{}
}

// maxTogether bounds how many use cases may join a commit that has begun; more
// would make the first of them wait.
const maxTogether = 32

// Write runs f as one durable transaction: when it returns nil, everything f
// wrote is on disk; when it returns an error, nothing is. On PostgreSQL f may
// run again after a serialisation failure, so it does nothing outside tx.
func (d *DB) Write(ctx context.Context, f func(tx *Tx) error) error {
	if d.postgres {
		return d.writePostgres(ctx, f)
	}
	if err := ctx.Err(); err != nil {
		return fault.As(fault.Unavailable, err)
	}
	// An interrupted statement would roll back its neighbours' work as well,
	// so once begun a use case is not cancelled.
	j := &job{ctx: context.WithoutCancel(ctx), f: f, done: make(chan struct{})}
	if err := d.enqueue(j); err != nil {
		return err
	}
	<-j.done
	if j.err == nil {
		j.tx.committed()
	}
	return j.err
}

func (d *DB) enqueue(j *job) (err error) {
	defer func() {
		if recover() != nil { // closed while stopping
			err = fault.As(fault.Unavailable, errors.New("the store is closing"))
		}
	}()
	d.queue <- j
	return nil
}

// commitTogether is SQLite's single writer: the use cases that wait share one
// transaction and one fsync, each but the first in a savepoint of its own.
func (d *DB) commitTogether() {
	defer close(d.done)
	c := &stmtConn{pool: d.writer}
	defer c.close()
	for first := range d.queue {
		d.commitBatch(c, first)
	}
}

func (d *DB) commitBatch(c *stmtConn, first *job) {
	batch := []*job{first}
	ctx := context.Background()
	defer func() {
		for _, j := range batch {
			close(j.done)
		}
	}()
	if _, err := c.ExecContext(ctx, "begin immediate"); err != nil {
		first.err = meaning(err)
		c.reset()
		return
	}
	// The first is alone until it is done: the transaction is its savepoint, and
	// no page it changes is copied for one.
	first.tx = d.tx(first.ctx, c)
	if first.err = runCase(first.f, first.tx); first.err != nil {
		if _, err := c.ExecContext(ctx, "rollback"); err != nil {
			first.err = errors.Join(first.err, meaning(err))
			c.reset()
		}
		return
	}
	for len(batch) < maxTogether {
		j, ok := d.poll()
		if !ok {
			break
		}
		batch = append(batch, j)
		d.runInSavepoint(c, j)
	}
	if _, err := c.ExecContext(ctx, "commit"); err != nil {
		_, _ = c.ExecContext(ctx, "rollback")
		for _, j := range batch {
			if j.err == nil {
				j.err = unavailable(err)
			}
		}
		c.reset()
	}
}

func (d *DB) poll() (*job, bool) {
	select {
	case j, ok := <-d.queue:
		return j, ok
	default:
		return nil, false
	}
}

func (d *DB) runInSavepoint(c *stmtConn, j *job) {
	ctx := context.Background()
	if _, err := c.ExecContext(ctx, "savepoint u"); err != nil {
		j.err = meaning(err)
		return
	}
	j.tx = d.tx(j.ctx, c)
	if j.err = runCase(j.f, j.tx); j.err != nil {
		if _, err := c.ExecContext(ctx, "rollback to u"); err != nil {
			j.err = errors.Join(j.err, meaning(err))
		}
	}
	if _, err := c.ExecContext(ctx, "release u"); err != nil && j.err == nil {
		j.err = meaning(err)
	}
}

// runCase turns a panic into an error: one broken use case must not take the
// writer, and with it every other one, down.
func runCase(f func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a use case: %v\n%s", p, debug.Stack())
		}
	}()
	return f(tx)
}

func (d *DB) writePostgres(ctx context.Context, f func(*Tx) error) error {
	for try := 1; ; try++ {
		err := d.tryPostgres(ctx, f)
		if err == nil || try == 10 || !retryable(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return fault.As(fault.Unavailable, ctx.Err())
		case <-time.After(time.Duration(try*try) * time.Millisecond):
		}
	}
}

func (d *DB) tryPostgres(ctx context.Context, f func(*Tx) error) error {
	st, err := d.pool.BeginTx(ctx, nil)
	if err != nil {
		return unavailable(err)
	}
	tx := d.tx(ctx, st)
	if err := runCase(f, tx); err != nil {
		_ = st.Rollback()
		return err
	}
	if err := st.Commit(); err != nil {
		return meaning(err)
	}
	tx.committed()
	return nil
}
