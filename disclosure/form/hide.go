package form

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"yangguang/internal/i18n"
	"yangguang/norm"
)

// Figure names one figure of a form across its versions: the row and the column
// ("third_up/quarter"), or a field above the table ("f/births").
func Figure(row, column string) string { return row + "/" + column }

// FieldFigure names a field above the table.
func FieldFigure(id string) string { return "f/" + id }

// Dark stands in the data where a figure is not published and nothing is said
// of its size. Nobody can type it: a field of figures refuses it.
const Dark = "*"

// Fewer stands in the data for "fewer than below".
func Fewer(below int64) string { return "<" + strconv.FormatInt(below, 10) }

// hidden answers whether an answer of a field of figures is a mark in the place
// of one; below is 0 where nothing is said of its size.
func hidden(f norm.Field, s string) (below int64, ok bool) {
	if !numeric(f) || s == "" {
		return 0, false
	}
	if s == Dark {
		return 0, true
	}
	if rest, cut := strings.CutPrefix(s, "<"); cut {
		if n, err := strconv.ParseInt(rest, 10, 64); err == nil && n > 0 && Fewer(n) == s {
			return n, true
		}
	}
	return 0, false
}

// Hide puts marks in the place of figures, by name; totals left blank are
// filled first, so that a mark never stands beside its own sum. What it gives is
// all that a public page, file or index may be made of.
func Hide(f norm.Form, d Data, marks map[string]string) Data {
	if len(marks) == 0 {
		return d
	}
	out := FillSums(f, d).clone()
	for id := range out.Fields {
		if m, ok := marks[FieldFigure(id)]; ok {
			out.Fields[id] = m
		}
	}
	for i, r := range out.Rows {
		for id := range r.Cells {
			if m, ok := marks[Figure(r.ID, id)]; ok {
				out.Rows[i].Cells[id] = m
			}
		}
	}
	return out
}

// showHidden is how a mark reads.
func showHidden(ctx context.Context, below int64) Cell {
	if below > 0 {
		return Cell{Text: i18n.T(ctx, "form.fewer", below), Hidden: true}
	}
	return Cell{Text: i18n.T(ctx, "form.dark"), Hidden: true}
}

// hiddenNotes says below a table, once each, what the marks in it mean.
func hiddenNotes(ctx context.Context, f norm.Form, d Data) (out []string) {
	var below int64
	dark := false
	look := func(fields []norm.Field, answers map[string]string) {
		for _, fd := range fields {
			if n, ok := hidden(fd, answers[fd.ID]); ok {
				below, dark = max(below, n), dark || n == 0
			}
		}
	}
	look(f.Fields, d.Fields)
	gone := withheld(f, d)
	shown := slices.DeleteFunc(slices.Clone(f.Columns), func(c norm.Field) bool { return slices.Contains(gone, c.ID) })
	for _, r := range d.Rows {
		look(shown, r.Cells)
	}
	if below > 0 {
		out = append(out, i18n.T(ctx, "form.fewer_why", below, below-1))
	}
	if dark {
		out = append(out, i18n.T(ctx, "form.dark_why"))
	}
	return out
}

// withheld lists the columns a unit chose not to publish and of which nothing
// but marks is left; who fills the form in sees them with their figures.
func withheld(f norm.Form, d Data) (columns []string) {
	for _, id := range f.Withheld(d.Fields) {
		given := false
		for _, r := range d.Rows {
			given = given || r.Cells[id] != "" && r.Cells[id] != Dark
		}
		if !given {
			columns = append(columns, id)
		}
	}
	return columns
}

// FigureOf is a figure as people call it (its row and its column) and as it
// reads when it is not hidden.
func FigureOf(ctx context.Context, f norm.Form, d Data, figure string) (label, text string) {
	row, id, _ := strings.Cut(figure, "/")
	if fd, ok := fieldOf(f.Fields, id); ok && row == "f" {
		return heading(ctx, fd), show(ctx, fd, d.Fields[id]).Text
	}
	c, ok := fieldOf(f.Columns, id)
	if !ok {
		return f.Title.In(ctx), ""
	}
	for i, r := range d.Rows {
		if r.ID == row {
			return i18n.T(ctx, "form.place", rowLabel(ctx, f, i, r.ID), heading(ctx, c)), show(ctx, c, r.Cells[id]).Text
		}
	}
	return heading(ctx, c), ""
}

// MarkText is how a mark reads.
func MarkText(ctx context.Context, below int64) string { return showHidden(ctx, below).Text }
