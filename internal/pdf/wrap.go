package pdf

import (
	"strings"
	"unicode"
)

// Span is a run of text of one weight.
type Span struct {
	Text string
	Bold bool
}

// Line is what stands on one line, in order.
type Line []Span

// Words are words of ordinary weight.
func Words(s string) []Span { return []Span{{Text: s}} }

// Strong are bold ones.
func Strong(s string) []Span { return []Span{{Text: s, Bold: true}} }

// Characters that do not begin a line, and those that do not end one (禁则).
const (
	noStart = "，。、；：？！）》〉」』】〕｝”’…—·％‰℃,.;:?!)]}%"
	noEnd   = "（《〈「『【〔｛“‘([{￥¥$"
)

// wide answers whether a line may break beside a character.
func wide(r rune) bool {
	return r >= 0x2E80 && r < 0xFF00 || r > 0xFF00 && r <= 0xFF60 || unicode.Is(unicode.Han, r)
}

// Atoms cuts spans at every place where a line may break; a line end is an
// atom of its own.
func Atoms(spans []Span) (out []Line) {
	var cur Line
	var last rune
	flush := func() {
		if len(cur) > 0 {
			out = append(out, cur)
		}
		cur = nil
	}
	for _, sp := range spans {
		for _, r := range sp.Text {
			if r == '\n' {
				flush()
				out, last = append(out, Line{{Text: "\n"}}), 0
				continue
			}
			if last != 0 && mayBreak(last, r) {
				flush()
			}
			cur, last = cur.add(r, sp.Bold), r
		}
	}
	flush()
	return out
}

func mayBreak(before, after rune) bool {
	switch {
	case after == ' ', strings.ContainsRune(noStart, after), strings.ContainsRune(noEnd, before):
		return false
	case before == ' ', wide(before), wide(after):
		return true
	}
	return false
}

func (l Line) add(r rune, bold bool) Line {
	if n := len(l); n > 0 && l[n-1].Bold == bold {
		l[n-1].Text += string(r)
		return l
	}
	return append(l, Span{string(r), bold})
}

func (l Line) join(o Line) Line {
	for _, sp := range o {
		for _, r := range sp.Text {
			l = l.add(r, sp.Bold)
		}
	}
	return l
}

// Text is all words of the line.
func (l Line) Text() string {
	var b strings.Builder
	for _, sp := range l {
		b.WriteString(sp.Text)
	}
	return b.String()
}

// trim takes the blanks off the end of a finished line.
func (l Line) trim() Line {
	for n := len(l); n > 0; n = len(l) {
		l[n-1].Text = strings.TrimRight(l[n-1].Text, " ")
		if l[n-1].Text != "" {
			break
		}
		l = l[:n-1]
	}
	return l
}

// Fill breaks a text into lines no wider than room; width measures.
func Fill(spans []Span, room float64, width func(string) float64) (out []Line) {
	var cur Line
	used := 0.0
	flush := func() { out, cur, used = append(out, cur.trim()), nil, 0 }
	for _, a := range Atoms(spans) {
		s := a.Text()
		if s == "\n" {
			flush()
			continue
		}
		w := width(strings.TrimRight(s, " "))
		if used+w > room && len(cur) > 0 {
			flush()
		}
		if w <= room {
			cur, used = cur.join(a), used+width(s)
			continue
		}
		for _, sp := range a { // longer than a line: an address, a number
			for _, r := range sp.Text {
				if used+width(string(r)) > room && len(cur) > 0 {
					flush()
				}
				cur, used = cur.add(r, sp.Bold), used+width(string(r))
			}
		}
	}
	if len(cur) > 0 || len(out) == 0 {
		flush()
	}
	return out
}
