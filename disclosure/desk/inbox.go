package desk

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// soon is how many days before its last day an obligation is shown as work.
const soon = 14

// maxOwed bounds the obligations one inbox shows.
const maxOwed = 200

// taskKinds is the order in which the inbox shows work, and whose step is next.
var taskKinds = []struct {
	kind string
	mine bool
}{{disclosure.TaskApprove, true}, {disclosure.TaskReview, true}, {disclosure.TaskRule, true}, {disclosure.TaskOwed, true},
	{disclosure.TaskDraft, true}, {disclosure.TaskScheduled, false}, {disclosure.TaskWaiting, false}}

// Waiting is what the room has for the person acting: what to sign, to finish
// and, for those who draft, what their units owe and have not begun.
func (d *Desk) Waiting(ctx context.Context) (out []front.Waiting, err error) {
	defer fault.Wrap(&err, "desk.Waiting")
	tasks, err := d.Disclosure.Inbox(ctx)
	if err != nil {
		return nil, err
	}
	a := account.From(ctx)
	var due []owed
	err = d.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		due, err = unmet(tx, reach(a, verbs...), clock.DateOf(tx.Now).AddDays(soon), maxOwed)
		return err
	})
	if err != nil {
		return nil, err
	}
	dueOf, begun := map[string]clock.Date{}, map[string]bool{}
	for _, x := range due {
		dueOf[x.key()] = x.DueOn
	}
	for _, k := range taskKinds {
		w := front.Waiting{Kind: "site.task_" + k.kind, Mine: k.mine}
		for _, t := range tasks[k.kind] {
			key := owedKey(t.Agency, t.Category, t.Period)
			begun[key] = true
			w.Works = append(w.Works, d.work(ctx, k.kind, t, dueOf[key]))
		}
		if len(w.Works) > 0 {
			out = append(out, w)
		}
	}
	if w := d.toPublish(ctx, a, due, begun); len(w.Works) > 0 {
		i := slices.IndexFunc(out, func(w front.Waiting) bool { return !w.Mine })
		if i < 0 {
			i = len(out)
		}
		out = slices.Insert(out, i, w)
	}
	return out, nil
}

func owedKey(agency int64, category, period string) string {
	return strconv.FormatInt(agency, 10) + "/" + category + "/" + period
}

func (x owed) key() string { return owedKey(x.Agency, x.Category, x.Period) }

// work is one open version as a row of the inbox.
func (d *Desk) work(ctx context.Context, kind string, t disclosure.Task, due clock.Date) ui.Work {
	rule := d.Disclosure.Norm.Review(t.Rule)
	w := ui.Work{Href: web.URL(ctx, versionPath(t.Province, t.ID, "")), Title: t.Title, Tag: tagOf(t.State), Spent: -1,
		TagWords: i18n.T(ctx, "disclosure.state_"+t.State), Meta: []string{t.Unit}}
	if w.Title == "" {
		w.Title = d.categoryTitle(ctx, t.Category)
	}
	if t.Period != "" {
		w.Meta = append(w.Meta, d.periodTitle(ctx, t.Category, t.Period))
	}
	switch {
	case t.Index != "" && t.State == disclosure.Published:
		w.Meta = append(w.Meta, t.Index)
	case t.Index != "":
		w.Meta = append(w.Meta, i18n.T(ctx, "desk.correcting", t.Index))
	}
	step := stepTitle(ctx, rule, t.Step)
	if step != "" && t.State == disclosure.InReview {
		w.TagWords = step
	}
	w.Next = i18n.T(ctx, "desk.next_"+kind)
	switch kind {
	case disclosure.TaskDraft:
		w.Href = web.URL(ctx, versionPath(t.Province, t.ID, "/edit"))
	case disclosure.TaskReview, disclosure.TaskApprove:
		w.Next = i18n.T(ctx, "desk.next_sign", step)
	case disclosure.TaskScheduled:
		w.Due, w.DueISO = i18n.Time(ctx, t.PublishAt), t.PublishAt.Format("2006-01-02T15:04Z07:00")
		return w
	case disclosure.TaskWaiting:
		w.Next = i18n.T(ctx, "desk.next_waiting_"+t.State, step)
	}
	d.dueWords(ctx, &w, due)
	return w
}

func (d *Desk) dueWords(ctx context.Context, w *ui.Work, due clock.Date) {
	if due.IsZero() {
		return
	}
	w.Due, w.DueISO, w.Late = i18n.DateWeekday(ctx, due), due.String(), due.Before(d.today())
}

// toPublish is what units the person drafts for owe and nobody has begun; it
// leads to the page that begins it.
func (d *Desk) toPublish(ctx context.Context, a *account.Actor, due []owed, begun map[string]bool) front.Waiting {
	out := front.Waiting{Kind: "desk.task_publish", Mine: true}
	for _, x := range due {
		if begun[x.key()] || !a.May(disclosure.Drafting, account.Target{Agency: x.Agency, Division: int64(x.Region)}) {
			continue
		}
		out.Works = append(out.Works, d.owedWork(ctx, x))
	}
	return out
}

func (d *Desk) owedWork(ctx context.Context, x owed) ui.Work {
	q := url.Values{"unit": {strconv.FormatInt(x.Agency, 10)}, "category": {x.Category}}
	if x.Period != "" {
		q.Set("period", x.Period)
	}
	w := ui.Work{Href: web.URL(ctx, "/desk/items/new") + "?" + q.Encode(), Title: d.categoryTitle(ctx, x.Category), Meta: []string{x.Unit},
		Tag: ui.TagWaiting, TagWords: i18n.T(ctx, "desk.owed"), Next: i18n.T(ctx, "desk.next_publish"), Spent: -1}
	if x.Period != "" {
		w.Meta = append(w.Meta, d.periodTitle(ctx, x.Category, x.Period))
	}
	if x.Asked > 0 {
		w.Meta = append(w.Meta, i18n.T(ctx, "desk.asked", x.Asked))
	}
	d.dueWords(ctx, &w, x.DueOn)
	if w.Late {
		w.Tag, w.TagWords = ui.TagDanger, i18n.T(ctx, "desk.overdue")
	}
	return w
}
