package yearly

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"yangguang/internal/fault"
)

// What is read of a file somebody else made; a report is far below each.
const (
	MaxReport = 8 << 20 // bytes of a file
	maxTables = 200
	maxRows   = 400 // of a table
	maxWidth  = 64
	maxCell   = 400 // bytes of a cell that are looked at
)

// grid is a table with every cell that spans repeated where it spans, so that
// row and column of a number are its place.
type grid [][]string

// put writes a text into rows × cols cells from a place on, within the limits
// and never over what is there.
func (g *grid) put(row, col, rows, cols int, s string) {
	if len(s) > maxCell {
		s = s[:maxCell]
	}
	for i := row; i < min(row+rows, maxRows); i++ {
		for len(*g) <= i {
			*g = append(*g, nil)
		}
		for j := col; j < min(col+cols, maxWidth); j++ {
			for len((*g)[i]) <= j {
				(*g)[i] = append((*g)[i], free)
			}
			if (*g)[i][j] == free {
				(*g)[i][j] = s
			}
		}
	}
}

// free marks a place no cell has taken; no text contains it.
const free = "\x00"

// clean makes what no cell took empty.
func (g grid) clean() grid {
	for _, row := range g {
		for j := range row {
			if row[j] == free {
				row[j] = ""
			}
		}
	}
	return g
}

// htmlGrids lists the tables of a page, those within others too.
func htmlGrids(page string) []grid {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil
	}
	var out []grid
	for n := range root.Descendants() {
		if n.DataAtom == atom.Table && len(out) < maxTables {
			out = append(out, htmlGrid(n))
		}
	}
	return out
}

func htmlGrid(table *html.Node) grid {
	var g grid
	row := 0
	for n := range table.Descendants() {
		if n.DataAtom != atom.Tr || tableOf(n) != table || row >= maxRows {
			continue
		}
		col := 0
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom != atom.Td && c.DataAtom != atom.Th {
				continue
			}
			for row < len(g) && col < len(g[row]) && g[row][col] != free {
				col++
			}
			if col >= maxWidth {
				break
			}
			cols := span(c, "colspan", maxWidth)
			g.put(row, col, span(c, "rowspan", maxRows), cols, textOf(c))
			col += cols
		}
		row++
	}
	// A rowspan beyond the table's end makes no rows.
	if len(g) > row {
		g = g[:row]
	}
	return g.clean()
}

// tableOf is the table a row belongs to.
func tableOf(n *html.Node) *html.Node {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.DataAtom == atom.Table {
			return p
		}
	}
	return nil
}

func span(n *html.Node, name string, most int) int {
	for _, a := range n.Attr {
		if a.Key == name {
			k, err := strconv.Atoi(strings.TrimSpace(a.Val))
			if err != nil {
				return 1
			}
			if k == 0 && name == "rowspan" {
				return most
			}
			return min(max(k, 1), most)
		}
	}
	return 1
}

// textOf is what a cell says, without the tables and scripts in it.
func textOf(n *html.Node) string {
	var b strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil && b.Len() < maxCell; c = c.NextSibling {
			switch {
			case c.Type == html.TextNode:
				b.WriteString(c.Data)
			case c.DataAtom == atom.Table || c.DataAtom == atom.Script || c.DataAtom == atom.Style:
			default:
				walk(c)
			}
		}
	}
	walk(n)
	return strings.TrimSpace(strings.ReplaceAll(b.String(), free, ""))
}

// sheetGrids lists the sheets of a workbook.
func sheetGrids(b []byte) (out []grid, err error) {
	bad := fault.Fields(fault.Field{Name: "file", Key: "yearly.unreadable_file"})
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{RawCellValue: true, UnzipSizeLimit: MaxReport, UnzipXMLSizeLimit: MaxReport})
	if err != nil {
		return nil, bad
	}
	defer func() { _ = f.Close() }()
	for _, name := range f.GetSheetList() {
		if len(out) == maxTables {
			break
		}
		g, err := sheetGrid(f, name)
		if err != nil {
			return nil, bad
		}
		out = append(out, g)
	}
	return out, nil
}

func sheetGrid(f *excelize.File, name string) (g grid, err error) {
	merged, err := f.GetMergeCells(name, true)
	if err != nil {
		return nil, err
	}
	rows, err := f.Rows(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var lines [][]string
	for len(lines) < maxRows && rows.Next() {
		line, err := rows.Columns()
		if err != nil {
			return nil, err
		}
		lines = append(lines, line[:min(len(line), maxWidth)])
	}
	for _, m := range merged {
		c1, r1, e1 := excelize.CellNameToCoordinates(m.GetStartAxis())
		c2, r2, e2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		if e1 != nil || e2 != nil || r1 > len(lines) || c1 > len(lines[r1-1]) {
			continue
		}
		g.put(r1-1, c1-1, min(r2, len(lines))-r1+1, c2-c1+1, strings.ReplaceAll(lines[r1-1][c1-1], free, ""))
	}
	for i, line := range lines {
		for j, s := range line {
			g.put(i, j, 1, 1, strings.ReplaceAll(strings.TrimSpace(s), free, ""))
		}
	}
	return g.clean(), rows.Error()
}
