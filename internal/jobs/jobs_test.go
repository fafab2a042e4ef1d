package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/jobs"
)

var (
	schema = []fs.FS{jobs.Migrations}
	start  = time.Date(2026, 11, 23, 9, 0, 0, 0, clock.Shanghai)
	quiet  = slog.New(slog.NewTextHandler(io.Discard, nil))
)

// bench is a store, its clock and a runner that writes down what it did.
type bench struct {
	t *testing.T
	d *db.DB
	c *clock.Fake
	r *jobs.Runner
	// did holds "kind payload #attempt" of every try.
	did []string
}

// each runs f on every engine, each with a clock of its own, since both run at
// once.
func each(t *testing.T, f func(b *bench)) {
	t.Helper()
	for _, postgres := range []bool{false, true} {
		c := clock.NewFake(start)
		dbtest.EachAt(t, c, schema, func(t *testing.T, d *db.DB) {
			if d.Postgres() == postgres {
				f(&bench{t: t, d: d, c: c, r: &jobs.Runner{DB: d, Log: quiet}})
			}
		})
	}
}

// handle does a kind and answers with err.
func (b *bench) handle(kind string, err error) {
	b.r.Handle(kind, func(_ context.Context, j jobs.Job) error {
		b.did = append(b.did, fmt.Sprintf("%s %s #%d", j.Kind, j.Payload, j.Attempt))
		return err
	})
}

func (b *bench) write(f func(tx *db.Tx) error) {
	b.t.Helper()
	if err := b.d.Write(context.Background(), f); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) add(js ...jobs.Job) {
	b.t.Helper()
	for _, j := range js {
		b.write(func(tx *db.Tx) error { return jobs.Add(tx, j) })
	}
}

// run does what is due and compares it with want.
func (b *bench) run(what string, want ...string) {
	b.t.Helper()
	b.did = nil
	if _, err := b.r.RunDue(context.Background()); err != nil {
		b.t.Fatal(err)
	}
	if diff := cmp.Diff(want, b.did); diff != "" {
		b.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func (b *bench) list(s jobs.State) (js []jobs.Job) {
	b.t.Helper()
	err := b.d.Read(context.Background(), func(tx *db.Tx) (err error) {
		js, err = jobs.List(tx, jobs.Filter{State: s})
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return js
}

func TestJobsRunOnceInTheOrderOfTheirTime(t *testing.T) {
	each(t, func(b *bench) {
		b.handle("k", nil)
		b.add(jobs.Job{Kind: "k", Payload: "later", At: start.Add(time.Minute)}, jobs.Job{Kind: "k", Payload: "first"},
			jobs.Job{Province: 35, Kind: "k", Payload: "second", At: start.Add(-time.Hour)}, jobs.Job{Kind: "unknown"})
		b.run("at once", "k first #1", "k second #1")
		b.run("nothing is left")
		b.c.Advance(time.Minute)
		b.run("a minute later", "k later #1")
		if js := b.list(jobs.Waiting); len(js) != 1 || js[0].Kind != "unknown" {
			b.t.Errorf("waiting: %+v", js)
		}
	})
}

func TestAJobOfAnActThatFailedDoesNotExist(t *testing.T) {
	each(t, func(b *bench) {
		b.handle("k", nil)
		failed := errors.New("the act failed")
		err := b.d.Write(context.Background(), func(tx *db.Tx) error {
			return errors.Join(jobs.Add(tx, jobs.Job{Kind: "k"}), failed)
		})
		if !errors.Is(err, failed) {
			b.t.Fatal(err)
		}
		b.run("nothing")
	})
}

func TestJobsOfOneKeyAreOneWhileTheyWait(t *testing.T) {
	each(t, func(b *bench) {
		b.handle("k", nil)
		b.add(jobs.Job{Kind: "k", Key: "7", Payload: "old", At: start.Add(time.Hour)}, jobs.Job{Kind: "k", Key: "8", Payload: "other"},
			jobs.Job{Kind: "k", Key: "7", Payload: "new"}, jobs.Job{Kind: "k", Key: "7", Payload: "newest", At: start.Add(2 * time.Hour)},
			jobs.Job{Province: 35, Kind: "k", Key: "7", Payload: "another province"})
		b.run("the newest payload at the earliest time", "k newest #1", "k other #1", "k another province #1")
		b.add(jobs.Job{Kind: "k", Key: "7", Payload: "again"})
		b.run("the key is free again", "k again #1")
	})
}

func TestAJobAddedWhileItRunsRunsOnceMore(t *testing.T) {
	each(t, func(b *bench) {
		b.r.Handle("k", func(_ context.Context, j jobs.Job) error {
			b.did = append(b.did, j.Payload)
			if len(b.did) == 1 {
				b.add(jobs.Job{Kind: "k", Key: "7", Payload: "changed meanwhile"})
			}
			return nil
		})
		b.add(jobs.Job{Kind: "k", Key: "7", Payload: "first"})
		b.run("both", "first", "changed meanwhile")
		b.run("and no more")
	})
}

func TestAFailedJobIsTriedAgainWithGrowingDelaysAndThenDead(t *testing.T) {
	each(t, func(b *bench) {
		tries := 0
		b.r.Handle("k", func(context.Context, jobs.Job) error {
			tries++
			return fault.Say(fault.Unavailable, "x.down")
		})
		b.add(jobs.Job{Kind: "k", Payload: "p"})
		var waits []time.Duration
		for last := start; ; last = b.c.Now() {
			b.run("try")
			js := b.list(jobs.Waiting)
			if len(js) == 0 {
				break
			}
			waits = append(waits, js[0].At.Sub(last))
			b.c.Set(js[0].At.Add(-time.Millisecond))
			before := tries
			b.run("too early")
			if tries != before {
				b.t.Fatal("tried before its time")
			}
			b.c.Set(js[0].At)
		}
		if tries != jobs.MaxAttempts || waits[0] != time.Second || waits[4] != 16*time.Second || waits[18] != 6*time.Hour {
			b.t.Errorf("%d tries, waits %v", tries, waits)
		}
		dead := b.list(jobs.Dead)
		if len(dead) != 1 || dead[0].Fault != "unavailable x.down" || dead[0].Attempt != jobs.MaxAttempts {
			b.t.Errorf("dead: %+v", dead)
		}
	})
}

func TestADeadJobIsRevivedOrDroppedByTheOperator(t *testing.T) {
	each(t, func(b *bench) {
		fail := true
		b.r.Handle("k", func(_ context.Context, j jobs.Job) error {
			b.did = append(b.did, fmt.Sprintf("%s #%d", j.Payload, j.Attempt))
			if fail {
				return jobs.GiveUp(errors.New("13800000000 is no address"))
			}
			return nil
		})
		b.add(jobs.Job{Kind: "k", Payload: "a"}, jobs.Job{Kind: "k", Payload: "b", Key: "b"}, jobs.Job{Kind: "k", Payload: "c"})
		b.run("given up at once", "a #1", "b #1", "c #1")
		dead := b.list(jobs.Dead)
		if len(dead) != 3 || dead[0].Fault != "internal" {
			b.t.Fatalf("dead: %+v", dead)
		}
		b.write(func(tx *db.Tx) error { return jobs.Revive(tx, 0, dead[2].ID) })
		b.write(func(tx *db.Tx) error { return jobs.Drop(tx, 0, dead[0].ID) })
		b.add(jobs.Job{Kind: "k", Payload: "b2", Key: "b"})
		fail = false
		b.run("the revived and the one added again", "a #1", "b2 #1")
		for name, act := range map[string]func(tx *db.Tx, province, id int64) error{"Revive": jobs.Revive, "Drop": jobs.Drop} {
			err := b.d.Write(context.Background(), func(tx *db.Tx) error { return act(tx, 0, dead[0].ID) })
			if !fault.Is(err, fault.NotFound) {
				b.t.Errorf("%s of none: %v", name, err)
			}
		}
	})
}

func TestAPanicIsAFailedTry(t *testing.T) {
	each(t, func(b *bench) {
		b.r.Handle("k", func(context.Context, jobs.Job) error { panic("broken") })
		b.add(jobs.Job{Kind: "k"})
		b.run("panic")
		if js := b.list(jobs.Waiting); len(js) != 1 || js[0].Fault != "internal" {
			b.t.Errorf("waiting: %+v", js)
		}
	})
}

func TestAPeriodicJobRunsAtItsTimesAndCatchesUp(t *testing.T) {
	each(t, func(b *bench) {
		fail := false
		b.r.Every("nightly", jobs.Daily(3, 30), func(context.Context, jobs.Job) error {
			b.did = append(b.did, b.c.Now().In(clock.Shanghai).Format("02 15:04"))
			if fail {
				return errors.New("failed")
			}
			return nil
		})
		b.run("not yet")
		b.c.Set(start.AddDate(0, 0, 1).Add(-5*time.Hour - 30*time.Minute))
		b.run("at half past three", "24 03:30")
		b.run("once")
		b.c.Set(start.AddDate(0, 0, 3))
		b.run("missed while stopped, once", "26 09:00")
		fail = true
		b.c.Set(start.AddDate(0, 0, 4).Add(-5*time.Hour - 30*time.Minute))
		b.run("fails", "27 03:30")
		b.c.Advance(time.Second)
		b.run("is tried again", "27 03:30")
		if len(b.list(jobs.Dead)) != 0 || len(b.list(jobs.Waiting)) != 1 {
			b.t.Error("a periodic job is one row, never dead")
		}
	})
}

func TestPeriodicTimes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		next func(time.Time) time.Time
		want time.Time
	}{
		{"later today", jobs.Daily(18, 0), start.Add(9 * time.Hour)},
		{"this very minute is tomorrow's", jobs.Daily(9, 0), start.AddDate(0, 0, 1)},
		{"ten minutes", jobs.Each(10 * time.Minute), start.Add(10 * time.Minute)},
	} {
		if got := c.next(start); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if got := jobs.Each(time.Hour)(start.Add(59 * time.Minute)); !got.Equal(start.Add(time.Hour)) {
		t.Errorf("hourly: %v", got)
	}
}

func TestTheBacklogIsCounted(t *testing.T) {
	each(t, func(b *bench) {
		b.r.Handle("bad", func(context.Context, jobs.Job) error { return jobs.GiveUp(io.EOF) })
		b.add(jobs.Job{Kind: "bad"})
		b.run("dies")
		b.add(jobs.Job{Kind: "k"})
		b.c.Advance(time.Minute)
		b.add(jobs.Job{Kind: "k"}, jobs.Job{Kind: "k", At: b.c.Now().Add(time.Hour)})
		err := b.d.Read(context.Background(), func(tx *db.Tx) error {
			got, err := jobs.Standing(tx)
			if got.Due != 2 || got.Dead != 1 || !got.Oldest.Equal(start) {
				b.t.Errorf("backlog %+v", got)
			}
			return err
		})
		if err != nil {
			b.t.Fatal(err)
		}
	})
}
