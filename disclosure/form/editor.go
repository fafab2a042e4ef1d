package form

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/norm"
)

// MoreRows is the name of the button that asks for further blank rows; it
// saves nothing and checks nothing.
const MoreRows = "more_rows"

// Editor is the form as it is filled in, in the reader's language.
type Editor struct {
	Shape   string
	Caption string
	Note    string
	Wrong   []string // sentences about the whole
	Fields  []Input
	RowHead string
	Columns []Head
	Rows    []InputRow
	Free    bool // rows may be added
	Next    int  // what the button for more rows sends
}

// Head is the head of a column of inputs.
type Head struct {
	ID, Heading, Help string
	Required          bool
	Numeric, Computed bool
}

func (e Editor) rowHead(ctx context.Context) string {
	if e.RowHead != "" {
		return e.RowHead
	}
	return i18n.T(ctx, "form.row_number")
}

// InputRow is one row of inputs.
type InputRow struct {
	Title  string // of a fixed row, or "Row 3"
	Blank  bool
	Inputs []Input
}

// Input is one box.
type Input struct {
	Name     string
	Label    string // full: row and column
	Heading  string
	Help     string
	Value    string
	Kind     string // text longtext number choice url tel
	Mode     string // inputmode
	Required bool
	Computed bool // a total: may be left blank
	Short    bool // a box as wide as a date
	Errors   []string
	HelpID   string // of the column's help; "" where there is none
	Options  []Option
}

// Option is one choice of an Input.
type Option struct {
	ID, Title string
	Selected  bool
}

// NewEditor prepares the form for editing. blank is how many empty rows follow
// the filled ones where rows are free, so that it works without scripts; the
// posted values say when more were asked for (Blanks).
func NewEditor(ctx context.Context, f norm.Form, d Data, wrong []fault.Field, blank int) Editor {
	d = Normalize(f, d)
	b := builder{ctx: ctx, form: f, errs: sentences(ctx, wrong)}
	e := Editor{Shape: f.Shape, Caption: f.Title.In(ctx), Note: f.Note.In(ctx), Wrong: b.errs[Whole],
		Free: len(f.Rows) == 0 && len(f.Columns) > 0, Next: blank + 10}
	for _, fd := range f.Fields {
		computed := f.Shape == "record" && isTotal(f, "columns", fd.ID)
		e.Fields = append(e.Fields, b.input(fd, FieldName(fd.ID), "", d.Fields[fd.ID], computed))
	}
	for _, c := range f.Columns {
		e.Columns = append(e.Columns, Head{ID: c.ID, Heading: heading(ctx, c), Help: helpOf(ctx, c), Required: c.Required,
			Numeric: numeric(c), Computed: isTotal(f, "columns", c.ID)})
	}
	if len(f.Rows) > 0 {
		e.RowHead = i18n.T(ctx, "form.row_head")
	}
	rows := d.Rows
	for i := 0; e.Free && i < blank && len(rows) < MaxRows; i++ {
		rows = append(rows[:len(rows):len(rows)], Row{})
	}
	for i, r := range rows {
		e.Rows = append(e.Rows, b.row(i, r))
	}
	return e
}

// Blanks is how many blank rows the next page shall have: those asked for by
// the button, or the usual three.
func Blanks(values url.Values) int {
	n, err := strconv.Atoi(values.Get(MoreRows))
	if err != nil || n < 3 {
		return 3
	}
	return min(n, 100)
}

// labelOf names an input as people call it: its row and its column.
func labelOf(ctx context.Context, f norm.Form, name string) string {
	if id, ok := strings.CutPrefix(name, "f."); ok {
		if fd, ok := fieldOf(f.Fields, id); ok {
			return heading(ctx, fd)
		}
	}
	row, col, ok := cellOf(name)
	c, known := fieldOf(f.Columns, col)
	if !ok || !known {
		return f.Title.In(ctx)
	}
	id := ""
	if row < len(f.Rows) {
		id = f.Rows[row].ID
	}
	return i18n.T(ctx, "form.place", rowLabel(ctx, f, row, id), heading(ctx, c))
}

func sentences(ctx context.Context, wrong []fault.Field) map[string][]string {
	out := map[string][]string{}
	for _, w := range wrong {
		out[w.Name] = append(out[w.Name], i18n.T(ctx, w.Key, w.Args...))
	}
	return out
}

type builder struct {
	ctx  context.Context
	form norm.Form
	errs map[string][]string
}

func (b builder) row(i int, r Row) InputRow {
	out := InputRow{Title: rowLabel(b.ctx, b.form, i, r.ID), Blank: r.blank()}
	total := isTotal(b.form, "rows", r.ID)
	for _, c := range b.form.Columns {
		computed := isTotal(b.form, "columns", c.ID) || total && addable(c)
		out.Inputs = append(out.Inputs, b.input(c, CellName(i, c.ID), out.Title, r.Cells[c.ID], computed))
	}
	return out
}

func (b builder) input(f norm.Field, name, row, value string, computed bool) Input {
	in := Input{Name: name, Heading: heading(b.ctx, f), Help: helpOf(b.ctx, f), Value: value, Kind: "text",
		Required: f.Required && !computed, Computed: computed, Errors: b.errs[name]}
	in.Label = in.Heading
	if row != "" {
		in.Label = i18n.T(b.ctx, "form.place", row, in.Heading)
	}
	switch {
	case numeric(f):
		in.Kind, in.Mode = "number", "decimal"
		if decimals(f) == 0 {
			in.Mode = "numeric"
		}
	case f.Type == "longtext", f.Type == "choice", f.Type == "url":
		in.Kind = f.Type
	case f.Type == "phone":
		in.Kind = "tel"
	case f.Type == "date", f.Type == "month":
		in.Short = true
	}
	if row != "" && in.Help != "" {
		in.HelpID = "f-help-" + f.ID
	}
	in.Options = b.options(f, value)
	return in
}

// helpOf is what stands under a label: the norm's words, or how to write dates.
func helpOf(ctx context.Context, f norm.Field) string {
	if f.Help.IsZero() && (f.Type == "date" || f.Type == "month") {
		return i18n.T(ctx, "form.help_"+f.Type)
	}
	return f.Help.In(ctx)
}

// options lists the choices; a value that is none of them stays to be seen.
func (b builder) options(f norm.Field, value string) (out []Option) {
	if f.Type != "choice" {
		return nil
	}
	known := value == ""
	for _, c := range f.Choices {
		out = append(out, Option{c.ID, c.Title.In(b.ctx), c.ID == value})
		known = known || c.ID == value
	}
	if !known {
		out = append(out, Option{value, value, true})
	}
	return out
}

// attrs are the attributes of a control in a table: it is described by its
// column's help and by what is wrong with it.
func (in Input) attrs() templ.Attributes {
	a := templ.Attributes{"autocomplete": "off"}
	var by []string
	if in.HelpID != "" {
		by = append(by, in.HelpID)
	}
	if len(in.Errors) > 0 {
		by = append(by, in.ID()+"-error")
		a["aria-invalid"] = "true"
	}
	if len(by) > 0 {
		a["aria-describedby"] = strings.Join(by, " ")
	}
	if in.Mode != "" {
		a["inputmode"] = in.Mode
	}
	if in.Required {
		a["aria-required"] = "true"
	}
	return a
}
