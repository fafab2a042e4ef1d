package yearly

import (
	"fmt"
	"slices"
)

// Table is a table of counts whose rows and columns go by their ids, so that a
// published report stays what it was when a later norm knows other rows.
type Table struct {
	Rows    []string  `json:"rows"`
	Columns []string  `json:"columns"`
	Cells   [][]int64 `json:"cells"`
}

func newTable(rows, columns []string) Table {
	t := Table{Rows: rows, Columns: columns, Cells: make([][]int64, len(rows))}
	for i := range t.Cells {
		t.Cells[i] = make([]int64, len(columns))
	}
	return t
}

// At is a cell; 0 where the table has none by these ids.
func (t Table) At(row, column string) int64 {
	i, j := slices.Index(t.Rows, row), slices.Index(t.Columns, column)
	if i < 0 || j < 0 {
		return 0
	}
	return t.Cells[i][j]
}

// Add counts n more in a cell.
func (t Table) Add(row, column string, n int64) error {
	i, j := slices.Index(t.Rows, row), slices.Index(t.Columns, column)
	if i < 0 || j < 0 {
		return fmt.Errorf("the yearly report has no cell %s of %s", row, column)
	}
	t.Cells[i][j] += n
	return nil
}

// set puts a cell; one the table does not have is left alone.
func (t Table) set(row, column string, n int64) {
	i, j := slices.Index(t.Rows, row), slices.Index(t.Columns, column)
	if i >= 0 && j >= 0 {
		t.Cells[i][j] = n
	}
}

// whole answers whether every row has every column, for what was read from
// outside.
func (t Table) whole() bool {
	return len(t.Cells) == len(t.Rows) && !slices.ContainsFunc(t.Cells, func(row []int64) bool { return len(row) != len(t.Columns) })
}

// each calls f with every cell.
func (t Table) each(f func(row, column string, n int64)) {
	for i, row := range t.Cells {
		for j, n := range row {
			f(t.Rows[i], t.Columns[j], n)
		}
	}
}

// plus adds a table of the same kind, times k, cell by cell. Rows only the
// other one has come at the end, so that nothing gets lost.
func (t Table) plus(o Table, k int64) Table {
	out := newTable(union(t.Rows, o.Rows), union(t.Columns, o.Columns))
	t.each(func(row, column string, n int64) { out.set(row, column, n) })
	o.each(func(row, column string, n int64) { out.set(row, column, out.At(row, column)+k*n) })
	return out
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
