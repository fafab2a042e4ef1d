package demo

import (
	"context"
	"fmt"
	"strings"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// workLater does what happens to a published item.
func (w *world) workLater(ctx context.Context, j *job, phase int) error {
	p := j.unit.province()
	switch l := j.after; {
	case l.Do == "correct":
		return w.correct(ctx, j, phase)
	case phase != 3:
		return nil
	case l.Do == "take_down":
		return words(w.d().TakeDown(j.unit.staff[approver].as(ctx), p, j.of.item, l.Kind, w.fill(j, l.Reason)))
	case l.Do == "close_earlier":
		return words(w.d().CloseEarlier(j.unit.staff[approver].as(ctx), p, j.of.item, w.fill(j, l.Reason)))
	case l.Do == "validity":
		return words(w.d().SetValidity(j.unit.staff[approver].as(ctx), p, j.of.item, l.Kind, w.fill(j, l.Reason)))
	case l.Do == "review":
		return w.reviewAfter(ctx, j)
	case strings.HasPrefix(l.Do, "report"):
		return w.report(ctx, j)
	}
	return fmt.Errorf("the texts ask for %q, which is not known", j.after.Do)
}

// reviewAfter is the full review of what was published in an emergency.
func (w *world) reviewAfter(ctx context.Context, j *job) error {
	for _, s := range w.rule(j).Steps {
		o := w.opinion(j, s.ID, s.Checks)
		if s.Slot == approver {
			return words(w.d().ApproveAfter(j.unit.staff[approver].as(ctx), j.unit.province(), j.of.version, o))
		}
		if err := w.d().PassAfter(w.signer(j, s).as(ctx), j.unit.province(), j.of.version, o); err != nil {
			return words(err)
		}
	}
	return nil
}

// correct writes a new version with some words replaced and takes it through
// the review of any other.
func (w *world) correct(ctx context.Context, j *job, phase int) error {
	if phase > 0 {
		j.Stop = ""
		if phase == 1 {
			return w.review(ctx, j)
		}
		if phase == 2 {
			return w.approve(ctx, j)
		}
		return nil
	}
	me := j.unit.staff[drafter].as(ctx)
	v, err := w.d().Correct(me, j.unit.province(), j.of.item)
	if err != nil {
		return err
	}
	j.item, j.version, j.text = j.of.item, v.ID, j.of.text
	j.replace()
	j.text.Reason = w.fill(j, j.after.Reason)
	if _, err := w.d().Save(me, j.unit.province(), v.ID, j.text); err != nil {
		return words(err)
	}
	return words(w.d().Submit(me, j.unit.province(), v.ID))
}

// replace puts other words for some in everything typed.
func (j *job) replace() {
	var pairs []string
	for from, to := range j.after.Replace {
		pairs = append(pairs, from, to)
	}
	r := strings.NewReplacer(pairs...)
	j.text.Title, j.text.Summary, j.text.Body = r.Replace(j.text.Title), r.Replace(j.text.Summary), r.Replace(j.text.Body)
	for k, s := range j.text.Data.Fields {
		j.text.Data.Fields[k] = r.Replace(s)
	}
	for _, row := range j.text.Data.Rows {
		for k, s := range row.Cells {
			row.Cells[k] = r.Replace(s)
		}
	}
}

// report is a reader's word about an item, and where the entry says so its answer.
func (w *world) report(ctx context.Context, j *job) error {
	p := j.unit.province()
	sheet, err := w.d().Open(j.unit.staff[drafter].as(ctx), p, j.of.version)
	if err != nil {
		return err
	}
	if err := w.d().ReportError(ctx, j.unit.Agency, sheet.Item.Year, sheet.Item.Serial, j.after.Kind, j.after.Text, ""); err != nil {
		return words(err)
	}
	if j.after.Do != "report_answered" {
		return nil
	}
	me := j.unit.staff[drafter].as(ctx)
	open, err := w.d().Reports(me, j.unit.ID)
	if err != nil {
		return err
	}
	for _, r := range open {
		if r.Item == j.of.item && r.State == "open" {
			return words(w.d().AnswerReport(me, p, r.ID, j.after.Reason))
		}
	}
	return fmt.Errorf("the report about %q is not listed", j.Title)
}

// ask lets readers ask for what is missing (催公开): a few units are asked
// often, most never.
func (w *world) ask(ctx context.Context) error {
	today := clock.DateOf(w.Clock.Now())
	return inParallel(ctx, len(w.order), func(ctx context.Context, i int) error {
		u := w.order[i]
		if !w.lasts(u, today) || w.dice("ask", u.key).IntN(3) > 0 && !u.show() {
			return nil
		}
		late, err := w.overdue(ctx, u.Agency, today)
		if err != nil {
			return err
		}
		for _, category := range late {
			for range w.dice("ask", u.key, category).IntN(9) {
				if _, err := w.d().Nudge(ctx, u.ID, category); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (w *world) overdue(ctx context.Context, u agency.Agency, today clock.Date) (out []string, err error) {
	err = w.d().DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := w.d().Catalogue.Of(tx, u)
		for _, x := range rows {
			if x.Overdue(today) {
				out = append(out, x.Category)
			}
		}
		return err
	})
	return out, err
}
