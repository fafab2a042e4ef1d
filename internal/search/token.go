package search

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// token is one term of a text with where it stands in the original.
type token struct {
	s        string
	start    int  // byte offset of its first character
	firstEnd int  // byte offset after its first character
	end      int  // byte offset after its last
	last     bool // the closing single character of a Han run
	alone    bool // … of a run of one
	opening  bool // the first character of a Han run that follows a word
}

// pair answers whether the token is two characters of a Han run.
func (t token) pair() bool {
	first, n := utf8.DecodeRuneInString(t.s)
	return classOf(first) == han && n < len(t.s)
}

// stands tells how far behind the first each token stands: with a gap between two
// Han runs, so that of pairs two apart the characters follow each other.
func stands(ts []token) []int {
	out := make([]int, len(ts))
	for i := 1; i < len(ts); i++ {
		out[i] = out[i-1] + 1
		if first, _ := utf8.DecodeRuneInString(ts[i].s); ts[i-1].last && classOf(first) == han {
			out[i]++
		}
	}
	return out
}

// maxWord is the longest Latin word kept whole, in characters; longer ones
// (addresses, encoded data) are cut into pieces. PostgreSQL takes 2 KB.
const maxWord = 64

type class int

const (
	divider class = iota
	han
	word
	mark // belongs to the character before: combining marks
	none // as if it were not there: joiners, variation selectors
)

func classOf(r rune) class {
	switch {
	case unicode.Is(unicode.Variation_Selector, r), r == '\u00ad', r == '\u200d', r == '\u200c', r == '\ufeff':
		return none
	case unicode.Is(unicode.Han, r):
		return han
	case unicode.IsLetter(r), unicode.IsNumber(r):
		return word
	case unicode.IsMark(r):
		return mark
	}
	return divider
}

// char is one character of the unified spelling and its place in the original.
type char struct {
	r          rune
	start, end int
}

// tokens cuts a text into terms: compatibility forms unified (NFKC), letters
// made small.
func tokens(text string) []token {
	c := cutter{out: make([]token, 0, utf8.RuneCountInString(text))}
	var it norm.Iter
	it.InitString(norm.NFKC, text)
	for !it.Done() {
		start := it.Pos()
		segment := it.Next()
		for len(segment) > 0 {
			r, n := utf8.DecodeRune(segment)
			segment = segment[n:]
			c.add(char{unicode.ToLower(r), start, it.Pos()})
		}
	}
	c.flush()
	return c.out
}

// openingSign stands between a word and the first character of the Han run that
// follows it, so that it is never taken for a character that stands alone.
const openingSign = "\u00b7"

// cutter gathers characters of one class until the class changes.
//
// A Han run behind a word or number begins with that word and the first
// character: so 2026年 is two whole terms, wherever 年 goes on, and no beginning
// of a hundred terms, which took a second among a million documents. (The
// character without the word was in nearly every document.)
type cutter struct {
	out  []token
	run  []char
	now  class
	last class // of the run before; punctuation between a word and what follows is not looked at
	word string
}

func (c *cutter) add(ch char) {
	switch k := classOf(ch.r); k {
	case none:
	case mark:
		if c.now == word {
			c.run = append(c.run, ch)
		}
	default:
		if k != c.now || k == word && len(c.run) >= maxWord {
			c.flush()
		}
		c.now = k
		if k != divider {
			c.run = append(c.run, ch)
		}
	}
}

func (c *cutter) flush() {
	switch n := len(c.run); {
	case n == 0:
	case c.now == word:
		t := joined(c.run)
		c.out, c.word = append(c.out, t), t.s
	default:
		if c.last == word {
			first := joined(c.run[:1])
			first.s, first.opening = c.word+openingSign+first.s, true
			c.out = append(c.out, first)
		}
		for i := range n - 1 {
			c.out = append(c.out, joined(c.run[i:i+2]))
		}
		closing := joined(c.run[n-1:])
		closing.last, closing.alone = true, n == 1
		c.out = append(c.out, closing)
	}
	if len(c.run) > 0 {
		c.last = c.now
	}
	c.run = c.run[:0]
}

func joined(cs []char) token {
	b := make([]byte, 0, 8)
	for _, c := range cs {
		b = utf8.AppendRune(b, c.r)
	}
	return token{s: string(b), start: cs[0].start, firstEnd: cs[0].end, end: cs[len(cs)-1].end}
}
