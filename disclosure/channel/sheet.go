package channel

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"sync"
	"time"
	"unicode/utf16"

	"codeberg.org/go-pdf/fpdf"

	"yangguang/internal/clock"
	"yangguang/internal/i18n"
)

// maxPages is the most pages of one file; what is longer says where the rest is.
const maxPages = 60

// The inks: they stay legible on a black and white printer.
var (
	ink   = rgb{27, 31, 36}
	muted = rgb{74, 80, 88}
	navy  = rgb{18, 50, 91}
	hair  = rgb{190, 194, 200}
	shade = rgb{238, 241, 245}
	alarm = rgb{166, 27, 27}
)

type rgb struct{ r, g, b int }

// spec is what a file is made of before anything is drawn.
type spec struct {
	size    string // a4, a3
	wide    bool   // landscape
	demo    bool
	title   string
	author  string // the unit, never a person
	subject string // the index number
	at      time.Time
	today   clock.Date // a notice's period has ended or not by this day
}

// sheet draws on pages. Lengths are millimetres and sizes points as on A4; on
// A3 everything is larger by the same factor, since it is read from further off.
type sheet struct {
	ctx    context.Context
	pdf    *fpdf.Fpdf
	face   *face
	spec   spec
	k      float64 // 1 on A4
	w, h   float64 // of the page, in A4 millimetres
	x0, x1 float64 // the column being filled
	top    float64
	bottom float64
	y      float64
	size   float64
	body   float64        // size of running text
	most   int            // pages allowed for what is being drawn
	full   bool           // nothing more fits
	blots  int            // characters the typeface lacks
	next   func()         // begins another page or column
	head   func(s *sheet) // drawn at the top of every new page
	pages  map[string]int // where things begin, from the pass before
	marks  map[string]int // and in this one
}

// drawing is one at a time: it bounds the memory, and the PDF writer touches
// the typeface it is given.
var drawing sync.Mutex

// render draws twice, since lists of contents name pages of the second pass.
func render(ctx context.Context, sp spec, draw func(s *sheet)) ([]byte, error) {
	drawing.Lock()
	defer drawing.Unlock()
	f, err := loadFace()
	if err != nil {
		return nil, err
	}
	s := open(ctx, f, sp, nil)
	draw(s)
	if len(s.marks) > 0 {
		s = open(ctx, f, sp, s.marks)
		draw(s)
	} else {
		s = fit(s, draw)
	}
	var b bytes.Buffer
	if err := s.pdf.Output(&b); err != nil {
		return nil, fmt.Errorf("write the sheet: %w", err)
	}
	return b.Bytes(), nil
}

// fit tries slightly smaller letters where that saves a page of a short sheet.
func fit(s *sheet, draw func(s *sheet)) *sheet {
	n := s.pdf.PageCount()
	if n < 2 || n > 3 || s.spec.wide {
		return s
	}
	for _, size := range []float64{11, 10.5} {
		t := open(s.ctx, s.face, s.spec, nil)
		t.body = size
		if draw(t); t.pdf.PageCount() < n {
			return t
		}
	}
	return s
}

func open(ctx context.Context, f *face, sp spec, pages map[string]int) *sheet {
	s := &sheet{ctx: ctx, face: f, spec: sp, body: 12, k: 1, w: 210, h: 297, most: maxPages, pages: pages, marks: map[string]int{}}
	if sp.size == "a3" {
		s.k = math.Sqrt2
	}
	orientation := "P"
	if sp.wide {
		orientation, s.w, s.h = "L", s.h, s.w
	}
	p := fpdf.New(orientation, "mm", map[string]string{"a4": "A4", "a3": "A3"}[sp.size], "")
	p.SetCatalogSort(true)
	p.SetCreationDate(sp.at.UTC())
	p.SetModificationDate(sp.at.UTC())
	p.SetProducer("yangguang", true)
	p.SetTitle(sp.title, true)
	p.SetAuthor(sp.author, true)
	p.SetSubject(sp.subject, true)
	p.SetLang(string(i18n.LangOf(ctx)))
	p.SetAutoPageBreak(false, 0)
	p.SetMargins(0, 0, 0)
	p.SetCompression(true)
	p.AddUTF8FontFromBytes("noto", "", f.ttf)
	p.SetFont("noto", "", 10)
	s.pdf = p
	s.x0, s.x1, s.top, s.bottom = 20, s.w-20, 20, s.h-18
	s.next = s.page
	return s
}

// page begins a page, or says that nothing more fits.
func (s *sheet) page() {
	if s.pdf.PageCount() >= s.most {
		s.full = true
		return
	}
	s.pdf.AddPage()
	s.y = s.top
	if s.head != nil {
		s.head(s)
	}
}

// need begins another page unless a height is left on this one.
func (s *sheet) need(height float64) {
	if !s.full && s.y+height > s.bottom {
		s.next()
	}
}

// font sets the size of what follows.
func (s *sheet) font(size float64) {
	s.size = size
	s.pdf.SetFontSize(size * s.k)
}

// em is the size in millimetres of A4.
func (s *sheet) em() float64 { return s.size * 25.4 / 72 }

func (s *sheet) width(text string) float64 { return s.pdf.GetStringWidth(text) / s.k }

// clean makes spans drawable.
func (s *sheet) clean(spans []span) []span {
	out := make([]span, 0, len(spans))
	for _, sp := range spans {
		t, n := s.face.encode(sp.text)
		s.blots += n
		out = append(out, span{t, sp.bold})
	}
	return out
}

// lines breaks spans for a width at the present size.
func (s *sheet) lines(spans []span, room float64) []line {
	return fill(s.clean(spans), room, s.width)
}

func (s *sheet) color(c rgb) {
	s.pdf.SetTextColor(c.r, c.g, c.b)
	s.pdf.SetDrawColor(c.r, c.g, c.b)
}

// put draws a cleaned line with its baseline at y.
func (s *sheet) put(x, y float64, l line) {
	for _, sp := range l {
		if sp.bold {
			s.pdf.SetLineWidth(s.em() * s.k * 0.028)
			s.pdf.SetTextRenderingMode(2)
		}
		x = s.run(x, y, sp.text)
		if sp.bold {
			s.pdf.SetTextRenderingMode(0)
		}
	}
}

// run draws text of one weight; a character beyond U+FFFF carries its real
// code beside it.
func (s *sheet) run(x, y float64, text string) float64 {
	start := 0
	rest := func(end int) {
		if end > start {
			s.pdf.Text(x*s.k, y*s.k, text[start:end])
			x += s.width(text[start:end])
		}
	}
	for i, r := range text {
		o := s.face.original(r)
		if o == 0 {
			continue
		}
		rest(i)
		hi, lo := utf16.EncodeRune(o)
		s.pdf.RawWriteStr(fmt.Sprintf("/Span <</ActualText <FEFF%04X%04X>>> BDC", hi, lo))
		s.pdf.Text(x*s.k, y*s.k, string(r))
		s.pdf.RawWriteStr("EMC")
		x += s.width(string(r))
		start = i + len(string(r))
	}
	rest(len(text))
	return x
}

// say draws one line of any text, cut to a width with an ellipsis.
func (s *sheet) say(x, y, room float64, text string, align string) {
	t := s.clean(words(text))[0].text
	if s.width(t) > room {
		rs := []rune(t)
		for len(rs) > 1 && s.width(string(rs)+"…") > room {
			rs = rs[:len(rs)-1]
		}
		t = string(rs) + "…"
	}
	switch align {
	case "end":
		x += room - s.width(t)
	case "center":
		x += (room - s.width(t)) / 2
	}
	s.put(x, y, line{{text: t}})
}

// rule draws a horizontal line.
func (s *sheet) rule(x0, x1, y, thick float64, c rgb) {
	s.pdf.SetDrawColor(c.r, c.g, c.b)
	s.pdf.SetLineWidth(thick * s.k)
	s.pdf.Line(x0*s.k, y*s.k, x1*s.k, y*s.k)
}

func (s *sheet) upright(x, y0, y1, thick float64, c rgb) {
	s.pdf.SetDrawColor(c.r, c.g, c.b)
	s.pdf.SetLineWidth(thick * s.k)
	s.pdf.Line(x*s.k, y0*s.k, x*s.k, y1*s.k)
}

func (s *sheet) fillBox(x, y, w, h float64, c rgb) {
	s.pdf.SetFillColor(c.r, c.g, c.b)
	s.pdf.Rect(x*s.k, y*s.k, w*s.k, h*s.k, "F")
}

// para draws text from the present place down, over as many pages as it needs.
func (s *sheet) para(x, room float64, spans []span, lead float64, align string) {
	x -= s.x0 // the column may change on the way
	for _, l := range s.lines(spans, room) {
		height := s.em() * lead
		s.need(height)
		if s.full {
			return
		}
		at := s.x0 + x
		if w := s.width(l.text()); align == "center" {
			at += (room - w) / 2
		} else if align == "end" {
			at += room - w
		}
		s.put(at, s.y+height*0.5+s.em()*0.36, l)
		s.y += height
	}
}

func (s *sheet) t(key string, args ...any) string { return i18n.T(s.ctx, "channel."+key, args...) }

// finish goes over every page once more: page x of y, and the mark of
// demonstration data.
func (s *sheet) finish(foot string) {
	n := s.pdf.PageCount()
	for i := 1; i <= n; i++ {
		s.pdf.SetPage(i)
		if s.spec.demo {
			s.watermark()
		}
		s.font(8.5)
		s.color(muted)
		s.rule(20, s.w-20, s.h-14, 0.2, hair)
		s.say(20, s.h-9.6, s.w-85, foot, "start")
		s.say(s.w-60, s.h-9.6, 40, s.t("page_of", i, n), "end")
		if s.spec.demo {
			s.demoStrip(20, s.w-40)
		}
	}
}

// demoStrip is the mark in words at the top of a page.
func (s *sheet) demoStrip(x, room float64) {
	s.font(8.5)
	s.color(alarm)
	s.pdf.SetLineWidth(0.25 * s.k)
	s.pdf.Rect(x*s.k, 6*s.k, room*s.k, 6*s.k, "D")
	s.say(x, 10.1, room, s.t("demo_strip"), "center")
	s.color(ink)
}

// watermark is the mark across a page, pale enough to read through.
func (s *sheet) watermark() {
	cx, cy := s.w/2*s.k, s.h/2*s.k
	s.font(80)
	text := s.t("demo")
	for s.width(text) > s.w*0.75 {
		s.font(s.size - 4)
	}
	s.pdf.SetAlpha(0.10, "Normal")
	s.color(alarm)
	s.pdf.TransformBegin()
	s.pdf.TransformRotate(35, cx, cy)
	s.pdf.Text(cx-s.width(text)*s.k/2, cy, text)
	s.pdf.TransformEnd()
	s.pdf.SetAlpha(1, "Normal")
	s.color(ink)
}
