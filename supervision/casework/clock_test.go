package casework

import (
	"flag"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/norm"
)

var sequences = flag.Int("sequences", 1_000_000, "lives of a matter the clock is tried with")

// TestTheOuterClockAgreesWithADayByDayLife tries a million lives of a matter, in
// any order an office could produce, against a simulator that lives through the
// days one by one, knows nothing of intervals and never looks at a hop. Each
// life is counted once more without its hops: not a day may differ.
func TestTheOuterClockAgreesWithADayByDayLife(t *testing.T) {
	t.Parallel()
	c := &norm.Builtin().Casework
	cal := calendar.Builtin()
	rnd := rand.New(rand.NewPCG(3, 2026))
	n := *sequences
	if testing.Short() {
		n = min(n, 50_000)
	}
	kinds := []Rules{RulesFor(c, "complaint", "usual", "", "county"), RulesFor(c, "petition", "usual", "", "county"), RulesFor(c, "enquiry", "usual", "", "township"), RulesFor(c, "petition", "usual", "recheck", "county")}
	for i := range n {
		rules := kinds[i%len(kinds)]
		evs := randomLife(rnd)
		got := Reckon(cal, rules, evs)
		if want := live(cal, rules, evs); !got.Due.Equal(want) {
			t.Fatalf("life %d %+v: due %s, lived through %s", i, evs, got.Due, want)
		}
		bare := Reckon(cal, rules, slices.DeleteFunc(slices.Clone(evs), func(e Event) bool {
			return slices.Contains([]string{evSent, evSigned, evObjected, evUpheld, evOverruled, evRecalled}, e.Kind)
		}))
		if !got.Due.Equal(bare.Due) || !got.First.Equal(bare.First) {
			t.Fatalf("life %d %+v: its hops moved the outer clock from %s to %s", i, evs, bare.Due, got.Due)
		}
	}
}

func randomLife(rnd *rand.Rand) []Event {
	at := clock.MustDate("2018-06-01").AddDays(rnd.IntN(2600)).Start().Add(9 * time.Hour)
	var out []Event
	add := func(kind string, n int, code string) {
		out = append(out, Event{ID: int64(len(out) + 1), Kind: kind, At: at, N: n, Code: code})
		at = at.Add(time.Duration(rnd.IntN(150)) * time.Hour)
	}
	add(evFiled, 0, "")
	if rnd.IntN(4) == 0 {
		add(evAsked, 0, "")
		add([]string{evSupplied, evUnasked}[rnd.IntN(2)], 0, "")
	}
	add(evAccepted, 0, "")
	stopped := false
	for range rnd.IntN(12) {
		switch kind := []string{evSent, evSigned, evObjected, evUpheld, evOverruled, evRecalled, evExtended, evSuspended, evResumed, evReplied, evDelivered, evReopened}[rnd.IntN(12)]; kind {
		case evExtended:
			add(kind, 1+rnd.IntN(20), "")
		case evSuspended:
			if !stopped {
				stopped = true
				add(kind, 0, "court")
			}
		case evResumed:
			if stopped {
				stopped = false
				add(kind, 0, "")
			}
		case evReopened:
			stopped = false
			add(kind, 0, "")
		default:
			add(kind, 0, "")
		}
	}
	return out
}

// live is the rule read literally: which days the office has, one after another.
func live(cal *calendar.Calendar, rules Rules, events []Event) time.Time {
	var start clock.Date
	days := 0
	type stop struct{ from, last clock.Date }
	var stops []stop
	more := 0
	for _, e := range events {
		on := clock.DateOf(e.At)
		switch e.Kind {
		case evAccepted, evReopened:
			start, days, stops, more = on, rules.Handle.N, nil, 0
		case evExtended:
			more += e.N
		case evSuspended:
			stops = append(stops, stop{from: on})
		case evResumed:
			stops[len(stops)-1].last = on
		}
	}
	d := start
	left := days
	unit := rules.Handle.Unit
	for phase := 0; ; {
		if left == 0 {
			if phase++; phase == 2 || more == 0 {
				return d.End()
			}
			left, unit = more, rules.Extension.Unit
		}
		d = d.AddDays(1)
		held := false
		for _, s := range stops {
			if s.last.IsZero() && d.After(s.from) {
				return time.Time{} // it stands still, nobody knows until when
			}
			held = held || d.After(s.from) && !d.After(s.last)
		}
		worked, _ := cal.Workday(d)
		if !held && (worked || unit == calendar.CalendarDays) {
			left--
		}
	}
}

// TestAlarmsRise: each later than the one before, and an end to them.
func TestAlarmsRise(t *testing.T) {
	from := time.Date(2026, 11, 2, 9, 0, 0, 0, clock.Shanghai)
	due := from.Add(30 * time.Minute)
	last := from
	for n := range maxAlarms {
		at := alarm([]int{50, 80, 100}, from, due, n)
		if !at.After(last) {
			t.Errorf("alarm %d at %s, not after %s", n, at, last)
		}
		last = at
	}
	if at := alarm([]int{50, 80, 100}, from, due, maxAlarms); !at.IsZero() {
		t.Errorf("one more at %s", at)
	}
	if got := alarm([]int{50, 80, 100}, from, due, 2); !got.Equal(due) {
		t.Errorf("the third is at %s, the clock ends at %s", got, due)
	}
}
