package search

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
)

// TestSettleJoinsTheIndexAndLosesNothing puts and takes documents in many
// transactions, so that the index is in pieces.
func TestSettleJoinsTheIndexAndLosesNothing(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t, nil, Migrations)
	do := func(f func(tx *db.Tx) error) {
		t.Helper()
		if err := d.Write(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	if err := Setup(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	const n = 150
	for i := range n {
		do(func(tx *db.Tx) error {
			if i%10 == 9 {
				return Delete(tx, 35, int64(i-3))
			}
			return Put(tx, Doc{Province: 35, ID: int64(i), Kind: "item", Title: "公告" + strconv.Itoa(i), Body: strings.Repeat("奖励扶助"+strconv.Itoa(i*i)+"，", 50), At: time.UnixMilli(int64(i) * 1000)})
		})
	}
	state := func() (pieces int, hits []Hit) {
		t.Helper()
		if err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
			if pieces, err = segments(tx); err != nil {
				return err
			}
			hits, err = Find(tx, Q{Text: "奖励扶助", Limit: n})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return pieces, hits
	}
	pieces, before := state()
	if pieces < settleSegments || len(before) != n-n/10*2 {
		t.Fatalf("%d pieces, %d hits", pieces, len(before))
	}
	if err := Settle(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	pieces, after := state()
	if pieces != 1 || !slices.Equal(before, after) {
		t.Errorf("%d pieces, %d hits of %d", pieces, len(after), len(before))
	}
	do(func(tx *db.Tx) error {
		_, err := tx.Exec("insert into search_shelf(search_shelf, rank) values ('integrity-check', 0)")
		return err
	})
}

func TestEveryPlaceOfAStretchIsInItsCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.Int64Range(0, 1<<62)
		from, to := at.Draw(t, "from"), at.Draw(t, "to")
		if rapid.Bool().Draw(t, "near") {
			to = from + rapid.Int64Range(0, 1<<50).Draw(t, "width")
		}
		if from, to = min(from, to), max(from, to); to < 0 {
			return
		}
		open := rapid.Bool().Draw(t, "open")
		asked := cells(from, to, open)
		if to-from < 1<<57 && len(asked) > 64 {
			t.Fatalf("%d cells of %d ms", len(asked), (to-from)>>placeBits)
		}
		in := func(place int64) bool {
			return slices.ContainsFunc(cellLabels(place), func(l string) bool { return slices.Contains(asked, l) })
		}
		for _, place := range []int64{from, to, rapid.Int64Range(from, to).Draw(t, "place")} {
			if !in(place) {
				t.Fatalf("%d is in none of %v", place, asked)
			}
		}
		// Not much more than the stretch is asked for.
		wide := int64(1) << (placeBits + cellShift)
		for (to-from)/wide > cellsAcross {
			wide *= 4
		}
		if before := from - 2*wide; before > 0 && in(before) {
			t.Fatalf("%d is far before %d", before, from)
		}
		if after := to + 2*wide; !open && after > 0 && in(after) {
			t.Fatalf("%d is far behind %d", after, to)
		}
	})
}

func TestOutlineGuessesWhereAndHowMany(t *testing.T) {
	o := outline{docs: 1000, bounds: []int64{0, 100, 200, 300, 1000}, rare: 0.01, share: map[string]float64{"公示": 0.5, "奖励": 0.1, "励扶": 0.2}}
	for _, c := range []struct {
		name  string
		place int64
		docs  float64
		want  int64
	}{
		{"a part of the newest quarter", 1000, 125, 650},
		{"a whole quarter back", 1000, 250, 300},
		{"newer than what was counted", 5000, 125, 650},
		{"from the middle", 200, 250, 100},
		{"before the oldest", 100, 300, -1},
		{"most of all", 1000, 500, -1},
	} {
		if got, ok := o.back(c.place, c.docs); ok != (c.want >= 0) || ok && got != c.want {
			t.Errorf("%s: %d %v, want %d", c.name, got, ok, c.want)
		}
	}
	if _, ok := (&outline{docs: 5}).back(9, 1); ok {
		t.Error("without bounds something was guessed")
	}
	for _, c := range []struct {
		words [][][]string
		want  float64
	}{
		{nil, 1},
		{[][][]string{{{"公示"}}}, 0.5},
		{[][][]string{{{"奖励", "励扶"}}}, 0.1},
		{[][][]string{{{"奖励"}, {"励扶"}}, {{"公示"}}}, 0.15},
		{[][][]string{{{"从未"}}}, 0.005},
		{[][][]string{{{"公示"}, {"公示"}, {"公示"}}}, 1},
	} {
		if got := o.fits(c.words); got < c.want*0.999 || got > c.want*1.001 {
			t.Errorf("%v: %v, want %v", c.words, got, c.want)
		}
	}
}
