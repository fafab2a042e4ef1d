package fresh_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fresh"
)

var (
	schema = []fs.FS{fresh.Migrations}
	start  = time.Date(2026, 11, 30, 9, 0, 0, 0, clock.Shanghai)
)

// process is one process on a store: what it was told, and its ear.
type process struct {
	*db.DB
	told []string
	ear  *fresh.Ear
}

func run(d *db.DB) *process {
	p := &process{DB: d}
	fresh.Hear(d, func(tags []string) { p.told = append(p.told, tags...) })
	p.ear = fresh.Listen(d)
	return p
}

func (p *process) change(t *testing.T, tags ...string) {
	t.Helper()
	if err := p.Write(context.Background(), func(tx *db.Tx) error { return fresh.Change(tx, 35, tags...) }); err != nil {
		t.Fatal(err)
	}
}

// wants checks what the process was told since it was last asked.
func (p *process) wants(t *testing.T, when string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, p.told); diff != "" {
		t.Errorf("%s (-want +told):\n%s", when, diff)
	}
	p.told = nil
}

func (p *process) look(t *testing.T) {
	t.Helper()
	if _, err := p.ear.Look(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// two runs f with two processes on one store, on every engine to be had.
func two(t *testing.T, f func(t *testing.T, c *clock.Fake, one, other *process)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, clock.Clock, ...fs.FS) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(start)
			d := open(t, c, schema...)
			f(t, c, run(d), run(dbtest.Again(t, d)))
		})
	}
}

func TestAChangeIsToldAtTheCommitAndToOthersWhenTheyLook(t *testing.T) {
	two(t, func(t *testing.T, c *clock.Fake, one, other *process) {
		boom := errors.New("boom")
		if err := one.Write(context.Background(), func(tx *db.Tx) error {
			return errors.Join(fresh.Change(tx, 35, "item/1"), boom)
		}); !errors.Is(err, boom) {
			t.Fatal(err)
		}
		one.wants(t, "after a use case that failed")
		one.change(t, "place/35", "item/1", "item/1")
		one.wants(t, "at the commit", "item/1", "place/35")
		other.wants(t, "before it looks")
		other.look(t)
		other.wants(t, "after it looked", "item/1", "place/35")
		for range 3 {
			c.Advance(time.Second)
			other.look(t)
			one.look(t)
		}
		c.Advance(time.Minute)
		other.look(t)
		one.look(t)
		one.wants(t, "of what it did itself")
		other.wants(t, "again")
	})
}

// TestACommitThatComesLateIsHeardOf: a transaction that took long becomes
// visible with a time that others looked past already, and so does one of a
// process whose clock is behind.
func TestACommitThatComesLateIsHeardOf(t *testing.T) {
	two(t, func(t *testing.T, c *clock.Fake, one, other *process) {
		for i, late := range []time.Duration{time.Second, 14 * time.Second, 9 * time.Minute} {
			other.look(t)
			c.Set(start.Add(time.Duration(i) * time.Hour / 2))
			for range 30 {
				c.Advance(time.Second)
				other.look(t)
			}
			now := c.Now()
			c.Set(now.Add(-late))
			one.change(t, fmt.Sprintf("item/%d", i))
			c.Set(now)
			for range 11 { // within so many seconds, whatever it was
				c.Advance(time.Second)
				other.look(t)
			}
			other.wants(t, fmt.Sprintf("%v late", late), fmt.Sprintf("item/%d", i))
		}
	})
}

func TestManyChangesAtOnceAreAllHeardOf(t *testing.T) {
	two(t, func(t *testing.T, c *clock.Fake, one, other *process) {
		const n = 2345
		if err := one.Write(context.Background(), func(tx *db.Tx) error {
			for i := range n {
				if err := fresh.Change(tx, 35, fmt.Sprintf("item/%d", i)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		other.look(t)
		if len(other.told) != n {
			t.Errorf("told of %d changes, want %d", len(other.told), n)
		}
	})
}

// TestWhoCouldNotLookForLongTrustsNothing: a process that was cut off from the
// store forgets everything, and rows are kept longer than that takes.
func TestWhoCouldNotLookForLongTrustsNothing(t *testing.T) {
	two(t, func(t *testing.T, c *clock.Fake, one, other *process) {
		c.Advance(30 * time.Minute)
		one.change(t, "item/1")
		c.Advance(20 * time.Minute)
		other.look(t)
		other.wants(t, "cut off for less than an hour", "item/1")
		c.Advance(2 * time.Hour)
		other.look(t)
		other.wants(t, "cut off for two hours", fresh.Everything)
		if n, err := fresh.DropOld(context.Background(), one.DB); n != 0 || err != nil {
			t.Errorf("%d rows of two hours were deleted (%v)", n, err)
		}
		c.Advance(6 * time.Hour)
		one.change(t, "item/2")
		if n, err := fresh.DropOld(context.Background(), one.DB); n != 1 || err != nil {
			t.Errorf("%d rows were deleted (%v), want the old one", n, err)
		}
	})
}

func TestWhatIsReadIsNoted(t *testing.T) {
	d := dbtest.SQLite(t, clock.NewFake(start), schema...)
	read := func(ctx context.Context, f func(tx *db.Tx) error) {
		t.Helper()
		if err := d.Read(ctx, f); err != nil {
			t.Fatal(err)
		}
	}
	const query = "select count(*) from page_change"
	var n int
	for _, c := range []struct {
		name  string
		f     func(tx *db.Tx) error
		want  []string
		known bool
	}{
		{"nothing", func(*db.Tx) error { return nil }, nil, true},
		{"a part", func(tx *db.Tx) error { return tx.Of("unit/2", "unit/1").Row(query).Scan(&n) }, []string{"unit/1", "unit/2"}, true},
		{"what is noted afterwards", func(tx *db.Tx) error {
			fresh.Note(tx.Ctx, "item/1")
			return tx.Of().Row(query).Scan(&n)
		}, []string{"item/1"}, true},
		{"what changes with everything", func(tx *db.Tx) error { return tx.Of(fresh.Everything).Row(query).Scan(&n) }, nil, true},
		{"of which nobody said what it is", func(tx *db.Tx) error {
			if err := tx.Of("unit/1").Row(query).Scan(&n); err != nil {
				return err
			}
			return tx.Row(query).Scan(&n)
		}, []string{"unit/1"}, false},
	} {
		ctx, noted := fresh.Noting(context.Background())
		read(ctx, c.f)
		tags, known := noted.Tags()
		if diff := cmp.Diff(c.want, tags); diff != "" || known != c.known {
			t.Errorf("%s: known %v, want %v (-want +got):\n%s", c.name, known, c.known, diff)
		}
	}
	ctx, noted := fresh.Noting(context.Background())
	for i := range fresh.MostTags + 1 {
		fresh.Note(ctx, fmt.Sprint(i))
	}
	if tags, known := noted.Tags(); known || len(tags) != fresh.MostTags {
		t.Errorf("%d parts are noted, known %v", len(tags), known)
	}
}

// TestALookWalksNoTable: it comes every second, in every process.
func TestALookWalksNoTable(t *testing.T) {
	d := dbtest.SQLite(t, clock.NewFake(start), schema...)
	ear := fresh.Listen(d)
	dbtest.NoScanIn(t, d, context.Background(), func(ctx context.Context) error {
		_, err := ear.Look(ctx)
		return err
	}, "page_change")
}
