package demo

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/internal/fault"
	"yangguang/norm"
)

// work does the part of a job that belongs to a phase of the day: writing,
// review, approval, and what becomes of published items.
func (w *world) work(ctx context.Context, j *job, phase int) error {
	if j.of != nil {
		return w.workLater(ctx, j, phase)
	}
	switch {
	case phase == 0:
		return w.write(ctx, j)
	case j.Stop == "draft":
		return nil
	case j.Urgent && phase == 1:
		o := w.opinion(j, "duty_approve", disclosure.EmergencyChecks(w.rule(j)))
		return words(w.d().Emergency(j.unit.staff[approver].as(ctx), j.unit.province(), j.version, o))
	case j.Urgent:
		return nil
	case phase == 1:
		return w.review(ctx, j)
	case phase == 2:
		return w.approve(ctx, j)
	}
	return nil
}

func (w *world) d() *disclosure.Disclosure { return w.Disclosure }

// write drafts the item, attaches its files and submits it.
func (w *world) write(ctx context.Context, j *job) error {
	me := j.unit.staff[cmp.Or(j.By, drafter)].as(ctx)
	v, err := w.d().Start(me, j.unit.ID, j.Category, j.period)
	if err != nil {
		return err
	}
	j.item, j.version = v.Item, v.ID
	if j.text, err = w.compose(j); err != nil {
		return err
	}
	if _, err := w.d().Save(me, j.unit.province(), j.version, j.text); err != nil {
		return words(err)
	}
	for _, f := range j.Files {
		b, err := w.makeFile(j, f)
		if err != nil {
			return err
		}
		if _, err := w.d().Attach(me, j.unit.province(), j.version, w.fill(j, f.Name), w.fill(j, f.Note), bytes.NewReader(b)); err != nil {
			return words(err)
		}
	}
	if j.Stop == "draft" || j.Urgent {
		return nil
	}
	return words(w.d().Submit(me, j.unit.province(), j.version))
}

// words makes a refusal readable for whoever writes the texts.
func words(err error) error {
	if err == nil {
		return nil
	}
	var b strings.Builder
	for _, f := range fault.FieldsOf(err) {
		fmt.Fprintf(&b, " %s: %s %v;", f.Name, f.Key, f.Args)
	}
	if key, args, ok := fault.Sentence(err); ok {
		fmt.Fprintf(&b, " %s %v", key, args)
	}
	return errors.Join(err, errors.New(b.String()))
}

// review signs the steps before approval, or stops where the entry says.
func (w *world) review(ctx context.Context, j *job) error {
	rule := w.rule(j)
	for _, s := range rule.Steps {
		if s.Slot == approver || j.Stop == s.ID {
			return nil
		}
		p := w.signer(j, s)
		switch j.Stop {
		case "returned":
			return w.d().Return(p.as(ctx), j.unit.province(), j.version, j.Note)
		case "referred":
			return w.d().Refer(p.as(ctx), j.unit.province(), j.version, j.Note)
		}
		if err := w.look(p.as(ctx), j, s); err != nil {
			return err
		}
		if err := w.d().Pass(p.as(ctx), j.unit.province(), j.version, w.opinion(j, s.ID, s.Checks)); err != nil {
			return words(err)
		}
	}
	return nil
}

func (w *world) rule(j *job) *norm.ReviewRule {
	n := w.d().Norm
	return n.Review(n.Catalogue(string(j.unit.Kind)).Review)
}

// signer is whose turn a review step is.
func (w *world) signer(j *job, s norm.ReviewStep) *person {
	if j.Lent { // the township reviews for its village
		return j.unit.above.staff[reviewer]
	}
	if p := j.unit.staff[s.Slot]; p != nil {
		return p
	}
	return j.unit.staff[reviewer]
}

// look is the second person's look at what the gate could not decide.
func (w *world) look(ctx context.Context, j *job, s norm.ReviewStep) error {
	if !slices.Contains(s.Checks, "privacy") || (len(j.Files) == 0 && !j.Release) {
		return nil
	}
	sheet, err := w.d().Open(ctx, j.unit.province(), j.version)
	if err != nil {
		return err
	}
	for _, f := range sheet.Files {
		if f.Uncertain != "" && f.ClearedBy == 0 {
			if err := w.d().ClearFile(ctx, j.unit.province(), j.version, f.ID, w.texts.Opinions.Clear); err != nil {
				return err
			}
		}
	}
	for _, f := range sheet.Findings {
		if f.State == "open" {
			if err := w.d().ReleaseFinding(ctx, j.unit.province(), j.version, f.ID, w.texts.Opinions.Release); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *world) opinion(j *job, step string, checks []string) disclosure.Opinion {
	o := disclosure.Opinion{Checks: checks, Basis: w.texts.Opinions.Basis[step]}
	if r := w.dice("note", j.unit.key, j.Title, j.period, step); r.IntN(3) == 0 {
		o.Note = pick(r, w.texts.Opinions.Notes)
	}
	return o
}

// approve is the last signature; a scheduled item waits for tomorrow morning.
func (w *world) approve(ctx context.Context, j *job) error {
	steps := w.rule(j).Steps
	last := steps[len(steps)-1]
	if j.Stop != "" && j.Stop != "scheduled" {
		return nil
	}
	var at time.Time
	if j.Stop == "scheduled" {
		at = w.span.today.AddDays(1).Start().Add(9 * time.Hour)
	}
	return words(w.d().Approve(j.unit.staff[approver].as(ctx), j.unit.province(), j.version, w.opinion(j, last.ID, last.Checks), at))
}

// compose is what the author types.
func (w *world) compose(j *job) (disclosure.Text, error) {
	t := disclosure.Text{Title: w.fill(j, j.Title), Summary: w.fill(j, j.Summary), Body: w.fill(j, j.Body), Keywords: w.fill(j, j.Keywords),
		DocNumber: w.fill(j, j.Doc), FormedOn: j.formedOn(), Period: j.period, Form: j.Form}
	if j.Ends > 0 {
		t.EndsOn = j.on.AddDays(j.Ends)
	}
	if j.Explains != "" {
		other := w.done[j.Explains]
		if other == nil {
			return t, fmt.Errorf("%q explains %q, which is not published yet", t.Title, j.Explains)
		}
		t.Explains = other.item
	}
	if f := w.d().Norm.Form(j.Form); f != nil {
		t.Data = form.FillSums(*f, w.data(j, *f))
	}
	return t, nil
}

// fill puts the unit's own words into a text.
func (w *world) fill(j *job, s string) string {
	if !strings.ContainsRune(s, '{') {
		return s
	}
	return w.filler(j).Replace(s)
}
