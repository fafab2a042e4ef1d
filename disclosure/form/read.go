package form

import (
	"context"
	"io"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"yangguang/internal/i18n"
	"yangguang/norm"
)

// The limits of an uploaded workbook: a filled template of 5,000 rows is far
// smaller, and a hostile archive unpacks to no more.
const (
	maxFile   = 20 << 20
	maxUnzip  = 128 << 20
	maxWide   = 500 // cells of a line
	maxLines  = MaxRows + 500
	maxErrors = 200
)

// RowError is one thing wrong in an uploaded spreadsheet: the cell people see
// it in (empty for the whole file), and the sentence. Name is the input it
// stands for, where there is one.
type RowError struct {
	Sheet, Cell string
	Name        string
	Key         string
	Args        []any
}

// Text is the sentence with its place, in the reader's language.
func (e RowError) Text(ctx context.Context) string {
	if e.Cell == "" {
		return i18n.T(ctx, e.Key, e.Args...)
	}
	return i18n.T(ctx, "form.at_cell", e.Cell, e.Sheet, i18n.T(ctx, e.Key, e.Args...))
}

// Read takes a form out of a spreadsheet: one made by Template or Write, or
// one whose head has the same titles in either language. It returns what it
// could read together with all that is wrong, cell by cell, so that a person
// corrects once and not line by line.
func Read(f norm.Form, r io.Reader) (Data, []RowError) {
	file, err := excelize.OpenReader(io.LimitReader(r, maxFile), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnzip, UnzipXMLSizeLimit: maxUnzip})
	if err != nil {
		return Data{}, []RowError{{Key: "form.xlsx.unreadable"}}
	}
	defer func() { _ = file.Close() }()
	for _, sheet := range file.GetSheetList() {
		s := reader{form: f, file: file, sheet: sheet, at: map[string]string{}, seen: map[string]bool{}}
		lines, err := s.lines()
		if err != nil {
			return Data{}, []RowError{{Key: "form.xlsx.unreadable"}}
		}
		if s.locate(lines) {
			return s.read(lines)
		}
	}
	return Data{}, []RowError{{Key: "form.xlsx.no_table"}}
}

// reader reads one sheet.
type reader struct {
	form   norm.Form
	file   *excelize.File
	sheet  string
	fields map[int]norm.Field // by line, counted from 0
	cols   map[int]norm.Field // by column, counted from 0
	head   int                // line of the head; -1 where there is no table
	body   int                // first line of the rows
	at     map[string]string  // cell of each input read
	seen   map[string]bool
	errs   []RowError
}

// lines are the raw contents of the sheet, within limits.
func (s *reader) lines() ([][]string, error) {
	rows, err := s.file.Rows(s.sheet)
	if err != nil {
		return nil, nil // a sheet of charts has no rows
	}
	defer func() { _ = rows.Close() }()
	var out [][]string
	for rows.Next() && len(out) < maxLines {
		cells, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		out = append(out, cells[:min(len(cells), maxWide)])
	}
	return out, rows.Error()
}

// locate finds the fields and the head of the table: by the grey ids, or by
// the titles in either language.
func (s *reader) locate(lines [][]string) bool {
	s.fields, s.head = map[int]norm.Field{}, -1
	if len(s.form.Columns) > 0 {
		for i, cells := range lines {
			if cols := s.headOf(cells); len(cols) > 0 {
				s.head, s.body, s.cols = i, i+1, cols
				break
			}
		}
		if s.head < 0 {
			return false
		}
		if s.body < len(lines) && s.marks(lines[s.body]) != nil {
			s.cols = s.marks(lines[s.body])
			s.body++
		}
	}
	taken := map[string]bool{}
	for i, cells := range lines {
		if s.head >= 0 && i >= s.head {
			break
		}
		if f, ok := s.fieldAt(cells); ok && !taken[f.ID] {
			s.fields[i], taken[f.ID] = f, true
		}
	}
	return s.head >= 0 || len(s.fields) > 0
}

// headOf answers which columns a line heads: a line of grey ids, or one in
// which most of the columns are named.
func (s *reader) headOf(cells []string) map[int]norm.Field {
	if m := s.marks(cells); m != nil {
		return m
	}
	out, taken := map[int]norm.Field{}, map[string]bool{}
	for j, c := range cells {
		for _, f := range s.form.Columns {
			if !taken[f.ID] && named(c, f) {
				out[j], taken[f.ID] = f, true
				break
			}
		}
	}
	if n := len(s.form.Columns); 2*len(out) <= n || n > 1 && len(out) < 2 {
		return nil
	}
	return out
}

// marks reads a line of grey ids.
func (s *reader) marks(cells []string) map[int]norm.Field {
	var out map[int]norm.Field
	for j, c := range cells {
		id, ok := strings.CutPrefix(strings.TrimSpace(c), columnMark)
		if f, known := fieldOf(s.form.Columns, id); ok && known {
			if out == nil {
				out = map[int]norm.Field{}
			}
			out[j] = f
		}
	}
	if 2*len(out) <= len(s.form.Columns) { // an answer that looks like an id
		return nil
	}
	return out
}

// named answers whether a head names a field, with or without its unit.
func named(head string, f norm.Field) bool {
	for _, l := range i18n.Langs {
		ctx := i18n.With(context.Background(), l)
		if sameWords(head, f.Title.In(ctx)) || sameWords(head, heading(ctx, f)) {
			return true
		}
	}
	return head == f.ID
}

// fieldAt answers which field a line holds.
func (s *reader) fieldAt(cells []string) (norm.Field, bool) {
	if len(cells) == 0 {
		return norm.Field{}, false
	}
	for _, c := range cells[min(2, len(cells)):] { // not in the answer itself
		if id, ok := strings.CutPrefix(strings.TrimSpace(c), fieldMark); ok {
			if f, known := fieldOf(s.form.Fields, id); known {
				return f, true
			}
		}
	}
	for _, f := range s.form.Fields {
		if named(cells[0], f) {
			return f, true
		}
	}
	return norm.Field{}, false
}

// read takes the answers and lists what is wrong with them.
func (s *reader) read(lines [][]string) (Data, []RowError) {
	d := Data{Fields: map[string]string{}}
	for i := range lines {
		if f, ok := s.fields[i]; ok && len(lines[i]) > 1 {
			d.Fields[f.ID] = s.value(f, lines[i][1], 2, i+1)
			s.at[FieldName(f.ID)] = cellName(2, i+1)
		}
	}
	if s.head >= 0 {
		s.strangers(lines)
		for i := s.body; i < len(lines); i++ {
			s.row(&d, lines[i], i)
		}
	}
	d = Normalize(s.form, d)
	for _, e := range Validate(s.form, d) {
		s.add(RowError{Cell: s.at[e.Name], Name: e.Name, Key: e.Key, Args: e.Args})
	}
	return d, s.errs
}

func (s *reader) add(e RowError) {
	if len(s.errs) < maxErrors {
		e.Sheet = s.sheet
		s.errs = append(s.errs, e)
	}
}

// strangers reports columns that have a head but no place in the form.
func (s *reader) strangers(lines [][]string) {
	for j, c := range lines[s.head] {
		_, known := s.cols[j]
		if strings.TrimSpace(c) == "" || known || j == 0 && len(s.form.Rows) > 0 {
			continue
		}
		s.add(RowError{Cell: cellName(j+1, s.head+1), Key: "form.xlsx.unknown_column"})
	}
}

// row reads one line of the table.
func (s *reader) row(d *Data, cells []string, i int) {
	r := Row{Cells: map[string]string{}}
	for j, f := range s.cols {
		if j < len(cells) {
			if v := s.value(f, cells[j], j+1, i+1); clean(v) != "" {
				r.Cells[f.ID] = v
			}
		}
	}
	n := len(d.Rows)
	if len(s.form.Rows) > 0 {
		if n = s.fixed(cells); n < 0 || s.seen[s.form.Rows[n].ID] {
			if len(r.Cells) > 0 {
				s.add(RowError{Cell: cellName(1, i+1), Key: "form.xlsx.unknown_row"})
			}
			return
		}
		r.ID = s.form.Rows[n].ID
		s.seen[r.ID] = true
	} else if len(r.Cells) == 0 {
		return
	}
	for j, f := range s.cols {
		s.at[CellName(n, f.ID)] = cellName(j+1, i+1)
	}
	d.Rows = append(d.Rows, r)
}

// fixed finds which fixed row a line is; -1 is none.
func (s *reader) fixed(cells []string) int {
	for j := len(cells) - 1; j >= 0; j-- {
		if id, ok := strings.CutPrefix(strings.TrimSpace(cells[j]), rowMark); ok {
			for n, r := range s.form.Rows {
				if r.ID == id {
					return n
				}
			}
		}
	}
	for n, r := range s.form.Rows {
		if len(cells) > 0 && !s.seen[r.ID] && (sameWords(cells[0], r.Title.Zh) || sameWords(cells[0], r.Title.En)) {
			return n
		}
	}
	return -1
}

var scientific = regexp.MustCompile(`^\d(\.\d+)?E\+?\d{1,2}$`)

// value is the content of a cell as a person would have typed it. A long
// number in a column of text was shortened to 1.38E10 by the spreadsheet.
func (s *reader) value(f norm.Field, raw string, col, row int) string {
	if numeric(f) || !scientific.MatchString(raw) {
		return untyped(f, raw)
	}
	kind, err := s.file.GetCellType(s.sheet, cellName(col, row))
	if err != nil || kind != excelize.CellTypeNumber && kind != excelize.CellTypeUnset {
		return raw
	}
	v, _, err := big.ParseFloat(raw, 10, 64, big.ToNearestEven)
	if err != nil {
		return raw
	}
	out := v.Text('f', -1)
	if n, err := strconv.ParseFloat(raw, 64); err == nil && n < 1e15 {
		out = strconv.FormatFloat(n, 'f', -1, 64)
	}
	return out
}
