package desk

import (
	"context"
	"slices"

	"yangguang/disclosure"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
)

// where is one sentence that says where a version is and who has it.
func (d *Desk) where(ctx context.Context, s *disclosure.Sheet, names map[int64]string) string {
	v := s.Version
	switch v.State {
	case disclosure.InReview:
		return i18n.T(ctx, "desk.where_review", stepTitle(ctx, s.Rule, v.Step))
	case disclosure.Approved:
		return i18n.T(ctx, "desk.where_approved", i18n.Time(ctx, v.PublishAt))
	case disclosure.Published:
		if v.ReviewOwed {
			return i18n.T(ctx, "desk.where_owed")
		}
		return i18n.T(ctx, "desk.where_published", i18n.Time(ctx, v.PublishedAt))
	}
	return i18n.T(ctx, "desk.where_"+v.State, names[v.Author])
}

// steps is who signs what: done with name and day, next, or later.
func (d *Desk) steps(ctx context.Context, s *disclosure.Sheet, names map[int64]string) []ui.Step {
	v := s.Version
	signed := map[string]disclosure.Step{}
	for _, st := range s.Steps {
		switch st.Verb {
		case "submit", "return", "refuse", "withdraw", "recall", "gate":
			clear(signed)
			if st.Verb == "submit" {
				signed["author"] = st
			}
		case "pass", "approve", "emergency", "pass_after", "approve_after":
			signed[st.Step] = st
		}
	}
	drafting := ui.Step{Title: i18n.T(ctx, "desk.step_draft"), Note: names[v.Author], State: "current"}
	if v.State != disclosure.Drafted && v.State != disclosure.Discarded {
		drafting.State = "done"
		if st, ok := signed["author"]; ok {
			drafting.Note = note(ctx, st, names)
		}
	}
	out := []ui.Step{drafting}
	rule := s.Rule
	if rule == nil {
		return out
	}
	list := rule.Steps
	if v.Emergency {
		list = slices.Concat(rule.Emergency[max(0, len(rule.Emergency)-1):], rule.Steps)
	}
	for _, rs := range list {
		step := ui.Step{Title: rs.Title.In(ctx)}
		if st, ok := signed[rs.ID]; ok {
			step.State, step.Note = "done", note(ctx, st, names)
		} else if v.Step == rs.ID {
			step.State = "current"
		}
		out = append(out, step)
	}
	last := ui.Step{Title: i18n.T(ctx, "desk.step_public")}
	switch v.State {
	case disclosure.Published, disclosure.Superseded:
		last.State, last.Note = "done", i18n.Time(ctx, v.PublishedAt)
	case disclosure.Approved:
		last.State, last.Note = "current", i18n.Time(ctx, v.PublishAt)
	}
	return append(out, last)
}

func note(ctx context.Context, st disclosure.Step, names map[int64]string) string {
	who := names[st.Person]
	if st.Principal != 0 {
		who = i18n.T(ctx, "desk.for_principal", who, names[st.Principal])
	}
	if st.LentBy != 0 {
		who += i18n.T(ctx, "desk.between") + i18n.T(ctx, "disclosure.lent_by", st.Lender)
	}
	return who + i18n.T(ctx, "desk.between") + i18n.Time(ctx, st.At)
}

// record is every signature and remark, the newest first.
func (d *Desk) record(ctx context.Context, s *disclosure.Sheet, names map[int64]string) []ui.Event {
	var out []ui.Event
	for _, st := range slices.Backward(s.Steps) {
		e := ui.Event{When: note(ctx, st, names), WhenISO: st.At.Format("2006-01-02T15:04Z07:00"), Title: i18n.T(ctx, "disclosure.verb_"+st.Verb)}
		if t := stepTitle(ctx, s.Rule, st.Step); t != "" && (st.Verb == "pass" || st.Verb == "return" || st.Verb == "refer") {
			e.Title = i18n.T(ctx, "desk.pair", t, e.Title)
		}
		if st.Basis != "" {
			e.Text = i18n.T(ctx, "desk.pair", i18n.T(ctx, "desk.basis"), st.Basis)
		}
		if st.Note != "" {
			if e.Text != "" {
				e.Text += i18n.T(ctx, "desk.between")
			}
			e.Text += i18n.T(ctx, "desk.pair", i18n.T(ctx, "desk.note"), st.Note)
		}
		switch st.Verb {
		case "pass", "approve", "rule", "pass_after", "approve_after":
			e.Kind = ui.TagPublished
		case "return", "refuse", "recall", "gate":
			e.Kind = ui.TagDanger
		case "refer", "emergency":
			e.Kind = ui.TagWaiting
		}
		out = append(out, e)
	}
	return out
}
