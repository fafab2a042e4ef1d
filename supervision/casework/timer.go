package casework

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/jobs"
)

const (
	sweepJob  = "casework.sweep"
	reckonJob = "casework.reckon"
	wordJob   = "casework.word"
)

// Register names the room's jobs: drafts and tries swept, words caught up
// with, and open matters counted anew under a new calendar.
func (c *Casework) Register(run *jobs.Runner) {
	run.Every(sweepJob, jobs.Each(time.Hour), func(ctx context.Context, _ jobs.Job) error { return c.sweep(ctx) })
	run.Every(wordJob, jobs.Each(time.Minute), func(ctx context.Context, _ jobs.Job) error {
		_, err := c.Word(ctx)
		return err
	})
	run.Handle(reckonJob, func(ctx context.Context, _ jobs.Job) error {
		_, err := c.Recount(ctx)
		return err
	})
}

// CalendarChanged asks, in the transaction that publishes a calendar, that open
// matters follow it.
func (c *Casework) CalendarChanged(tx *db.Tx) error {
	return jobs.Add(tx, jobs.Job{Kind: reckonJob, Key: "all"})
}

func (c *Casework) sweep(ctx context.Context) error {
	return c.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec("delete from casework_draft where until < $1", clock.Millis(tx.Now)); err != nil {
			return err
		}
		_, err := tx.Exec("delete from casework_try where hour < $1", hourOf(tx)-2)
		return err
	})
}

// look is how often the timer looks at least: another process may have written
// something that is due earlier.
const look = time.Second

// Run is the timer: it does what is due at its moment, until ctx ends. It looks
// at the one row that is due next, by an index; it never scans.
func (c *Casework) Run(ctx context.Context, log *slog.Logger) {
	bell, quiet := c.Bell.Listen()
	defer quiet()
	for ctx.Err() == nil {
		n, err := c.Due(ctx)
		if err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "matters that are due cannot be read", "error", err)
		}
		if n == perDue {
			continue
		}
		wait := time.NewTimer(look)
		select {
		case <-ctx.Done():
		case <-bell:
		case <-wait.C:
		}
		wait.Stop()
	}
}

// perDue bounds what one look takes up.
const perDue = 100

// Due does what is due now and tells how many matters it looked at; doing it
// twice changes nothing.
func (c *Casework) Due(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "casework.Due")
	type key struct {
		province int
		id       int64
	}
	var due []key
	if err := c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		due, err = db.List(tx, func(r *db.Rows, k *key) error { return r.Scan(&k.province, &k.id) },
			"select province, id from casework where next_at is not null and next_at <= $1 order by next_at, id limit $2", clock.Millis(tx.Now), perDue)
		return err
	}); err != nil {
		return 0, err
	}
	var failed []error // one that fails holds up no other
	for _, k := range due {
		if err := c.DB.Write(ctx, func(tx *db.Tx) error {
			m, err := lockMatter(tx, k.province, k.id)
			if err != nil {
				return err
			}
			if m.NextAt.IsZero() || m.NextAt.After(tx.Now) {
				return nil // somebody was quicker
			}
			return c.due(tx, m)
		}); err != nil {
			failed = append(failed, err)
			continue
		}
		n++
	}
	return n, errors.Join(failed...)
}

func (c *Casework) due(tx *db.Tx, m *Matter) error {
	if m.StepOverdue(tx.Now) && (m.Step == "supplement" || m.Step == "callback") {
		return c.lapse(tx, m)
	}
	return c.warn(tx, m)
}

// lapse lets a wait for the person end: what he did not supplement is decided on
// what is known; what he did not rate is closed, and he may still rate it.
func (c *Casework) lapse(tx *db.Tx, m *Matter) error {
	rule, err := Flow.Next(m.State, "lapse")
	if err != nil {
		return err
	}
	s := &step{m: m, before: *m, verb: "lapse", to: rule.To, unit: m.Agency}
	if m.State == Supplementing {
		return c.move(tx, s, Event{Kind: evUnasked}, "", true)
	}
	if m.Result == "promised" {
		return c.promise(tx, s)
	}
	m.Rated = "unreached"
	return c.move(tx, s, Event{Kind: "lapse"}, "", true)
}

// warn raises the level of what is due soon or late, by every alarm that has
// passed, and finds the next moment.
func (c *Casework) warn(tx *db.Tx, m *Matter) error {
	before := *m
	cal, err := c.Calendars.In(tx, int64(m.Region))
	if err != nil {
		return err
	}
	evs, err := clockEvents(tx, m.Province, m.ID)
	if err != nil {
		return err
	}
	k := Reckon(cal, c.rules(m), evs)
	raise := func(level *int, kind string, from, due time.Time) error {
		was := *level
		for at := alarm(c.Norm.Casework.Warn, from, due, *level); !at.IsZero() && !at.After(tx.Now); at = alarm(c.Norm.Casework.Warn, from, due, *level) {
			*level++
		}
		if *level == was {
			return nil
		}
		return c.note(tx, m, Event{Kind: "warn", Code: kind, N: *level, Unit: m.Holder}, nil, "", false)
	}
	if m.Step != "" {
		if err := raise(&m.StepWarned, m.Step, m.StepFrom, m.StepDue); err != nil {
			return err
		}
	}
	if m.Running() {
		if err := raise(&m.Warned, "handle", k.Start, m.DueAt); err != nil {
			return err
		}
	}
	m.NextAt = c.next(m, k.Start)
	if err := updateMatter(tx, m); err != nil {
		return err
	}
	return c.changed(tx, &before, m)
}

// Level is how far a warning has gone: 0 none, 1 handler, 2 the unit, 3 the
// head of the unit, from 4 on one level further up each.
func (m *Matter) Level() int { return max(m.Warned, m.StepWarned) }

// perRecount is how many matters one transaction counts anew.
const perRecount = 500

// Recount computes every open matter's clocks anew; the person sees that the
// calendar moved his day.
func (c *Casework) Recount(ctx context.Context) (moved int, err error) {
	defer fault.Wrap(&err, "casework.Recount")
	var provinces []int
	if err := c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		provinces, err = db.List(tx, db.One[int], "select distinct province from casework where state not in ('closed', 'merged') order by province limit 100")
		return err
	}); err != nil {
		return 0, err
	}
	for _, p := range provinces {
		for after := int64(0); ; {
			n, last, err := c.recount(ctx, p, after)
			if moved += n; err != nil {
				return moved, err
			}
			if last == 0 {
				break
			}
			after = last
		}
	}
	return moved, nil
}

func (c *Casework) recount(ctx context.Context, province int, after int64) (moved int, last int64, err error) {
	err = c.DB.Write(ctx, func(tx *db.Tx) error {
		open, err := db.List(tx, scanMatter, "select "+matterCols+" from casework m where m.province = $1 and m.id > $2 and m.state not in ('closed', 'merged') order by m.id limit $3", province, after, perRecount)
		if err != nil || len(open) == 0 {
			return err
		}
		last = open[len(open)-1].ID
		for i := range open {
			m := &open[i]
			before := *m
			if err := c.reckon(tx, m); err != nil {
				return err
			}
			if m.calendar == before.calendar {
				continue
			}
			if !m.DueAt.Equal(before.DueAt) {
				moved++
				if err := c.note(tx, m, Event{Kind: "calendar"}, nil, "", true); err != nil {
					return err
				}
			}
			if err := updateMatter(tx, m); err != nil {
				return err
			}
			if err := c.changed(tx, &before, m); err != nil {
				return err
			}
		}
		return nil
	})
	return moved, last, err
}
