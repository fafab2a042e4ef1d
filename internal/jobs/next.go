package jobs

import (
	"time"

	"yangguang/internal/clock"
)

// Daily gives the next time it is hour:minute in Asia/Shanghai.
func Daily(hour, minute int) func(now time.Time) time.Time {
	return func(now time.Time) time.Time {
		at := clock.DateOf(now).Start().Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
		if !at.After(now) {
			at = at.AddDate(0, 0, 1)
		}
		return at
	}
}

// Each gives the next multiple of a span, counted from the same instant by
// every process: each 10 minutes is at :00, :10, :20.
func Each(span time.Duration) func(now time.Time) time.Time {
	return func(now time.Time) time.Time { return now.Truncate(span).Add(span) }
}
