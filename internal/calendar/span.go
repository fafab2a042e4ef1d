package calendar

import (
	"slices"
	"time"

	"yangguang/internal/clock"
)

// Unit is what a span counts.
type Unit string

// The units of a span.
const (
	WorkingDays    Unit = "working_days"
	CalendarDays   Unit = "calendar_days"
	Months         Unit = "months"
	WorkingMinutes Unit = "working_minutes" // within business hours
	WorkingSeconds Unit = "working_seconds" // within business hours
)

// Span is a length of time as law states it: 20 working days.
type Span struct {
	N    int
	Unit Unit
	// Roll moves a last day that is a rest day to the next working day
	// (民法典 art. 203); it has no effect on units that end on working days.
	Roll bool
}

// Valid answers whether the span can be counted: a known unit, not negative.
func (s Span) Valid() bool {
	switch s.Unit {
	case WorkingDays, CalendarDays, Months, WorkingMinutes, WorkingSeconds:
		return s.N >= 0
	}
	return false
}

func (s Span) timed() bool { return s.Unit == WorkingMinutes || s.Unit == WorkingSeconds }

// Interval is a run of days on which a period stands still, both ends included;
// no To means it still does.
type Interval struct {
	From, To clock.Date
	Why      string // a locale key of the room that stopped the period; may be ""
}

// Result is a computed deadline.
type Result struct {
	Start clock.Date // day 0
	Due   clock.Date // the last day; none while suspended
	// Instant is the moment the deadline has passed: the end of the last day in
	// Asia/Shanghai, or the exact moment for a span of business time.
	Instant         time.Time
	Provisional     bool   // a notice still to come may move it
	Suspended       bool   // an open stop: there is no last day until it ends
	Left            int    // while suspended: what remains of the span, in its unit (months: days)
	CalendarVersion string // Calendar.Version

	c     *Calendar
	unit  Unit
	stops []Interval
}

// leg is one stretch of a period counted in one unit.
type leg struct {
	span     Span
	from, to clock.Date
	extended int // how many of span.N are extension
	rolled   bool
}

// Deadline computes the last day of a span that began on day start (day 0,
// 民法典 art. 201), standing still during stops, prolonged by extensions. The
// span and extensions must be Valid. A span of business time is counted from
// the first moment of start; use DeadlineAt to count from an instant.
func (c *Calendar) Deadline(start clock.Date, span Span, stops []Interval, extensions ...Span) Result {
	if span.timed() {
		return c.DeadlineAt(start.Start(), span, stops, extensions...)
	}
	r := c.result(start, span, merge(stops))
	legs, left := c.legs(start, append([]Span{span}, extensions...), r.stops)
	last := legs[len(legs)-1]
	r.unit = last.span.Unit
	if left > 0 {
		r.Suspended, r.Left = true, left
		return r
	}
	r.Due = last.to
	r.Instant = r.Due.End()
	r.Provisional = c.provisional(start, r.Due)
	return r
}

func (c *Calendar) result(start clock.Date, span Span, stops []Interval) Result {
	if !span.Valid() {
		panic("calendar: span of unknown unit " + string(span.Unit))
	}
	return Result{Start: start, CalendarVersion: c.version, c: c, unit: span.Unit, stops: stops}
}

// legs walks the spans one after another; left is what an open stop holds back.
func (c *Calendar) legs(start clock.Date, spans []Span, stops []Interval) (legs []leg, left int) {
	for i, s := range spans {
		if last := len(legs) - 1; i > 0 && legs[last].span.Unit == s.Unit && s.Unit != Months {
			legs[last].span.N += s.N
			legs[last].span.Roll = s.Roll || legs[last].span.Roll
			legs[last].extended += s.N
			continue
		}
		l := leg{span: s}
		if i > 0 {
			l.extended = s.N
		}
		legs = append(legs, l)
	}
	for i := range legs {
		l := &legs[i]
		l.from, l.to = start, start
		if l.to, left = c.advance(start, l.span, stops); left > 0 {
			return legs[:i+1], left
		}
		start = l.to
	}
	l := &legs[len(legs)-1]
	if worked, _ := c.Workday(l.to); l.span.Roll && !worked {
		l.rolled = true
		if l.to, left = c.advance(l.to, Span{N: 1, Unit: WorkingDays}, stops); left > 0 {
			return legs, left
		}
	}
	return legs, 0
}

// advance moves a span on from a day, skipping stopped days. left is what
// remains when an open stop is reached.
func (c *Calendar) advance(from clock.Date, s Span, stops []Interval) (to clock.Date, left int) {
	upTo, nth := c.upTo, c.nth
	if s.Unit != WorkingDays {
		upTo, nth = self, self
	}
	n := s.N
	if s.Unit == Months {
		n = from.AddMonths(s.N).Sub(from)
	}
	at := from.Sub(epoch)
	if n == 0 {
		return from, 0
	}
	for _, stop := range stops {
		if !stop.To.IsZero() && stop.To.Sub(epoch) <= at {
			continue
		}
		before := max(stop.From.Sub(epoch)-1, at)
		if free := upTo(before) - upTo(at); free >= n {
			break
		} else {
			n -= free
		}
		if stop.To.IsZero() {
			return clock.Date{}, n
		}
		at = stop.To.Sub(epoch)
	}
	return epoch.AddDays(nth(upTo(at) + n)), 0
}

func self(n int) int { return n }

// merge sorts stops and joins those that touch, so that no day counts twice.
// Stops that end before they begin are dropped.
func merge(stops []Interval) []Interval {
	sorted := slices.DeleteFunc(slices.Clone(stops), func(s Interval) bool {
		return s.From.IsZero() || !s.To.IsZero() && s.To.Before(s.From)
	})
	slices.SortStableFunc(sorted, func(a, b Interval) int { return a.From.Compare(b.From) })
	out := sorted[:0]
	for _, s := range sorted {
		if n := len(out) - 1; n >= 0 && (out[n].To.IsZero() || !s.From.After(out[n].To.AddDays(1))) {
			if s.To.IsZero() || !out[n].To.IsZero() && s.To.After(out[n].To) {
				out[n].To = s.To
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// Overdue answers whether the deadline has passed.
func (r Result) Overdue(now time.Time) bool { return !r.Suspended && !now.Before(r.Instant) }

// DaysLeft counts the days after today up to the last, in the span's own unit
// (business time in working days) without stopped days: 0 on the last day,
// negative once it has passed, what remains of the span while suspended.
func (r Result) DaysLeft(now time.Time) int {
	today := clock.DateOf(now)
	switch {
	case r.Suspended:
		return r.Left
	case r.Due.Before(today):
		return -r.between(r.Due, today)
	}
	left := r.between(today, r.Due)
	for _, s := range r.stops {
		from := later(s.From.AddDays(-1), today)
		to := r.Due
		if !s.To.IsZero() && s.To.Before(to) {
			to = s.To
		}
		if from.Before(to) {
			left -= r.between(from, to)
		}
	}
	return left
}

func (r Result) between(a, b clock.Date) int {
	if r.unit == CalendarDays || r.unit == Months {
		return b.Sub(a)
	}
	return r.c.WorkingDaysBetween(a, b)
}

func later(a, b clock.Date) clock.Date {
	if a.After(b) {
		return a
	}
	return b
}
