package safe

import (
	"encoding/csv"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// harmless keeps a spreadsheet from running a text as a formula.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) && strings.Trim(s[1:], "0123456789.,%") != "" {
		return "'" + s
	}
	return s
}

func (d *Doc) writeCSV(w io.Writer) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	c := csv.NewWriter(w)
	for _, b := range d.Blocks {
		for _, row := range b.Rows {
			line := make([]string, len(row))
			for i, x := range row {
				line[i] = harmless(x.Text)
			}
			if err := c.Write(line); err != nil {
				return err
			}
		}
	}
	c.Flush()
	return c.Error()
}

func (d *Doc) writeText(w io.Writer) error {
	for _, b := range d.Blocks {
		if _, err := io.WriteString(w, b.Text.Text+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// writeXLSX writes a workbook of plain cells, without formulas, names,
// comments or an author.
func (d *Doc) writeXLSX(w io.Writer) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for i, b := range d.Blocks {
		name := sheetName(b.Title, i)
		if i == 0 {
			if err := f.SetSheetName("Sheet1", name); err != nil {
				return err
			}
		} else if _, err := f.NewSheet(name); err != nil {
			return err
		}
		if err := writeSheet(f, name, b); err != nil {
			return err
		}
	}
	f.Pkg.Delete("docProps/core.xml")
	f.Pkg.Delete("docProps/app.xml")
	return f.Write(w)
}

func writeSheet(f *excelize.File, name string, b Block) error {
	sw, err := f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for i, w := range b.Widths {
		if w > 0 {
			if err := sw.SetColWidth(i+1, i+1, w); err != nil {
				return err
			}
		}
	}
	for i, row := range b.Rows {
		cells := make([]any, len(row))
		for k, x := range row {
			cells[k] = value(x)
		}
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := sw.SetRow(at, cells); err != nil {
			return err
		}
	}
	for _, m := range b.Merged {
		if err := sw.MergeCell(m[0], m[1]); err != nil {
			return err
		}
	}
	return sw.Flush()
}

// value keeps short plain figures figures, so that a copy can still be summed;
// long ones, and all that begins with 0, stay text.
func value(w Words) any {
	s := w.Text
	digits := strings.Trim(s, "0123456789.")
	if s == "" || digits != "" || len(w.Marks) > 0 || len(s) > 11 || s[0] == '0' && len(s) > 1 && s[1] != '.' || strings.Count(s, ".") > 1 || strings.HasPrefix(s, ".") {
		return s
	}
	return number(s)
}

// sheetName makes a heading fit to name a sheet: 31 characters, no sign a
// workbook forbids, not empty.
func sheetName(title string, i int) string {
	s := strings.TrimSpace(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) {
			return '＊'
		}
		return r
	}, title))
	r := []rune(strings.Trim(s, "'"))
	if len(r) > 28 {
		r = r[:28]
	}
	if len(r) == 0 {
		return "Sheet" + itoa(i+1)
	}
	return string(r)
}
