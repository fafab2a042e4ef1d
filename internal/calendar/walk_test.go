package calendar_test

import (
	"flag"
	"math/rand/v2"
	"testing"

	"yangguang/internal/calendar"
	"yangguang/internal/clock"
)

var sequences = flag.Int("sequences", 100000, "how many random histories TestManyHistories tries")

// C2 in bulk: histories like those of a request (received, stopped and resumed
// up to three times, extended by at most 20 working days), each against a walk
// over a plain table of days. go test ./internal/calendar -run ManyHistories -sequences 1000000
func TestManyHistories(t *testing.T) {
	t.Parallel()
	c, first := calendar.Builtin(), clock.MustDate("2018-01-01")
	const days = 9 * 365
	worked := make([]bool, days)
	for i := range worked {
		worked[i], _ = c.Workday(first.AddDays(i))
	}
	r := rand.New(rand.NewPCG(2026, 11))
	for i := range *sequences {
		start, n, ext := r.IntN(days-800), 1+r.IntN(40), r.IntN(21)
		stopped := make([]bool, 0, 800)
		stopped = stopped[:800]
		var stops []calendar.Interval
		for range r.IntN(4) {
			from, length := 1+r.IntN(120), r.IntN(40)
			stops = append(stops, calendar.Interval{From: first.AddDays(start + from), To: first.AddDays(start + from + length)})
			for d := from; d <= from+length; d++ {
				stopped[d] = true
			}
		}
		got := c.Deadline(first.AddDays(start), calendar.Span{N: n, Unit: calendar.WorkingDays}, stops, calendar.Span{N: ext, Unit: calendar.WorkingDays})
		at := 0
		for left := n + ext; left > 0; {
			if at++; worked[start+at] && !stopped[at] {
				left--
			}
		}
		if want := first.AddDays(start + at); got.Due != want || got.Suspended {
			t.Fatalf("history %d: start %v, %d + %d, stops %v: due %v, want %v", i, first.AddDays(start), n, ext, stops, got.Due, want)
		}
	}
}
