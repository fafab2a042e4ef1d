package audit_test

import (
	"context"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/i18n"
)

var (
	schema = []fs.FS{audit.Migrations}
	start  = time.Date(2026, 11, 23, 9, 0, 0, 0, clock.Shanghai)
)

// each runs f on every engine, each with a clock of its own, since both run at
// once.
func each(t *testing.T, f func(t *testing.T, d *db.DB, c *clock.Fake)) {
	t.Helper()
	for _, postgres := range []bool{false, true} {
		c := clock.NewFake(start)
		dbtest.EachAt(t, c, schema, func(t *testing.T, d *db.DB) {
			if d.Postgres() == postgres {
				f(t, d, c)
			}
		})
	}
}

type fataler interface {
	Helper()
	Fatal(...any)
}

func add(t fataler, d *db.DB, es ...audit.Entry) {
	t.Helper()
	for _, e := range es {
		if err := d.Write(context.Background(), func(tx *db.Tx) error { return audit.Append(tx, e) }); err != nil {
			t.Fatal(err)
		}
	}
}

func verify(t fataler, d *db.DB, province int64, ws ...audit.Head) audit.Report {
	t.Helper()
	r, err := audit.Verify(context.Background(), d, province, ws...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func entry(province int64, i int) audit.Entry {
	return audit.Entry{Province: province, Person: int64(10 + i%2), Login: 3, Agency: int64(i % 3), Verb: "room.verb",
		Object: fmt.Sprint("n", i), Reason: "群众来信核实", Detail: "draft>review"}
}

func TestAChainIsWholeAsWritten(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		if r := verify(t, d, 35); r.Lines != 0 || r.Fault != "" {
			t.Errorf("empty chain: %+v", r)
		}
		for i := range 5 {
			add(t, d, entry(35, i))
		}
		add(t, d, entry(11, 0))
		add(t, d, audit.Entry{Province: 35, Verb: "x", Reason: "bad \x00 and \xff bytes"})
		if r := verify(t, d, 35); r.Lines != 6 || r.Fault != "" || r.Head.Seq != 6 {
			t.Errorf("chain of 6: %+v", r)
		}
		if r := verify(t, d, 11); r.Lines != 1 || r.Fault != "" {
			t.Errorf("the neighbour's chain: %+v", r)
		}
	})
}

func TestARolledBackActLeavesNoLine(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		add(t, d, entry(35, 0))
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			if err := audit.Append(tx, entry(35, 1)); err != nil {
				return err
			}
			return fmt.Errorf("the act failed")
		})
		if err == nil {
			t.Fatal("the act did not fail")
		}
		add(t, d, entry(35, 2))
		if r := verify(t, d, 35); r.Lines != 2 || r.Fault != "" {
			t.Errorf("report %+v", r)
		}
	})
}

func TestActsAtOnceMakeOneChain(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		const people, acts = 8, 10
		done := make(chan error, people)
		for p := range people {
			go func() {
				var err error
				for i := 0; i < acts && err == nil; i++ {
					err = d.Write(context.Background(), func(tx *db.Tx) error { return audit.Append(tx, entry(35, p*acts+i)) })
				}
				done <- err
			}()
		}
		for range people {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		if r := verify(t, d, 35); r.Lines != people*acts || r.Fault != "" {
			t.Errorf("report %+v", r)
		}
	})
}

func TestListFiltersAndPagesByKey(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, c *clock.Fake) {
		for i := range 6 {
			add(t, d, entry(35, i))
			c.Advance(time.Minute)
		}
		add(t, d, audit.Entry{Province: 35, Person: 99, Verb: "roomier.verb", Object: "n0"})
		for _, tc := range []struct {
			name string
			f    audit.Filter
			want []int64
		}{
			{"everything, newest first", audit.Filter{}, []int64{7, 6, 5, 4, 3, 2, 1}},
			{"a page", audit.Filter{Limit: 2}, []int64{7, 6}},
			{"the next page", audit.Filter{Limit: 2, Before: 6}, []int64{5, 4}},
			{"one person", audit.Filter{Person: 11}, []int64{6, 4, 2}},
			{"one agency", audit.Filter{Agency: 2}, []int64{6, 3}},
			{"one object", audit.Filter{Object: "n0"}, []int64{7, 1}},
			{"one verb", audit.Filter{Verb: "roomier.verb"}, []int64{7}},
			{"a room's verbs", audit.Filter{Verb: "room."}, []int64{6, 5, 4, 3, 2, 1}},
			{"a span of time", audit.Filter{From: start.Add(time.Minute), To: start.Add(3 * time.Minute)}, []int64{3, 2}},
			{"nothing", audit.Filter{Person: 10, Agency: 5}, nil},
		} {
			tc.f.Province = 35
			var got []int64
			err := d.Read(context.Background(), func(tx *db.Tx) error {
				ls, err := audit.List(tx, tc.f)
				for _, l := range ls {
					got = append(got, l.Seq)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.name, diff)
			}
		}
	})
}

// TestEveryTamperingIsNamed edits, deletes, moves, adds and cuts at random.
func TestEveryTamperingIsNamed(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		province := int64(1000)
		rapid.Check(t, func(t *rapid.T) {
			province++
			n := rapid.Int64Range(1, 7).Draw(t, "lines")
			for i := range n {
				add(t, d, entry(province, int(i)))
			}
			r := verify(t, d, province)
			if r.Fault != "" {
				t.Fatalf("whole chain: %+v", r)
			}
			at := rapid.Int64Range(1, n).Draw(t, "at")
			how := rapid.SampledFrom(tamperings).Draw(t, "how")
			witnesses := []audit.Head(nil)
			if how.witness {
				witnesses = []audit.Head{r.Head}
			}
			low, high := tamper(t, d, how, province, at, n)
			got := verify(t, d, province, witnesses...)
			if got.Fault == "" || got.Wrong < low || got.Wrong > high {
				t.Fatalf("%s at %d of %d: %+v, want wrong between %d and %d", how.name, at, n, got, low, high)
			}
			if !i18n.Has(i18n.ZH, "audit."+string(got.Fault)) {
				t.Fatalf("no sentence for %q", got.Fault)
			}
		})
	})
}

func TestLocaleIsComplete(t *testing.T) {
	for _, p := range i18n.Check(audit.Locale) {
		t.Error(p)
	}
}
