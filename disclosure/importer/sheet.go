package importer

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

// columns of the sheet, in order; titles and helps are locale keys made of them.
var columns = []string{"title", "category", "period", "formed", "published", "number", "doc_number", "body", "files", "old"}

var needed = []string{"title", "published"}

func columnTitle(lang i18n.Lang, id string) string {
	return i18n.T(i18n.With(context.Background(), lang), "importer.col_"+id)
}

// Template is the empty sheet an office fills in, with a second sheet that
// explains each column.
func Template(ctx context.Context) (out []byte, err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	data, help := i18n.T(ctx, "importer.sheet_data"), i18n.T(ctx, "importer.sheet_help")
	bold, e1 := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	text, e2 := f.NewStyle(&excelize.Style{NumFmt: 49}) // "@": numbers stay as typed
	wrap, e3 := f.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	_, e4 := f.NewSheet(help)
	if err := errors.Join(e1, e2, e3, e4, f.SetSheetName("Sheet1", data), f.SetColWidth(help, "A", "A", 18), f.SetColWidth(help, "B", "B", 90), f.SetColStyle(help, "B", wrap)); err != nil {
		return nil, err
	}
	for i, id := range columns {
		col, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return nil, err
		}
		row := strconv.Itoa(i + 1)
		title := columnTitle(i18n.LangOf(ctx), id)
		if err := errors.Join(f.SetColWidth(data, col, col, 22), f.SetColStyle(data, col, text), f.SetCellStr(data, col+"1", title), f.SetCellStyle(data, col+"1", col+"1", bold),
			f.SetCellStr(help, "A"+row, title), f.SetCellStr(help, "B"+row, i18n.T(ctx, "importer.help_"+id)), f.SetCellStyle(help, "A"+row, "A"+row, bold)); err != nil {
			return nil, err
		}
	}
	if err := f.SetPanes(data, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = f.Write(&b)
	return b.Bytes(), err
}

// ReadSheet reads a filled-in sheet, XLSX or CSV; the columns are known by
// their headings in either language, in any order.
func ReadSheet(name string, b []byte) ([]Entry, error) {
	rows, err := grid(name, b)
	if err != nil {
		return nil, err
	}
	for i, row := range rows[:min(len(rows), 20)] {
		if at, ok := headings(row); ok {
			return sheetEntries(rows[i+1:], i+2, at)
		}
	}
	return nil, fault.Fields(fault.Field{Name: "file", Key: "importer.no_headings"})
}

func sheetEntries(rows [][]string, number int, at map[string]int) (out []Entry, err error) {
	for i, row := range rows {
		if strings.TrimSpace(strings.Join(row, "")) == "" {
			continue
		}
		if len(out) >= MaxEntries {
			return nil, fault.Fields(fault.Field{Name: "file", Key: "importer.too_many_entries", Args: []any{MaxEntries}})
		}
		out = append(out, sheetEntry(number+i, row, at))
	}
	if len(out) == 0 {
		return nil, fault.Fields(fault.Field{Name: "file", Key: "importer.nothing_found"})
	}
	return out, nil
}

func sheetEntry(number int, row []string, at map[string]int) Entry {
	get := func(id string) string {
		if i, ok := at[id]; ok && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	e := Entry{Source: strconv.Itoa(number), Title: squeeze(get("title")), Category: get("category"), Period: get("period"), Number: get("number"),
		DocNumber: get("doc_number"), Body: get("body"), Old: get("old")}
	e.Formed, e.Published = e.date("formed", serialDate(get("formed"))), e.date("published", serialDate(get("published")))
	for _, f := range strings.FieldsFunc(get("files"), func(r rune) bool { return strings.ContainsRune("\n;；|、", r) }) {
		if f = strings.TrimSpace(f); f != "" {
			e.Files = append(e.Files, f)
		}
	}
	return e
}

// serialDate turns a spreadsheet's day number into the day.
func serialDate(s string) string {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n < 20_000 || n > 80_000 {
		return s
	}
	return clock.DateOf(time.Date(1899, 12, 30, 12, 0, 0, 0, clock.Shanghai).AddDate(0, 0, int(n))).String()
}

func headings(row []string) (map[string]int, bool) {
	at := map[string]int{}
	for i, cell := range row {
		cell = strings.ToLower(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(cell), "*")))
		for _, id := range columns {
			if _, have := at[id]; !have && (cell == strings.ToLower(columnTitle(i18n.ZH, id)) || cell == strings.ToLower(columnTitle(i18n.EN, id))) {
				at[id] = i
			}
		}
	}
	for _, id := range needed {
		if _, ok := at[id]; !ok {
			return nil, false
		}
	}
	return at, true
}

func grid(name string, b []byte) ([][]string, error) {
	bad := fault.Fields(fault.Field{Name: "file", Key: "importer.bad_sheet"})
	if strings.EqualFold(path.Ext(name), ".csv") {
		s, ok := Decode(b)
		if !ok {
			return nil, bad
		}
		return csvGrid(s, bad)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{RawCellValue: true, UnzipSizeLimit: 256 << 20, UnzipXMLSizeLimit: 128 << 20})
	if err != nil {
		return nil, bad
	}
	defer func() { _ = f.Close() }()
	for _, sheet := range f.GetSheetList() {
		rows, err := sheetRows(f, sheet)
		if err != nil {
			return nil, bad
		}
		for _, row := range rows[:min(len(rows), 20)] {
			if _, ok := headings(row); ok {
				return rows, nil
			}
		}
	}
	return nil, fault.Fields(fault.Field{Name: "file", Key: "importer.no_headings"})
}

// sheetRows streams a sheet, so that a million blank rows cost nothing.
func sheetRows(f *excelize.File, sheet string) (out [][]string, err error) {
	rows, err := f.Rows(sheet)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for len(out) < MaxEntries+1000 && rows.Next() {
		row, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		out = append(out, row[:min(len(row), 100)])
	}
	return out, rows.Error()
}

func csvGrid(s string, bad error) (out [][]string, err error) {
	r := csv.NewReader(strings.NewReader(s))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	if line, _, _ := strings.Cut(s, "\n"); strings.Count(line, ";") > strings.Count(line, ",") && strings.Count(line, ";") > 2 {
		r.Comma = ';'
	} else if strings.Count(line, "\t") > strings.Count(line, ",") {
		r.Comma = '\t'
	}
	for len(out) < MaxEntries+1000 {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, bad
		}
		out = append(out, row)
	}
	return out, nil
}
