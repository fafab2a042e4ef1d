// Package flow holds state tables as data: state × verb → state, and which
// grant the verb needs. Rooms declare their table once; a test tries every
// pair against a committed table that a person reviewed.
//
// It stores nothing.
package flow

import (
	"embed"
	"slices"
	"strings"

	"yangguang/internal/fault"
)

// Locale holds the sentence of a refused step.
//
//go:embed locale/*.json
var Locale embed.FS

// Rule is one allowed step.
type Rule struct {
	From string // the state it may be taken in
	Verb string // what is done
	To   string // the state that follows
	Who  string // the grant verb the actor needs; "" for the system's own steps
	Own  bool   // only for whoever's own it is, or who stands in for him
}

// Table is every allowed step of one kind of matter.
type Table struct {
	Name  string
	Rules []Rule
}

// Next is the rule for a verb in a state; any other pair is a conflict that
// says the state has moved on.
func (t Table) Next(state, verb string) (Rule, error) {
	for _, r := range t.Rules {
		if r.From == state && r.Verb == verb {
			return r, nil
		}
	}
	return Rule{}, fault.Say(fault.Conflict, "flow.not_now")
}

// Verbs lists what can be done in a state, in the table's order.
func (t Table) Verbs(state string) []Rule {
	var out []Rule
	for _, r := range t.Rules {
		if r.From == state {
			out = append(out, r)
		}
	}
	return out
}

// States lists every state named, sorted.
func (t Table) States() []string {
	return t.names(func(r Rule) []string { return []string{r.From, r.To} })
}

// AllVerbs lists every verb named, sorted.
func (t Table) AllVerbs() []string { return t.names(func(r Rule) []string { return []string{r.Verb} }) }

func (t Table) names(of func(Rule) []string) []string {
	var out []string
	for _, r := range t.Rules {
		out = append(out, of(r)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func own(r Rule) string {
	if r.Own {
		return ", own"
	}
	return ""
}

// Dump writes every state × verb pair, a line each, for the reviewed table:
// "draft submit -> review (disclosure.draft)" or "draft approve refused".
func (t Table) Dump() string {
	var b strings.Builder
	for _, s := range t.States() {
		for _, v := range t.AllVerbs() {
			b.WriteString(s + " " + v + " ")
			if r, err := t.Next(s, v); err == nil {
				b.WriteString("-> " + r.To + " (" + r.Who + own(r) + ")\n")
			} else {
				b.WriteString("refused\n")
			}
		}
	}
	return b.String()
}
