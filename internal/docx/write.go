package docx

import (
	"bytes"
	"encoding/xml"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// writer builds one part.
type writer struct{ strings.Builder }

func (w *writer) s(parts ...string) {
	for _, p := range parts {
		w.WriteString(p)
	}
}

// escape makes any text safe inside an element or an attribute. Characters
// that have no place in a document are left out: controls, and marks that turn
// the direction of what follows.
func escape(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0xFEFF, r == 0xFFFE, r == 0xFFFF:
			return -1
		}
		return r
	}, text)
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer never fails
	return b.String()
}

func twips(mm float64) string     { return strconv.Itoa(int(math.Round(mm * 1440 / 25.4))) }
func points(pt float64) string    { return strconv.Itoa(int(math.Round(pt * 20))) }
func hundredth(n float64) string  { return strconv.Itoa(int(math.Round(n * 100))) }
func halfPoints(p float64) string { return strconv.Itoa(int(math.Round(p * 2))) }

// bodySize is 三号, the size of running text.
const bodySize = 16

func (r Run) size() float64 {
	if r.Size == 0 {
		return bodySize
	}
	return r.Size
}

func (r Run) write(w *writer) {
	f := r.Font
	if f == "" {
		f = Text
	}
	name := escape(string(f))
	w.s(`<w:r><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="`, name, `" w:cs="Times New Roman"/>`)
	if r.Bold {
		w.s(`<w:b/>`)
	}
	if r.Color != "" {
		w.s(`<w:color w:val="`, escape(r.Color), `"/>`)
	}
	if r.Squeeze != 0 {
		w.s(`<w:spacing w:val="`, points(-r.Squeeze), `"/>`)
	}
	w.s(`<w:sz w:val="`, halfPoints(r.size()), `"/><w:szCs w:val="`, halfPoints(r.size()), `"/></w:rPr>`)
	text(w, r.Text)
	w.s(`</w:r>`)
}

// text writes the words of a run; line ends and tabs are elements of their own.
func text(w *writer, s string) {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			w.s(`<w:br/>`)
		}
		for k, piece := range strings.Split(line, "\t") {
			if k > 0 {
				w.s(`<w:tab/>`)
			}
			if piece != "" {
				w.s(`<w:t xml:space="preserve">`, escape(piece), `</w:t>`)
			}
		}
	}
}

func (p Paragraph) write(w *writer) {
	w.s(`<w:p><w:pPr>`)
	if p.Level > 0 {
		w.s(`<w:pStyle w:val="Heading`, strconv.Itoa(min(p.Level, 3)), `"/>`)
	}
	if p.KeepNext {
		w.s(`<w:keepNext/>`)
	}
	if p.NewPage {
		w.s(`<w:pageBreakBefore/>`)
	}
	if p.Under != NoRule {
		w.s(`<w:pBdr><w:bottom w:val="`, escape(string(p.Under)), `" w:sz="24" w:space="1" w:color="`, ink(p.Ink), `"/></w:pBdr>`)
	}
	w.s(`<w:spacing w:before="`, points(p.Before), `" w:after="`, points(p.After), `"`)
	if p.Line > 0 {
		w.s(` w:line="`, points(p.Line), `" w:lineRule="exact"`)
	}
	w.s(`/>`)
	p.indent(w)
	if p.Align != Start {
		w.s(`<w:jc w:val="`, escape(string(p.Align)), `"/>`)
	}
	w.s(`</w:pPr>`)
	for _, r := range p.Runs {
		r.write(w)
	}
	w.s(`</w:p>`)
}

func ink(c string) string {
	if c == "" {
		return "000000"
	}
	return escape(c)
}

// indent writes indents in characters, and in twips for programs that know no
// characters.
func (p Paragraph) indent(w *writer) {
	if p.Outset != 0 {
		w.s(`<w:ind w:left="`, twips(-p.Outset), `" w:right="`, twips(-p.Outset), `"/>`)
		return
	}
	if p.First == 0 && p.Left == 0 && p.Right == 0 {
		return
	}
	em := float64(bodySize)
	if len(p.Runs) > 0 {
		em = p.Runs[0].size()
	}
	w.s(`<w:ind`)
	for _, x := range []struct {
		name string
		n    float64
	}{{"left", p.Left}, {"right", p.Right}, {"firstLine", p.First}} {
		if x.n != 0 {
			w.s(` w:`, x.name, `Chars="`, hundredth(x.n), `" w:`, x.name, `="`, points(x.n*em), `"`)
		}
	}
	w.s(`/>`)
}

const edge = `w:val="single" w:sz="4" w:space="0" w:color="000000"/>`

func (t Table) write(w *writer) {
	total := 0.0
	for _, x := range t.Widths {
		total += x
	}
	w.s(`<w:tbl><w:tblPr><w:tblW w:w="`, twips(total), `" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>`)
	for _, side := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		w.s(`<w:`, side, ` `, edge)
	}
	w.s(`</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`)
	for _, x := range t.Widths {
		w.s(`<w:gridCol w:w="`, twips(x), `"/>`)
	}
	w.s(`</w:tblGrid>`)
	for i, row := range t.laid() {
		w.s(`<w:tr><w:trPr><w:cantSplit/>`)
		if h := t.Rows[i].Height; h > 0 {
			w.s(`<w:trHeight w:val="`, twips(h), `" w:hRule="atLeast"/>`)
		}
		if i < t.Head {
			w.s(`<w:tblHeader/>`)
		}
		w.s(`</w:trPr>`)
		for _, c := range row {
			c.write(w)
		}
		w.s(`</w:tr>`)
	}
	w.s(`</w:tbl><w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>`) // two tables in a row would become one
}

// slot is one cell as the file wants it: every column of every row is covered.
type slot struct {
	cell  Cell
	cols  int
	width float64
	merge string // "", restart, continue
}

// laid works out where each cell stands; what is missing is empty.
func (t Table) laid() [][]slot {
	n := len(t.Widths)
	type over struct{ rows, cols int }
	open := make([]over, n) // columns held by a cell from above
	out := make([][]slot, len(t.Rows))
	for i, row := range t.Rows {
		cells := row.Cells
		for at := 0; at < n; {
			if o := open[at]; o.rows > 0 {
				open[at].rows--
				out[i] = append(out[i], slot{cols: o.cols, width: t.width(at, o.cols), merge: "continue"})
				at += o.cols
				continue
			}
			var c Cell
			if len(cells) > 0 {
				c, cells = cells[0], cells[1:]
			}
			cols := max(1, c.Cols)
			for k := 1; k < cols; k++ { // not over one from above, not beyond the table
				if at+k >= n || open[at+k].rows > 0 {
					cols = k
				}
			}
			s := slot{cell: c, cols: cols, width: t.width(at, cols)}
			if c.Rows > 1 {
				s.merge = "restart"
				open[at] = over{c.Rows - 1, cols}
			}
			out[i] = append(out[i], s)
			at += cols
		}
	}
	return out
}

func (t Table) width(at, cols int) (mm float64) {
	for _, x := range t.Widths[at : at+cols] {
		mm += x
	}
	return mm
}

func (s slot) write(w *writer) {
	w.s(`<w:tc><w:tcPr><w:tcW w:w="`, twips(s.width), `" w:type="dxa"/>`)
	if s.cols > 1 {
		w.s(`<w:gridSpan w:val="`, strconv.Itoa(s.cols), `"/>`)
	}
	if s.merge != "" {
		w.s(`<w:vMerge w:val="`, s.merge, `"/>`)
	}
	if !s.cell.Top {
		w.s(`<w:vAlign w:val="center"/>`)
	}
	w.s(`</w:tcPr>`)
	if len(s.cell.Paragraphs) == 0 {
		w.s(`<w:p/>`) // a cell without a paragraph is damage to some programs
	}
	for _, p := range s.cell.Paragraphs {
		p.write(w)
	}
	w.s(`</w:tc>`)
}
