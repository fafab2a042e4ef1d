package desk

import (
	"context"

	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
)

// hiddenPart tells those who write, review and approve which figures of a table
// about people the public will not read, and why each.
type hiddenPart struct {
	Table ui.Grid
	View  form.View // as the public reads it
	Title string
	Lead  string
	Lost  []string // figures that are public elsewhere already
	Many  bool     // more than half of the figures of people
}

// hidden is nil where nothing is hidden and nothing was lost.
func (d *Desk) hidden(ctx context.Context, s *disclosure.Sheet) *hiddenPart {
	f := d.normForm(s.Version.Form)
	if f == nil || len(s.Hidden) == 0 && len(s.Lost) == 0 {
		return nil
	}
	data := form.FillSums(*f, dataOf(s.Version))
	p := &hiddenPart{Title: i18n.T(ctx, "desk.hidden", len(s.Hidden)), View: form.Table(ctx, *f, form.Hide(*f, data, disclosure.Marks(s.Hidden))),
		Lead: i18n.T(ctx, "desk.hidden_lead", f.Below)}
	p.Table = ui.Grid{Caption: p.Title, Cards: true, Columns: []ui.Column{{Title: i18n.T(ctx, "desk.hidden_figure")},
		{Title: i18n.T(ctx, "desk.hidden_filled"), Number: true}, {Title: i18n.T(ctx, "desk.hidden_shown")}, {Title: i18n.T(ctx, "desk.hidden_why")}}}
	people := 0
	for _, h := range s.Hidden {
		label, text := form.FigureOf(ctx, *f, data, h.Figure)
		if h.Why != disclosure.WhyFollow {
			people++
		}
		p.Table.Rows = append(p.Table.Rows, []ui.Cell{{Text: label}, {Text: text}, {Text: form.MarkText(ctx, h.Below)}, {Text: d.whyHidden(ctx, s, data, h)}})
	}
	for _, name := range s.Lost {
		label, _ := form.FigureOf(ctx, *f, data, name)
		p.Lost = append(p.Lost, label)
	}
	p.Many = 2*people > s.People
	return p
}

// whyHidden is one sentence for one figure.
func (d *Desk) whyHidden(ctx context.Context, s *disclosure.Sheet, data form.Data, h disclosure.Hidden) string {
	f := d.normForm(s.Version.Form)
	name := func() string {
		label, _ := form.FigureOf(ctx, *f, data, h.For)
		return label
	}
	switch {
	case h.Why == disclosure.WhySmall && h.Below > 0:
		return i18n.T(ctx, "desk.why_small", h.Below)
	case h.Why == disclosure.WhySmall:
		return i18n.T(ctx, "desk.why_small_dark", f.Below)
	case h.Why == disclosure.WhyWindow:
		return i18n.T(ctx, "desk.why_window")
	case h.Why == disclosure.WhyFollow:
		return i18n.T(ctx, "desk.why_follow", name())
	case h.For != "":
		return i18n.T(ctx, "desk.why_protect", name())
	case h.Unit != "":
		return i18n.T(ctx, "desk.why_protect_unit", h.Unit, d.periodTitle(ctx, s.Item.Category, h.Period))
	case h.Period == s.Item.Period:
		return i18n.T(ctx, "desk.why_protect_earlier")
	}
	return i18n.T(ctx, "desk.why_protect_period", d.periodTitle(ctx, s.Item.Category, h.Period))
}
