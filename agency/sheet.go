package agency

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

const (
	// maxSheetRows keeps an import, which is one transaction, short.
	maxSheetRows  = 2000
	maxSheetBytes = 8 << 20
	maxUnzipped   = 64 << 20
)

// column is one column of a sheet people fill in. Its id is the field's name in refusals; title and help are locale keys
// made from it.
type column struct {
	id       string
	required bool
	width    float64
	kinds    bool // offers the kinds of agency to choose from
}

func (c column) title(ctx context.Context) string {
	t := i18n.T(ctx, "agency.col_"+c.id)
	if c.required {
		t += " *"
	}
	return t
}

// table is what a filled-in sheet says: the cells of the known columns, row by row.
type table struct {
	columns []column
	rows    []tableRow
}

type tableRow struct {
	number int // as the person sees it in the sheet
	cells  map[string]string
}

// writeSheet makes a workbook with one sheet of rows below a fixed head and one that explains the columns.
func writeSheet(ctx context.Context, w io.Writer, columns []column, rows [][]string) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	data, help := i18n.T(ctx, "agency.sheet_data"), i18n.T(ctx, "agency.sheet_help")
	if err := f.SetSheetName("Sheet1", data); err != nil {
		return err
	}
	if err := writeHead(ctx, f, data, columns); err != nil {
		return err
	}
	for i, row := range rows {
		for j, v := range row {
			if err := setText(f, data, j+1, i+2, v); err != nil {
				return err
			}
		}
	}
	if _, err := f.NewSheet(help); err != nil {
		return err
	}
	if err := f.SetColWidth(help, "A", "B", 40); err != nil {
		return err
	}
	for i, c := range columns {
		if err := errors.Join(setText(f, help, 1, i+1, c.title(ctx)),
			setText(f, help, 2, i+1, i18n.T(ctx, "agency.help_"+c.id))); err != nil {
			return err
		}
	}
	return f.Write(w)
}

func writeHead(ctx context.Context, f *excelize.File, sheet string, columns []column) error {
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49}) // "@": long numbers stay as typed
	if err != nil {
		return err
	}
	for i, c := range columns {
		name, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := errors.Join(f.SetColWidth(sheet, name, name, c.width), f.SetColStyle(sheet, name, text),
			f.SetCellStr(sheet, name+"1", c.title(ctx)), f.SetCellStyle(sheet, name+"1", name+"1", bold)); err != nil {
			return err
		}
		if c.kinds {
			if err := offerKinds(ctx, f, sheet, name); err != nil {
				return err
			}
		}
	}
	return f.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

func offerKinds(ctx context.Context, f *excelize.File, sheet, name string) error {
	var names []string
	for _, k := range Kinds {
		names = append(names, i18n.T(ctx, k.Key()))
	}
	dv := excelize.NewDataValidation(true)
	dv.SetSqref(name + "2:" + name + strconv.Itoa(maxSheetRows+1))
	if err := dv.SetDropList(names); err != nil {
		return err
	}
	return f.AddDataValidation(sheet, dv)
}

func setText(f *excelize.File, sheet string, col, row int, v string) error {
	cell, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		return err
	}
	return f.SetCellStr(sheet, cell, safeCell(v))
}

// safeCell keeps what a person typed from being run as a formula, also when the sheet is saved as CSV later.
func safeCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}

// typedCell is what a person meant: without the blanks around it and the mark of safeCell.
func typedCell(s string) string {
	s = strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(s, "'"); ok && rest != "" && safeCell(rest) != rest {
		return rest
	}
	return s
}

// readSheet reads the first sheet of a workbook. Columns are known by their titles in any language, in any order; what
// the sheet has besides is ignored, such as the problems written into it the last time.
func readSheet(ctx context.Context, r io.Reader, columns []column) (t *table, err error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxSheetBytes+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > maxSheetBytes {
		return nil, fault.Say(fault.TooLarge, "agency.sheet_too_large", maxSheetBytes>>20)
	}
	f, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped})
	if err != nil {
		return nil, fault.Say(fault.Invalid, "agency.sheet_unreadable")
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return nil, fault.Say(fault.Invalid, "agency.sheet_unreadable")
	}
	rows, err := f.Rows(sheets[0])
	if err != nil {
		return nil, fault.Say(fault.Invalid, "agency.sheet_unreadable")
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	return readRows(ctx, rows, columns)
}

func readRows(ctx context.Context, rows *excelize.Rows, columns []column) (*table, error) {
	t := &table{columns: columns}
	var at map[int]string
	for number := 1; rows.Next(); number++ {
		cells, err := rows.Columns()
		if err != nil {
			return nil, fault.Say(fault.Invalid, "agency.sheet_unreadable")
		}
		if number == 1 {
			if at, err = columnsOf(ctx, cells, columns); err != nil {
				return nil, err
			}
			continue
		}
		row := tableRow{number, map[string]string{}}
		for i, v := range cells {
			if id, ok := at[i]; ok && typedCell(v) != "" {
				row.cells[id] = typedCell(v)
			}
		}
		if len(row.cells) == 0 {
			continue
		}
		if t.rows = append(t.rows, row); len(t.rows) > maxSheetRows {
			return nil, fault.Say(fault.TooLarge, "agency.sheet_too_many_rows", maxSheetRows)
		}
	}
	if len(t.rows) == 0 {
		return nil, fault.Say(fault.Invalid, "agency.sheet_empty")
	}
	return t, nil
}

// columnsOf finds which column stands where, and refuses a sheet that lacks a required one.
func columnsOf(ctx context.Context, head []string, columns []column) (map[int]string, error) {
	at := map[int]string{}
	for _, c := range columns {
		found := false
		for i, h := range head {
			if _, used := at[i]; !used && c.titled(ctx, h) {
				at[i], found = c.id, true
				break
			}
		}
		if c.required && !found {
			return nil, fault.Say(fault.Invalid, "agency.sheet_lacks_column", i18n.T(ctx, "agency.col_"+c.id))
		}
	}
	return at, nil
}

func (c column) titled(ctx context.Context, h string) bool {
	h = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(h), "*"))
	for _, l := range i18n.Langs {
		if strings.EqualFold(h, i18n.T(i18n.With(ctx, l), "agency.col_"+c.id)) {
			return true
		}
	}
	return h == c.id
}

// sheetDate reads a day as people and spreadsheets write it; false when it is none.
func sheetDate(s string) (clock.Date, bool) {
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		if !(n >= 61 && n <= 100000) { // before 1900-03-01 Excel counts a day that never was
			return clock.Date{}, false
		}
		return clock.MustDate("1900-03-01").AddDays(int(n) - 61), true
	}
	for _, layout := range []string{"2006-1-2", "2006/1/2", "2006.1.2", "2006年1月2日"} {
		if t, err := time.Parse(layout, s); err == nil {
			d, err := clock.ParseDate(t.Format(time.DateOnly))
			return d, err == nil
		}
	}
	return clock.Date{}, s == ""
}
