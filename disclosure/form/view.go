package form

import (
	"context"
	"slices"
	"strconv"

	"yangguang/internal/clock"
	"yangguang/internal/i18n"
	"yangguang/norm"
)

// View is a filled-in form ready to be shown, in the reader's language: pages,
// print and PDF all draw from it, so that they cannot differ.
type View struct {
	Shape   string // table record guide
	Caption string
	Note    string
	Fields  []Item   // the header, or all of a record
	RowHead string   // heading over the titles of fixed rows; "" where rows are free
	Columns []Column // of a table
	Rows    []Line   // of a table
	Steps   []Step   // of a guide
	Hidden  []string // what the marks in the place of figures mean, in sentences
}

// Column is the head of a column.
type Column struct {
	ID, Title, Unit string
	Heading         string // title and unit as shown
	Align           string // start end center
	People          bool   // counts natural persons: small cells may be suppressed
	Total           bool
}

// Line is one row of a table.
type Line struct {
	ID, Title string
	Cells     []Cell
	Total     bool
}

// Cell is one figure or text; Link is a safe address (https:, http:, tel:).
type Cell struct {
	Text, Link string
	Total      bool
	Hidden     bool // a mark stands in the place of the figure
}

// Item is one labelled answer.
type Item struct {
	ID, Label string
	Cell
	Long bool // a text of paragraphs
}

// Step is one step of a service guide.
type Step struct {
	Number int
	Title  string
	Items  []Item
}

// Table makes the view of a filled-in form.
func Table(ctx context.Context, f norm.Form, d Data) View {
	d = Normalize(f, d)
	v := View{Shape: f.Shape, Caption: f.Title.In(ctx), Note: f.Note.In(ctx), Fields: items(ctx, f.Fields, d.Fields), Hidden: hiddenNotes(ctx, f, d)}
	if f.Shape == "guide" {
		v.Steps = steps(ctx, f, d)
		return v
	}
	if len(f.Columns) == 0 {
		return v
	}
	for _, id := range withheld(f, d) { // a column of nothing but marks says less than a sentence
		c, _ := fieldOf(f.Columns, id)
		v.Hidden = append(v.Hidden, i18n.T(ctx, "form.withheld", heading(ctx, c)))
		f.Columns = slices.DeleteFunc(slices.Clone(f.Columns), func(x norm.Field) bool { return x.ID == id })
	}
	for _, c := range f.Columns {
		v.Columns = append(v.Columns, column(ctx, f, c))
	}
	if len(f.Rows) > 0 {
		v.RowHead = i18n.T(ctx, "form.row_head")
	}
	for _, r := range d.Rows {
		v.Rows = append(v.Rows, line(ctx, f, r))
	}
	return v
}

func column(ctx context.Context, f norm.Form, c norm.Field) Column {
	align := "start"
	switch {
	case numeric(c):
		align = "end"
	case c.Type == "date", c.Type == "month":
		align = "center"
	}
	return Column{ID: c.ID, Title: c.Title.In(ctx), Unit: c.Unit.In(ctx), Heading: heading(ctx, c),
		Align: align, People: c.People, Total: isTotal(f, "columns", c.ID)}
}

// heading is a title with its unit: 金额（元）, Amount (yuan).
func heading(ctx context.Context, f norm.Field) string {
	if f.Unit.IsZero() {
		return f.Title.In(ctx)
	}
	return i18n.T(ctx, "form.with_unit", f.Title.In(ctx), f.Unit.In(ctx))
}

func line(ctx context.Context, f norm.Form, r Row) Line {
	l := Line{ID: r.ID, Title: rowTitle(ctx, f, r.ID), Total: isTotal(f, "rows", r.ID)}
	for _, c := range f.Columns {
		cell := show(ctx, c, r.Cells[c.ID])
		cell.Total = isTotal(f, "columns", c.ID)
		l.Cells = append(l.Cells, cell)
	}
	return l
}

// rowTitle is the title of a fixed row; "" for free rows.
func rowTitle(ctx context.Context, f norm.Form, id string) string {
	if len(f.Rows) == 0 {
		return ""
	}
	for _, r := range f.Rows {
		if r.ID == id {
			return r.Title.In(ctx)
		}
	}
	return id
}

// items are the answers given, labelled; unanswered fields are left out.
func items(ctx context.Context, fields []norm.Field, answers map[string]string) (out []Item) {
	for _, f := range fields {
		s := answers[f.ID]
		if s == "" {
			continue
		}
		it := Item{ID: f.ID, Label: heading(ctx, f), Cell: show(ctx, f, s), Long: f.Type == "longtext"}
		out = append(out, it)
	}
	return out
}

// steps numbers the rows of a guide; a step is named by its first text.
func steps(ctx context.Context, f norm.Form, d Data) (out []Step) {
	for i, r := range d.Rows {
		all := items(ctx, f.Columns, r.Cells)
		s := Step{Number: i + 1, Items: all, Title: rowTitle(ctx, f, r.ID)}
		if s.Title == "" && len(all) > 0 && len(f.Columns) > 0 && all[0].ID == f.Columns[0].ID {
			s.Title, s.Items = all[0].Text, all[1:]
		}
		out = append(out, s)
	}
	return out
}

// show writes one answer the way readers expect it.
func show(ctx context.Context, f norm.Field, s string) Cell {
	if s == "" {
		return Cell{}
	}
	if below, ok := hidden(f, s); ok {
		return showHidden(ctx, below)
	}
	c := Cell{Text: s}
	_, p := canon(f, s)
	if p != nil {
		return c
	}
	switch {
	case isYear(f): // 2026, never 2,026
	case numeric(f):
		c.Text = Group(s)
	case f.Type == "date":
		if d, err := clock.ParseDate(s); err == nil {
			c.Text = i18n.Date(ctx, d)
		}
	case f.Type == "month":
		c.Text = showMonth(ctx, s)
	case f.Type == "choice":
		c.Text = choiceTitle(ctx, f, s)
	case f.Type == "url":
		c.Link = s
	case f.Type == "phone":
		if n, ok := onePhone(s); ok {
			c.Link = "tel:" + n
		}
	}
	return c
}

func showMonth(ctx context.Context, s string) string {
	t, ok := monthOf(s)
	if !ok {
		return s
	}
	if i18n.LangOf(ctx) == i18n.EN {
		return t.Format("January 2006")
	}
	return i18n.T(ctx, "form.month", strconv.Itoa(t.Year()), strconv.Itoa(int(t.Month())))
}

func choiceTitle(ctx context.Context, f norm.Field, id string) string {
	for _, c := range f.Choices {
		if c.ID == id {
			return c.Title.In(ctx)
		}
	}
	return id
}
