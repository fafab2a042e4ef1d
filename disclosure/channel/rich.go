package channel

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"yangguang/internal/pdf"
)

// block is a piece of content in its order: a heading, a paragraph, a point of
// a list, a table or a rule.
type block struct {
	kind   string // head, para, point, table, rule
	level  int    // of a heading: 1 large, 2 small; of a point: its depth
	marker string // of a point
	spans  []pdf.Span
	table  *table
}

// reader turns cleaned HTML into blocks.
type reader struct {
	out  []block
	cur  []pdf.Span
	kind block // what the words being read belong to
	bold int
	list []int // of each open list: the next number, 0 for one without
}

// blocksOf reads the cleaned HTML of an item.
func blocksOf(body string) []block {
	nodes, err := html.ParseFragment(strings.NewReader(body), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return nil
	}
	r := &reader{kind: block{kind: "para"}}
	for _, n := range nodes {
		r.node(n)
	}
	r.flush()
	return r.out
}

// flush ends the paragraph being read.
func (r *reader) flush() {
	spans := tidy(r.cur)
	r.cur = nil
	if len(spans) == 0 {
		return
	}
	b := r.kind
	b.spans = spans
	r.out = append(r.out, b)
	if r.kind.kind == "point" {
		r.kind.marker = "" // a further paragraph of the same point
	}
}

func (r *reader) node(n *html.Node) {
	if n.Type == html.TextNode {
		r.cur = append(r.cur, pdf.Span{Text: n.Data, Bold: r.bold > 0})
		return
	}
	if n.Type != html.ElementNode {
		return
	}
	switch n.DataAtom {
	case atom.Br:
		r.cur = append(r.cur, pdf.Span{Text: "\v"})
	case atom.Hr:
		r.flush()
		r.out = append(r.out, block{kind: "rule"})
	case atom.Strong, atom.B:
		r.bold++
		r.children(n)
		r.bold--
	case atom.H3, atom.H4:
		r.within(n, block{kind: "head", level: map[atom.Atom]int{atom.H3: 1, atom.H4: 2}[n.DataAtom]})
	case atom.Ul, atom.Ol:
		r.flush()
		r.list = append(r.list, map[atom.Atom]int{atom.Ol: 1}[n.DataAtom])
		r.children(n)
		r.flush()
		r.list = r.list[:len(r.list)-1]
	case atom.Li:
		r.point(n)
	case atom.Table:
		r.flush()
		r.out = append(r.out, block{kind: "table", table: tableOf(n)})
	case atom.P, atom.Blockquote, atom.Div:
		r.flush()
		r.children(n)
		r.flush()
	default:
		r.children(n)
	}
}

func (r *reader) children(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		r.node(c)
	}
}

func (r *reader) within(n *html.Node, b block) {
	r.flush()
	before := r.kind
	r.kind = b
	r.children(n)
	r.flush()
	r.kind = before
}

func (r *reader) point(n *html.Node) {
	marker := "•"
	if depth := len(r.list); depth > 0 && r.list[depth-1] > 0 {
		marker = strconv.Itoa(r.list[depth-1]) + "."
		r.list[depth-1]++
	}
	r.within(n, block{kind: "point", level: max(1, len(r.list)), marker: marker})
}

// tidy joins spans as a browser shows them: runs of blanks are one, none at
// the ends of lines.
func tidy(spans []pdf.Span) (out []pdf.Span) {
	blank := true
	for _, sp := range spans {
		var b strings.Builder
		for _, c := range sp.Text {
			switch c {
			case ' ', '\t', '\n', '\r', '\f':
				if !blank {
					b.WriteByte(' ')
				}
				blank = true
			case '\v':
				b.WriteByte('\n')
				blank = true
			default:
				b.WriteRune(c)
				blank = false
			}
		}
		if b.Len() > 0 {
			out = append(out, pdf.Span{Text: b.String(), Bold: sp.Bold})
		}
	}
	for n := len(out); n > 0; n = len(out) {
		out[n-1].Text = strings.TrimRight(out[n-1].Text, " \n")
		if out[n-1].Text != "" {
			break
		}
		out = out[:n-1]
	}
	return out
}

// blocks draws content from the present place down.
func (s *sheet) blocks(all []block, size float64) {
	room := s.x1 - s.x0
	for i, b := range all {
		if s.full {
			return
		}
		if i > 0 {
			s.y += size * 0.09
		}
		switch b.kind {
		case "head":
			s.Font(size + map[int]float64{1: 2.5, 2: 1}[b.level])
			s.Color(navy)
			s.y += 1.6
			under := s.Em() * 3 // not alone at the foot of a page
			if i+1 < len(all) && all[i+1].table != nil {
				under = s.before(all[i+1].table, size-1.5) + 3
			}
			s.need(s.Em()*1.6 + under)
			s.para(s.x0, room, embolden(b.spans), 1.6, "start")
			s.Color(ink)
		case "point":
			s.point(b, size)
		case "table":
			s.y += 1
			s.draw(b.table, size-1.5)
			s.y += 1.5
		case "rule":
			s.need(4)
			s.Rule(s.x0, s.x1, s.y+2, 0.2, hair)
			s.y += 4
		default:
			s.Font(size)
			s.Color(ink)
			s.para(s.x0, room, b.spans, 1.7, "start")
		}
	}
}

func (s *sheet) point(b block, size float64) {
	s.Font(size)
	s.Color(ink)
	in := s.Em() * 1.6 * float64(min(b.level, 4))
	s.need(s.Em() * 1.7)
	if s.full {
		return
	}
	if b.marker != "" {
		at := s.x0 + in - s.Em()*0.4 - s.Width(b.marker)
		s.Put(at, s.y+s.Em()*(0.85+0.36), pdf.Line{{Text: b.marker}})
	}
	s.para(s.x0+in, s.x1-s.x0-in, b.spans, 1.7, "start")
}

func embolden(spans []pdf.Span) []pdf.Span {
	out := make([]pdf.Span, len(spans))
	for i, sp := range spans {
		out[i] = pdf.Span{Text: sp.Text, Bold: true}
	}
	return out
}
