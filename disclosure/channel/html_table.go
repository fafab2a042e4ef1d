package channel

import (
	"strconv"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"yangguang/internal/pdf"
)

// maxSpan bounds what a cell may claim to span.
const maxSpan = 60

// tableOf reads a table of an item's text.
func tableOf(n *html.Node) *table {
	t := &table{}
	var rows [][]cell
	heads := 0
	var walk func(n *html.Node, head bool)
	walk = func(n *html.Node, head bool) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch c.DataAtom {
			case atom.Caption:
				t.caption = pdf.Line(textOf(c)).Text()
			case atom.Thead, atom.Tbody, atom.Tfoot:
				walk(c, c.DataAtom == atom.Thead)
			case atom.Tr:
				row, all := cellsOf(c)
				if (head || all) && heads == len(rows) {
					heads++
				}
				rows = append(rows, row)
			}
		}
	}
	walk(n, false)
	if heads == len(rows) {
		heads = 0
	}
	rows = place(rows)
	t.head, t.rows = rows[:heads], rows[heads:]
	for i, r := range t.head { // what spans out of the heads would tear them
		for j := range r {
			r[j].rows = min(r[j].rows, heads-i)
		}
	}
	return t
}

// cellsOf reads a row; all answers whether every cell is a head.
func cellsOf(tr *html.Node) (row []cell, all bool) {
	all = true
	for c := tr.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom != atom.Td && c.DataAtom != atom.Th {
			continue
		}
		th := c.DataAtom == atom.Th
		all = all && th
		spans := textOf(c)
		if th {
			spans = embolden(spans)
		}
		row = append(row, cell{spans: spans, head: th, align: alignOf(spans, th), cols: attr(c, "colspan"), rows: attr(c, "rowspan")})
	}
	return row, all && len(row) > 0
}

func attr(n *html.Node, name string) int {
	for _, a := range n.Attr {
		if a.Key == name {
			if v, err := strconv.Atoi(a.Val); err == nil {
				return min(max(v, 1), maxSpan)
			}
		}
	}
	return 1
}

// alignOf puts figures to the right and heads in the middle.
func alignOf(spans []pdf.Span, th bool) string {
	text := pdf.Line(spans).Text()
	if th {
		return "center"
	}
	digits := 0
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r != ',' && r != '.' && r != '-' && r != '%' && r != ' ':
			return "start"
		}
	}
	if digits == 0 || digits > 12 { // a code is no figure
		return "start"
	}
	return "end"
}

// textOf is the words of a cell, a line for each block in it.
func textOf(n *html.Node) []pdf.Span {
	r := &reader{kind: block{kind: "para"}}
	r.children(n)
	r.flush()
	var out []pdf.Span
	for _, b := range r.out {
		if len(out) > 0 {
			out = append(out, pdf.Span{Text: "\n"})
		}
		if b.marker != "" {
			out = append(out, pdf.Span{Text: b.marker + " "})
		}
		if b.table != nil { // a table in a table: its words
			for _, row := range append(b.table.head, b.table.rows...) {
				for _, c := range row {
					out = append(append(out, c.spans...), pdf.Span{Text: " "})
				}
			}
			continue
		}
		out = append(out, b.spans...)
	}
	return out
}

// place puts cells into their columns, with covered ones where another cell
// spans.
func place(rows [][]cell) [][]cell {
	type spot struct{ row, col int }
	taken := map[spot]bool{}
	for i, row := range rows {
		var out []cell
		at := func() int {
			for taken[spot{i, len(out)}] {
				out = append(out, cell{covered: true})
			}
			return len(out)
		}
		for _, c := range row {
			col := at()
			c.rows = min(c.rows, len(rows)-i)
			for dy := range max(1, c.rows) {
				for dx := range max(1, c.cols) {
					taken[spot{i + dy, col + dx}] = dy > 0 || dx > 0
				}
			}
			out = append(out, c)
			at()
		}
		at()
		rows[i] = out
	}
	return rows
}
