package channel

import (
	"math"
	"strings"

	"yangguang/disclosure/form"
	"yangguang/internal/pdf"
)

// table is rows of cells under heads that are repeated on every page.
type table struct {
	caption string
	head    [][]cell
	rows    [][]cell
	labels  bool // the first column names the row
}

// cell is one cell; a cell that another covers is empty and covered.
type cell struct {
	spans   []pdf.Span
	align   string // start end center
	head    bool
	cols    int // columns it spans; 0 and 1 are one
	rows    int
	covered bool
}

const (
	cellPad  = 1.3
	cellLead = 1.4
	minSize  = 6.5
)

// grid is a table measured for a width.
type grid struct {
	*table
	size  float64
	x     []float64 // left edges within the column, and the right edge of the last
	lines map[*cell][]pdf.Line
}

func (t *table) columns() int {
	n := 0
	for _, rows := range [][][]cell{t.head, t.rows} {
		for _, r := range rows {
			n = max(n, len(r))
		}
	}
	return n
}

// draw sets a table over as many pages as it needs.
func (s *sheet) draw(t *table, size float64) {
	if t.columns() == 0 || s.full {
		return
	}
	g := s.measure(t, size)
	heads := g.heights(s, t.head)
	s.need(g.start(s))
	if s.Font(size); t.caption != "" {
		s.Color(ink)
		s.para(s.x0, s.x1-s.x0, pdf.Strong(t.caption), 1.7, "center")
		s.y++
	}
	if sum(heads) > (s.bottom-s.top)/2 { // heads that would leave no room are rows
		t = &table{rows: append(append([][]cell{}, t.head...), t.rows...), labels: t.labels}
		g.table, heads = t, nil
	}
	g.draw(s, heads)
}

// start is the height a table needs to begin on a page: all of a short one,
// of a long one the heads and the first row.
func (g *grid) start(s *sheet) float64 {
	all := append(g.heights(s, g.head), g.heights(s, g.rows)...)
	caption := 0.0
	if g.caption != "" {
		caption = s.Em()*1.9 + 1
	}
	if h := caption + sum(all); h <= (s.bottom-s.top)*0.5 {
		return h
	}
	return caption + sum(all[:min(len(g.head)+1, len(all))])
}

// before is the height wanted under a heading that stands over a table.
func (s *sheet) before(t *table, size float64) float64 {
	if t == nil || t.columns() == 0 {
		return 0
	}
	was := s.Size
	h := s.measure(t, size).start(s)
	s.Font(was)
	return min(h, (s.bottom-s.top)*0.6)
}

// draw sets the rows; the place is where the table begins.
func (g *grid) draw(s *sheet, heads []float64) {
	begin := func() {
		s.Rule(s.x0, s.x0+g.x[len(g.x)-1], s.y, 0.35, navy)
		for i, r := range g.head {
			g.row(s, r, heads[i:], 0, -1)
		}
	}
	begin()
	heights := g.heights(s, g.rows)
	for i := 0; i < len(g.rows) && !s.full; {
		n := g.group(i)
		tall := sum(heights[i : i+n])
		room := s.bottom - s.top - sum(heads) - 4
		if s.y+min(tall, room) > s.bottom && tall <= room || s.y+8 > s.bottom {
			s.next()
			if s.full {
				return
			}
			begin()
		}
		if tall > room && n == 1 {
			g.tall(s, g.rows[i], heights[i], begin)
			i++
			continue
		}
		if tall > room { // a group of joined rows taller than a page: row by row
			n = 1
		}
		for j := range n {
			if j > 0 || n == 1 {
				if s.y+min(heights[i+j], room) > s.bottom {
					s.next()
					if s.full {
						return
					}
					begin()
				}
			}
			g.row(s, g.rows[i+j], heights[i+j:min(len(heights), i+max(n, 1))], 0, -1)
		}
		i += n
	}
}

// tall draws a row that is taller than a page, so many lines at a time.
func (g *grid) tall(s *sheet, r []cell, height float64, begin func()) {
	s.Font(g.size)
	step := s.Em() * cellLead
	for at, all := 0, int(math.Round((height-2*cellPad)/step)); at < all; {
		n := min(int((s.bottom-s.y-2*cellPad)/step), all-at)
		if n < 1 {
			s.next()
			if s.full {
				return
			}
			begin()
			continue
		}
		g.row(s, r, []float64{float64(n)*step + 2*cellPad}, at, n)
		at += n
	}
}

// group is how many rows from i on are held together by cells that span rows.
func (g *grid) group(i int) int {
	end := i + 1
	for j := i; j < end && j < len(g.rows); j++ {
		for _, c := range g.rows[j] {
			end = max(end, j+c.rows)
		}
	}
	return min(end, len(g.rows)) - i
}

// row draws a row of a height; of each cell the lines from a place on, or all.
func (g *grid) row(s *sheet, r []cell, heights []float64, from, count int) {
	y, h := s.y, heights[0]
	s.Font(g.size)
	step := s.Em() * cellLead
	for i := range r {
		c := &r[i]
		if c.covered {
			continue
		}
		x0, x1 := s.x0+g.x[i], s.x0+g.x[min(len(g.x)-1, i+max(1, c.cols))]
		full := sum(heights[:min(len(heights), max(1, c.rows))])
		if c.head {
			s.Box(x0, y+0.25, x1-x0, full-0.3, shade)
		}
		s.Rule(x0, x1, y+full, 0.15, hair)
		if i > 0 {
			s.Upright(x0, y, y+full, 0.15, hair)
		}
		all := g.lines[c]
		if count >= 0 {
			all = all[min(from, len(all)):min(from+count, len(all))]
		}
		at := y + cellPad
		if count < 0 {
			at = y + (full-float64(len(all))*step)/2
		}
		s.Color(ink)
		for _, l := range all {
			w := s.Width(l.Text())
			x := x0 + cellPad
			switch c.align {
			case "end":
				x = x1 - cellPad - w
			case "center":
				x = (x0 + x1 - w) / 2
			}
			s.Put(x, at+step*0.5+s.Em()*0.36, l)
			at += step
		}
	}
	s.y += h
}

// heights are the heights of rows; a cell that spans rows stretches its last.
func (g *grid) heights(s *sheet, rows [][]cell) []float64 {
	s.Font(g.size)
	step := s.Em() * cellLead
	out := make([]float64, len(rows))
	for i, r := range rows {
		out[i] = step + 2*cellPad
		for j := range r {
			if c := &r[j]; c.rows <= 1 && !c.covered {
				out[i] = max(out[i], float64(len(g.lines[c]))*step+2*cellPad)
			}
		}
	}
	for i, r := range rows {
		for j := range r {
			c := &r[j]
			if c.rows <= 1 || c.covered {
				continue
			}
			end := min(i+c.rows, len(rows))
			if lack := float64(len(g.lines[c]))*step + 2*cellPad - sum(out[i:end]); lack > 0 {
				out[end-1] += lack
			}
		}
	}
	return out
}

// measure fits the columns into the width, with smaller letters where it must.
func (s *sheet) measure(t *table, size float64) *grid {
	g := &grid{table: t, size: size, lines: map[*cell][]pdf.Line{}}
	room := s.x1 - s.x0
	var least, most []float64
	for ; ; g.size -= 0.5 {
		s.Font(g.size)
		least, most = s.wants(t)
		if sum(least) <= room || g.size <= minSize {
			break
		}
	}
	g.x = []float64{0}
	if t.labels && len(most) == 2 { // the answers take what the labels leave
		most[0] = min(most[0], max(least[0], room*0.4))
		least[0], least[1], most[1] = most[0], room-most[0], room-most[0]
	}
	for _, w := range share(least, most, room) {
		g.x = append(g.x, g.x[len(g.x)-1]+w)
	}
	s.Font(g.size)
	for _, rows := range [][][]cell{t.head, t.rows} {
		for _, r := range rows {
			for i := range r {
				if c := &r[i]; !c.covered {
					g.lines[c] = s.Lines(c.spans, g.x[min(len(g.x)-1, i+max(1, c.cols))]-g.x[i]-2*cellPad)
				}
			}
		}
	}
	return g
}

// wants is the least and the most width each column can use: figures are
// never broken, words not before four characters.
func (s *sheet) wants(t *table) (least, most []float64) {
	n := t.columns()
	least, most = make([]float64, n), make([]float64, n)
	for _, rows := range [][][]cell{t.head, t.rows} {
		for _, r := range rows {
			for i, c := range r {
				if c.cols > 1 || c.covered {
					continue
				}
				for l := range strings.SplitSeq(pdf.Line(s.Clean(c.spans)).Text(), "\n") {
					w := s.Width(l) + 2*cellPad + 0.1
					most[i] = max(most[i], w)
					if c.align == "" || c.align == "start" || c.head {
						w = min(w, s.longest(l)+2*cellPad+0.1)
					}
					least[i] = max(least[i], w)
				}
			}
		}
	}
	for i := range n {
		least[i] = max(least[i], 2*cellPad+s.Em())
		most[i] = max(most[i], least[i])
	}
	return least, most
}

// longest is the width a text needs so as not to look torn.
func (s *sheet) longest(text string) float64 {
	w := min(s.Width(text), 4.2*s.Em())
	for _, a := range pdf.Atoms(pdf.Words(text)) {
		w = max(w, min(s.Width(strings.TrimSpace(a.Text())), 9*s.Em()))
	}
	return w
}

// share divides a width among columns.
func share(least, most []float64, room float64) []float64 {
	out := make([]float64, len(least))
	a, b := sum(least), sum(most)
	for i := range out {
		switch {
		case b <= room:
			out[i] = most[i] + (room-b)*most[i]/b
		case a <= room:
			out[i] = least[i] + (room-a)*(most[i]-least[i])/(b-a)
		default:
			out[i] = least[i] * room / a
		}
	}
	return out
}

func sum(all []float64) (out float64) {
	for _, v := range all {
		out += v
	}
	return out
}

// ofView makes blocks of a filled-in form.
func (s *sheet) ofView(v form.View) (out []block) {
	facts := &table{labels: true}
	for _, it := range v.Fields {
		facts.rows = append(facts.rows, []cell{{spans: pdf.Words(it.Label), head: true}, {spans: pdf.Words(it.Text)}})
	}
	if len(facts.rows) > 0 {
		out = append(out, block{kind: "table", table: facts})
	}
	if len(v.Columns) > 0 && len(v.Rows) > 0 {
		out = append(out, block{kind: "table", table: ofColumns(v)})
	}
	if len(v.Steps) > 0 {
		out = append(out, block{kind: "head", level: 1, spans: pdf.Words(s.t("steps"))}, block{kind: "table", table: s.ofSteps(v.Steps)})
	}
	for _, h := range v.Hidden {
		out = append(out, block{kind: "para", spans: pdf.Words(h)})
	}
	if v.Note != "" {
		out = append(out, block{kind: "para", spans: pdf.Words(v.Note)})
	}
	return out
}

func ofColumns(v form.View) *table {
	t := &table{caption: v.Caption}
	var head []cell
	if v.RowHead != "" {
		head = append(head, cell{spans: pdf.Strong(v.RowHead), head: true, align: "center"})
	}
	for _, c := range v.Columns {
		head = append(head, cell{spans: pdf.Strong(c.Heading), head: true, align: "center"})
	}
	t.head = [][]cell{head}
	for _, l := range v.Rows {
		var row []cell
		if v.RowHead != "" {
			row = append(row, cell{spans: []pdf.Span{{Text: l.Title, Bold: l.Total}}, head: true})
		}
		for i, c := range l.Cells {
			row = append(row, cell{spans: []pdf.Span{{Text: c.Text, Bold: l.Total || c.Total}}, align: v.Columns[i].Align})
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// ofSteps sets the steps of a guide as a table, a column for each thing said
// of any step.
func (s *sheet) ofSteps(steps []form.Step) *table {
	t := &table{head: [][]cell{{{spans: pdf.Strong(s.t("stage")), head: true, align: "center"}}}}
	at := map[string]int{}
	for _, st := range steps {
		for _, it := range st.Items {
			if at[it.ID] == 0 {
				t.head[0] = append(t.head[0], cell{spans: pdf.Strong(it.Label), head: true, align: "center"})
				at[it.ID] = len(t.head[0]) - 1
			}
		}
	}
	for _, st := range steps {
		row := make([]cell, len(t.head[0]))
		row[0] = cell{spans: pdf.Strong(s.t("step", st.Number, st.Title)), head: true}
		for _, it := range st.Items {
			row[at[it.ID]] = cell{spans: pdf.Words(it.Text), align: alignOf(pdf.Words(it.Text), false)}
		}
		t.rows = append(t.rows, row)
	}
	return t
}
