package office

import (
	"context"
	"strconv"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// Waiting is the work of one kind, for the desk's inbox.
type Waiting struct {
	Kind  string // locale key of its name
	Works []ui.Work
	Mine  bool
}

// Waiting is what the office asks of the person acting: the next year's notice,
// from 15 December on, of whoever keeps the calendar.
func (o *Office) Waiting(ctx context.Context) ([]Waiting, error) {
	who := account.From(ctx)
	if who == nil || who.MustChange || !who.Holds(Calendar) {
		return nil, nil
	}
	now := o.Clock.Now()
	year, missing, err := o.Calendars.NextYearMissing(ctx, now)
	if err != nil || !missing {
		return nil, err
	}
	due := clock.NewDate(year-1, time.December, 31)
	return []Waiting{{Kind: "office.waiting_calendar", Mine: true, Works: []ui.Work{{Href: web.URL(ctx, "/desk/calendar"), Title: say(ctx, "waiting_notice", strconv.Itoa(year)),
		Tag: ui.TagWaiting, TagWords: say(ctx, "waiting_tag"), Next: say(ctx, "notice_upload"), Due: i18n.DateWeekday(ctx, due), DueISO: due.String(), Late: clock.DateOf(now).After(due), Spent: -1}}}}, nil
}
