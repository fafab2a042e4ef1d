package agency

import (
	"context"
	"io"
	"strconv"
	"strings"

	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

// Problem is one thing wrong with an imported sheet.
type Problem struct {
	Row    int    // as the person sees it in the sheet
	Column string // the column's id, "" for the row as a whole
	Key    string // the sentence
	Args   []any
}

// Title is the column's title in the reader's language, "" for the row as a whole.
func (p Problem) Title(ctx context.Context) string {
	if p.Column == "" {
		return ""
	}
	return i18n.T(ctx, "agency.col_"+p.Column)
}

// Text is the sentence in the reader's language.
func (p Problem) Text(ctx context.Context) string { return i18n.T(ctx, p.Key, p.Args...) }

// Report tells what came of checking or importing a sheet.
type Report struct {
	Rows     int // with anything in them
	Written  int // 0 after a check, and when there is any problem
	Problems []Problem

	table *table
}

// OK tells whether the sheet can be, or was, imported as it is.
func (r *Report) OK() bool { return len(r.Problems) == 0 }

// add files a refusal under its row; it gives back what is no refusal but a failure of ours.
func (r *Report) add(row tableRow, err error) error {
	if err == nil {
		return nil
	}
	fields := fault.FieldsOf(err)
	for _, f := range fields {
		r.Problems = append(r.Problems, Problem{row.number, r.table.known(f.Name), f.Key, f.Args})
	}
	if len(fields) > 0 {
		return nil
	}
	key, args, ok := fault.Sentence(err)
	if !ok {
		return err
	}
	r.Problems = append(r.Problems, Problem{Row: row.number, Key: key, Args: args})
	return nil
}

func (t *table) known(id string) string {
	for _, c := range t.columns {
		if c.id == id {
			return id
		}
	}
	return ""
}

// Write gives the sheet back with a last column that says what is wrong in each row. Corrected there, it can be
// imported as it is.
func (r *Report) Write(ctx context.Context, w io.Writer) error {
	wrong := map[int][]string{}
	for _, p := range r.Problems {
		line := p.Text(ctx)
		if p.Column != "" {
			line = i18n.T(ctx, "agency.problem_in", p.Title(ctx), line)
		}
		wrong[p.Row] = append(wrong[p.Row], line)
	}
	columns := append([]column{}, r.table.columns...)
	columns = append(columns, column{id: "problems", width: 60})
	var rows [][]string
	for _, row := range r.table.rows {
		var out []string
		for _, c := range r.table.columns {
			out = append(out, row.cells[c.id])
		}
		rows = append(rows, append(out, strings.Join(wrong[row.number], "\n")))
	}
	return writeSheet(ctx, w, columns, rows)
}

// String names the report for a log: counts only.
func (r *Report) String() string {
	return strconv.Itoa(r.Rows) + " rows, " + strconv.Itoa(len(r.Problems)) + " problems"
}
