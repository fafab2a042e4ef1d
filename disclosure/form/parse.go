package form

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"yangguang/norm"
)

// FieldName is the name of the input of a field above the table.
func FieldName(id string) string { return "f." + id }

// CellName is the name of the input of a cell; rows count from 0.
func CellName(row int, col string) string { return "r." + strconv.Itoa(row) + "." + col }

// Parse reads a posted form. Answers that are understood take their one
// spelling, all others stay as typed, so that nothing is lost when the page
// comes back with its errors. Blank free rows are dropped.
func Parse(f norm.Form, values url.Values) Data {
	d := Data{Fields: map[string]string{}}
	for _, fd := range f.Fields {
		d.Fields[fd.ID] = values.Get(FieldName(fd.ID))
	}
	columns := map[string]bool{}
	for _, c := range f.Columns {
		columns[c.ID] = true
	}
	rows := map[int]map[string]string{}
	for name, v := range values {
		n, col, ok := cellOf(name)
		if !ok || !columns[col] || len(v) == 0 {
			continue
		}
		if rows[n] == nil {
			rows[n] = map[string]string{}
		}
		rows[n][col] = v[0]
	}
	for _, n := range slices.Sorted(maps.Keys(rows)) {
		row := Row{Cells: rows[n]}
		if len(f.Rows) > 0 {
			if n >= len(f.Rows) {
				continue
			}
			row.ID = f.Rows[n].ID
		}
		d.Rows = append(d.Rows, row)
	}
	return Normalize(f, d)
}

// cellOf splits "r.3.amount" into 3 and "amount".
func cellOf(name string) (row int, col string, ok bool) {
	rest, ok := strings.CutPrefix(name, "r.")
	if !ok {
		return 0, "", false
	}
	number, col, ok := strings.Cut(rest, ".")
	if !ok {
		return 0, "", false
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || number != strconv.Itoa(n) {
		return 0, "", false
	}
	return n, col, true
}

// Normalize gives every understood answer its one spelling and puts the rows
// in order: fixed rows all present in the order of the norm, free rows without
// blank ones and numbered from 1. Answers and rows the form does not know stay,
// and Validate refuses them.
func Normalize(f norm.Form, d Data) Data {
	out := Data{Fields: normalizeMap(f.Fields, d.Fields)}
	rows := make([]Row, 0, len(d.Rows))
	for _, r := range d.Rows {
		rows = append(rows, Row{ID: r.ID, Cells: normalizeMap(f.Columns, r.Cells)})
	}
	out.Rows = arrange(f, rows)
	return out
}

func normalizeMap(fields []norm.Field, m map[string]string) map[string]string {
	out := kept(m)
	for _, f := range fields {
		if s := out[f.ID]; s != "" {
			out[f.ID], _ = canon(f, s)
		}
	}
	return out
}

func arrange(f norm.Form, rows []Row) []Row {
	var out []Row
	if len(f.Rows) == 0 {
		for _, r := range rows {
			if !r.blank() {
				out = append(out, Row{ID: strconv.Itoa(len(out) + 1), Cells: r.Cells})
			}
		}
		return out
	}
	byID, known := map[string]Row{}, map[string]bool{}
	for _, r := range rows {
		if _, twice := byID[r.ID]; !twice {
			byID[r.ID] = r
		}
	}
	for _, fixed := range f.Rows {
		out = append(out, Row{ID: fixed.ID, Cells: byID[fixed.ID].Cells})
		known[fixed.ID] = true
	}
	for _, r := range rows {
		if !known[r.ID] && !r.blank() {
			out = append(out, r)
		}
	}
	return out
}
