package form

import (
	"archive/zip"
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/norm"
)

// Meta is what stands above an exported form.
type Meta struct {
	Title       string
	Agency      string
	IndexNumber string // 索引号
	Demo        bool   // marks the file 演示数据
}

// Template makes the blank spreadsheet of a form, to be filled in elsewhere
// and read by Read.
func Template(f norm.Form, lang i18n.Lang, demo bool) ([]byte, error) {
	return workbook(f, Data{}, lang, Meta{Demo: demo}, spareRows)
}

// Write makes the spreadsheet of a filled-in form. Totals left blank are
// filled; Read gives back the same data.
func Write(f norm.Form, d Data, lang i18n.Lang, meta Meta) ([]byte, error) {
	return workbook(f, FillSums(f, d), lang, meta, 0)
}

func workbook(f norm.Form, d Data, lang i18n.Lang, meta Meta, spare int) (b []byte, err error) {
	defer fault.Wrap(&err, "form.workbook(%s)", f.ID)
	if err := d.within(); err != nil {
		return nil, err
	}
	w := writer{ctx: i18n.With(context.Background(), lang), form: f, data: Normalize(f, d), meta: meta, file: excelize.NewFile(), lists: map[string]string{}}
	defer func() { _ = w.file.Close() }()
	if w.st, err = newStyles(w.file); err != nil {
		return nil, err
	}
	w.notes = i18n.T(w.ctx, "form.xlsx.notes")
	if w.sheet = sheetName(f.Title.In(w.ctx)); w.sheet == "" || w.sheet == w.notes {
		w.sheet = i18n.T(w.ctx, "form.xlsx.sheet")
	}
	for i := range spare {
		if len(f.Rows) == 0 && len(f.Columns) > 0 {
			w.data.Rows = append(w.data.Rows, Row{ID: strconv.Itoa(i + 1)})
		}
	}
	if err := w.all(); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	if err := w.file.Write(&buf); err != nil {
		return nil, err
	}
	return inOrder(buf.Bytes())
}

// inOrder puts the parts of a workbook in the order of their names: excelize
// writes streamed sheets in a random one, and the same data should make the same
// file, for copies and proxies that compare. Nothing is compressed again.
func inOrder(b []byte) ([]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(z.File, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		if err := w.Copy(f); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return out.Bytes(), err
}

// writer makes one workbook.
type writer struct {
	ctx          context.Context
	form         norm.Form
	data         Data
	meta         Meta
	file         *excelize.File
	st           styles
	sheet, notes string
	sw           *excelize.StreamWriter
	row          int               // last row written
	first        int               // row of the first data row
	lists        map[string]string // range of the choices of each input
	sums         map[string]identity
}

func (w *writer) all() error {
	if err := w.file.SetSheetName("Sheet1", w.sheet); err != nil {
		return err
	}
	if _, err := w.file.NewSheet(w.notes); err != nil {
		return err
	}
	w.sums = map[string]identity{}
	for _, s := range identities(w.form, w.data) {
		if _, twice := w.sums[s.name]; !twice {
			w.sums[s.name] = s
		}
	}
	for _, step := range []func() error{w.notesSheet, w.open, w.titles, w.fields, w.table, w.close, w.properties} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) open() (err error) {
	if w.sw, err = w.file.NewStreamWriter(w.sheet); err != nil {
		return err
	}
	col := w.cols()
	for i, c := range w.form.Columns {
		if err := w.sw.SetColWidth(col+i, col+i, width(c, i)); err != nil {
			return err
		}
	}
	if col == 2 || len(w.form.Columns) == 0 {
		return w.sw.SetColWidth(1, 1, 30)
	}
	return nil
}

// cols is the column the first column of the table stands in: after the row
// titles where rows are fixed.
func (w *writer) cols() int {
	if len(w.form.Rows) > 0 {
		return 2
	}
	return 1
}

func width(f norm.Field, i int) float64 {
	switch {
	case i == 0, f.Type == "longtext":
		return 32
	case numeric(f), f.Type == "date", f.Type == "month":
		return 16
	}
	return 24
}

func (w *writer) line(cells ...any) error {
	w.row++
	if h := height(cells); h > 1 {
		return w.sw.SetRow(cellName(1, w.row), cells, excelize.RowOpts{Height: min(409, 15*float64(h))})
	}
	return w.sw.SetRow(cellName(1, w.row), cells)
}

// height guesses how many lines the tallest text of a row takes: not every
// spreadsheet makes room for them by itself.
func height(cells []any) int {
	most := 1
	for _, c := range cells[min(1, len(cells)):] {
		s, ok := c.(excelize.Cell).Value.(string)
		if !ok {
			continue
		}
		n := 0
		for p := range strings.SplitSeq(s, "\n") {
			n += 1 + utf8.RuneCountInString(p)/14
		}
		most = max(most, n)
	}
	return most
}

func (w *writer) cell(style string, v any) excelize.Cell {
	return excelize.Cell{StyleID: w.st[style], Value: v}
}

func (w *writer) titles() error {
	title := w.meta.Title
	if title == "" {
		title = w.form.Title.In(w.ctx)
	}
	if err := w.line(w.cell("title", title)); err != nil {
		return err
	}
	var rest []any
	if w.meta.Demo {
		rest = append(rest, w.cell("demo", i18n.T(w.ctx, "form.xlsx.demo")))
	}
	if w.meta.Agency != "" {
		rest = append(rest, w.cell("meta", i18n.T(w.ctx, "form.xlsx.agency", w.meta.Agency)))
	}
	if w.meta.IndexNumber != "" {
		rest = append(rest, w.cell("meta", i18n.T(w.ctx, "form.xlsx.index", w.meta.IndexNumber)))
	}
	for _, c := range rest {
		if err := w.line(c); err != nil {
			return err
		}
	}
	w.row++ // a blank line
	return nil
}

// fields writes one line for each field: title, answer, grey id.
func (w *writer) fields() error {
	at := map[string]string{}
	for i, f := range w.form.Fields {
		at[f.ID] = cellName(2, w.row+1+i)
	}
	for _, f := range w.form.Fields {
		v := w.answer(f, FieldName(f.ID), w.data.Fields[f.ID], func(ids []string) []string { return look(at, ids) })
		if err := w.line(w.cell("label", w.heading(f)), v, w.cell("id", fieldMark+f.ID)); err != nil {
			return err
		}
		if err := w.allow(f, FieldName(f.ID), cellName(2, w.row)); err != nil {
			return err
		}
	}
	return nil
}

func look(at map[string]string, ids []string) (out []string) {
	for _, id := range ids {
		if c, ok := at[id]; ok {
			out = append(out, c)
		}
	}
	return out
}

func (w *writer) heading(f norm.Field) string {
	s := heading(w.ctx, f)
	if f.Required {
		s += " *"
	}
	return s
}

// table writes the head, the grey ids and the rows.
func (w *writer) table() error {
	if len(w.form.Columns) == 0 {
		return nil
	}
	w.row++ // a blank line
	var head, ids []any
	if len(w.form.Rows) > 0 {
		head, ids = append(head, w.cell("head", i18n.T(w.ctx, "form.row_head"))), append(ids, w.cell("id", ""))
	}
	for _, c := range w.form.Columns {
		head = append(head, w.cell("head", w.heading(c)))
		ids = append(ids, w.cell("id", columnMark+c.ID))
	}
	if err := w.line(head...); err != nil {
		return err
	}
	if err := w.line(ids...); err != nil {
		return err
	}
	w.first = w.row + 1
	for i, r := range w.data.Rows {
		if err := w.dataRow(i, r); err != nil {
			return err
		}
	}
	return w.allowColumns()
}

func (w *writer) dataRow(i int, r Row) error {
	var cells []any
	if len(w.form.Rows) > 0 {
		cells = append(cells, w.cell("label", rowTitle(w.ctx, w.form, r.ID)))
	}
	for _, c := range w.form.Columns {
		cells = append(cells, w.answer(c, CellName(i, c.ID), r.Cells[c.ID], w.refs(i, c.ID)))
	}
	if len(w.form.Rows) > 0 {
		cells = append(cells, w.cell("id", rowMark+r.ID))
	}
	return w.line(cells...)
}
