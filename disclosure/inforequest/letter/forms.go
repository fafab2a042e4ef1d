package letter

import (
	"io"
	"strings"
	"time"

	"yangguang/internal/i18n"
	"yangguang/internal/pdf"
)

// List is the archive list of a closed request: the rows are number, date,
// title, document number and pages of each paper.
func (f *Form) List(v Values, rows [][]string) (Letter, error) {
	l, err := f.Merge(Way{}, v)
	if err != nil || len(l.Body) == 0 {
		return l, err
	}
	t := &l.Body[len(l.Body)-1]
	t.Rows, t.Head = append(t.Rows, rows...), true
	return l, nil
}

// Envelope is the face of an envelope.
type Envelope struct {
	PostCode, Address, Name string // to whom
	Sender                  string
	SenderAddress           string
	SenderPostCode          string
	Number                  string // of the letter inside; never what it is about
	Demo                    bool
}

// The measures of an envelope DL, in millimetres.
const envelopeWide, envelopeHigh = 220.0, 110.0

// Envelopes writes the faces of envelopes DL, one a page, as the post wants
// them in China: the code at the top left, the sender at the bottom right.
func Envelopes(w io.Writer, at time.Time, es ...Envelope) error {
	if len(es) == 0 {
		return errNothing
	}
	return pdf.Alone(func(f *pdf.Face) error {
		pen := pdf.Open(f, pdf.Options{Width: envelopeWide, Height: envelopeHigh, Title: chinese("envelope"), Lang: string(i18n.ZH), At: at})
		for _, e := range es {
			pen.PDF.AddPage()
			p := envelopePress{pen}
			p.face(e)
		}
		return pen.PDF.Output(w)
	})
}

// chinese is a word of the book; addresses and envelopes are Chinese.
func chinese(id string) string { return (&Form{Lang: i18n.ZH}).word(id) }

type envelopePress struct{ *pdf.Pen }

func (p envelopePress) face(e Envelope) {
	p.code(e.PostCode)
	p.stamp()
	p.Color(black)
	y := p.lines(30, 36, envelopeWide-70, 14, e.Address)
	p.lines(45, y+6, envelopeWide-60, fitSize(p.Pen, e.Name, 22, envelopeWide-80), e.Name+"\u3000"+chinese("envelope_to"))
	y = 84
	for _, s := range []string{e.Sender, e.SenderAddress} {
		p.Font(fitSize(p.Pen, s, 11, 100))
		p.Say(110, y, 100, s, "end")
		y += 6.5
	}
	p.Font(11)
	p.Say(110, y, 100, strings.TrimSpace(e.SenderPostCode), "end")
	if e.Number != "" {
		p.Font(9)
		p.Say(12, envelopeHigh-8, 90, e.Number, "start")
	}
	if e.Demo {
		p.Font(10)
		p.Color(warning)
		p.Say(60, 16, 100, chinese("demo_strip"), "center")
	}
}

// code draws the six boxes of the addressee's postal code.
func (p envelopePress) code(code string) {
	p.Color(crimson)
	p.PDF.SetLineWidth(0.3)
	digits := []rune(strings.TrimSpace(code))
	for i := range 6 {
		x := 12 + float64(i)*9
		p.PDF.Rect(x, 10, 7, 9, "D")
		if i < len(digits) {
			p.Font(15)
			p.Color(black)
			p.Say(x, 16.5, 7, string(digits[i]), "center")
			p.Color(crimson)
		}
	}
}

// stamp is where it goes.
func (p envelopePress) stamp() {
	p.PDF.SetLineWidth(0.2)
	p.PDF.Rect(envelopeWide-32, 10, 20, 20, "D")
	p.Font(9)
	p.Say(envelopeWide-32, 18.5, 20, chinese("stamp_a"), "center")
	p.Say(envelopeWide-32, 23.5, 20, chinese("stamp_b"), "center")
}

// lines draws a text from y down and tells where it ends.
func (p envelopePress) lines(x, y, room, size float64, text string) float64 {
	p.Font(size)
	for _, l := range p.Lines(pdf.Words(text), room) {
		p.Put(x, y+p.Em(), l)
		y += p.Em() * 1.5
	}
	return y
}

// fitSize is the largest size, at most this one, at which a text is no wider
// than room.
func fitSize(p *pdf.Pen, text string, size, room float64) float64 {
	for p.Font(size); size > 7 && p.Width(pdf.Line(p.Clean(pdf.Words(text))).Text()) > room; p.Font(size) {
		size--
	}
	return size
}
