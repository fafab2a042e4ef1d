package privacy

import (
	"iter"
	"strings"
)

// csvRow is a row of a table of text, or a piece of one that is too wide.
type csvRow struct {
	number int
	cells  []string // until the next row only
	cols   []int    // nil: 1, 2, 3 …
}

// cellsAgain is how many cells a piece of a row has of the piece before, so that
// a number cut over cells is seen whole in one of them.
const cellsAgain = 20

// csvRows reads a table as office programs do: a cell in quotes may hold the
// sign between cells, line ends and doubled quotes; a quote elsewhere is a
// letter; empty lines are no rows. encoding/csv reads so too, but holds a whole
// row, and a hostile file is one row of fifty million cells: here a wide row
// comes in pieces.
func csvRows(s string, comma rune) iter.Seq[csvRow] {
	return func(yield func(csvRow) bool) {
		r := csvReader{s: s, comma: string(comma)}
		for r.next() {
			if !yield(r.row) {
				return
			}
		}
	}
}

type csvReader struct {
	s     string
	comma string
	at    int
	open  bool // within a row of which pieces were given
	row   csvRow
}

// next reads a row, or as much of it as one piece holds.
func (r *csvReader) next() bool {
	if !r.open {
		for r.at < len(r.s) && r.lineEnd() > 0 {
			r.at += r.lineEnd()
		}
		r.row.number++
		r.row.cells, r.row.cols = r.row.cells[:0], nil
	}
	if r.at >= len(r.s) && !r.open {
		return false
	}
	if r.open {
		r.again()
	}
	for r.open = true; r.open && len(r.row.cells) < maxColumns; {
		r.row.cells = append(r.row.cells, r.cell())
		switch n := r.lineEnd(); {
		case strings.HasPrefix(r.s[r.at:], r.comma):
			r.at += len(r.comma)
		case n > 0 || r.at >= len(r.s):
			r.at += n
			r.open = false
		}
	}
	for n := len(r.row.cols); n > 0 && n < len(r.row.cells); n++ {
		r.row.cols = append(r.row.cols, r.row.cols[n-1]+1)
	}
	return true
}

// again begins the next piece of a wide row with the last cells of this one.
func (r *csvReader) again() {
	last := len(r.row.cells)
	end := last
	if r.row.cols != nil {
		end = r.row.cols[last-1]
	}
	r.row.cells = append(r.row.cells[:0], r.row.cells[last-cellsAgain:]...)
	if r.row.cols == nil {
		r.row.cols = make([]int, 0, maxColumns)
	}
	r.row.cols = r.row.cols[:0]
	for i := range cellsAgain {
		r.row.cols = append(r.row.cols, end-cellsAgain+i+1)
	}
}

// lineEnd is the length of the line end here; 0 where there is none.
func (r *csvReader) lineEnd() int {
	switch {
	case strings.HasPrefix(r.s[r.at:], "\n"):
		return 1
	case strings.HasPrefix(r.s[r.at:], "\r\n"):
		return 2
	}
	return 0
}

// cell reads up to the sign between cells, or to the line's end.
func (r *csvReader) cell() string {
	if strings.HasPrefix(r.s[r.at:], `"`) {
		return r.quoted()
	}
	from := r.at
	for ; r.at < len(r.s); r.at++ {
		if c := r.s[r.at]; (c == '\n' || c == '\r') && r.lineEnd() > 0 || c == r.comma[0] && strings.HasPrefix(r.s[r.at:], r.comma) {
			break
		}
	}
	return r.s[from:r.at]
}

// quoted reads a cell in quotes. One that is not closed before the sign or the
// line's end goes on.
func (r *csvReader) quoted() string {
	r.at++
	var b strings.Builder
	for from := r.at; ; {
		i := strings.IndexByte(r.s[r.at:], '"')
		if i < 0 {
			r.at = len(r.s)
			b.WriteString(r.s[from:])
			return plainEnds(b.String())
		}
		r.at += i
		rest := r.s[r.at+1:]
		switch {
		case strings.HasPrefix(rest, `"`): // a doubled one
			b.WriteString(r.s[from : r.at+1])
			r.at += 2
			from = r.at
		case rest == "", strings.HasPrefix(rest, r.comma), strings.HasPrefix(rest, "\n"), strings.HasPrefix(rest, "\r\n"):
			b.WriteString(r.s[from:r.at])
			r.at++
			return plainEnds(b.String())
		default: // a letter among others
			r.at++
		}
	}
}

// plainEnds writes line ends within a cell with one sign.
func plainEnds(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }
