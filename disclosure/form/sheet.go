package form

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"yangguang/internal/clock"
	"yangguang/norm"
)

// The sheet: title lines, one line for each field (title | answer | grey id),
// then the table under a head of titles and a line of grey ids. Nothing is
// hidden: the gate refuses hidden content, and people can see what we rely on.
const (
	fieldMark  = "f." // before the id of a field
	columnMark = "c." // before the id of a column
	rowMark    = "r." // before the id of a fixed row
	spareRows  = 50   // blank lines of a template
	maxSheet   = 31   // characters of a sheet's name
)

// Days are kept as spreadsheets count them from 1954 to 2173, where their
// number cannot be taken for anything else; other days are kept as text.
var (
	excelEpoch = clock.MustDate("1900-01-01").AddDays(-2)
	firstDay   = 20000
	lastDay    = 99999
)

// styles are the looks of cells, by name.
type styles map[string]int

func newStyles(f *excelize.File) (styles, error) {
	num := func(format string) *excelize.Style {
		return &excelize.Style{Border: hairline, CustomNumFmt: &format, Alignment: &excelize.Alignment{Horizontal: "right", Vertical: "top"}}
	}
	wrap := &excelize.Alignment{WrapText: true, Vertical: "top"}
	grey := &excelize.Font{Size: 8, Color: "767D86"}
	shade := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EEF2F7"}}
	all := map[string]*excelize.Style{
		"title":   {Font: &excelize.Font{Bold: true, Size: 14}},
		"demo":    {Font: &excelize.Font{Bold: true, Color: "A61B1B"}},
		"meta":    {Font: &excelize.Font{Color: "4A5058"}},
		"label":   {Font: &excelize.Font{Bold: true}, Alignment: wrap, Border: hairline},
		"head":    {Font: &excelize.Font{Bold: true}, Alignment: wrap, Border: hairline, Fill: shade},
		"id":      {Font: grey},
		"text":    {NumFmt: 49, Alignment: wrap, Border: hairline}, // 49 is "text": what is typed later stays text too
		"integer": num("#,##0"), "year": num("0"), "money": num("#,##0.00"), "decimal": num("General"), "date": num("yyyy-mm-dd"),
	}
	// In one order, so that the same data makes the same file.
	out := styles{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		id, err := f.NewStyle(all[name])
		if err != nil {
			return nil, err
		}
		out[name] = id
	}
	return out, nil
}

var hairline = []excelize.Border{
	{Type: "left", Color: "C9CED6", Style: 1}, {Type: "right", Color: "C9CED6", Style: 1},
	{Type: "top", Color: "C9CED6", Style: 1}, {Type: "bottom", Color: "C9CED6", Style: 1},
}

// style names the look of a field's cells.
func style(f norm.Field) string {
	switch {
	case isYear(f):
		return "year"
	case decimals(f) == 0:
		return "integer"
	case f.Type == "money", f.Type == "decimal", f.Type == "date":
		return f.Type
	}
	return "text"
}

// isYear answers whether an integer is a year, which nobody writes as 2,026.
func isYear(f norm.Field) bool {
	return f.Type == "integer" && f.Min != nil && f.Max != nil && *f.Min >= 1000 && *f.Max <= 2999
}

// typed is an answer as a spreadsheet holds it: figures and dates as such where
// the spreadsheet keeps every digit, all else as text. A text is never a
// formula, however it starts, and its cell is formatted as text, so that it
// does not become one when somebody edits it.
func typed(f norm.Field, s, shown string) any {
	if s == "" {
		return ""
	}
	if _, ok := hidden(f, s); ok {
		return shown
	}
	if _, p := canon(f, s); p != nil {
		return s
	}
	switch {
	case numeric(f):
		if v, ok := exactFloat(s); ok {
			return v
		}
		return s
	case f.Type == "date":
		if d, err := clock.ParseDate(s); err == nil && d.Sub(excelEpoch) >= firstDay && d.Sub(excelEpoch) <= lastDay {
			return d.Sub(excelEpoch)
		}
		return s
	case f.Type == "choice":
		return shown
	}
	return s
}

// exactFloat gives a figure as a float where 15 digits hold all of it.
func exactFloat(s string) (float64, bool) {
	if len(strings.Trim(strings.ReplaceAll(s, ".", ""), "-")) > 15 {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

// untyped turns the raw content of a cell back into what a person would have
// typed: 46237 in a column of dates is a day, 0.30000000000000004 is 0.3.
func untyped(f norm.Field, raw string) string {
	switch {
	case numeric(f) && floatNoise(raw):
		if v, err := strconv.ParseFloat(raw, 64); err == nil && v < 1e15 && v > -1e15 {
			v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
	case f.Type == "date" || f.Type == "month":
		if n, ok := serial(raw); ok {
			d := excelEpoch.AddDays(n).String()
			if f.Type == "month" {
				return d[:7]
			}
			return d
		}
	}
	return raw
}

// floatNoise answers whether a figure was written by a machine in floating
// point: with an exponent, or more digits than anybody types.
func floatNoise(raw string) bool {
	_, frac, _ := strings.Cut(raw, ".")
	return len(raw) < 40 && (len(frac) > places || strings.ContainsAny(raw, "eE"))
}

// serial reads a spreadsheet's day number.
func serial(raw string) (int, bool) {
	whole, _, _ := strings.Cut(raw, ".")
	n, err := strconv.Atoi(whole)
	return n, err == nil && len(whole) == 5 && n >= firstDay && n <= lastDay
}

// sheetName makes a title fit for a sheet's name.
func sheetName(title string) string {
	s := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return ' '
		}
		return r
	}, title)
	r := []rune(strings.TrimSpace(s))
	return strings.TrimSpace(string(r[:min(len(r), maxSheet)]))
}

// cellName is a cell's address, as B7.
func cellName(col, row int) string {
	s, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		return ""
	}
	return s
}

// xlsxTime marks every file with one time, so that equal data gives equal
// properties; when it was published stands in the item.
const xlsxTime = "2026-01-01T00:00:00Z"
