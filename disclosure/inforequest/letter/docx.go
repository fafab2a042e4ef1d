package letter

import (
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/internal/docx"
	"yangguang/internal/i18n"
)

// The layout of GB/T 9704 in its form for letters: 22 lines of 28 characters
// on a page, 三号 letters, the masthead over a red line, no number on the first
// page.
const (
	red       = "D7000F"
	lineOf    = 28.95 // points: 225 mm in 22 lines
	squeeze   = 0.2   // points: 156 mm in 28 characters
	textWidth = 156.0
)

// DOCX writes the letter as a text document an office may still change. At is
// kept as the time it was made.
func (l Letter) DOCX(w io.Writer, at time.Time) error {
	d := docx.Doc{Title: l.heading(), Lang: string(l.Lang), At: at, Numbers: docx.FromSecond}
	if l.Demo {
		d.Header = l.word("demo_strip")
	}
	p := docxPress{l: l, d: &d}
	p.top()
	for _, b := range l.Body {
		p.block(b)
	}
	p.end()
	for _, b := range l.Enclosed {
		p.block(b)
	}
	return d.Write(w)
}

func (l Letter) word(id string) string { return (&Form{Lang: l.Lang}).word(id) }

func (l Letter) english() bool { return l.Lang == i18n.EN }

// docxPress lays a letter out as paragraphs.
type docxPress struct {
	l Letter
	d *docx.Doc
}

func (p *docxPress) add(bs ...docx.Block) { p.d.Blocks = append(p.d.Blocks, bs...) }

// para is a paragraph of running text.
func (p *docxPress) para(text string) docx.Paragraph {
	if p.l.english() {
		return docx.Paragraph{Runs: []docx.Run{{Text: text, Size: 12}}, Line: 19, After: 5}
	}
	return docx.Paragraph{Runs: []docx.Run{{Text: text, Squeeze: squeeze}}, Align: docx.Justify, First: 2, Line: lineOf}
}

// blank is an empty line.
func (p *docxPress) blank() docx.Paragraph {
	return docx.Paragraph{Line: p.line(), KeepNext: true}
}

func (p *docxPress) line() float64 {
	if p.l.english() {
		return 19
	}
	return lineOf
}

func (p *docxPress) title(text string) docx.Paragraph {
	size, line := 22.0, 36.0
	if p.l.english() {
		size, line = 17, 26
	}
	return docx.Paragraph{Runs: []docx.Run{{Text: text, Font: docx.Title, Size: size, Bold: p.l.english()}}, Align: docx.Center, Line: line, Level: 1, KeepNext: true}
}

// mastheadSize makes the issuing body's name as large as its line allows.
func mastheadSize(name string, english bool) float64 {
	if english {
		return min(26, max(14, 700/float64(max(1, utf8.RuneCountInString(name)))))
	}
	return min(36, max(18, textWidth/25.4*72/float64(max(1, utf8.RuneCountInString(name)))))
}

func (p *docxPress) top() {
	l := p.l
	if !l.Plain {
		p.add(docx.Paragraph{Runs: []docx.Run{{Text: l.Issuer, Font: docx.Title, Size: mastheadSize(l.Issuer, l.english()), Color: red, Bold: l.english()}},
			Align: docx.Center, After: 4, KeepNext: true, Under: docx.ThickThin, Ink: red, Outset: 7})
		p.d.FirstFoot = []docx.Paragraph{{Runs: []docx.Run{{Text: " ", Size: 2}}, Under: docx.ThinThick, Ink: red, Outset: 7}}
		n := p.para(l.Number)
		n.Align, n.First, n.Before, n.KeepNext = docx.End, 0, 6, true
		p.add(n)
	}
	p.add(p.blank(), p.title(l.Title), p.blank())
	if l.Addressee != "" {
		a := p.para(l.Addressee + l.word("colon"))
		a.First, a.Align, a.KeepNext = 0, docx.Start, true
		p.add(a)
	}
}

func (p *docxPress) block(b Block) {
	switch {
	case len(b.Rows) > 0:
		if q, ok := p.d.Blocks[len(p.d.Blocks)-1].(docx.Paragraph); ok {
			q.After += 6
			p.d.Blocks[len(p.d.Blocks)-1] = q
		}
		p.add(p.table(b))
	case b.Big:
		t := p.title(b.Text)
		t.NewPage = true
		p.add(t, p.blank())
	case b.Heading:
		h := p.para(b.Text)
		h.Level, h.KeepNext, h.Align = 2, true, docx.Start
		h.Runs[0].Font, h.Runs[0].Bold = docx.Heading, p.l.english()
		if p.l.english() {
			h.Before = 6
		}
		p.add(h)
	default:
		t := p.para(b.Text)
		t.KeepNext = leadsOn(b.Text)
		p.add(t)
	}
}

// leadsOn answers whether a paragraph announces what follows it.
func leadsOn(text string) bool {
	return strings.HasSuffix(text, ":") || strings.HasSuffix(text, chinese("colon"))
}

func (p *docxPress) table(b Block) docx.Table {
	t := docx.Table{Widths: shares(b.Widths)}
	if b.Head {
		t.Head = 1
	}
	for i, cells := range b.Rows {
		r := docx.Row{Height: rowHeight}
		for k, c := range cells {
			q := docx.Paragraph{Runs: []docx.Run{{Text: c, Size: tableSize(p.l)}}, Line: tableSize(p.l) * 1.5}
			if k == 0 || b.Head && i == 0 {
				q.Align = docx.Center
			}
			r.Cells = append(r.Cells, docx.Cell{Paragraphs: []docx.Paragraph{q}})
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// rowHeight is the least height of a row, which is filled in by hand.
const rowHeight = 12.0

func tableSize(l Letter) float64 {
	switch {
	case l.english():
		return 11
	case l.list():
		return 12
	}
	return 14
}

// list answers whether the letter is a list, whose tables have heads.
func (l Letter) list() bool { return len(l.Body) > 0 && l.Body[len(l.Body)-1].Head }

// shares makes the widths of columns fill the page.
func shares(ws []float64) []float64 {
	sum := 0.0
	for _, w := range ws {
		sum += w
	}
	out := make([]float64, len(ws))
	for i, w := range ws {
		out[i] = w / sum * textWidth
	}
	return out
}

// end writes what stands below the text: attachments, signature, date, note.
func (p *docxPress) end() {
	l := p.l
	if l.Plain {
		return
	}
	p.keepLast()
	if len(l.Attachments) > 0 {
		p.add(p.blank())
		for i, a := range l.numberedAttachments() {
			x := p.para(a)
			x.First, x.Align, x.KeepNext = 0, docx.Start, true
			if !l.english() {
				if x.Left = 2; i > 0 {
					x.Left = 5
				}
			}
			p.add(x)
		}
	}
	if l.Seal {
		p.add(p.blank(), p.blank())
	}
	for i, s := range []string{l.Signer, l.Date} {
		x := p.para(s)
		x.First, x.Align, x.After = 0, docx.End, 0
		x.Right = l.signature()[i]
		x.KeepNext = i == 0 || l.Note != ""
		p.add(x)
	}
	if l.Note != "" {
		x := p.para(l.word("bracket_open") + l.Note + l.word("bracket_close"))
		x.Align, x.Before = docx.Start, 4
		p.add(x)
	}
}

// keepLast keeps the end of the text with what follows, so that no page holds
// a signature alone.
func (p *docxPress) keepLast() {
	if q, ok := p.d.Blocks[len(p.d.Blocks)-1].(docx.Paragraph); ok {
		q.KeepNext = true
		p.d.Blocks[len(p.d.Blocks)-1] = q
	}
}

// numberedAttachments are the lines of the note of attachments.
func (l Letter) numberedAttachments() (out []string) {
	for i, a := range l.Attachments {
		if len(l.Attachments) > 1 {
			a = itoa(i+1) + ". " + a
		}
		if i == 0 {
			a = l.word("attachment") + a
		}
		out = append(out, a)
	}
	return out
}

// signature is how far the signer and the date stand from the right edge, in
// characters: the date four, the signer above its middle.
func (l Letter) signature() [2]float64 {
	signer, date := breadth(l.Signer), breadth(l.Date)
	at := max(4, (signer-date)/2)
	return [2]float64{max(0, at+(date-signer)/2), at}
}

// breadth is about how wide a text is, in Chinese characters.
func breadth(s string) (n float64) {
	for _, r := range s {
		if n++; r < 0x2E80 && !strings.ContainsRune("—…“”", r) {
			n -= 0.5
		}
	}
	return n
}
