package safe

import (
	"bytes"
	"context"

	"github.com/xuri/excelize/v2"

	"yangguang/internal/fault"
)

// Limits of a workbook that is made anew: beyond them a person cuts it first.
const (
	maxCells = 500_000
	maxWidth = 60 // characters of a column
)

// workbook reads the sheets, rows and columns that are shown, each cell as it
// is shown: dates as dates, the results of formulas in their place.
func (d *Doc) workbook(ctx context.Context, b []byte, o Options) error {
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		return fault.Say(fault.Invalid, "safe.kind")
	}
	defer func() { _ = f.Close() }()
	cells := 0
	for _, name := range f.GetSheetList() {
		if shown, err := f.GetSheetVisible(name); err != nil || !shown {
			continue
		}
		block, n, err := d.sheet(ctx, f, name, o)
		if err != nil {
			return err
		}
		if cells += n; cells > maxCells {
			return fault.Say(fault.Invalid, "safe.too_large", maxCells)
		}
		d.Blocks = append(d.Blocks, block)
	}
	return nil
}

func (d *Doc) sheet(ctx context.Context, f *excelize.File, name string, o Options) (Block, int, error) {
	out := Block{Title: d.text(name, o).Text}
	all, err := f.GetRows(name)
	if err != nil {
		return out, 0, fault.Say(fault.Invalid, "safe.kind")
	}
	wide := 0
	for _, row := range all {
		wide = max(wide, len(row))
	}
	keep := make([]bool, wide) // columns that are shown
	for c := range keep {
		letter, _ := excelize.ColumnNumberToName(c + 1) // in the sheet: a column
		keep[c], err = f.GetColVisible(name, letter)
		if err != nil {
			return out, 0, fault.Say(fault.Invalid, "safe.kind")
		}
		if keep[c] {
			w, err := f.GetColWidth(name, letter)
			if err != nil {
				w = 0 // the usual width
			}
			out.Widths = append(out.Widths, min(w, maxWidth))
		}
	}
	var rows [][]string
	whole := true // nothing hidden: merged cells keep their places
	n := 0
	for i, row := range all {
		if err := ctx.Err(); err != nil {
			return out, 0, err
		}
		if shown, err := f.GetRowVisible(name, i+1); err != nil || !shown {
			whole = false
			continue
		}
		var cells []string
		for c, s := range row {
			if keep[c] {
				cells = append(cells, s)
			} else {
				whole = false
			}
		}
		n += len(cells)
		rows = append(rows, cells)
	}
	out.Rows = d.table(rows, o)
	if merged, err := f.GetMergeCells(name); err == nil && whole {
		for _, m := range merged {
			out.Merged = append(out.Merged, [2]string{m.GetStartAxis(), m.GetEndAxis()})
		}
	}
	return out, n, nil
}
