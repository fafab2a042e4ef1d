package form

import (
	"context"
	"strings"

	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/norm"
)

// grid hands a view to the house's table.
func grid(v View) ui.Grid {
	g := ui.Grid{Caption: v.Caption, Long: len(v.Rows) > 30, Cards: len(v.Columns) > 3}
	if v.RowHead != "" {
		g.Columns = append(g.Columns, ui.Column{Title: v.RowHead})
	}
	for _, c := range v.Columns {
		g.Columns = append(g.Columns, ui.Column{Title: c.Heading, Number: c.Align == "end"})
	}
	for i, l := range v.Rows {
		var cells []ui.Cell
		if v.RowHead != "" {
			cells = append(cells, cellOfView(Cell{Text: l.Title}, l.Total))
		}
		for _, c := range l.Cells {
			cells = append(cells, cellOfView(c, l.Total || c.Total))
		}
		if l.Total && i == len(v.Rows)-1 {
			g.Foot = cells
			continue
		}
		g.Rows = append(g.Rows, cells)
	}
	return g
}

func cellOfView(c Cell, total bool) ui.Cell {
	switch {
	case c.Link != "":
		return ui.Cell{Text: c.Text, Href: c.Link}
	case total && c.Text != "":
		return ui.Cell{Of: strong(c.Text)}
	case strings.Contains(c.Text, "\n"):
		return ui.Cell{Of: lines(c.Text)}
	}
	return ui.Cell{Text: c.Text}
}

func described(items []Item) (out []ui.Pair) {
	for _, it := range items {
		p := ui.Pair{Term: it.Label, Text: it.Text, Href: it.Link}
		if strings.Contains(it.Text, "\n") {
			p.Of = lines(it.Text)
		}
		out = append(out, p)
	}
	return out
}

// changesGrid lays the differences of two versions side by side.
func changesGrid(ctx context.Context, all []Change) ui.Grid {
	g := ui.Grid{Caption: i18n.T(ctx, "form.changes"), Nothing: i18n.T(ctx, "form.change_none"), Cards: true, Long: len(all) > 30,
		Columns: []ui.Column{{Title: i18n.T(ctx, "form.change_field")}, {Title: i18n.T(ctx, "form.change_old")}, {Title: i18n.T(ctx, "form.change_new")}}}
	for _, c := range all {
		label := c.Label
		if c.Kind != "changed" {
			label = i18n.T(ctx, "form.pair", label, i18n.T(ctx, "form."+c.Kind))
		}
		g.Rows = append(g.Rows, []ui.Cell{{Text: label}, side(ctx, c.Old), side(ctx, c.New)})
	}
	return g
}

func side(ctx context.Context, s string) ui.Cell {
	switch {
	case s == "":
		return ui.Cell{Text: i18n.T(ctx, "form.nothing")}
	case strings.Contains(s, "\n"):
		return ui.Cell{Of: lines(s)}
	}
	return ui.Cell{Text: s}
}

// Labelled puts the place before each refusal ("Row 3, Amount: …"), for the
// summary at the top of a page, where the column is not in sight.
func Labelled(ctx context.Context, f norm.Form, wrong []fault.Field) []fault.Field {
	out := make([]fault.Field, len(wrong))
	for i, w := range wrong {
		out[i] = w
		if label := labelOf(ctx, f, w.Name); label != "" {
			out[i] = fault.Field{Name: w.Name, Key: "form.pair", Args: []any{label, i18n.T(ctx, w.Key, w.Args...)}}
		}
	}
	return out
}

// uiInput hands an input above the table to the house's field.
func (in Input) uiInput(ctx context.Context) ui.Input {
	out := ui.Input{Name: in.Name, Label: in.Heading, Help: in.Help, Error: strings.Join(in.Errors, " "), Value: in.Value,
		Optional: !in.Required, Autocomplete: "off", Short: in.Mode != "" || in.Short}
	switch in.Kind {
	case "number":
		out.Type = in.Mode
		if in.Mode == "numeric" {
			out.Type = "number"
		}
	case "tel", "url":
		out.Type = in.Kind
	}
	if in.Kind == "choice" {
		out.Options = []ui.Option{{Text: i18n.T(ctx, "form.blank_option")}}
		for _, o := range in.Options {
			out.Options = append(out.Options, ui.Option{Value: o.ID, Text: o.Title})
		}
	}
	return out
}

// ID is the id of the control, where the house's error summary leads.
func (in Input) ID() string { return "f-" + in.Name }

// cellClass is the look of a control in a table.
func (in Input) cellClass() string {
	if in.Kind == "number" {
		return "input number"
	}
	return "input"
}

func (in Input) fieldClass() string {
	if len(in.Errors) > 0 {
		return "field bad"
	}
	return "field"
}

func (in Input) htmlType() string {
	if in.Kind == "tel" {
		return "tel"
	}
	return "text" // a url or number box would lose or refuse what was typed wrongly
}
