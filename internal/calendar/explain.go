package calendar

import (
	"context"

	"yangguang/internal/clock"
	"yangguang/internal/i18n"
)

// Row is one day of an explanation.
type Row struct {
	Date      clock.Date
	Start     bool   // day 0
	Counted   bool   // the day counts towards the period
	Number    int    // which day of the period, when counted
	Unit      Unit   // what the number counts
	Reason    Reason // why the day is worked or not
	Stopped   bool   // the period stood still
	Why       string // the locale key of the stop, or ""
	Extension bool   // counted beyond the first span
	Due       bool   // the last day
	Rolled    bool   // the last day had fallen on a rest day before this one (民法典 art. 203)
}

// Explain lists every day from the start to the last day, with whether it
// counts and why: the arithmetic a citizen can check. While an open stop holds
// the period, the list ends on the day it stopped. Spans of business time are
// explained by their days only.
func (c *Calendar) Explain(start clock.Date, span Span, stops []Interval, extensions ...Span) []Row {
	if span.timed() {
		return c.explainTimed(start, span, stops, extensions...)
	}
	merged := merge(stops)
	legs, left := c.legs(start, append([]Span{span}, extensions...), merged)
	_, reason := c.Workday(start)
	rows := []Row{{Date: start, Start: true, Unit: span.Unit, Reason: reason, Due: left == 0 && legs[len(legs)-1].to == start}}
	for _, l := range legs {
		rows = append(rows, c.explainLeg(l, merged, stops)...)
	}
	if last := &rows[len(rows)-1]; left == 0 && !last.Start {
		last.Due = true
	}
	return rows
}

// explainLeg lists the days of one leg after its first.
func (c *Calendar) explainLeg(l leg, merged, stops []Interval) (rows []Row) {
	number, total := 0, l.span.N
	if l.span.Unit == Months {
		total = l.from.AddMonths(l.span.N).Sub(l.from)
	}
	for d := l.from.AddDays(1); l.to.IsZero() || !d.After(l.to); d = d.AddDays(1) {
		worked, reason := c.Workday(d)
		row := Row{Date: d, Unit: l.span.Unit, Reason: reason}
		stop, open := stopped(merged, d)
		switch {
		case stop:
			row.Stopped, row.Why = true, why(stops, d)
		case number == total: // rest days passed over by a last day that rolls
			row.Rolled = worked
		case worked || l.span.Unit != WorkingDays:
			number++
			row.Counted, row.Number, row.Extension = true, number, number > total-l.extended
		}
		rows = append(rows, row)
		if open {
			break
		}
	}
	return rows
}

func (c *Calendar) explainTimed(start clock.Date, span Span, stops []Interval, extensions ...Span) (rows []Row) {
	r := c.DeadlineAt(start.Start(), span, stops, extensions...)
	number := 0
	for d := start; r.Suspended || !d.After(r.Due); d = d.AddDays(1) {
		worked, reason := c.Workday(d)
		row := Row{Date: d, Unit: WorkingDays, Reason: reason, Due: d == r.Due && !r.Suspended}
		stop, open := stopped(r.stops, d)
		switch {
		case stop:
			row.Stopped, row.Why = true, why(stops, d)
		case worked:
			number++
			row.Counted, row.Number = true, number
		}
		rows = append(rows, row)
		if open {
			break
		}
	}
	return rows
}

// stopped answers whether a day lies in a stop, and in one without an end.
func stopped(merged []Interval, d clock.Date) (stop, open bool) {
	for _, s := range merged {
		if !d.Before(s.From) && (s.To.IsZero() || !d.After(s.To)) {
			return true, s.To.IsZero()
		}
	}
	return false, false
}

// why is the key of the first stop that covers a day and gives one.
func why(stops []Interval, d clock.Date) string {
	for _, s := range stops {
		if s.Why != "" && !d.Before(s.From) && (s.To.IsZero() || !d.After(s.To)) {
			return s.Why
		}
	}
	return ""
}

// ExplainedDay is one row of an explanation in the reader's language.
type ExplainedDay struct {
	Row
	Day  string // the date with its weekday
	Text string // one or more whole sentences
}

// ExplainRows puts an explanation into the reader's language, one entry a day.
func ExplainRows(ctx context.Context, rows []Row) []ExplainedDay {
	out := make([]ExplainedDay, len(rows))
	for i, r := range rows {
		out[i] = ExplainedDay{Row: r, Day: i18n.DateWeekday(ctx, r.Date), Text: r.text(ctx)}
	}
	return out
}

func (r Row) text(ctx context.Context) string {
	sentences := []string{r.main(ctx)}
	if r.Extension {
		sentences = append(sentences, i18n.T(ctx, "calendar.row_extension"))
	}
	if r.Due {
		sentences = append(sentences, i18n.T(ctx, "calendar.row_due"))
	}
	if r.Reason.Notice != "" && !r.Stopped {
		sentences = append(sentences, i18n.T(ctx, "calendar.notice", r.Reason.Notice))
	}
	if r.Reason.Provisional {
		sentences = append(sentences, i18n.T(ctx, "calendar.provisional"))
	}
	text := sentences[0]
	for _, s := range sentences[1:] {
		text += i18n.T(ctx, "calendar.joint") + s
	}
	return text
}

func (r Row) main(ctx context.Context) string {
	switch {
	case r.Start:
		return i18n.T(ctx, "calendar.row_start")
	case r.Stopped && r.Why != "":
		return i18n.T(ctx, "calendar.row_stopped_why", i18n.T(ctx, r.Why))
	case r.Stopped:
		return i18n.T(ctx, "calendar.row_stopped")
	case r.Rolled:
		return i18n.T(ctx, "calendar.row_rolled")
	case !r.Counted:
		return i18n.T(ctx, "calendar.row_not_counted", r.Reason.In(ctx))
	case r.Unit == WorkingDays && r.Reason.Kind == Weekday:
		return i18n.T(ctx, "calendar.row_working_day", r.Number)
	case r.Unit == WorkingDays:
		return i18n.T(ctx, "calendar.row_moved_day", r.Number, r.Reason.In(ctx))
	}
	return i18n.T(ctx, "calendar.row_calendar_day", r.Number)
}

// In is the reason in the reader's language: "国庆节放假".
func (r Reason) In(ctx context.Context) string {
	return i18n.T(ctx, "calendar.reason_"+string(r.Kind), r.Name)
}
