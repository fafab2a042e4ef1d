package exchange

import (
	"context"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// perWaiting is how many letters the first page shows; the mailbox has them all.
const perWaiting = 20

// Waiting are the letters that could not be taken and that nobody has looked
// after yet: somebody wrote, and has no number.
func (e *Exchange) Waiting(ctx context.Context) (out []front.Waiting, err error) {
	defer fault.Wrap(&err, "exchange.Waiting")
	if !account.From(ctx).Holds(Managing) {
		return nil, nil
	}
	g := front.Waiting{Kind: "exchange.wait_mail", Mine: true}
	err = e.db().Read(ctx, func(tx *db.Tx) error {
		units, err := unitsFor(tx, Managing)
		if err != nil {
			return err
		}
		names := map[int64]string{}
		for _, u := range units {
			names[u.ID] = u.Name
		}
		ms, err := failedMails(tx, units, perWaiting)
		for _, m := range ms {
			g.Works = append(g.Works, ui.Work{Href: web.URL(ctx, mailPath) + "?outcome=" + mailFailed, Title: i18n.T(ctx, "exchange.wait_letter", i18n.Time(ctx, m.At)), Meta: []string{names[m.Agency]},
				Tag: ui.TagDanger, TagWords: i18n.T(ctx, "exchange.outcome_failed"), Next: i18n.T(ctx, "exchange.mail_"+m.Reason), Spent: -1})
		}
		return err
	})
	if err != nil || len(g.Works) == 0 {
		return nil, err
	}
	return []front.Waiting{g}, nil
}

// Seen says that somebody looked after a letter that was not taken: it was
// filed by hand, or needs nothing.
func (e *Exchange) Seen(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "exchange.Seen(%d)", id)
	return e.db().Write(ctx, func(tx *db.Tx) error {
		m, err := mailByID(tx, province, id)
		if err != nil {
			return err
		}
		u, a, err := unitFor(tx, m.Agency, Managing)
		if err != nil || !m.Waits() {
			return err
		}
		if err := markSeen(tx, m, a.Person); err != nil {
			return err
		}
		return record(tx, u, "mail_seen", "mail "+itoa(m.ID), m.Reason)
	})
}

// failedMails are those nobody has looked after, the oldest first.
func failedMails(tx *db.Tx, units []agency.Agency, limit int) ([]Mail, error) {
	w := &db.Where{}
	of(w, units)
	w.And("outcome = ?", mailFailed)
	w.And("seen_at is null")
	n := w.Next(limit)
	cond, args := w.SQL()
	return db.List(tx, scanMail, "select "+mailCols+" from exchange_mail"+cond+" order by id limit "+n, args...)
}
