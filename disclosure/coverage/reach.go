package coverage

import (
	"context"
	"net/http"
	"time"

	"yangguang/disclosure/coverage/linkcheck"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/jobs"
)

// How the platform measures whether it can be reached. The inspection visits a
// site at least 20 times a day for a week and waits 15 seconds; the platform
// asks itself once in five minutes, from inside.
const (
	markSpan   = 5 * time.Minute
	markWait   = 15 * time.Second
	reachDays  = 30  // what the page tells of
	weekDays   = 7   // what the verdict is of
	leastMarks = 20  // fewer are no measure
	mostMissed = 5   // so many percent fail
	keepDays   = 400 // how long days are remembered
)

// Watch has the installation note every five minutes that it serves. The job
// runs once over all processes of a store.
func Watch(r *jobs.Runner, d *db.DB, site linkcheck.Asker) {
	r.Every("coverage.reach", jobs.Each(markSpan), func(ctx context.Context, _ jobs.Job) error { return mark(ctx, d, site) })
}

// mark asks the site's own front page and notes that it answered. When it does
// not, nothing is noted and nothing tried again: the mark stays missing, as it
// does while no process runs.
func mark(ctx context.Context, d *db.DB, site linkcheck.Asker) (err error) {
	defer fault.Wrap(&err, "coverage.mark")
	at := d.Clock().Now().Truncate(markSpan)
	soon, cancel := context.WithTimeout(ctx, markWait)
	defer cancel()
	a, err := site.Ask(soon, "/", "")
	if err != nil || a.Status != http.StatusOK {
		return ctx.Err()
	}
	return d.Write(ctx, func(tx *db.Tx) error {
		if err := putMark(tx, at); err != nil {
			return err
		}
		return dropDays(tx, clock.DateOf(at).AddDays(-keepDays))
	})
}

// served is a day of the installation.
type served struct {
	Day         clock.Date
	Marks       int64
	First, Last time.Time
}

// reached is how often the site answered itself: of so many marks, so many are
// missing.
type reached struct {
	Marks, Missed int64
	Since         time.Time
}

// reachedSince counts the marks from a day on, or from the first one ever, up
// to the last one that is over. days are the newest ones, the earliest first.
func reachedSince(days []served, from clock.Date, now time.Time) (r reached) {
	if len(days) == 0 {
		return r
	}
	r.Since = from.Start()
	if days[0].First.After(r.Since) {
		r.Since = days[0].First
	}
	until := now.Truncate(markSpan) // this one may still come
	if !until.After(r.Since) {
		return r
	}
	r.Marks = int64(until.Sub(r.Since) / markSpan)
	r.Missed = r.Marks
	for _, d := range days {
		if d.Day.Before(from) {
			continue
		}
		if r.Missed -= d.Marks; !d.Last.Before(until) {
			r.Missed++
		}
	}
	return r
}

// verdict is what the inspection would say of a week.
func (r reached) verdict() string {
	switch {
	case r.Marks < leastMarks:
		return "none"
	case r.Missed*100 >= r.Marks*mostMissed:
		return "fail"
	}
	return "pass"
}
