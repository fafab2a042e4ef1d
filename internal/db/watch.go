package db

import (
	"context"
	"sync"
)

type watchKey struct{}

// Watch returns a context in which f is told, of every statement, what it reads
// a part of: the words that Of was given, nil when nobody said.
func Watch(ctx context.Context, f func(of []string)) context.Context {
	return context.WithValue(ctx, watchKey{}, f)
}

// Of is the transaction for statements that read a part of what the words name,
// for whoever watches (Watch). It is handed to the statement itself and not
// passed on: what another function reads, that function says.
func (t *Tx) Of(words ...string) *Tx {
	if t.Ctx.Value(watchKey{}) == nil {
		return t
	}
	c := *t
	c.of = append([]string{}, words...)
	return &c
}

// hearers are told, in this process, what a commit changed.
type hearers struct {
	mu sync.Mutex
	fs []func(what any) // guarded by mu
}

// Hear has f called with whatever is told through this handle, from then on.
func (d *DB) Hear(f func(what any)) {
	d.hearers.mu.Lock()
	defer d.hearers.mu.Unlock()
	d.hearers.fs = append(d.hearers.fs, f)
}

// Tell tells every hearer of this handle.
func (d *DB) Tell(what any) {
	d.hearers.mu.Lock()
	fs := d.hearers.fs
	d.hearers.mu.Unlock()
	for _, f := range fs {
		f(what)
	}
}

// Tell tells every hearer in this process once the transaction is on disk;
// never when it fails.
func (t *Tx) Tell(what any) { t.After(func() { t.db.Tell(what) }) }
