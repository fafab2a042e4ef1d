package channel

import (
	"strings"
	"unicode"
)

// span is a run of text of one weight.
type span struct {
	text string
	bold bool
}

// line is what stands on one line, in order.
type line []span

func words(s string) []span { return []span{{text: s}} }

func strong(s string) []span { return []span{{text: s, bold: true}} }

// Characters that do not begin a line, and those that do not end one (禁则).
const (
	noStart = "，。、；：？！）》〉」』】〕｝”’…—·％‰℃,.;:?!)]}%"
	noEnd   = "（《〈「『【〔｛“‘([{￥¥$"
)

// wide answers whether a line may break beside a character.
func wide(r rune) bool {
	return r >= 0x2E80 && r < 0xFF00 || r > 0xFF00 && r <= 0xFF60 || unicode.Is(unicode.Han, r)
}

// atoms cuts spans at every place where a line may break; a line end is an
// atom of its own.
func atoms(spans []span) (out []line) {
	var cur line
	var last rune
	flush := func() {
		if len(cur) > 0 {
			out = append(out, cur)
		}
		cur = nil
	}
	for _, sp := range spans {
		for _, r := range sp.text {
			if r == '\n' {
				flush()
				out, last = append(out, line{{text: "\n"}}), 0
				continue
			}
			if last != 0 && mayBreak(last, r) {
				flush()
			}
			cur, last = cur.add(r, sp.bold), r
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

func (l line) add(r rune, bold bool) line {
	if n := len(l); n > 0 && l[n-1].bold == bold {
		l[n-1].text += string(r)
		return l
	}
	return append(l, span{string(r), bold})
}

func (l line) join(o line) line {
	for _, sp := range o {
		for _, r := range sp.text {
			l = l.add(r, sp.bold)
		}
	}
	return l
}

func (l line) text() string {
	var b strings.Builder
	for _, sp := range l {
		b.WriteString(sp.text)
	}
	return b.String()
}

// trim takes the blanks off the end of a finished line.
func (l line) trim() line {
	for n := len(l); n > 0; n = len(l) {
		l[n-1].text = strings.TrimRight(l[n-1].text, " ")
		if l[n-1].text != "" {
			break
		}
		l = l[:n-1]
	}
	return l
}

// fill breaks a text into lines no wider than room; width measures.
func fill(spans []span, room float64, width func(string) float64) (out []line) {
	var cur line
	used := 0.0
	flush := func() { out, cur, used = append(out, cur.trim()), nil, 0 }
	for _, a := range atoms(spans) {
		s := a.text()
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
			for _, r := range sp.text {
				if used+width(string(r)) > room && len(cur) > 0 {
					flush()
				}
				cur, used = cur.add(r, sp.bold), used+width(string(r))
			}
		}
	}
	if len(cur) > 0 || len(out) == 0 {
		flush()
	}
	return out
}
