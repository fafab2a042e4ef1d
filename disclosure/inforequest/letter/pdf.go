package letter

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"yangguang/internal/pdf"
)

// The page of GB/T 9704, in millimetres.
const (
	pageWide, pageHigh = 210.0, 297.0
	pageTop, pageFoot  = 37.0, pageHigh - 35
	pageLeft           = 28.0
	ruleOut            = 7.0 // the red rules are 170 wide
	perPoint           = 25.4 / 72
)

// The inks of a letter.
var (
	black   = pdf.RGB{}
	crimson = pdf.RGB{R: 215, G: 0, B: 15}
	warning = pdf.RGB{R: 166, G: 27, B: 27}
)

// PDF writes the letter as it is sent.
func (l Letter) PDF(w io.Writer, at time.Time) error { return Print(w, at, l) }

var errNothing = errors.New("letter: nothing to print")

// Print writes many letters into one file for the printer, each on pages of
// its own, with page numbers of its own.
func Print(w io.Writer, at time.Time, ls ...Letter) error {
	if len(ls) == 0 {
		return errNothing
	}
	return pdf.Alone(func(f *pdf.Face) error {
		pen := pdf.Open(f, pdf.Options{Size: "A4", Title: ls[0].heading(), Lang: string(ls[0].Lang), At: at})
		for _, l := range ls {
			p := &pdfPress{Pen: pen, l: l}
			p.letter()
		}
		return pen.PDF.Output(w)
	})
}

// heading names the file in its properties: the kind, since a title may name
// a person.
func (l Letter) heading() string {
	t := l.Kind.Title()
	if l.english() {
		return t.En
	}
	return t.Zh
}

// Lacks tells which characters of the letter the typeface of the PDF cannot
// draw, so that a rare name is printed from the DOCX instead.
func (l Letter) Lacks() []rune { return pdf.Lacks(l.words()) }

// words is everything the letter says.
func (l Letter) words() string {
	out := []string{l.Issuer, l.Number, l.Title, l.Addressee}
	for _, b := range slices.Concat(l.Body, l.Enclosed) {
		out = append(out, b.Text)
		for _, r := range b.Rows {
			out = append(out, r...)
		}
	}
	return strings.Join(append(append(out, l.Attachments...), l.Signer, l.Date, l.Note), "\n")
}

// chunk is what is not broken over two pages: a line of text, a row.
type chunk struct {
	height  float64
	keep    bool // stays on the page of the next one
	newPage bool
	head    *chunk // drawn again where a page begins with this one
	draw    func(y float64)
}

// pdfPress lays a letter out as chunks and draws them page by page.
type pdfPress struct {
	*pdf.Pen
	l      Letter
	chunks []chunk
}

func (p *pdfPress) letter() {
	p.top()
	for _, b := range p.l.Body {
		p.block(b)
	}
	if !p.l.Plain {
		p.end()
	}
	for _, b := range p.l.Enclosed {
		p.block(b)
	}
	p.pages()
}

func (p *pdfPress) add(c chunk) { p.chunks = append(p.chunks, c) }

// lead is the height of a line of running text; size that of its letters.
func (p *pdfPress) lead() float64 {
	if p.l.english() {
		return 19 * perPoint
	}
	return lineOf * perPoint
}

func (p *pdfPress) size() float64 {
	if p.l.english() {
		return 11.5
	}
	return 16 - squeeze
}

func (p *pdfPress) blank() { p.add(chunk{height: p.lead(), keep: true, draw: func(float64) {}}) }

// style is how lines are set.
type style struct {
	size, lead  float64
	bold        bool
	ink         pdf.RGB
	align       string // start, center, end
	left, right float64
	first       string // the indent of the first line, as blanks
	justify     bool
	keep        bool // all lines, with what follows
	newPage     bool
}

// set adds the lines of a text.
func (p *pdfPress) set(text string, s style) {
	spans := pdf.Words(s.first + text)
	spans[0].Bold = s.bold
	p.Font(s.size)
	room := textWidth - s.left - s.right
	ls := p.Lines(spans, room+0.01)
	for i, line := range ls {
		last := i == len(ls)-1
		c := chunk{height: s.lead, keep: s.keep || i == 0 && !last || i == len(ls)-2, newPage: s.newPage && i == 0}
		c.draw = func(y float64) { p.line(line, y, room, s, !last) }
		p.add(c)
	}
}

// line draws one line between the margins of its style.
func (p *pdfPress) line(l pdf.Line, y, room float64, s style, more bool) {
	p.Font(s.size)
	p.Color(s.ink)
	w := p.Width(l.Text())
	x := pageLeft + s.left
	switch s.align {
	case "center":
		x += (room - w) / 2
	case "end":
		x += room - w
	}
	gap := p.stretch(l.Text(), room-w)
	if more && s.justify && gap > 0 {
		p.PDF.RawWriteStr(strconv.FormatFloat(gap/perPoint, 'f', 4, 64) + " Tc")
		defer p.PDF.RawWriteStr("0 Tc")
	}
	p.Put(x, y+s.lead/2+p.Em()*0.36, l)
}

// stretch is what to put between the characters of a line to fill it; 0 when
// that would be ugly, or would misplace a character set by itself.
func (p *pdfPress) stretch(text string, rest float64) float64 {
	rs := []rune(text)
	own := slices.ContainsFunc(rs, func(r rune) bool { return r >= 0xE000 && r <= 0xF8FF })
	if own || len(rs) < 12 || rest <= 0 || rest/float64(len(rs)-1) > 0.15*p.Em() {
		return 0
	}
	return rest / float64(len(rs)-1)
}

func (p *pdfPress) running() style {
	s := style{size: p.size(), lead: p.lead(), first: "\u3000\u3000", justify: true, align: "start"}
	if p.l.english() {
		s.first, s.justify = "", false
	}
	return s
}

func (p *pdfPress) top() {
	l := p.l
	if l.Plain {
		p.titled(l.Title, true)
		return
	}
	p.masthead()
	n := p.running()
	n.align, n.first, n.keep = "end", "", true
	p.set(l.Number, n)
	p.blank()
	p.titled(l.Title, false)
	a := p.running()
	a.first, a.justify, a.keep = "", false, true
	p.set(l.Addressee+l.word("colon"), a)
	p.gap()
}

// masthead is the issuing body over its red rules.
func (p *pdfPress) masthead() {
	size := mastheadSize(p.l.Issuer, p.l.english())
	p.Font(size)
	name := p.Clean(pdf.Strong(p.l.Issuer))
	for p.Width(pdf.Line(name).Text()) > textWidth && size > 12 {
		size--
		p.Font(size)
	}
	s := style{size: size, lead: size * perPoint * 1.25, bold: true, ink: crimson, align: "center", keep: true}
	p.chunks = append(p.chunks, chunk{newPage: true, keep: true, draw: func(float64) {}})
	p.set(p.l.Issuer, s)
	p.add(chunk{height: 7, keep: true, draw: func(y float64) {
		p.rules(y+2.5, 1.0, 0.35)
	}})
}

// rules are the two red lines of a letter, at the height of the upper one.
func (p *pdfPress) rules(y, upper, lower float64) {
	x0, x1 := pageLeft-ruleOut, pageLeft+textWidth+ruleOut
	p.Rule(x0, x1, y, upper, crimson)
	p.Rule(x0, x1, y+1.2, lower, crimson)
}

func (p *pdfPress) titled(text string, newPage bool) {
	s := style{size: 22, lead: 36 * perPoint, bold: true, align: "center", keep: true, newPage: newPage}
	if p.l.english() {
		s.size, s.lead = 16, 24*perPoint
	}
	p.set(text, s)
	p.blank()
}

func (p *pdfPress) block(b Block) {
	switch {
	case len(b.Rows) > 0:
		p.table(b)
	case b.Big:
		p.titled(b.Text, true)
	case b.Heading:
		s := p.running()
		s.bold, s.keep, s.justify = true, true, false
		p.set(b.Text, s)
	default:
		s := p.running()
		s.keep = leadsOn(b.Text)
		p.set(b.Text, s)
		p.gap()
	}
}

// gap is what stands between paragraphs that have no indent.
func (p *pdfPress) gap() {
	if p.l.english() {
		p.add(chunk{height: 1.8, keep: p.chunks[len(p.chunks)-1].keep, draw: func(float64) {}})
	}
}

func (p *pdfPress) table(b Block) {
	ws := shares(b.Widths)
	var head *chunk
	p.add(chunk{height: 2, keep: true, draw: func(float64) {}})
	for i, cells := range b.Rows {
		for _, c := range p.row(ws, cells, b.Head && i == 0) {
			if c.head = head; b.Head && i == 0 {
				head = &c
				c.keep = true
			}
			p.add(c)
		}
	}
}

// rowLines is the most lines of a row before it is cut.
const rowLines = 20

// row is one row of a table; a very long one is cut into several.
func (p *pdfPress) row(ws []float64, cells []string, head bool) (out []chunk) {
	size := tableSize(p.l)
	p.Font(size)
	lead := size * 1.5 * perPoint
	laid, most := make([][]pdf.Line, len(ws)), 1
	for i := range ws {
		if i < len(cells) {
			laid[i] = p.Lines(pdf.Words(cells[i]), ws[i]-4)
			most = max(most, len(laid[i]))
		}
	}
	for from := 0; from < most; from += rowLines {
		n := min(rowLines, most-from)
		c := chunk{height: max(rowHeight, float64(n)*lead+4)}
		c.draw = func(y float64) {
			x := pageLeft
			for i, w := range ws {
				part := laid[i][min(from, len(laid[i])):min(from+n, len(laid[i]))]
				p.cell(part, x, y, w, c.height, lead, size, i == 0 || head)
				x += w
			}
		}
		out = append(out, c)
	}
	return out
}

// cell draws the frame of a cell and its lines in the middle.
func (p *pdfPress) cell(ls []pdf.Line, x, y, w, h, lead, size float64, center bool) {
	p.Font(size)
	p.Color(black)
	p.PDF.SetLineWidth(0.25)
	p.PDF.Rect(x, y, w, h, "D")
	at := y + (h-float64(len(ls))*lead)/2
	for _, l := range ls {
		tx := x + 2
		if center {
			tx = x + (w-p.Width(l.Text()))/2
		}
		p.Put(tx, at+lead/2+p.Em()*0.36, l)
		at += lead
	}
}

// end writes what stands below the text.
func (p *pdfPress) end() {
	l := p.l
	for i := len(p.chunks) - 2; i < len(p.chunks); i++ { // the last lines stay with the signature
		p.chunks[i].keep = true
	}
	if len(l.Attachments) > 0 {
		p.blank()
		p.Font(p.size())
		for i, a := range l.numberedAttachments() {
			s := p.running()
			s.first, s.justify, s.keep = "", false, true
			if !l.english() {
				if s.left = 2 * p.Em(); i > 0 {
					s.left = 5 * p.Em()
				}
			}
			p.set(a, s)
		}
	}
	if l.Seal {
		p.blank()
		p.blank()
	}
	p.signature()
	if l.Note != "" {
		s := p.running()
		s.justify = false
		p.set(l.word("bracket_open")+l.Note+l.word("bracket_close"), s)
	}
}

// signature puts the date four characters from the right edge, and the signer
// above its middle.
func (p *pdfPress) signature() {
	p.Font(p.size())
	width := func(s string) float64 { return p.Width(pdf.Line(p.Clean(pdf.Words(s))).Text()) }
	signer, date := width(p.l.Signer), width(p.l.Date)
	middle := textWidth - max(4*p.Em()+date/2, signer/2)
	for i, t := range []string{p.l.Signer, p.l.Date} {
		s := p.running()
		s.first, s.justify, s.keep = "", false, i == 0 || p.l.Note != ""
		s.left = max(0, middle-[]float64{signer, date}[i]/2)
		p.set(t, s)
	}
}

// pages draws the chunks, then what stands at the edges of each page.
func (p *pdfPress) pages() {
	y, first := pageFoot, 0
	page := func() {
		p.PDF.AddPage()
		if first == 0 {
			first = p.PDF.PageNo()
		}
		y = pageTop
	}
	for i := 0; i < len(p.chunks); {
		n, height := group(p.chunks[i:])
		if p.chunks[i].newPage || y+height > pageFoot && y > pageTop {
			page()
			if h := p.chunks[i].head; h != nil {
				h.draw(y)
				y += h.height
			}
		}
		for _, c := range p.chunks[i : i+n] {
			if y+c.height > pageFoot+0.1 && y > pageTop { // a group longer than a page
				page()
			}
			c.draw(y)
			y += c.height
		}
		i += n
	}
	for n := first; n <= p.PDF.PageCount(); n++ {
		p.PDF.SetPage(n)
		p.edges(n - first + 1)
	}
}

// group is how many chunks stay together, and how high they are.
func group(cs []chunk) (n int, height float64) {
	for n < len(cs) {
		height += cs[n].height
		n++
		if !cs[n-1].keep || n < len(cs) && cs[n].newPage {
			break
		}
	}
	return n, height
}

// edges draws the number of a page, the red foot of the first one, and the
// mark of demonstration data.
func (p *pdfPress) edges(n int) {
	switch {
	case n > 1:
		p.Font(14)
		p.Color(black)
		p.Say(pageLeft, pageFoot+12, textWidth, "— "+itoa(n)+" —", "center")
	case !p.l.Plain:
		p.rules(pageHigh-20, 0.35, 1.0)
	}
	if p.l.Demo {
		p.Font(10.5)
		p.Color(warning)
		p.Say(pageLeft, 17, textWidth, p.l.word("demo_strip"), "center")
		p.watermark()
	}
}

// watermark is the mark across a page, pale enough to read through.
func (p *pdfPress) watermark() {
	text := p.l.word("demo")
	p.Font(80)
	for p.Width(text) > pageWide*0.75 {
		p.Font(p.Size - 4)
	}
	p.PDF.SetAlpha(0.10, "Normal")
	p.PDF.TransformBegin()
	p.PDF.TransformRotate(35, pageWide/2, pageHigh/2)
	p.PDF.Text((pageWide-p.Width(text))/2, pageHigh/2, text)
	p.PDF.TransformEnd()
	p.PDF.SetAlpha(1, "Normal")
}
