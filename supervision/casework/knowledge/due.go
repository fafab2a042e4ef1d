package knowledge

import (
	"context"

	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/jobs"
	"yangguang/internal/ui"
)

// ahead is how many days before its review date an article is listed.
const ahead = 30

// listedAtOnce bounds the rows of one transaction of the night's job.
const listedAtOnce = 200

// Register names the nightly job.
func (k *Knowledge) Register(r *jobs.Runner) {
	r.Every("knowledge.list_due", jobs.Daily(4, 40), func(ctx context.Context, _ jobs.Job) error { return k.ListDue(ctx) })
}

// ListDue lists what is due for review within 30 days or overdue. It may run
// twice: what is listed already stays as it is.
func (k *Knowledge) ListDue(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "knowledge.ListDue")
	for {
		n := 0
		err := k.DB.Write(ctx, func(tx *db.Tx) error {
			found, err := unlisted(tx, today(tx).AddDays(ahead), listedAtOnce)
			if err != nil {
				return err
			}
			for i := range found {
				if err := insertDue(tx, &found[i], today(tx)); err != nil {
					return err
				}
			}
			n = len(found)
			return nil
		})
		if err != nil || n < listedAtOnce {
			return err
		}
	}
}

// waitingMost is how many of a kind the inbox shows.
const waitingMost = 50

// Waiting is what the room has for the inbox of the person acting: drafts to be
// finished, versions to be reviewed, reports to be answered, articles to be
// looked at again.
func (k *Knowledge) Waiting(ctx context.Context) (out []front.Waiting, err error) {
	defer fault.Wrap(&err, "knowledge.Waiting")
	a := account.From(ctx)
	if !a.Holds(Writing) && !a.Holds(Reviewing) {
		return nil, nil
	}
	err = k.DB.Read(ctx, func(tx *db.Tx) error {
		for _, f := range []func(*db.Tx, *account.Actor) (front.Waiting, error){waitingDrafts, waitingReviews, waitingReports, waitingDue} {
			g, err := f(tx, a)
			if err != nil {
				return err
			}
			if len(g.Works) > 0 {
				out = append(out, g)
			}
		}
		return nil
	})
	return out, err
}

func waitingDrafts(tx *db.Tx, a *account.Actor) (g front.Waiting, err error) {
	g = front.Waiting{Kind: "knowledge.wait_draft", Mine: true}
	found, err := underWay(tx, a.Scope(Writing), Draft, waitingMost)
	for _, v := range found {
		if a.Is(v.Author) {
			g.Works = append(g.Works, workOf(tx.Ctx, v, "/edit"))
		}
	}
	return g, err
}

func waitingReviews(tx *db.Tx, a *account.Actor) (g front.Waiting, err error) {
	g = front.Waiting{Kind: "knowledge.wait_review", Mine: true}
	found, err := underWay(tx, a.Scope(Reviewing), InReview, waitingMost)
	for _, v := range found {
		if !a.Is(v.Author) {
			g.Works = append(g.Works, workOf(tx.Ctx, v, "/review"))
		}
	}
	return g, err
}

func workOf(ctx context.Context, v Version, more string) ui.Work {
	next := "next_" + v.State
	if v.Note != "" {
		next = "next_returned"
	}
	return ui.Work{Href: href(ctx, deskPath(v.Province, v.Article), more), Title: v.Title, Meta: []string{word(ctx, "title_short"), word(ctx, "version_n", v.Number)},
		Tag: tagKind(v.State), TagWords: word(ctx, "state_"+v.State), Next: word(ctx, next), Spent: -1}
}

func waitingReports(tx *db.Tx, a *account.Actor) (g front.Waiting, err error) {
	g = front.Waiting{Kind: "knowledge.wait_report", Mine: true}
	found, err := reports(tx, a.Scope(Writing), open, 0, waitingMost)
	for _, r := range found {
		g.Works = append(g.Works, dated(tx, ui.Work{Href: href(tx.Ctx, reportPath(&r)), Title: r.Title, Meta: []string{word(tx.Ctx, "source_"+r.Source), word(tx.Ctx, "kind_"+r.Kind)},
			Tag: ui.TagWaiting, TagWords: word(tx.Ctx, "report_open"), Next: word(tx.Ctx, "next_report")}, r.DueOn))
	}
	return g, err
}

func waitingDue(tx *db.Tx, a *account.Actor) (g front.Waiting, err error) {
	g = front.Waiting{Kind: "knowledge.wait_due", Mine: true}
	found, err := dueIn(tx, append(a.Scope(Writing), a.Scope(Reviewing)...), waitingMost)
	for _, x := range found {
		g.Works = append(g.Works, dated(tx, ui.Work{Href: href(tx.Ctx, deskPath(x.Province, x.ID)), Title: x.Title, Meta: []string{word(tx.Ctx, "title_short")},
			Tag: ui.TagWaiting, TagWords: word(tx.Ctx, "due_review"), Next: word(tx.Ctx, "next_due")}, x.Review))
	}
	return g, err
}

// dated gives a piece of work its day.
func dated(tx *db.Tx, w ui.Work, due clock.Date) ui.Work {
	w.Due, w.DueISO, w.Late, w.Spent = i18n.DateWeekday(tx.Ctx, due), due.String(), due.Before(today(tx)), -1
	if w.Late {
		w.Tag, w.TagWords = ui.TagDanger, word(tx.Ctx, "overdue")
	}
	return w
}
