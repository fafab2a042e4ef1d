package exchange

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"yangguang/disclosure/importer"
	"yangguang/internal/clock"
	"yangguang/internal/fault"
)

const (
	maxUpload = 16 << 20
	maxRows   = 100_000
	maxHeads  = 100
	maxCell   = 20_000 // characters; longer ones are refused with their row
)

// grid is a table as it was handed in: its headings, and its rows from the line
// after them on.
type grid struct {
	heads []string
	rows  [][]string
	first int // line of the first row, as the reader counts
}

// readGrid reads CSV (UTF-8 or GB18030) or the first sheet of an XLSX that has
// something in it.
func readGrid(format string, b []byte) (g grid, err error) {
	var rows [][]string
	switch format {
	case "csv":
		rows, err = csvRows(b)
	case "xlsx":
		rows, err = xlsxRows(b)
	default:
		err = badFile("exchange.need_format")
	}
	if err != nil {
		return g, err
	}
	for i, row := range rows {
		if filled(row) < 2 { // a title above the table
			continue
		}
		g = grid{heads: headsOf(row), rows: rows[i+1:], first: i + 2}
		break
	}
	for len(g.rows) > 0 && filled(g.rows[len(g.rows)-1]) == 0 {
		g.rows = g.rows[:len(g.rows)-1]
	}
	switch {
	case len(g.rows) == 0:
		return g, badFile("exchange.nothing_found")
	case len(g.rows) > maxRows:
		return g, badFile("exchange.rows_many", maxRows)
	}
	return g, nil
}

func badFile(key string, args ...any) error {
	return fault.Fields(fault.Field{Name: "file", Key: key, Args: args})
}

func filled(row []string) (n int) {
	for _, c := range row {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

func headsOf(row []string) []string {
	out := make([]string, min(len(row), maxHeads))
	for i := range out {
		out[i] = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(row[i]), "*"))
		if r := []rune(out[i]); len(r) > 60 {
			out[i] = string(r[:60])
		}
	}
	return out
}

// formatOf is the format a file's name says; "" for others.
func formatOf(name string) string {
	switch ext := strings.ToLower(path.Ext(name)); ext {
	case ".csv", ".xlsx":
		return ext[1:]
	}
	return ""
}

func csvRows(b []byte) (out [][]string, err error) {
	s, ok := importer.Decode(b)
	if !ok {
		return nil, badFile("exchange.bad_file")
	}
	r := csv.NewReader(strings.NewReader(s))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	line, _, _ := strings.Cut(s, "\n")
	for _, c := range []rune{'\t', ';'} {
		if strings.Count(line, string(c)) > strings.Count(line, ",") {
			r.Comma = c
		}
	}
	for len(out) <= maxRows+50 {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, badFile("exchange.bad_file")
		}
		out = append(out, row[:min(len(row), maxHeads)])
	}
	return out, nil
}

func xlsxRows(b []byte) (out [][]string, err error) {
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{RawCellValue: true, UnzipSizeLimit: 256 << 20, UnzipXMLSizeLimit: 128 << 20})
	if err != nil {
		return nil, badFile("exchange.bad_file")
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for _, sheet := range f.GetSheetList() {
		rows, err := f.Rows(sheet)
		if err != nil {
			return nil, badFile("exchange.bad_file")
		}
		for len(out) <= maxRows+50 && rows.Next() {
			row, err := rows.Columns()
			if err != nil {
				return nil, errors.Join(badFile("exchange.bad_file"), rows.Close())
			}
			out = append(out, row[:min(len(row), maxHeads)])
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
		if len(out) > 0 {
			return out, nil
		}
	}
	return out, nil
}

// cell is a cell's text; an apostrophe before it says that it is no formula.
func cell(s string) string { return strings.TrimPrefix(clean(s), "'") }

// clean is a text without what no database keeps.
func clean(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", ""))
}

// moment reads a time as spreadsheets and platforms write it: the numbers of
// year, month, day, hour, minute and second between whatever words, the day
// number of a spreadsheet, or all digits run together. A day without an hour is
// its beginning.
func moment(s string) (time.Time, bool) {
	if n, err := strconv.ParseFloat(s, 64); err == nil && n > 20_000 && n < 80_000 {
		day := time.Date(1899, 12, 30, 0, 0, 0, 0, clock.Shanghai)
		whole := int(n)
		return day.AddDate(0, 0, whole).Add(time.Duration((n-float64(whole))*86400+0.5) * time.Second), true
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if len(parts) == 1 && (len(parts[0]) == 8 || len(parts[0]) == 12 || len(parts[0]) == 14) {
		d := parts[0]
		parts = []string{d[:4], d[4:6], d[6:8]}
		for d = d[8:]; len(d) > 0; d = d[2:] {
			parts = append(parts, d[:2])
		}
	}
	if len(parts) < 3 || len(parts) > 7 {
		return time.Time{}, false
	}
	var n [6]int
	for i, p := range parts[:min(len(parts), 6)] {
		if len(p) > 4 {
			return time.Time{}, false
		}
		n[i], _ = strconv.Atoi(p) // digits
	}
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, clock.Shanghai)
	same := t.Year() == n[0] && int(t.Month()) == n[1] && t.Day() == n[2] && t.Hour() == n[3] && t.Minute() == n[4] && t.Second() == n[5]
	return t, same && n[0] >= 1980 && n[0] < 2200
}

// Problem is what is wrong with one cell.
type Problem struct {
	Column string   `json:"c"` // the field's id
	Key    string   `json:"k"`
	Args   []string `json:"a,omitempty"`
}

func packProblems(ps []Problem) string {
	if len(ps) == 0 {
		return ""
	}
	b, _ := json.Marshal(ps) // strings: never fails
	return string(b)
}

func unpackProblems(s string) (ps []Problem) {
	if s != "" {
		_ = json.Unmarshal([]byte(s), &ps) // written by packProblems
	}
	return ps
}

func long(s string) bool { return utf8.RuneCountInString(s) > maxCell }
