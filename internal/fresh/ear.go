package fresh

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// How far back a look reaches. Rows carry the clock of the process that wrote
// them and become visible only with their commit, so they do not come in order:
// each look reads a little of what was read before, and now and then much of it.
const (
	near     = 15 * time.Second
	far      = 10 * time.Minute
	farEvery = 10 * time.Second
	keptFor  = 6 * time.Hour // rows older than this are of use to nobody
	tooLong  = time.Hour     // without a look: what is remembered cannot be trusted
)

// Ear hears of what other processes on the same store changed.
type Ear struct {
	d    *db.DB
	mu   sync.Mutex
	seen map[int64]time.Time // ids of changes told already, with their time; guarded by mu
	last time.Time           // when the last look that succeeded began; guarded by mu
	wide time.Time           // the same, of looks that reached far; guarded by mu
}

// Listen makes the ear of a store, from now on. What this process changes
// itself it was told at the commit; it is not told again.
func Listen(d *db.DB) *Ear {
	now := d.Clock().Now()
	e := &Ear{d: d, seen: map[int64]time.Time{}, last: now, wide: now}
	d.Hear(func(what any) {
		if c, ok := what.(changed); ok && c.id != 0 {
			e.mu.Lock()
			e.seen[c.id] = c.at
			e.mu.Unlock()
		}
	})
	return e
}

// Look tells the hearers of this process what others changed since the last
// look, and how many changes that were.
func (e *Ear) Look(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "fresh.Look")
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.d.Clock().Now()
	since, wide := e.last.Add(-near), false
	if now.Sub(e.wide) >= farEvery {
		since, wide = e.wide.Add(-far), true
	}
	rows, err := e.unseen(ctx, since)
	if err != nil {
		return 0, err
	}
	var tags []string
	for _, x := range rows {
		e.seen[x.id] = clock.FromMillis(x.at)
		tags = append(tags, strings.Fields(x.tags)...)
	}
	if now.Sub(e.last) > tooLong {
		tags = []string{Everything}
	}
	e.last = now
	if wide {
		e.wide = now
	}
	for id, at := range e.seen {
		if at.Before(now.Add(-2 * far)) {
			delete(e.seen, id)
		}
	}
	if len(tags) > 0 {
		e.d.Tell(changed{tags: tags})
	}
	return len(rows), nil
}

const perLook = 1000

func (e *Ear) unseen(ctx context.Context, since time.Time) (out []row, err error) {
	err = e.d.Read(ctx, func(tx *db.Tx) error {
		after := row{at: clock.Millis(since)}
		for {
			page, err := changesAfter(tx, after, perLook)
			if err != nil {
				return err
			}
			for _, x := range page {
				if _, ok := e.seen[x.id]; !ok {
					out = append(out, x)
				}
			}
			if len(page) < perLook {
				return nil
			}
			after = page[len(page)-1]
		}
	})
	return out, err
}

// Run looks at every beat until ctx ends. A look that fails is made up for by
// the next one that succeeds.
func (e *Ear) Run(ctx context.Context, every time.Duration, log *slog.Logger) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	failed := false
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		_, err := e.Look(ctx)
		if err != nil && !failed && !errors.Is(err, context.Canceled) {
			log.WarnContext(ctx, "what other processes published cannot be read; pages may be old until it can", "err", err)
		}
		failed = err != nil
	}
}

// DropOld deletes changes that every process has long heard of.
func DropOld(ctx context.Context, d *db.DB) (total int64, err error) {
	defer fault.Wrap(&err, "fresh.DropOld")
	for {
		var n int64
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = sweep(tx, tx.Now.Add(-keptFor), perLook)
			return err
		})
		total += n
		if err != nil || n < perLook {
			return total, err
		}
	}
}
