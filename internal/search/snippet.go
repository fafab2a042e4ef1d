package search

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Excerpt is a piece of a text around what was looked for.
type Excerpt struct {
	Text   string
	Marks  []Range // what to highlight, in order, not overlapping
	Before bool    // text was left out before it
	After  bool    // … and after it
}

// Range is a piece of a text, in bytes.
type Range struct{ Start, End int }

// Words is a question, read once to be held against texts.
type Words struct{ words []wanted }

// WordsOf reads a question with the other spellings of its words.
func WordsOf(query string, also map[string][]string) Words { return Words{parse(query, also)} }

// Len is how many words the question has.
func (w Words) Len() int { return len(w.words) }

// In counts the words that stand in a text.
func (w Words) In(text string) (n int) {
	ts := tokens(text)
	for _, x := range w.words {
		if len(find(ts, x)) > 0 {
			n++
		}
	}
	return n
}

// Snippet is Words.Snippet for a question without other spellings.
func Snippet(text, query string, width int) Excerpt { return WordsOf(query, nil).Snippet(text, width) }

// Snippet cuts at most width characters out of text around the first place
// where a word of the query stands, and marks every such place in it. Line
// breaks become blanks.
func (w Words) Snippet(text string, width int) Excerpt {
	var phrases []phrase
	for _, x := range w.words {
		phrases = append(phrases, x...)
	}
	marks := find(tokens(text), phrases)
	start := 0
	if len(marks) > 0 {
		start = back(text, marks[0].Start, width/4)
	}
	end := forward(text, start, width)
	if end == len(text) { // room is left at the end: show more before
		start = min(start, back(text, end, width))
	}
	e := Excerpt{Before: start > 0, After: end < len(text)}
	e.Text = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return ' '
		}
		return r
	}, text[start:end])
	for _, m := range marks {
		if m.End > start && m.Start < end {
			e.Marks = append(e.Marks, Range{max(m.Start, start) - start, min(m.End, end) - start})
		}
	}
	return e
}

// find gives every place of every phrase, joined where they touch.
func find(ts []token, phrases []phrase) []Range {
	var all []Range
	for i := range ts {
		for _, p := range phrases {
			if r, ok := p.at(ts[i:]); ok {
				all = append(all, r)
			}
		}
	}
	slices.SortFunc(all, func(a, b Range) int { return a.Start - b.Start })
	var out []Range
	for _, r := range all {
		if n := len(out); n > 0 && r.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, r.End)
		} else {
			out = append(out, r)
		}
	}
	return out
}

// at answers whether the phrase stands at the beginning of the tokens.
func (p phrase) at(ts []token) (Range, bool) {
	n := len(p.terms)
	if len(ts) < n {
		return Range{}, false
	}
	for i, want := range p.terms {
		if i == n-1 && p.prefix {
			if !strings.HasPrefix(ts[i].s, want) {
				return Range{}, false
			}
			return Range{ts[0].start, ts[i].firstEnd}, true
		}
		if ts[i].s != want {
			return Range{}, false
		}
	}
	return Range{ts[0].start, ts[n-1].end}, true
}

// back is the offset n characters before at; forward n characters after.
func back(s string, at, n int) int {
	for ; n > 0 && at > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:at])
		at -= size
	}
	return at
}

func forward(s string, at, n int) int {
	for ; n > 0 && at < len(s); n-- {
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return at
}
