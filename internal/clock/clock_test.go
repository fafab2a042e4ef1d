package clock_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"yangguang/internal/clock"
)

func TestDateAgreesWithPackageTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(clock.Millis(time.Date(1901, 1, 1, 0, 0, 0, 0, time.UTC)), clock.Millis(time.Date(2199, 1, 1, 0, 0, 0, 0, time.UTC))).Draw(t, "ms")
		at := clock.FromMillis(ms)
		d := clock.DateOf(at)
		if d.String() != at.Format(time.DateOnly) || d.Weekday() != at.Weekday() {
			t.Fatalf("%v became %v, %v", at, d, d.Weekday())
		}
		back, err := clock.ParseDate(d.String())
		if err != nil || back != d {
			t.Fatalf("%v does not read back: %v", d, err)
		}
		if at.Before(d.Start()) || !at.Before(d.End()) {
			t.Fatalf("%v is not within %v", at, d)
		}
	})
}

func TestAddMonthsKeepsWithinTheMonth(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2024-01-31", 1, "2024-02-29"}, {"2025-01-31", 1, "2025-02-28"},
		{"2025-12-15", 1, "2026-01-15"}, {"2025-03-31", -1, "2025-02-28"},
	} {
		if got := clock.MustDate(c.from).AddMonths(c.n).String(); got != c.want {
			t.Errorf("%s plus %d months = %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestNoDateIsNullAndComesFirst(t *testing.T) {
	var none clock.Date
	if v, _ := none.Value(); v != nil || none.String() != "" || !none.Before(clock.MustDate("1970-01-01")) {
		t.Error("no date must be NULL, empty and first")
	}
	var d clock.Date
	if err := d.Scan("2026-02-30"); err == nil {
		t.Error("a day that does not exist was accepted")
	}
	if err := d.Scan(3.5); err == nil {
		t.Error("a number was accepted as a date")
	}
}

func TestFakeMovesOnlyWhenTold(t *testing.T) {
	start := clock.MustDate("2026-11-23").Start()
	f := clock.NewFake(start)
	f.Advance(time.Hour)
	if got := f.Now(); !got.Equal(start.Add(time.Hour)) {
		t.Errorf("Now = %v", got)
	}
}
