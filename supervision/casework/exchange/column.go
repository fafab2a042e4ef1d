package exchange

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/norm"
)

// The kinds of files.
const (
	Orders   = "orders"   // work orders of a 12345 platform
	Superior = "superior" // tasks for units below: 交办
	History  = "history"  // closed orders of an earlier platform
)

// Kinds lists them.
var Kinds = []string{Orders, Superior, History}

// fields are what a file of a kind may hold, in the order they are asked for.
var fields = map[string][]string{
	Orders:   {"order", "type", "title", "text", "class", "topic", "place", "when", "about", "secret", "name", "phone", "email", "address"},
	Superior: {"unit", "order", "type", "title", "text", "class", "topic", "place", "when", "about", "name", "phone", "email", "address"},
	History:  {"order", "type", "title", "text", "filed", "accepted", "due", "replied", "delivered", "closed", "result", "refusal", "delivery", "rated", "satisfied", "discontent", "reply", "class", "topic", "unit"},
}

// needed are those a file cannot be without.
var needed = map[string][]string{
	Orders:   {"order", "type", "text"},
	Superior: {"unit", "type", "text"},
	History:  {"order", "type", "title", "filed", "closed"},
}

// columns says at which column of a file each field stands.
type columns map[string]int

// guess finds the fields by their headings: as the unit chose them last, by
// their titles in either language, or by what platforms call them.
func guess(kind string, heads []string, last map[string]string) columns {
	out := columns{}
	used := map[int]bool{}
	take := func(field string, fits func(head string) bool) {
		if _, have := out[field]; have {
			return
		}
		for i, h := range heads {
			if h != "" && !used[i] && fits(h) {
				out[field], used[i] = i, true
				return
			}
		}
	}
	for _, f := range fields[kind] {
		take(f, func(h string) bool { return last[f] != "" && h == last[f] })
	}
	for _, f := range fields[kind] {
		words := wordsOf("exchange.col_"+f, "exchange.alias_"+f)
		take(f, func(h string) bool { return slices.Contains(words, strings.ToLower(h)) })
	}
	return out
}

// wordsOf are the words of some sentences in both languages, in small letters;
// aliases are separated by bars.
func wordsOf(keys ...string) (out []string) {
	for _, k := range keys {
		for _, l := range []i18n.Lang{i18n.ZH, i18n.EN} {
			if !i18n.Has(l, k) {
				continue
			}
			for _, w := range strings.Split(i18n.T(i18n.With(context.Background(), l), k), "|") {
				out = append(out, strings.ToLower(strings.TrimSpace(w)))
			}
		}
	}
	return out
}

// missing are the needed fields no column was chosen for.
func (c columns) missing(kind string) (bad []fault.Field) {
	for _, f := range needed[kind] {
		if _, ok := c[f]; !ok {
			bad = append(bad, fault.Field{Name: "col_" + f, Key: "exchange.need_column"})
		}
	}
	return bad
}

// line is one row of a file with the meaning of its cells.
type line struct {
	kind  string
	at    columns
	row   []string
	bad   []Problem
	known map[string]string // words of cells found before, by field; shared by the lines of a file
}

func (l *line) get(field string) string {
	i, ok := l.at[field]
	if !ok || i >= len(l.row) {
		return ""
	}
	s := cell(l.row[i])
	if long(s) {
		l.wrong(field, "exchange.cell_long")
		return ""
	}
	return s
}

func (l *line) wrong(field, key string, args ...string) {
	if !slices.ContainsFunc(l.bad, func(p Problem) bool { return p.Column == field }) {
		l.bad = append(l.bad, Problem{Column: field, Key: key, Args: args})
	}
}

// code reads a code as its id, its title in either language, or a word platforms
// use for it.
func (l *line) code(field string, list []norm.Choice, otherwise string) string {
	s := l.get(field)
	if s == "" {
		return otherwise
	}
	low := strings.ToLower(s)
	if id, ok := l.known[field+"\x00"+low]; ok {
		return id
	}
	for _, x := range list {
		if low == x.ID || s == x.Title.Zh || low == strings.ToLower(x.Title.En) || slices.Contains(wordsOf("exchange.word_"+field+"_"+x.ID), low) {
			l.known[field+"\x00"+low] = x.ID
			return x.ID
		}
	}
	l.wrong(field, "exchange.unknown_code")
	return ""
}

// need refuses a line that leaves a needed field empty.
func (l *line) need() {
	for _, f := range needed[l.kind] {
		if l.get(f) == "" {
			l.wrong(f, "exchange.empty_cell")
		}
	}
}

func typesOf(c *norm.Casework) (out []norm.Choice) {
	for _, t := range c.Types {
		out = append(out, norm.Choice{ID: t.ID, Title: t.Title})
	}
	return out
}

func topicsOf(c *norm.Casework) (out []norm.Choice) {
	for _, t := range c.Topics {
		out = append(out, norm.Choice{ID: t.ID, Title: t.Title})
	}
	return out
}

func refusalsOf(c *norm.Casework) (out []norm.Choice) {
	for _, t := range c.Refusals {
		out = append(out, norm.Choice{ID: t.ID, Title: t.Title})
	}
	return out
}

// plain are codes that stand in no list of the norm; their words are in the locale.
func plain(ids ...string) (out []norm.Choice) {
	for _, id := range ids {
		out = append(out, norm.Choice{ID: id})
	}
	return out
}

// fieldOf is the column a refusal of casework is about.
func fieldOf(name string) string {
	if f, ok := map[string]string{"subject": "title", "outside": "order", "about_whom": "about", "note": "reply", "channel": "type"}[name]; ok {
		return f
	}
	return name
}

// problemsOf are the refusals of a use case as problems of cells.
func problemsOf(err error) (out []Problem) {
	for _, f := range fault.FieldsOf(err) {
		p := Problem{Column: fieldOf(f.Name), Key: f.Key}
		for _, a := range f.Args {
			p.Args = append(p.Args, fmt.Sprint(a))
		}
		out = append(out, p)
	}
	if key, _, ok := fault.Sentence(err); ok && len(out) == 0 {
		out = append(out, Problem{Key: key})
	}
	return out
}
