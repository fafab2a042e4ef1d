package form

import (
	"strings"

	"github.com/xuri/excelize/v2"

	"yangguang/internal/i18n"
	"yangguang/norm"
)

// choiceCol is the first column of the notes sheet that lists choices.
const choiceCol = 6

// notesSheet explains every box and lists the choices, in plain sight: the
// drop-down lists draw from there.
func (w *writer) notesSheet() error {
	sw, err := w.file.NewStreamWriter(w.notes)
	if err != nil {
		return err
	}
	if err := sw.SetColWidth(1, 3, 36); err != nil {
		return err
	}
	lines := w.noteLines()
	w.choiceLists(&lines)
	for i, cells := range lines {
		if err := sw.SetRow(cellName(1, i+1), cells); err != nil {
			return err
		}
	}
	return sw.Flush()
}

func (w *writer) noteLines() [][]any {
	out := [][]any{{w.cell("title", w.form.Title.In(w.ctx))}}
	if w.meta.Demo {
		out = append(out, []any{w.cell("demo", i18n.T(w.ctx, "form.xlsx.demo"))})
	}
	out = append(out, []any{i18n.T(w.ctx, "form.xlsx.how")})
	if !w.form.Note.IsZero() {
		out = append(out, []any{w.form.Note.In(w.ctx)})
	}
	out = append(out, []any{}, []any{w.cell("head", i18n.T(w.ctx, "form.row_head")),
		w.cell("head", i18n.T(w.ctx, "form.xlsx.requirement")), w.cell("head", i18n.T(w.ctx, "form.xlsx.help"))})
	for _, f := range append(append([]norm.Field{}, w.form.Fields...), w.form.Columns...) {
		out = append(out, []any{w.cell("text", heading(w.ctx, f)), w.cell("text", w.requirement(f)), w.cell("text", f.Help.In(w.ctx))})
	}
	return out
}

// requirement says in words what a box takes.
func (w *writer) requirement(f norm.Field) string {
	kind := f.Type
	if f.People {
		kind = "integer"
	}
	s := []string{i18n.T(w.ctx, "form.xlsx.type_"+kind)}
	if f.Required {
		s = append(s, i18n.T(w.ctx, "form.required_mark"))
	} else {
		s = append(s, i18n.T(w.ctx, "form.optional"))
	}
	if len(f.Choices) > 0 {
		var titles []string
		for _, c := range f.Choices {
			titles = append(titles, c.Title.In(w.ctx))
		}
		s = append(s, i18n.T(w.ctx, "form.xlsx.choices", strings.Join(titles, " / ")))
	}
	return strings.Join(s, i18n.T(w.ctx, "form.between"))
}

// choiceLists puts each list of choices into a column of its own and remembers
// its range.
func (w *writer) choiceLists(lines *[][]any) {
	col := choiceCol
	place := func(name string, f norm.Field) {
		if f.Type != "choice" || len(f.Choices) == 0 {
			return
		}
		w.put(lines, 1, col, w.cell("head", heading(w.ctx, f)))
		for i, c := range f.Choices {
			w.put(lines, i+2, col, w.cell("text", c.Title.In(w.ctx)))
		}
		a, _ := excelize.CoordinatesToCellName(col, 2, true)
		b, _ := excelize.CoordinatesToCellName(col, len(f.Choices)+1, true)
		w.lists[name] = "'" + w.notes + "'!" + a + ":" + b
		col++
	}
	for _, f := range w.form.Fields {
		place(FieldName(f.ID), f)
	}
	for _, c := range w.form.Columns {
		place(columnMark+c.ID, c)
	}
}

func (w *writer) put(lines *[][]any, row, col int, v any) {
	for len(*lines) < row {
		*lines = append(*lines, []any{})
	}
	for len((*lines)[row-1]) < col {
		(*lines)[row-1] = append((*lines)[row-1], nil)
	}
	(*lines)[row-1][col-1] = v
}

// allow tells the spreadsheet what a cell takes. It warns and does not stop:
// other spellings are understood by Read, and Read says what is not.
func (w *writer) allow(f norm.Field, list, cells string) error {
	r, ok := w.lists[list]
	if !ok {
		return nil
	}
	v := excelize.NewDataValidation(true)
	v.SetSqref(cells)
	v.SetSqrefDropList(r)
	v.SetError(excelize.DataValidationErrorStyleWarning, heading(w.ctx, f), i18n.T(w.ctx, "form.xlsx.dropdown"))
	return w.file.AddDataValidation(w.sheet, v)
}

func (w *writer) allowColumns() error {
	last := w.row
	if len(w.form.Rows) == 0 {
		last = w.first + MaxRows - 1
	}
	for i, c := range w.form.Columns {
		col := w.cols() + i
		if err := w.allow(c, columnMark+c.ID, cellName(col, w.first)+":"+cellName(col, last)); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) close() error {
	landscape, fit, one, many := "landscape", true, 1, 0
	for _, sheet := range []string{w.sheet, w.notes} {
		if err := w.file.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &one, FitToHeight: &many}); err != nil {
			return err
		}
		if err := w.file.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
			return err
		}
	}
	if w.meta.Demo {
		mark := "&C" + strings.ReplaceAll(i18n.T(w.ctx, "form.xlsx.demo"), "&", "&&")
		if err := w.file.SetHeaderFooter(w.sheet, &excelize.HeaderFooterOptions{OddHeader: mark}); err != nil {
			return err
		}
	}
	return w.sw.Flush()
}

// properties leave no trace of who made the file: the gate looks there too.
func (w *writer) properties() error {
	full := true
	if err := w.file.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &full}); err != nil {
		return err
	}
	return w.file.SetDocProps(&excelize.DocProperties{Title: w.form.Title.In(w.ctx), Creator: w.meta.Agency,
		Identifier: w.meta.IndexNumber, Created: xlsxTime, Modified: xlsxTime, Language: string(i18n.LangOf(w.ctx))})
}
