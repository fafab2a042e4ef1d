package search

import (
	"fmt"
	"strings"
)

// phrase is one word of a query: terms that follow each other; with prefix, the
// last one is only the beginning of a term.
type phrase struct {
	terms  []string
	prefix bool
}

// What one query may ask, so that none can keep the store busy.
const (
	maxQuery   = 200 // characters looked at
	maxPhrases = 10
)

// parse reads what a person typed. The closing single of a Han run is dropped,
// since in the text more may follow; a single Han character becomes a prefix.
func parse(typed string) []phrase {
	var out []phrase
	if r := []rune(typed); len(r) > maxQuery {
		typed = string(r[:maxQuery])
	}
	for _, field := range strings.Fields(typed) {
		ts := tokens(field)
		if len(ts) == 0 {
			continue
		}
		var p phrase
		if end := ts[len(ts)-1]; end.last && !end.alone {
			ts = ts[:len(ts)-1]
		} else {
			p.prefix = end.alone
		}
		for _, t := range ts {
			p.terms = append(p.terms, t.s)
		}
		if out = append(out, p); len(out) == maxPhrases {
			break
		}
	}
	return out
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

// dialect is how an engine writes a query.
type dialect struct {
	phrase  func(p phrase) string
	and, or string
}

var fts5 = dialect{and: " AND ", or: " OR ", phrase: func(p phrase) string {
	s := `"` + strings.Join(p.terms, " ") + `"`
	if p.prefix {
		s += " *"
	}
	return s
}}

var tsquery = dialect{and: " & ", or: " | ", phrase: func(p phrase) string {
	s := "'" + strings.Join(p.terms, "' <-> '") + "'"
	if p.prefix {
		s += ":*"
	}
	return s
}}

// write gives the whole query in the engine's words; "" finds nothing.
func (d dialect) write(q Q) string {
	phrases := parse(q.Text)
	if len(phrases) == 0 && strings.TrimSpace(q.Text) != "" {
		return "" // only punctuation was typed
	}
	var all []string
	for _, p := range phrases {
		all = append(all, "("+d.phrase(p)+")")
	}
	for _, s := range q.Scopes {
		all = append(all, d.phrase(phrase{terms: []string{term(scopeSign, s)}}))
	}
	var kinds []string
	for _, k := range q.Kinds {
		kinds = append(kinds, d.phrase(phrase{terms: []string{term(kindSign, k)}}))
	}
	if len(kinds) > 0 {
		all = append(all, "("+strings.Join(kinds, d.or)+")")
	}
	return strings.Join(all, d.and)
}
