package yearly

import (
	"bytes"
	"context"
	"strconv"
	"time"

	"yangguang/internal/docx"
	"yangguang/internal/i18n"
)

const docxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

const (
	textWidth   = 156.0 // millimetres between the margins of GB/T 9704
	numberWidth = 10.4  // of a column of numbers in table 3 and 4
	textSize    = 16.0
	cellSize    = 9.0
)

// document is a report as a text document: the six sections, the tables in the
// official layout.
func document(ctx context.Context, title, mark string, p reportPage, at time.Time) ([]byte, error) {
	d := docx.Doc{Title: title, Lang: string(i18n.LangOf(ctx)), At: at, Header: mark, Numbers: docx.EveryPage}
	d.Blocks = append(d.Blocks, docx.Paragraph{Align: docx.Center, After: 18, Level: 1, Runs: []docx.Run{{Text: title, Font: docx.Title, Size: 22}}})
	head := func(key string) {
		d.Blocks = append(d.Blocks, docx.Paragraph{Level: 2, Before: 6, After: 6, First: 2, KeepNext: true, Runs: []docx.Run{{Text: word(ctx, "section_"+key), Font: docx.Heading, Size: textSize}}})
	}
	say := func(text string) {
		for _, l := range lines(text) {
			d.Blocks = append(d.Blocks, docx.Paragraph{Align: docx.Justify, First: 2, Line: 28, Runs: []docx.Run{{Text: l, Size: textSize}}})
		}
	}
	head("overview")
	say(p.Text.Overview)
	for i, key := range []string{"two", "three", "four"} {
		head(key)
		d.Blocks = append(d.Blocks, tableIn(p.Tables[i]))
	}
	head("problems")
	say(p.Text.Problems)
	head("other")
	say(p.Text.Other)
	if p.Reason != "" {
		say(word(ctx, "reason_is", p.Reason))
	}
	var b bytes.Buffer
	err := d.Write(&b)
	return b.Bytes(), err
}

func tableIn(t printed) docx.Table {
	out := docx.Table{Head: len(t.Head), Widths: widths(t)}
	for _, row := range append(append([][]box{}, t.Head...), t.Body...) {
		var r docx.Row
		for _, c := range row {
			r.Cells = append(r.Cells, docx.Cell{Rows: c.Rows, Cols: c.Cols, Paragraphs: []docx.Paragraph{{Align: docx.Center, Runs: []docx.Run{{Text: c.Text, Size: cellSize}}}}})
		}
		out.Rows = append(out.Rows, r)
	}
	return out
}

// widths gives the titles of table 3 what its numbers leave; the columns of
// other tables are alike.
func widths(t printed) (out []float64) {
	if t.ID == "three" {
		left := textWidth - numberWidth*float64(t.Width-3)
		out = append(out, left*0.2, left*0.25, left*0.55)
	}
	for n := t.Width - len(out); len(out) < t.Width; {
		if t.ID == "three" {
			out = append(out, numberWidth)
			continue
		}
		out = append(out, textWidth/float64(n))
	}
	return out
}

// fileName names a report's file.
func fileName(ctx context.Context, v *Revision, unit, kind string) string {
	return word(ctx, "title_year", strconv.Itoa(v.Year), unit) + "." + kind
}
