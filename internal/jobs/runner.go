package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Runner does the jobs of one process. Handlers are named before Run.
type Runner struct {
	DB      *db.DB
	Log     *slog.Logger  // nil means slog.Default()
	Workers int           // jobs at once; 4 when zero
	Lease   time.Duration // how long one try may take; 5 minutes when zero
	Poll    time.Duration // how often to look without being woken; 1 s when zero
	Grace   time.Duration // how long running jobs may go on after a stop; 20 s when zero
	// Observe, when set, hears of every try: its kind, how long it took and how
	// it ended. For metrics; kinds are a bounded set.
	Observe func(kind string, took time.Duration, err error)

	handlers map[string]handler
	mu       sync.Mutex
	running  map[string]int // tries under way by kind; guarded by mu
	// Of tests: when to renew, and that it was done.
	ticks   func(time.Duration) (c <-chan time.Time, stop func())
	renewed func()
}

type handler struct {
	do     Func
	atMost int                           // at once; 0 = as many as there are workers
	most   time.Duration                 // how long one try may take; 0 = the lease
	next   func(now time.Time) time.Time // periodic jobs: the run after now
}

// periodicKey is the one key of a periodic job.
const periodicKey = "every"

// Handle names who does the jobs of a kind. Jobs of kinds no runner handles
// wait.
func (r *Runner) Handle(kind string, f Func) { r.add(kind, handler{do: f}) }

// HandleSome is Handle for slow kinds (mail, calls to other systems), of which
// at most n run at once, so that they do not keep every worker.
func (r *Runner) HandleSome(kind string, n int, f Func) { r.add(kind, handler{do: f, atMost: n}) }

// HandleLong is Handle for kinds that may take longer than a lease, of which
// one runs at a time: while it runs the lease is renewed, so that the job of a
// process that dies comes back as soon as any other; after most it is stopped.
func (r *Runner) HandleLong(kind string, most time.Duration, f Func) {
	r.add(kind, handler{do: f, atMost: 1, most: most})
}

// Every does f at the times next gives, each time once over all processes.
// A failed run is tried again like any job, but never given up.
func (r *Runner) Every(kind string, next func(now time.Time) time.Time, f Func) {
	r.add(kind, handler{do: f, next: next, atMost: 1})
}

func (r *Runner) add(kind string, h handler) {
	if r.handlers == nil {
		r.handlers, r.running = map[string]handler{}, map[string]int{}
	}
	if _, twice := r.handlers[kind]; twice {
		panic("jobs: two handlers for " + kind)
	}
	r.handlers[kind] = h
}

// Run does jobs until ctx ends; then it lets those under way end and returns.
func (r *Runner) Run(ctx context.Context) error {
	bell, quiet := bells.Listen()
	defer quiet()
	// Tries outlive the stop by Grace, so that most end in order.
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(or(r.Grace, 20*time.Second), cut) })()
	if err := r.schedule(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // told to stop while it began
		}
		return err
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	freed := make(chan struct{}, 1)
	look := time.NewTicker(or(r.Poll, time.Second))
	defer look.Stop()
	for ctx.Err() == nil {
		n, err := r.start(ctx, work, &wg, freed)
		if err != nil && ctx.Err() == nil {
			r.log().ErrorContext(ctx, "jobs cannot be read", "error", err)
		}
		if n > 0 {
			continue
		}
		select {
		case <-ctx.Done():
		case <-bell:
		case <-freed:
		case <-look.C:
		}
	}
	return nil
}

// RunDue does everything that is due now, one after another, and tells how many
// tries it made; for tests and for commands that must leave nothing undone.
func (r *Runner) RunDue(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "jobs.RunDue")
	if err := r.schedule(ctx); err != nil {
		return 0, err
	}
	for {
		js, err := r.claim(ctx, 1)
		if err != nil || len(js) == 0 {
			return n, err
		}
		n++
		if err := r.try(ctx, ctx, js[0]); err != nil {
			return n, err
		}
	}
}

// start claims as many jobs as there are free workers and sets them to work.
func (r *Runner) start(ctx, work context.Context, wg *sync.WaitGroup, freed chan struct{}) (int, error) {
	js, err := r.claim(ctx, r.free())
	for _, j := range js {
		wg.Go(func() {
			if err := r.try(ctx, work, j); err != nil {
				r.log().ErrorContext(ctx, "a job's end cannot be written", "kind", j.Kind, "job", j.ID, "error", err)
			}
			select {
			case freed <- struct{}{}:
			default:
			}
		})
	}
	return len(js), err
}

func (r *Runner) free() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := or(r.Workers, 4)
	for _, k := range r.running {
		n -= k
	}
	return n
}

// claim takes up to n due jobs, each kind within its own bound.
func (r *Runner) claim(ctx context.Context, n int) (js []Job, err error) {
	var common []string
	for _, kind := range r.kinds() {
		h := r.handlers[kind]
		if h.atMost == 0 {
			common = append(common, kind)
			continue
		}
		more, err := r.claimKinds(ctx, []string{kind}, min(n-len(js), h.atMost-r.underWay(kind)))
		if err != nil {
			return js, err
		}
		js = append(js, more...)
	}
	more, err := r.claimKinds(ctx, common, n-len(js))
	return append(js, more...), err
}

func (r *Runner) claimKinds(ctx context.Context, kinds []string, n int) (js []Job, err error) {
	if n <= 0 || len(kinds) == 0 {
		return nil, nil
	}
	waiting := 0
	if err := r.DB.Read(ctx, func(tx *db.Tx) (err error) {
		waiting, err = due(tx, kinds, n)
		return err
	}); err != nil || waiting == 0 {
		return nil, err
	}
	// Once claimed a job must be worked on, so the claim is not cancelled.
	err = r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) (err error) {
		js, err = claim(tx, kinds, n, r.lease())
		return err
	})
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, j := range js {
		r.running[j.Kind]++
	}
	return js, nil
}

func (r *Runner) underWay(kind string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.running[kind]
}

func (r *Runner) lease() time.Duration { return or(r.Lease, 5*time.Minute) }

// renewing keeps the lease of a long job until the function it returns is
// called; a lease that was lost ends the try, since another has begun.
func (r *Runner) renewing(ctx context.Context, lost context.CancelFunc, j Job) (stop func()) {
	every := r.ticks
	if every == nil {
		every = func(d time.Duration) (<-chan time.Time, func()) {
			t := time.NewTicker(d)
			return t.C, t.Stop
		}
	}
	tick, end := every(r.lease() / 4)
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		defer end()
		for {
			select {
			case <-done:
				return
			case <-ctx.Done():
				return
			case <-tick:
			}
			ours := true
			if err := r.DB.Write(ctx, func(tx *db.Tx) (err error) {
				ours, err = renew(tx, j, r.lease())
				return err
			}); err == nil && !ours {
				lost()
				return
			}
			if r.renewed != nil {
				r.renewed()
			}
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}

// try does one job and writes how it ended.
func (r *Runner) try(ctx, work context.Context, j Job) error {
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.running[j.Kind]--
	}()
	h, began := r.handlers[j.Kind], r.DB.Clock().Now()
	work, cancel := context.WithTimeout(work, or(h.most, r.lease()))
	defer cancel()
	if h.most > 0 {
		defer r.renewing(work, cancel, j)()
	}
	err := call(work, h.do, j)
	if r.Observe != nil {
		r.Observe(j.Kind, r.DB.Clock().Now().Sub(began), err)
	}
	return r.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error { return r.end(ctx, tx, h, j, err) })
}

func (r *Runner) end(ctx context.Context, tx *db.Tx, h handler, j Job, err error) error {
	var g givenUp
	switch {
	case err == nil && h.next != nil:
		return again(tx, j, h.next(tx.Now))
	case err == nil:
		return finish(tx, j)
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return release(tx, j) // stopped, not failed
	case h.next != nil && j.Attempt >= MaxAttempts:
		return again(tx, j, h.next(tx.Now))
	case errors.As(err, &g), j.Attempt >= MaxAttempts:
		tx.After(func() { r.report(ctx, "a job is dead", j, err) })
		return failed(tx, j, Dead, tx.Now, faultOf(err))
	}
	tx.After(func() { r.report(ctx, "a job failed and is tried again", j, err) })
	return failed(tx, j, Waiting, tx.Now.Add(delay(j.Attempt)), faultOf(err))
}

func (r *Runner) report(ctx context.Context, what string, j Job, err error) {
	r.log().WarnContext(ctx, what, "kind", j.Kind, "job", j.ID, "try", j.Attempt, "error", err)
}

// call turns a panic into a failed try: one broken handler must not take the
// process, and with it every other one, down.
func call(ctx context.Context, f Func, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a job: %v\n%s", p, debug.Stack())
		}
	}()
	return f(ctx, j)
}

// schedule makes sure that every periodic job has its next run.
func (r *Runner) schedule(ctx context.Context) error {
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		for _, kind := range r.kinds() {
			h := r.handlers[kind]
			if h.next == nil {
				continue
			}
			if err := insertPeriodic(tx, Job{Kind: kind, Key: periodicKey, At: h.next(tx.Now)}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *Runner) kinds() []string {
	out := make([]string, 0, len(r.handlers))
	for k := range r.handlers {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (r *Runner) log() *slog.Logger {
	if r.Log == nil {
		return slog.Default()
	}
	return r.Log
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
