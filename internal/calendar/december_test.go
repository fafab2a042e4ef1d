package calendar

import (
	"testing"

	"yangguang/internal/clock"
)

// TestTheLastDaysOfTheLastYearAreProvisional: next year's notice has moved days
// of this December (worked 2018-12-29, rest 2018-12-31).
func TestTheLastDaysOfTheLastYearAreProvisional(t *testing.T) {
	t.Parallel()
	until := func(last int) *Calendar {
		var es []Edition
		for _, e := range Seed() {
			if e.Year <= last {
				es = append(es, e)
			}
		}
		return New(es)
	}
	before, after := until(2018), until(2019)
	for day, want := range map[string]bool{"2018-12-24": false, "2018-12-25": true, "2018-12-29": true, "2018-12-31": true, "2019-01-02": true, "2017-12-31": false} {
		if _, r := before.Workday(clock.MustDate(day)); r.Provisional != want {
			t.Errorf("%s before the notice of 2019: provisional %v", day, r.Provisional)
		}
		if _, r := after.Workday(clock.MustDate(day)); r.Provisional {
			t.Errorf("%s is provisional after the notice of 2019", day)
		}
	}
	span := Span{N: 5, Unit: WorkingDays}
	for start, want := range map[string]bool{"2018-12-14": false, "2018-12-18": true, "2018-12-26": true, "2017-12-28": false} {
		r := before.Deadline(clock.MustDate(start), span, nil)
		if r.Provisional != want {
			t.Errorf("five working days from %s end on %s, provisional %v", start, r.Due, r.Provisional)
		}
		if d := before.AddWorkingDays(clock.MustDate(start), 5); d.Provisional != want {
			t.Errorf("added to %s: %s, provisional %v", start, d.Date, d.Provisional)
		}
	}
	// Only a day the notice may move is marked, and it was: the count changed.
	if a, b := before.AddWorkingDays(clock.MustDate("2018-12-28"), 1), after.AddWorkingDays(clock.MustDate("2018-12-28"), 1); a.Date == b.Date || !a.Provisional || b.Provisional {
		t.Errorf("before %v, after %v", a, b)
	}
}
