package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"yangguang/internal/calendar"
	"yangguang/internal/clock"
)

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", s, clock.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestDeadlineAt(t *testing.T) {
	t.Parallel()
	minutes := func(n int) calendar.Span { return calendar.Span{N: n, Unit: calendar.WorkingMinutes} }
	tests := []struct {
		name, start string
		span        calendar.Span
		stops       []calendar.Interval
		ext         []calendar.Span
		want        string
	}{
		{"within the morning", "2026-11-23 09:00:00", minutes(30), nil, nil, "2026-11-23 09:30:00"},
		{"over the noon rest", "2026-11-23 11:50:00", minutes(30), nil, nil, "2026-11-23 14:50:00"},
		{"exactly at closing", "2026-11-23 11:30:00", minutes(30), nil, nil, "2026-11-23 12:00:00"},
		{"after closing on a Friday", "2026-11-20 18:00:00", minutes(30), nil, nil, "2026-11-23 09:00:00"},
		{"before National Day", "2026-09-30 17:20:00", minutes(30), nil, nil, "2026-10-08 08:50:00"},
		{"on a worked Saturday", "2026-10-10 10:00:00", minutes(60), nil, nil, "2026-10-10 11:00:00"},
		{"in seconds", "2026-11-23 09:00:00", calendar.Span{N: 15, Unit: calendar.WorkingSeconds}, nil, nil, "2026-11-23 09:00:15"},
		{"a whole day of 6.5 hours and a minute", "2026-11-23 08:30:00", minutes(391), nil, nil, "2026-11-24 08:31:00"},
		{"a stopped day does not count", "2026-11-23 17:20:00", minutes(30), []calendar.Interval{{From: day("2026-11-24"), To: day("2026-11-24")}}, nil, "2026-11-25 08:50:00"},
		{"extended", "2026-11-23 09:00:00", minutes(30), nil, []calendar.Span{minutes(15)}, "2026-11-23 09:45:00"},
		{"no time at all", "2026-11-22 09:00:00", minutes(0), nil, nil, "2026-11-22 09:00:00"},
	}
	for _, tt := range tests {
		r := calendar.Builtin().DeadlineAt(instant(t, tt.start), tt.span, tt.stops, tt.ext...)
		if want := instant(t, tt.want); !r.Instant.Equal(want) || r.Due != clock.DateOf(want) || r.Suspended {
			t.Errorf("%s: %v, due %v; want %s", tt.name, r.Instant, r.Due, tt.want)
		}
	}
	open := calendar.Builtin().DeadlineAt(instant(t, "2026-11-23 17:20:00"), minutes(30), []calendar.Interval{{From: day("2026-11-24")}})
	if !open.Suspended || open.Left != 20 {
		t.Errorf("an open stop: suspended %v, %d left; want 20", open.Suspended, open.Left)
	}
}

func TestBusinessTimeAddsUp(t *testing.T) {
	t.Parallel()
	c := calendar.Builtin()
	rapid.Check(t, func(t *rapid.T) {
		start := drawDate(t, "start").Start().Add(time.Duration(rapid.IntRange(0, 86399).Draw(t, "second")) * time.Second)
		n := rapid.IntRange(1, 20000).Draw(t, "minutes")
		r := c.DeadlineAt(start, calendar.Span{N: n, Unit: calendar.WorkingMinutes}, nil)
		if got := c.WorkingTimeBetween(start, r.Instant); got != time.Duration(n)*time.Minute {
			t.Fatalf("%d minutes from %v end at %v, which is %v later", n, start, r.Instant, got)
		}
	})
}

func TestSeasonalHours(t *testing.T) {
	t.Parallel()
	summer := calendar.Edition{Division: 45, Year: 2026, Hours: []calendar.Hours{
		{From: day("2026-05-01"), Open: []calendar.Shift{{Open: 8 * 60, Close: 12 * 60}, {Open: 15 * 60, Close: 18 * 60}}},
		{From: day("2026-10-01"), Open: []calendar.Shift{{Open: 9 * 60, Close: 12 * 60}, {Open: 14 * 60, Close: 18 * 60}}},
	}}
	c := calendar.New(calendar.Seed(), []calendar.Edition{summer})
	for _, tt := range []struct {
		at   string
		want bool
	}{
		{"2026-04-30 08:10:00", false}, {"2026-05-06 08:10:00", true}, {"2026-05-06 14:40:00", false},
		{"2026-11-23 08:40:00", false}, {"2026-11-23 14:10:00", true}, {"2026-11-22 10:00:00", false},
	} {
		if got := c.OpenAt(instant(t, tt.at)); got != tt.want {
			t.Errorf("%s: open %v, want %v", tt.at, got, tt.want)
		}
	}
}
