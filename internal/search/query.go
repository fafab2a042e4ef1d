package search

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// phrase is one word of a query: terms that follow each other; with prefix, the
// last one is only the beginning of a term.
type phrase struct {
	terms  []string
	behind []int  // how far behind the first each stands, where runs of Han characters have a gap between them
	within []bool // the pairs beside it hold both of its characters
	prefix bool
}

// wanted is one word of a query: any of its spellings will do.
type wanted []phrase

// What one query may ask, so that none can keep the store busy.
const (
	maxQuery     = 200 // characters looked at
	maxPhrases   = 10
	maxSpellings = 8 // of one word
)

// parse reads what a person typed, each word with its other spellings.
func parse(typed string, also map[string][]string) []wanted {
	var out []wanted
	if r := []rune(typed); len(r) > maxQuery {
		typed = string(r[:maxQuery])
	}
	for _, field := range strings.Fields(typed) {
		var w wanted
		for _, s := range append([]string{field}, also[field]...) {
			if p, ok := phraseOf(s); ok && len(w) < maxSpellings {
				w = append(w, p)
			}
		}
		if len(w) == 0 {
			continue
		}
		if out = append(out, w); len(out) == maxPhrases {
			break
		}
	}
	return out
}

// phraseOf reads one word. The closing single of a Han run is dropped, since in
// the text more may follow; a single Han character becomes a prefix, unless it
// stands behind a word or number.
func phraseOf(s string) (p phrase, ok bool) {
	ts := tokens(s)
	if len(ts) == 0 {
		return p, false
	}
	switch n := len(ts); {
	case n > 1 && ts[n-1].last && (!ts[n-1].alone || ts[n-2].opening):
		ts = ts[:n-1]
	default:
		p.prefix = ts[n-1].alone
	}
	p.behind = stands(ts)
	for i, t := range ts {
		p.terms = append(p.terms, t.s)
		p.within = append(p.within, i > 0 && i < len(ts)-1 && !p.within[i-1] && ts[i-1].pair() && t.pair() && ts[i+1].pair())
	}
	return p, true
}

// Scopes and kinds are terms beside those of the text. They begin with a sign
// that no term of a text can hold.
const (
	scopeSign = "\u00a7"
	kindSign  = "\u00a7\u00a7"
)

// term writes a scope or kind so that both engines take it as one term.
func term(sign, s string) string {
	var b strings.Builder
	b.WriteString(sign)
	for i := range len(s) {
		if c := s[i]; c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "\u00b7%02x", c)
		}
	}
	return b.String()
}

// single is a phrase of one whole term.
func single(t string) phrase {
	return phrase{terms: []string{t}, behind: []int{0}, within: []bool{false}}
}

// dialect is how an engine writes a query.
type dialect struct {
	phrase  func(p phrase, inTitle bool) string
	and, or string
	beside  bool // kinds are looked up beside the index, which has a long list for each
}

var fts5 = dialect{and: " AND ", or: " OR ", beside: true, phrase: func(p phrase, inTitle bool) string {
	s := `"` + strings.Join(p.terms, " ") + `"`
	if p.prefix {
		s += " *"
	}
	if inTitle {
		s = "title : " + s
	}
	return s
}}

// tsquery asks for every second pair of a Han run and how far they are from each
// other: what is between them follows, and half the terms are looked through.
var tsquery = dialect{and: " & ", or: " | ", phrase: func(p phrase, inTitle bool) string {
	var b strings.Builder
	last := 0
	for i, t := range p.terms {
		if p.within[i] {
			continue
		}
		if i > 0 {
			fmt.Fprintf(&b, " <%d> ", p.behind[i]-last)
		}
		last = p.behind[i]
		b.WriteString("'" + t + "'")
		end := ""
		if p.prefix && i == len(p.terms)-1 {
			end = "*"
		}
		if inTitle {
			end += "A"
		}
		b.WriteString(weighted(end))
	}
	return b.String()
}}

// earlier is the phrase as the release before this one wrote it: without gaps
// between the runs, and the first character of a run without the word before it.
func (p phrase) earlier() phrase {
	out := phrase{within: make([]bool, len(p.terms)), prefix: p.prefix}
	for i, t := range p.terms {
		if at := strings.Index(t, openingSign); at > 0 && !strings.HasPrefix(t, scopeSign) {
			t = t[at:]
		}
		out.terms, out.behind = append(out.terms, t), append(out.behind, i)
	}
	return out
}

// tsqueryEarlier asks an index in which documents of an earlier release stand
// too, fts5Earlier one that has none but those.
var (
	tsqueryEarlier = dialect{and: tsquery.and, or: tsquery.or, phrase: func(p phrase, inTitle bool) string {
		s, old := tsquery.phrase(p, inTitle), p.earlier()
		if slices.Equal(old.behind, p.behind) && slices.Equal(old.terms, p.terms) {
			return tsquery.phrase(old, inTitle)
		}
		return "(" + tsquery.phrase(old, inTitle) + " | " + s + ")"
	}}
	fts5Earlier = dialect{and: fts5.and, or: fts5.or, beside: true, phrase: func(p phrase, inTitle bool) string { return fts5.phrase(p.earlier(), inTitle) }}
)

func weighted(s string) string {
	if s == "" {
		return ""
	}
	return ":" + s
}

// asking is the question as the engine takes it.
func (d dialect) asking(q Q) asking {
	if d.beside {
		return asking{words: d.write(q), kinds: q.Kinds, scopes: q.Scopes}
	}
	a := asking{words: d.write(q)}
	for _, w := range parse(q.Text, q.Also) {
		var spellings [][]string
		for _, p := range w {
			spellings = append(spellings, whole(p))
		}
		a.each = append(a.each, spellings)
	}
	for _, s := range q.Scopes {
		a.each = append(a.each, [][]string{{term(scopeSign, s)}})
	}
	return a
}

// whole are the terms of a phrase of which not only the beginning is known.
func whole(p phrase) []string {
	if p.prefix {
		return p.terms[:len(p.terms)-1]
	}
	return p.terms
}

// write gives the whole query in the engine's words; "" finds nothing.
func (d dialect) write(q Q) string {
	words := parse(q.Text, q.Also)
	if len(words) == 0 && strings.TrimSpace(q.Text) != "" {
		return "" // only punctuation was typed
	}
	if n := len(words); n > 0 && q.Typing {
		words[n-1] = unfinished(words[n-1])
	}
	var all []string
	for _, w := range words {
		all = append(all, d.any(w, q.InTitle))
	}
	if len(q.Near) > 0 {
		all = append(all, d.near(q.Near))
	}
	for _, s := range q.Scopes {
		all = append(all, d.phrase(single(term(scopeSign, s)), false))
	}
	var kinds []string
	for _, k := range q.Kinds {
		kinds = append(kinds, d.phrase(single(term(kindSign, k)), false))
	}
	if len(kinds) > 0 && (!d.beside || len(all) == 0) {
		all = append(all, "("+strings.Join(kinds, d.or)+")")
	}
	return strings.Join(all, d.and)
}

// any asks for one of the spellings of a word.
func (d dialect) any(w wanted, inTitle bool) string {
	var out []string
	for _, p := range w {
		out = append(out, "("+d.phrase(p, inTitle)+")")
	}
	if len(out) == 1 {
		return out[0]
	}
	return "(" + strings.Join(out, d.or) + ")"
}

// near asks the titles for one of several sets of pieces, all of a set.
func (d dialect) near(sets [][]string) string {
	var out []string
	for _, set := range sets {
		var all []string
		for _, s := range set {
			if p, ok := phraseOf(s); ok {
				all = append(all, "("+d.phrase(p, true)+")")
			}
		}
		out = append(out, "("+strings.Join(all, d.and)+")")
	}
	return "(" + strings.Join(out, d.or) + ")"
}

// unfinished takes a Latin word or number for the beginning of one.
func unfinished(w wanted) wanted {
	out := make(wanted, len(w))
	for i, p := range w {
		if last, _ := utf8.DecodeLastRuneInString(p.terms[len(p.terms)-1]); classOf(last) != han {
			p.prefix = true
		}
		out[i] = p
	}
	return out
}
