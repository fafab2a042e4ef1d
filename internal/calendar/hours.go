package calendar

import (
	"strconv"
	"strings"
	"time"

	"yangguang/internal/clock"
)

// ShiftsOn lists the business hours of a day; none on a rest day.
func (c *Calendar) ShiftsOn(d clock.Date) []Shift {
	if worked, _ := c.Workday(d); !worked {
		return nil
	}
	shifts := usualHours
	for _, h := range c.hours {
		if h.From.After(d) {
			break
		}
		shifts = h.Open
	}
	return shifts
}

// OpenAt answers whether an instant is within business hours.
func (c *Calendar) OpenAt(t time.Time) bool {
	d := clock.DateOf(t)
	into := int(t.Sub(d.Start()) / time.Minute)
	for _, s := range c.ShiftsOn(d) {
		if into >= s.Open && into < s.Close {
			return true
		}
	}
	return false
}

// maxTimedDays bounds the walk of business time; a span that needs more days
// than this is a mistake of the data, not a deadline.
const maxTimedDays = 20000

// DeadlineAt is Deadline for a span of business time that begins at an instant:
// only business hours count, and none of a stopped day. Extensions must be of
// business time too.
func (c *Calendar) DeadlineAt(start time.Time, span Span, stops []Interval, extensions ...Span) Result {
	if !span.timed() {
		return c.Deadline(clock.DateOf(start), span, stops, extensions...)
	}
	day := clock.DateOf(start)
	r := c.result(day, span, merge(stops))
	left := span.duration()
	for _, e := range extensions {
		if !e.timed() {
			panic("calendar: business time can only be extended by business time")
		}
		left += e.duration()
	}
	at := start
	for range maxTimedDays {
		end, rest, open := c.spend(day, at, left, r.stops)
		if open {
			r.Suspended, r.Left = true, int(left/span.one())
			return r
		}
		if rest == 0 {
			r.Due, r.Instant = clock.DateOf(end), end
			r.Provisional = c.provisional(r.Start, r.Due)
			return r
		}
		left, day = rest, c.AddWorkingDays(day, 1).Date
		at = day.Start()
	}
	panic("calendar: a span of business time beyond all days")
}

// spend uses up business time on one day from an instant on. end is when the
// time ran out, rest what remains after the day, open whether the day lies in a
// stop without an end.
func (c *Calendar) spend(day clock.Date, from time.Time, left time.Duration, stops []Interval) (end time.Time, rest time.Duration, open bool) {
	if left == 0 {
		return from, 0, false
	}
	for _, s := range stops {
		if day.Before(s.From) || !s.To.IsZero() && day.After(s.To) {
			continue
		}
		return from, left, s.To.IsZero()
	}
	for _, s := range c.ShiftsOn(day) {
		opens, closes := s.on(day)
		if from.After(opens) {
			opens = from
		}
		if free := closes.Sub(opens); free <= 0 {
			continue
		} else if free >= left {
			return opens.Add(left), 0, false
		} else {
			left -= free
		}
	}
	return from, left, false
}

func (s Shift) on(d clock.Date) (opens, closes time.Time) {
	midnight := d.Start()
	return midnight.Add(time.Duration(s.Open) * time.Minute), midnight.Add(time.Duration(s.Close) * time.Minute)
}

func (s Span) one() time.Duration {
	if s.Unit == WorkingMinutes {
		return time.Minute
	}
	return time.Second
}

func (s Span) duration() time.Duration { return time.Duration(s.N) * s.one() }

// WorkingTimeBetween is the business time from a to b; zero when b comes first.
func (c *Calendar) WorkingTimeBetween(a, b time.Time) time.Duration {
	var sum time.Duration
	for day := clock.DateOf(a); !day.After(clock.DateOf(b)); day = c.AddWorkingDays(day, 1).Date {
		for _, s := range c.ShiftsOn(day) {
			opens, closes := s.on(day)
			if a.After(opens) {
				opens = a
			}
			if b.Before(closes) {
				closes = b
			}
			sum += max(closes.Sub(opens), 0)
		}
	}
	return sum
}

// hours reads {"from": "2027-05-01", "open": ["08:30-12:00", "15:00-18:00"]}.
func (p *parser) hours(year int, v value) Hours {
	f := p.object(v, "from", "open")
	h := Hours{From: p.date(v.line, f["from"].text)}
	if !h.From.IsZero() && h.From.Year() != year {
		p.fail(v.line, "outside_year", strconv.Itoa(year))
	}
	end := 0
	for _, s := range p.list(f["open"]) {
		from, to, ok := strings.Cut(s.text, "-")
		a, b := minutes(from), minutes(to)
		if !ok || a < end || b <= a {
			p.fail(s.line, "bad_hours", clip(s.text))
			continue
		}
		h.Open, end = append(h.Open, Shift{a, b}), b
	}
	if len(h.Open) == 0 {
		p.fail(v.line, "bad_hours", "")
	}
	return h
}

// minutes of the day of "08:30"; -1 when it is not a time.
func minutes(s string) int {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != 5 {
		return -1
	}
	return t.Hour()*60 + t.Minute()
}
