package office

import (
	"context"
	"strconv"
	"time"

	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// Waiting is what the office asks of the person acting: lists of a hand-over
// that wait for his signature; and the next year's notice, from 15 December on,
// of whoever keeps the calendar.
func (o *Office) Waiting(ctx context.Context) ([]front.Waiting, error) {
	who := account.From(ctx)
	if who == nil || who.MustChange {
		return nil, nil
	}
	out, err := o.toSign(ctx, who)
	if err != nil || !who.Holds(Calendar) {
		return out, err
	}
	now := o.Clock.Now()
	year, missing, err := o.Calendars.NextYearMissing(ctx, now)
	if err != nil || !missing {
		return out, err
	}
	due := clock.NewDate(year-1, time.December, 31)
	return append(out, front.Waiting{Kind: "office.waiting_calendar", Mine: true, Works: []ui.Work{{Href: web.URL(ctx, "/desk/calendar"), Title: say(ctx, "waiting_notice", strconv.Itoa(year)),
		Tag: ui.TagWaiting, TagWords: say(ctx, "waiting_tag"), Next: say(ctx, "notice_upload"), Due: i18n.DateWeekday(ctx, due), DueISO: due.String(), Late: clock.DateOf(now).After(due), Spent: -1}}}), nil
}

// toSign are the lists of what the person acting received and has not signed
// for. He signs in his own name, so a delegate is not shown them.
func (o *Office) toSign(ctx context.Context, who *account.Actor) ([]front.Waiting, error) {
	if who.Principal != 0 {
		return nil, nil
	}
	hs, err := o.Accounts.Handovers(ctx, who.Person)
	if err != nil {
		return nil, err
	}
	w := front.Waiting{Kind: "office.waiting_handover", Mine: true}
	err = o.DB.Read(ctx, func(tx *db.Tx) error {
		n := newNames(tx)
		for _, h := range hs {
			if h.Successor != who.Person || !h.SuccessorSigned.IsZero() {
				continue
			}
			if err := n.learn(h.Leaver); err != nil {
				return err
			}
			w.Works = append(w.Works, ui.Work{Href: web.URL(ctx, "/desk/handovers/"+id(h.ID)), Title: say(ctx, "waiting_sign", n.persons[h.Leaver]), Meta: []string{h.Reason},
				Tag: ui.TagWaiting, TagWords: say(ctx, "handover_unsigned"), Next: say(ctx, "sign_successor"), Spent: -1})
		}
		return nil
	})
	if err != nil || len(w.Works) == 0 {
		return nil, err
	}
	return []front.Waiting{w}, nil
}
