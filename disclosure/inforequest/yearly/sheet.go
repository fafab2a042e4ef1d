package yearly

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// book is the three tables as a workbook in the official layout; mark stands
// above each where the data is a demonstration.
func book(ctx context.Context, title, mark string, tables []printed) (out []byte, err error) {
	x := excelize.NewFile()
	defer func() { err = errors.Join(err, x.Close()) }()
	s, err := looks(x)
	if err != nil {
		return nil, err
	}
	for i, t := range tables {
		name := word(ctx, "sheet_"+t.ID)
		if i == 0 {
			err = x.SetSheetName("Sheet1", name)
		} else {
			_, err = x.NewSheet(name)
		}
		if err != nil {
			return nil, err
		}
		b := &binder{x: x, sheet: name, looks: s, taken: map[[2]int]bool{}}
		if err := b.bind(title, mark, t); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	err = x.Write(&b)
	return b.Bytes(), err
}

// look are the styles of the cells.
type look struct{ title, head, number int }

func looks(x *excelize.File) (l look, err error) {
	line := []excelize.Border{{Type: "left", Color: "000000", Style: 1}, {Type: "right", Color: "000000", Style: 1}, {Type: "top", Color: "000000", Style: 1}, {Type: "bottom", Color: "000000", Style: 1}}
	centre := &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}
	for _, s := range []struct {
		to    *int
		style excelize.Style
	}{
		{&l.title, excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}}},
		{&l.head, excelize.Style{Border: line, Alignment: centre}},
		{&l.number, excelize.Style{Border: line, Alignment: centre}},
	} {
		if *s.to, err = x.NewStyle(&s.style); err != nil {
			return l, err
		}
	}
	return l, nil
}

// binder writes one sheet.
type binder struct {
	x     *excelize.File
	sheet string
	looks look
	row   int
	taken map[[2]int]bool // cells a span from above or beside covers
}

func (b *binder) bind(title, mark string, t printed) error {
	for _, s := range []string{title, t.Title, mark} {
		if s == "" {
			continue
		}
		b.row++
		at := "A" + strconv.Itoa(b.row)
		if err := errors.Join(b.x.SetCellStr(b.sheet, at, plain(s)), b.x.SetCellStyle(b.sheet, at, at, b.looks.title)); err != nil {
			return err
		}
	}
	for _, row := range append(append([][]box{}, t.Head...), t.Body...) {
		b.row++
		col := 0
		for _, c := range row {
			col++
			for b.taken[[2]int{b.row, col}] {
				col++
			}
			if err := b.put(col, c); err != nil {
				return err
			}
			col += max(c.Cols, 1) - 1
		}
	}
	last, err := excelize.ColumnNumberToName(t.Width)
	if err != nil {
		return err
	}
	landscape, fit := "landscape", 1
	return errors.Join(b.x.SetColWidth(b.sheet, "A", last, 13), b.x.SetPageLayout(b.sheet, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &fit}))
}

func (b *binder) put(col int, c box) error {
	from, err := excelize.CoordinatesToCellName(col, b.row)
	if err != nil {
		return err
	}
	rows, cols := max(c.Rows, 1), max(c.Cols, 1)
	to, err := excelize.CoordinatesToCellName(col+cols-1, b.row+rows-1)
	if err != nil {
		return err
	}
	for i := range rows {
		for j := range cols {
			b.taken[[2]int{b.row + i, col + j}] = true
		}
	}
	style := b.looks.head
	if c.Scope == "" {
		style = b.looks.number
	}
	if n, err := strconv.ParseFloat(strings.ReplaceAll(c.Text, ",", ""), 64); err == nil && c.Scope == "" {
		if err := b.x.SetCellFloat(b.sheet, from, n, -1, 64); err != nil {
			return err
		}
	} else if err := b.x.SetCellStr(b.sheet, from, plain(c.Text)); err != nil {
		return err
	}
	if rows*cols > 1 {
		if err := b.x.MergeCell(b.sheet, from, to); err != nil {
			return err
		}
	}
	return b.x.SetCellStyle(b.sheet, from, to, style)
}

// plain keeps a text from being taken for a formula.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
