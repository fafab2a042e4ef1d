package form

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"yangguang/norm"
)

// refs finds the cells a total adds up: columns of its row, or rows of its
// column, whichever the ids name.
func (w *writer) refs(row int, col string) func([]string) []string {
	return func(ids []string) (out []string) {
		if isTotal(w.form, "columns", col) {
			at := map[string]string{}
			for j, c := range w.form.Columns {
				at[c.ID] = cellName(w.cols()+j, w.first+row)
			}
			return look(at, ids)
		}
		j := slices.IndexFunc(w.form.Columns, func(c norm.Field) bool { return c.ID == col })
		at := map[string]string{}
		for i, r := range w.data.Rows {
			at[r.ID] = cellName(w.cols()+j, w.first+i)
		}
		return look(at, ids)
	}
}

// answer is a cell with its value and, where it is the total of a sum that
// holds, its formula; a total that does not hold stands as it was published.
func (w *writer) answer(f norm.Field, name, s string, refs func([]string) []string) excelize.Cell {
	c := w.cell(style(f), typed(f, s, show(w.ctx, f, s).Text))
	id, ok := w.sums[name]
	if !ok {
		return c
	}
	if want, known := id.value(); s != "" && (!known || !holds(f, s, want)) {
		return c
	}
	c.Formula = w.formula(f, name, refs)
	return c
}

func holds(f norm.Field, s string, want *big.Int) bool {
	got, p := parseNumber(f, s)
	return p == nil && want.Cmp(big.NewInt(got)) == 0
}

// formula adds up the parts of a total; blank until one of them is given.
func (w *writer) formula(f norm.Field, name string, refs func([]string) []string) string {
	sum := w.sumOf(name)
	plus, minus := strings.Join(refs(sum.Parts), ","), strings.Join(refs(sum.Minus), ",")
	if plus == "" {
		return ""
	}
	value, all := "SUM("+plus+")", plus
	if minus != "" {
		value, all = value+"-SUM("+minus+")", all+","+minus
	}
	return fmt.Sprintf(`IF(COUNT(%s)=0,"",ROUND(%s,%d))`, all, value, decimals(f))
}

// sumOf finds the sum of the norm that makes a total; the same one as
// identities lists first.
func (w *writer) sumOf(name string) norm.Sum {
	row, col, inTable := cellOf(name)
	for _, s := range w.form.Sums {
		switch {
		case s.Axis == "rows":
			if inTable && row < len(w.data.Rows) && w.data.Rows[row].ID == s.Total && !isTotal(w.form, "columns", col) {
				return s
			}
		case !inTable && FieldName(s.Total) == name, inTable && s.Total == col:
			return s
		}
	}
	return norm.Sum{}
}
