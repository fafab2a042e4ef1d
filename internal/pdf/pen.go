// Package pdf is what every PDF of the house shares: the one typeface, the
// breaking of lines, and a pen that draws text and rules in millimetres.
//
// It stores nothing. A file made here names no person in its properties unless
// it is told to, and has no tags for screen readers: the page it is made from
// stays the accessible original.
package pdf

import (
	"fmt"
	"sync"
	"time"
	"unicode/utf16"

	"codeberg.org/go-pdf/fpdf"
)

// RGB is an ink.
type RGB struct{ R, G, B int }

// Options are what a file is begun with.
type Options struct {
	Size          string  // A4, A3; "" for the measures below
	Width, Height float64 // millimetres
	Wide          bool    // landscape, of a named size
	Title         string
	Author        string // an agency
	Subject       string
	Lang          string
	At            time.Time
}

// Pen draws on the pages of one file. Lengths are millimetres and sizes points;
// both are multiplied by K.
type Pen struct {
	PDF   *fpdf.Fpdf
	Face  *Face
	K     float64
	Size  float64 // of what is drawn next
	Blots int     // characters the typeface lacks
}

var drawing sync.Mutex

// Alone draws one file at a time: it bounds the memory, and the PDF writer
// touches the typeface it is given.
func Alone(draw func(f *Face) error) error {
	drawing.Lock()
	defer drawing.Unlock()
	f, err := loadFace()
	if err != nil {
		return err
	}
	return draw(f)
}

// Open begins a file; call it inside Alone.
func Open(f *Face, o Options) *Pen {
	orientation := "P"
	if o.Wide {
		orientation = "L"
	}
	p := fpdf.NewCustom(&fpdf.InitType{OrientationStr: orientation, UnitStr: "mm", SizeStr: o.Size, Size: fpdf.SizeType{Wd: o.Width, Ht: o.Height}})
	p.SetCatalogSort(true)
	p.SetCreationDate(o.At.UTC())
	p.SetModificationDate(o.At.UTC())
	p.SetProducer("yangguang", true)
	p.SetTitle(o.Title, true)
	p.SetAuthor(o.Author, true)
	p.SetSubject(o.Subject, true)
	p.SetLang(o.Lang)
	p.SetAutoPageBreak(false, 0)
	p.SetMargins(0, 0, 0)
	p.SetCompression(true)
	p.AddUTF8FontFromBytes("noto", "", f.ttf)
	p.SetFont("noto", "", 10)
	return &Pen{PDF: p, Face: f, K: 1, Size: 10}
}

// Font sets the size of what follows.
func (p *Pen) Font(size float64) {
	p.Size = size
	p.PDF.SetFontSize(size * p.K)
}

// Em is the size in millimetres of A4.
func (p *Pen) Em() float64 { return p.Size * 25.4 / 72 }

// Width is that of a drawable text.
func (p *Pen) Width(text string) float64 { return p.PDF.GetStringWidth(text) / p.K }

// Clean makes spans drawable.
func (p *Pen) Clean(spans []Span) []Span {
	out := make([]Span, 0, len(spans))
	for _, sp := range spans {
		t, n := p.Face.Encode(sp.Text)
		p.Blots += n
		out = append(out, Span{t, sp.Bold})
	}
	return out
}

// Lines breaks spans for a width at the present size.
func (p *Pen) Lines(spans []Span, room float64) []Line {
	return Fill(p.Clean(spans), room, p.Width)
}

// Color sets the ink of what follows.
func (p *Pen) Color(c RGB) {
	p.PDF.SetTextColor(c.R, c.G, c.B)
	p.PDF.SetDrawColor(c.R, c.G, c.B)
}

// Put draws a cleaned line with its baseline at y.
func (p *Pen) Put(x, y float64, l Line) {
	for _, sp := range l {
		if sp.Bold {
			p.PDF.SetLineWidth(p.Em() * p.K * 0.028)
			p.PDF.SetTextRenderingMode(2)
		}
		x = p.run(x, y, sp.Text)
		if sp.Bold {
			p.PDF.SetTextRenderingMode(0)
		}
	}
}

// run draws text of one weight; a character beyond U+FFFF carries its real
// code beside it.
func (p *Pen) run(x, y float64, text string) float64 {
	start := 0
	rest := func(end int) {
		if end > start {
			p.PDF.Text(x*p.K, y*p.K, text[start:end])
			x += p.Width(text[start:end])
		}
	}
	for i, r := range text {
		o := p.Face.original(r)
		if o == 0 {
			continue
		}
		rest(i)
		hi, lo := utf16.EncodeRune(o)
		p.PDF.RawWriteStr(fmt.Sprintf("/Span <</ActualText <FEFF%04X%04X>>> BDC", hi, lo))
		p.PDF.Text(x*p.K, y*p.K, string(r))
		p.PDF.RawWriteStr("EMC")
		x += p.Width(string(r))
		start = i + len(string(r))
	}
	rest(len(text))
	return x
}

// Say draws one line of any text, cut to a width with an ellipsis.
func (p *Pen) Say(x, y, room float64, text string, align string) {
	t := p.Clean(Words(text))[0].Text
	if p.Width(t) > room {
		rs := []rune(t)
		for len(rs) > 1 && p.Width(string(rs)+"…") > room {
			rs = rs[:len(rs)-1]
		}
		t = string(rs) + "…"
	}
	switch align {
	case "end":
		x += room - p.Width(t)
	case "center":
		x += (room - p.Width(t)) / 2
	}
	p.Put(x, y, Line{{Text: t}})
}

// Rule draws a horizontal line.
func (p *Pen) Rule(x0, x1, y, thick float64, c RGB) {
	p.PDF.SetDrawColor(c.R, c.G, c.B)
	p.PDF.SetLineWidth(thick * p.K)
	p.PDF.Line(x0*p.K, y*p.K, x1*p.K, y*p.K)
}

// Upright draws a vertical line.
func (p *Pen) Upright(x, y0, y1, thick float64, c RGB) {
	p.PDF.SetDrawColor(c.R, c.G, c.B)
	p.PDF.SetLineWidth(thick * p.K)
	p.PDF.Line(x*p.K, y0*p.K, x*p.K, y1*p.K)
}

// Box fills a rectangle.
func (p *Pen) Box(x, y, w, h float64, c RGB) {
	p.PDF.SetFillColor(c.R, c.G, c.B)
	p.PDF.Rect(x*p.K, y*p.K, w*p.K, h*p.K, "F")
}
