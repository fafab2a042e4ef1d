package demo

import (
	"context"
	"fmt"

	"yangguang/internal/calendar"
	"yangguang/internal/clock"
)

// errand is what an office does in a day beside publishing.
type errand struct {
	what string // for a failure
	do   func(ctx context.Context) error
}

// planErrands lays what the office does beside publishing on its days.
func (w *world) planErrands(cal *calendar.Calendar) error {
	w.errands = map[clock.Date][]errand{}
	lay := func(what string, on int, do func(ctx context.Context) error) {
		d := workday(cal, w.dayOf(on))
		w.errands[d] = append(w.errands[d], errand{what, do})
	}
	for _, x := range w.texts.Past {
		b := &handedIn{pastText: x}
		lay("hand in "+x.Name, x.On, func(ctx context.Context) error { return w.handIn(ctx, b) })
		if x.Submitted != 0 {
			lay("submit "+x.Name, x.Submitted, func(ctx context.Context) error { return w.submitPast(ctx, b) })
		}
		if x.Accepted != 0 {
			lay("accept "+x.Name, x.Accepted, func(ctx context.Context) error { return w.acceptPast(ctx, b) })
		}
	}
	for _, x := range w.texts.Requests {
		a := &asked{requestText: x}
		lay("ask for "+x.Kind, x.On, func(ctx context.Context) error { return w.askPrivately(ctx, a) })
		if x.Answered != 0 {
			lay("answer for "+x.Kind, x.Answered, func(ctx context.Context) error { return w.answerPrivately(ctx, a) })
		}
	}
	for _, x := range w.texts.Substitutes {
		lay("substitute for "+x.Principal, x.On, func(ctx context.Context) error { return w.substitute(ctx, x) })
	}
	for _, x := range w.texts.Handovers {
		lay("hand over from "+x.Leaver, x.On, func(ctx context.Context) error { return w.handOver(ctx, x) })
	}
	w.planRequests(cal)
	w.planCasework(cal)
	w.planYearly()
	w.planKnowledge(cal)
	w.planHotline(cal)
	w.planRecords(cal)
	return w.errandsFit()
}

// dayOf is a day counted from the opening or, when negative, back from today.
func (w *world) dayOf(n int) clock.Date {
	if n < 0 {
		return w.span.today.AddDays(n)
	}
	return w.span.opened.AddDays(n)
}

// errandsFit finds units and posts that the texts name and nobody holds.
func (w *world) errandsFit() error {
	var bad []string
	need := func(key string, roles ...string) {
		for _, r := range roles {
			if u := w.units[key]; u == nil || u.staff[r] == nil {
				bad = append(bad, key+" "+r)
			}
		}
	}
	for _, x := range w.texts.Past {
		need(x.Unit, drafter, approver, overseer)
	}
	for _, x := range w.texts.Requests {
		need(x.Unit, overseer)
	}
	for _, x := range w.texts.Substitutes {
		need(x.Unit, x.Principal, x.Delegate)
	}
	for _, x := range w.texts.Handovers {
		need(x.Unit, x.Leaver, x.Successor, overseer)
	}
	if len(bad) > 0 {
		return fmt.Errorf("the texts name posts that are not there: %v", bad)
	}
	return nil
}

// runErrands does a day's errands, one after another, when the offices' other
// work is done.
func (w *world) runErrands(ctx context.Context, d clock.Date) error {
	if len(w.errands[d]) == 0 {
		return nil
	}
	w.at(d, closing)
	for _, e := range w.errands[d] {
		if err := e.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", e.what, err)
		}
	}
	return nil
}
