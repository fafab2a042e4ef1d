package jobs_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"yangguang/internal/db"
	"yangguang/internal/jobs"
)

// serve runs the runner until the test stops it.
func (b *bench) serve() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.r.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				b.t.Error(err)
			}
		})
	}
	b.t.Cleanup(stop)
	return stop
}

// soon fails a test that would otherwise hang.
func soon[T any](t *testing.T, c <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(20 * time.Second):
		t.Fatal("waited in vain: " + what)
	}
	return v
}

func TestARunnerIsWokenByTheCommit(t *testing.T) {
	each(t, func(b *bench) {
		b.r.Poll = time.Hour // only the bell wakes it
		ran := make(chan string, 10)
		b.r.Handle("k", func(_ context.Context, j jobs.Job) error { ran <- j.Payload; return nil })
		b.serve()
		for i := range 5 {
			b.add(jobs.Job{Kind: "k", Payload: fmt.Sprint(i)})
			if got := soon(b.t, ran, "job"); got != fmt.Sprint(i) {
				b.t.Errorf("ran %s, want %d", got, i)
			}
		}
	})
}

func TestARunnerFindsJobsOfAnotherProcessByLooking(t *testing.T) {
	each(t, func(b *bench) {
		b.r.Poll = 10 * time.Millisecond
		ran := make(chan string, 1)
		b.r.Handle("k", func(_ context.Context, j jobs.Job) error { ran <- j.Payload; return nil })
		b.add(jobs.Job{Kind: "k", Payload: "due in an hour, which nothing announces", At: start.Add(time.Hour)})
		b.serve()
		b.c.Advance(time.Hour)
		soon(b.t, ran, "job")
	})
}

func TestTwoRunnersDoEveryJobOnce(t *testing.T) {
	each(t, func(b *bench) {
		const n = 60
		var mu sync.Mutex
		seen, all := map[string]int{}, make(chan struct{})
		do := func(_ context.Context, j jobs.Job) error {
			mu.Lock()
			defer mu.Unlock()
			if seen[j.Payload]++; len(seen) == n {
				close(all)
			}
			return nil
		}
		b.r.Handle("k", do)
		other := &bench{t: b.t, d: b.d, c: b.c, r: &jobs.Runner{DB: b.d, Log: quiet}}
		other.r.Handle("k", do)
		stop, stopOther := b.serve(), other.serve()
		b.write(func(tx *db.Tx) error {
			for i := range n {
				if err := jobs.Add(tx, jobs.Job{Kind: "k", Payload: fmt.Sprint(i)}); err != nil {
					return err
				}
			}
			return nil
		})
		soon(b.t, all, "all jobs")
		stop()
		stopOther()
		for p, times := range seen {
			if times != 1 {
				b.t.Errorf("job %s ran %d times", p, times)
			}
		}
		if left := len(b.list(jobs.Waiting)) + len(b.list(jobs.Running)); left != 0 {
			b.t.Errorf("%d jobs left", left)
		}
	})
}

// A process told to stop while it starts ends in order, as it does later.
func TestARunnerStoppedBeforeItBeganEndsInOrder(t *testing.T) {
	each(t, func(b *bench) {
		b.r.Every("daily", jobs.Daily(1, 0), func(context.Context, jobs.Job) error { return nil })
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := b.r.Run(ctx); err != nil {
			b.t.Error(err)
		}
	})
}

func TestSlowKindsDoNotKeepEveryWorker(t *testing.T) {
	each(t, func(b *bench) {
		b.r.Workers = 3
		began, release, quick := make(chan struct{}, 10), make(chan struct{}), make(chan struct{}, 1)
		b.r.HandleSome("slow", 2, func(context.Context, jobs.Job) error { began <- struct{}{}; <-release; return nil })
		b.r.Handle("quick", func(context.Context, jobs.Job) error { quick <- struct{}{}; return nil })
		for range 5 {
			b.add(jobs.Job{Kind: "slow"})
		}
		stop := b.serve()
		soon(b.t, began, "slow job")
		soon(b.t, began, "second slow job")
		b.add(jobs.Job{Kind: "quick"})
		soon(b.t, quick, "the quick job beside slow ones")
		if len(began) != 0 {
			b.t.Error("more slow jobs at once than allowed")
		}
		close(release)
		for range 3 {
			soon(b.t, began, "the other slow jobs")
		}
		stop()
	})
}

func TestAStopLetsRunningJobsEnd(t *testing.T) {
	each(t, func(b *bench) {
		began, release, stopped := make(chan struct{}), make(chan struct{}), make(chan struct{})
		b.r.Handle("k", func(ctx context.Context, _ jobs.Job) error { close(began); <-release; return ctx.Err() })
		b.add(jobs.Job{Kind: "k"})
		stop := b.serve()
		soon(b.t, began, "job")
		go func() { stop(); close(stopped) }()
		b.add(jobs.Job{Kind: "k", Payload: "after the stop"})
		close(release)
		soon(b.t, stopped, "the stop")
		for _, j := range b.list(jobs.Waiting) {
			if j.Payload == "" {
				b.t.Errorf("the job that was let end is still there: %+v", j)
			}
		}
	})
}

func TestAStopCutsWhatWillNotEndAndGivesItBackUntried(t *testing.T) {
	each(t, func(b *bench) {
		b.r.Grace = time.Millisecond
		began := make(chan struct{})
		b.r.Handle("k", func(ctx context.Context, _ jobs.Job) error { close(began); <-ctx.Done(); return ctx.Err() })
		b.add(jobs.Job{Kind: "k", Payload: "endless"})
		stop := b.serve()
		soon(b.t, began, "job")
		stop()
		js := b.list(jobs.Waiting)
		if len(js) != 1 || js[0].Attempt != 0 || js[0].Fault != "" {
			b.t.Errorf("waiting: %+v", js)
		}
	})
}

func TestTheJobOfAProcessThatDiedComesBack(t *testing.T) {
	each(t, func(b *bench) {
		b.r.Workers = 1 // and that one is lost, so the first process takes nothing more
		died := make(chan struct{})
		b.r.Handle("k", func(context.Context, jobs.Job) error {
			close(died)
			select {} // as good as dead: never comes back
		})
		b.add(jobs.Job{Kind: "k", Payload: "p"})
		go func() { _ = b.r.Run(context.Background()) }()
		soon(b.t, died, "the first process")
		heir := &bench{t: b.t, d: b.d, c: b.c, r: &jobs.Runner{DB: b.d, Log: quiet}}
		heir.handle("k", nil)
		b.c.Advance(5*time.Minute - time.Millisecond)
		heir.run("the lease holds")
		b.c.Advance(time.Millisecond)
		heir.run("the lease is over", "k p #2")
		heir.run("done")
	})
}

func TestALongJobKeepsItsLeaseAndLosesItWithItsProcess(t *testing.T) {
	each(t, func(b *bench) {
		tick, renewed, begun, end := make(chan time.Time), make(chan bool), make(chan struct{}), make(chan error)
		b.r.Tick(tick, func() { renewed <- true })
		b.r.HandleLong("k", time.Hour, func(ctx context.Context, _ jobs.Job) error {
			close(begun)
			select {
			case err := <-end:
				return err
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		})
		b.add(jobs.Job{Kind: "k", Payload: "p"})
		ran := make(chan error, 1)
		go func() { _, err := b.r.RunDue(context.Background()); ran <- err }()
		soon(b.t, begun, "the long job")
		other := &bench{t: b.t, d: b.d, c: b.c, r: &jobs.Runner{DB: b.d, Log: quiet}}
		other.handle("k", nil)
		for range 3 { // three leases long
			b.c.Advance(4 * time.Minute)
			tick <- time.Time{}
			soon(b.t, renewed, "the renewal")
			other.run("the lease was renewed")
		}
		b.c.Advance(5 * time.Minute)
		other.run("no renewal came: it is taken for dead", "k p #2")
		tick <- time.Time{}
		if err := soon(b.t, ran, "the end of the one that lost its lease"); err != nil {
			b.t.Error(err)
		}
	})
}

func TestATryThatTakesTooLongIsEndedAndFails(t *testing.T) {
	each(t, func(b *bench) {
		b.r.Lease = time.Millisecond
		var heard []string
		b.r.Observe = func(kind string, _ time.Duration, err error) { heard = append(heard, fmt.Sprint(kind, " ", err)) }
		b.r.Handle("k", func(ctx context.Context, _ jobs.Job) error { <-ctx.Done(); return ctx.Err() })
		b.add(jobs.Job{Kind: "k"})
		b.run("too slow")
		if js := b.list(jobs.Waiting); len(js) != 1 || js[0].Fault != "too_slow" {
			b.t.Errorf("waiting: %+v", js)
		}
		if len(heard) != 1 || heard[0] != "k context deadline exceeded" {
			b.t.Errorf("observed %v", heard)
		}
	})
}
