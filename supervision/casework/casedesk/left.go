package casedesk

import (
	"context"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/supervision/casework"
)

// left is what remains of the clock that ends first.
type left struct {
	Kind   ui.TagKind // green, amber or red; the words say it too
	Words  string
	Clock  string // which: 受理, 签收, 办理
	Due    string
	DueISO string
	Late   bool
	Spent  int // per cent; -1 without a clock
}

// leftOf reads a matter's clocks.
func (d *Desk) leftOf(ctx context.Context, m *casework.Matter) left {
	now := d.now()
	out := left{Kind: ui.TagWithdrawn, Spent: -1}
	name, from, due := "handle", m.AcceptedAt, m.DueAt
	if !m.Running() {
		due = time.Time{}
	}
	if !m.StepDue.IsZero() && (due.IsZero() || m.StepDue.Before(due)) {
		name, from, due = m.Step, m.StepFrom, m.StepDue
	}
	switch {
	case m.State == casework.Suspended:
		out.Words = t(ctx, "left_suspended")
		return out
	case due.IsZero():
		return out
	}
	out.Clock, out.Due, out.DueISO = t(ctx, "clock_"+name), dueWords(ctx, due), due.In(clock.Shanghai).Format(time.RFC3339)
	if span := due.Sub(from); span > 0 {
		out.Spent = int(min(100, max(0, now.Sub(from)*100/span)))
	}
	out.Kind, out.Words = d.inWords(ctx, due.Sub(now), out.Spent)
	out.Late = out.Kind == ui.TagDanger
	if name == "supplement" || name == "callback" { // the person's time, not the office's
		out.Kind, out.Late = ui.TagReview, false
	}
	return out
}

// inWords says how long there is, or how long ago it was due.
func (d *Desk) inWords(ctx context.Context, rest time.Duration, spent int) (ui.TagKind, string) {
	amount := func(x time.Duration) string {
		if x >= 48*time.Hour {
			return t(ctx, "days", int(x/(24*time.Hour)))
		}
		return t(ctx, "hours", max(1, int(x/time.Hour)))
	}
	warn := 50
	if w := d.norm().Warn; len(w) > 0 {
		warn = w[0]
	}
	switch {
	case rest <= 0:
		return ui.TagDanger, t(ctx, "left_late", amount(-rest))
	case spent >= warn:
		return ui.TagWaiting, t(ctx, "left_soon", amount(rest))
	}
	return ui.TagPublished, t(ctx, "left_time", amount(rest))
}

// tagOf is the colour of a state.
func tagOf(ctx context.Context, m *casework.Matter) (ui.TagKind, string) {
	s := words(ctx, "state_"+m.State)
	switch m.State {
	case casework.Closed:
		return ui.TagPublished, s
	case casework.Merged, casework.Suspended:
		return ui.TagWithdrawn, s
	case casework.InHand, casework.InReview:
		return ui.TagReview, s
	}
	return ui.TagWaiting, s
}

// dueWords says a due moment: the end of a day as that day, not as the midnight
// after it.
func dueWords(ctx context.Context, t time.Time) string {
	if d := clock.DateOf(t); t.Equal(d.Start()) {
		return i18n.DateWeekday(ctx, d.AddDays(-1))
	}
	return i18n.Time(ctx, t)
}
