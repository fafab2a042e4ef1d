package form

import (
	"bufio"
	"context"
	"io"
	"strings"

	"yangguang/norm"
)

// CSV writes a table for spreadsheets and programs: UTF-8 with its mark, every
// cell quoted, figures without separators, dates as 2026-08-03, and nothing
// that a spreadsheet would run as a formula. A record is written as label and
// answer. The header of a table is not written; it is in the XLSX.
func CSV(ctx context.Context, w io.Writer, f norm.Form, d Data) error {
	d = Normalize(f, d)
	b := bufio.NewWriter(w)
	_, _ = b.WriteString("\uFEFF")
	if len(f.Columns) == 0 {
		for _, fd := range f.Fields {
			csvLine(b, safeText(heading(ctx, fd)), csvCell(ctx, fd, d.Fields[fd.ID]))
		}
		return b.Flush()
	}
	csvLine(b, csvHead(ctx, f)...)
	for _, r := range d.Rows {
		var cells []string
		if len(f.Rows) > 0 {
			cells = append(cells, safeText(rowTitle(ctx, f, r.ID)))
		}
		for _, c := range f.Columns {
			cells = append(cells, csvCell(ctx, c, r.Cells[c.ID]))
		}
		csvLine(b, cells...)
	}
	return b.Flush()
}

func csvHead(ctx context.Context, f norm.Form) (out []string) {
	v := Table(ctx, norm.Form{Shape: "table", Columns: f.Columns, Rows: f.Rows}, Data{})
	if v.RowHead != "" {
		out = append(out, safeText(v.RowHead))
	}
	for _, c := range v.Columns {
		out = append(out, safeText(c.Heading))
	}
	return out
}

func csvCell(ctx context.Context, f norm.Field, s string) string {
	if s == "" {
		return ""
	}
	if _, p := canon(f, s); p == nil && (numeric(f) || f.Type == "date" || f.Type == "month") {
		return s
	}
	return safeText(show(ctx, f, s).Text)
}

// safeText keeps a spreadsheet from running a text: one that starts like a
// formula gets an apostrophe before it.
func safeText(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(s[0])) {
		return "'" + s
	}
	return s
}

// csvLine writes one line; a bufio.Writer keeps its first error for Flush.
func csvLine(b *bufio.Writer, cells ...string) {
	for i, c := range cells {
		if i > 0 {
			_ = b.WriteByte(',')
		}
		_, _ = b.WriteString(`"` + strings.ReplaceAll(c, `"`, `""`) + `"`)
	}
	_, _ = b.WriteString("\r\n")
}
