package jobs

import (
	"context"
	"errors"
	"strconv"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Job is one piece of work to be done after the commit.
type Job struct {
	Province int64     // where it belongs; 0 = the nation
	ID       int64     // given by Add
	Kind     string    // which handler: "notify.send"
	Key      string    // at most one waiting job of a kind has a key; "" = always a new one
	At       time.Time // not before; zero = now
	Payload  string    // ids and keys for the handler, never personal text

	Attempt  int       // which try this is, from 1
	State    State     // for List
	Fault    string    // the kind of the last failure, for List
	Created  time.Time // when it was added, for List
	revision int64
}

// State is where a job stands.
type State int

// The states; a finished job has no row.
const (
	Waiting State = iota
	Running       // leased to a worker, or abandoned by one that died
	Dead          // given up after MaxAttempts, for the operator to look at
)

// MaxAttempts is how often a job is tried before it is dead.
const MaxAttempts = 20

// Func does the work. It may be called twice for one job. Its context ends
// with the lease, or a while after the process was told to stop.
type Func func(ctx context.Context, j Job) error

// Add writes a job in the caller's transaction. When a job of the same kind and
// key waits, that one is kept: it takes the new payload and the earlier time.
// When it is running, it runs once more after this run, since it may have read
// what the caller just changed. A dead one is revived.
func Add(tx *db.Tx, j Job) (err error) {
	defer fault.Wrap(&err, "jobs.Add(%s)", j.Kind)
	j.ID = tx.ID(int(j.Province))
	if j.Key == "" {
		j.Key = "#" + strconv.FormatInt(j.ID, 10)
	}
	if j.At.IsZero() || j.At.Before(tx.Now) {
		j.At = tx.Now
	}
	if err := insert(tx, j); err != nil {
		return err
	}
	if !j.At.After(tx.Now) {
		tx.After(bells.Ring)
	}
	return nil
}

// bells wakes every runner of this process when a job was committed; a runner
// of another process finds it at its next look, a second later.
var bells db.Bells

type givenUp struct{ error }

func (g givenUp) Unwrap() error { return g.error }

// GiveUp marks a failure that no further try can mend; the job is dead at once.
func GiveUp(err error) error {
	if err == nil {
		return nil
	}
	return givenUp{err}
}

// delay is how long to wait after the n-th failed try: 1 s, 2 s, 4 s, … up to
// six hours; 20 tries span about 39 hours, a weekend's first day included.
func delay(attempt int) time.Duration {
	const longest = 6 * time.Hour
	return min(time.Second<<min(max(attempt-1, 0), 30), longest)
}

// faultOf is what is stored of a failure: its kind or sentence key, since the
// words of a foreign error may hold an address.
func faultOf(err error) string {
	var e *fault.Error
	if errors.As(err, &e) && e.Key != "" {
		return e.Kind.String() + " " + e.Key
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "too_slow"
	}
	return fault.KindOf(err).String()
}

// Filter chooses jobs to look at.
type Filter struct {
	State  State
	Kind   string
	Before int64 // ids below: the page's key
	Limit  int   // 50 when zero, at most 500
}

// List gives jobs of one state, newest first.
func List(tx *db.Tx, f Filter) (js []Job, err error) {
	defer fault.Wrap(&err, "jobs.List")
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 500)
	return list(tx, f)
}

// Revive lets a dead job be tried again, from the first try.
func Revive(tx *db.Tx, province, id int64) (err error) {
	defer fault.Wrap(&err, "jobs.Revive(%d)", id)
	if err := revive(tx, province, id); err != nil {
		return err
	}
	tx.After(bells.Ring)
	return nil
}

// Drop removes a dead job for good.
func Drop(tx *db.Tx, province, id int64) (err error) {
	defer fault.Wrap(&err, "jobs.Drop(%d)", id)
	return drop(tx, province, id)
}

// Backlog is how the queue stands, for the metrics page.
type Backlog struct {
	Due    int64     // could run now
	Dead   int64     // wait for the operator
	Oldest time.Time // since when the oldest due job could have run; zero = none is due
}

// Standing counts the queue.
func Standing(tx *db.Tx) (b Backlog, err error) {
	defer fault.Wrap(&err, "jobs.Standing")
	var oldest int64
	if b.Due, oldest, b.Dead, err = count(tx, clock.Millis(tx.Now)); b.Due > 0 {
		b.Oldest = clock.FromMillis(oldest)
	}
	return b, err
}
