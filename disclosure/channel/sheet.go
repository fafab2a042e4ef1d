package channel

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/i18n"
	"yangguang/internal/pdf"
)

// maxPages is the most pages of one file; what is longer says where the rest is.
const maxPages = 60

// The inks: they stay legible on a black and white printer.
var (
	ink   = pdf.RGB{R: 27, G: 31, B: 36}
	muted = pdf.RGB{R: 74, G: 80, B: 88}
	navy  = pdf.RGB{R: 18, G: 50, B: 91}
	hair  = pdf.RGB{R: 190, G: 194, B: 200}
	shade = pdf.RGB{R: 238, G: 241, B: 245}
	alarm = pdf.RGB{R: 166, G: 27, B: 27}
)

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
	*pdf.Pen // its K is 1 on A4
	ctx      context.Context
	spec     spec
	w, h     float64 // of the page, in A4 millimetres
	x0, x1   float64 // the column being filled
	top      float64
	bottom   float64
	y        float64
	body     float64        // size of running text
	most     int            // pages allowed for what is being drawn
	full     bool           // nothing more fits
	next     func()         // begins another page or column
	head     func(s *sheet) // drawn at the top of every new page
	pages    map[string]int // where things begin, from the pass before
	marks    map[string]int // and in this one
}

// render draws twice, since lists of contents name pages of the second pass.
func render(ctx context.Context, sp spec, draw func(s *sheet)) ([]byte, error) {
	var b bytes.Buffer
	err := pdf.Alone(func(f *pdf.Face) error {
		s := open(ctx, f, sp, nil)
		draw(s)
		if len(s.marks) > 0 {
			s = open(ctx, f, sp, s.marks)
			draw(s)
		} else {
			s = fit(s, draw)
		}
		if err := s.PDF.Output(&b); err != nil {
			return fmt.Errorf("write the sheet: %w", err)
		}
		return nil
	})
	return b.Bytes(), err
}

// fit tries slightly smaller letters where that saves a page of a short sheet.
func fit(s *sheet, draw func(s *sheet)) *sheet {
	n := s.PDF.PageCount()
	if n < 2 || n > 3 || s.spec.wide {
		return s
	}
	for _, size := range []float64{11, 10.5} {
		t := open(s.ctx, s.Face, s.spec, nil)
		t.body = size
		if draw(t); t.PDF.PageCount() < n {
			return t
		}
	}
	return s
}

func open(ctx context.Context, f *pdf.Face, sp spec, pages map[string]int) *sheet {
	s := &sheet{ctx: ctx, spec: sp, body: 12, w: 210, h: 297, most: maxPages, pages: pages, marks: map[string]int{}}
	if sp.wide {
		s.w, s.h = s.h, s.w
	}
	s.Pen = pdf.Open(f, pdf.Options{Size: map[string]string{"a4": "A4", "a3": "A3"}[sp.size], Wide: sp.wide, Title: sp.title, Author: sp.author,
		Subject: sp.subject, Lang: string(i18n.LangOf(ctx)), At: sp.at})
	if sp.size == "a3" {
		s.K = math.Sqrt2
	}
	s.x0, s.x1, s.top, s.bottom = 20, s.w-20, 20, s.h-18
	s.next = s.page
	return s
}

// page begins a page, or says that nothing more fits.
func (s *sheet) page() {
	if s.PDF.PageCount() >= s.most {
		s.full = true
		return
	}
	s.PDF.AddPage()
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

// para draws text from the present place down, over as many pages as it needs.
func (s *sheet) para(x, room float64, spans []pdf.Span, lead float64, align string) {
	x -= s.x0 // the column may change on the way
	for _, l := range s.Lines(spans, room) {
		height := s.Em() * lead
		s.need(height)
		if s.full {
			return
		}
		at := s.x0 + x
		if w := s.Width(l.Text()); align == "center" {
			at += (room - w) / 2
		} else if align == "end" {
			at += room - w
		}
		s.Put(at, s.y+height*0.5+s.Em()*0.36, l)
		s.y += height
	}
}

func (s *sheet) t(key string, args ...any) string { return i18n.T(s.ctx, "channel."+key, args...) }

// finish goes over every page once more: page x of y, and the mark of
// demonstration data.
func (s *sheet) finish(foot string) {
	n := s.PDF.PageCount()
	for i := 1; i <= n; i++ {
		s.PDF.SetPage(i)
		if s.spec.demo {
			s.watermark()
		}
		s.Font(8.5)
		s.Color(muted)
		s.Rule(20, s.w-20, s.h-14, 0.2, hair)
		s.Say(20, s.h-9.6, s.w-85, foot, "start")
		s.Say(s.w-60, s.h-9.6, 40, s.t("page_of", i, n), "end")
		if s.spec.demo {
			s.demoStrip(20, s.w-40)
		}
	}
}

// demoStrip is the mark in words at the top of a page.
func (s *sheet) demoStrip(x, room float64) {
	s.Font(8.5)
	s.Color(alarm)
	s.PDF.SetLineWidth(0.25 * s.K)
	s.PDF.Rect(x*s.K, 6*s.K, room*s.K, 6*s.K, "D")
	s.Say(x, 10.1, room, s.t("demo_strip"), "center")
	s.Color(ink)
}

// watermark is the mark across a page, pale enough to read through.
func (s *sheet) watermark() {
	cx, cy := s.w/2*s.K, s.h/2*s.K
	s.Font(80)
	text := s.t("demo")
	for s.Width(text) > s.w*0.75 {
		s.Font(s.Size - 4)
	}
	s.PDF.SetAlpha(0.10, "Normal")
	s.Color(alarm)
	s.PDF.TransformBegin()
	s.PDF.TransformRotate(35, cx, cy)
	s.PDF.Text(cx-s.Width(text)*s.K/2, cy, text)
	s.PDF.TransformEnd()
	s.PDF.SetAlpha(1, "Normal")
	s.Color(ink)
}
