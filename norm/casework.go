package norm

import (
	_ "embed"
	"fmt"
	"slices"
	"sync"

	"github.com/goccy/go-yaml"

	"yangguang/internal/i18n"
)

// Casework says how matters the public brings are handled (3.1.3): their types, clocks, and the codes by which they
// are accepted, passed on and closed. A profile that leaves it out takes today's usual rules.
type Casework struct {
	Laws        []Law       `yaml:"laws"` // the sources of the clocks
	Types       []CaseType  `yaml:"types"`
	Classes     []Choice    `yaml:"classes"` // usual first
	Clocks      []CaseClock `yaml:"clocks"`
	Topics      []CaseTopic `yaml:"topics"`
	Refusals    []Refusal   `yaml:"refusals"`
	Results     []Choice    `yaml:"results"`
	Grounds     []Choice    `yaml:"grounds"`     // of suspension
	Objections  []Choice    `yaml:"objections"`  // against a dispatch
	Targets     []Choice    `yaml:"targets"`     // authorities outside, to refer to
	Undelivered []Choice    `yaml:"undelivered"` // why a reply could not be delivered
	Discontents []Choice    `yaml:"discontents"` // why somebody is not satisfied
	Warn        []int       `yaml:"warn"`        // per cent of a clock at which it warns, rising
}

// CaseType is a kind of matter.
type CaseType struct {
	ID           string    `yaml:"id"`
	Title        i18n.Text `yaml:"title"`
	Hint         i18n.Text `yaml:"hint"`
	Protected    bool      `yaml:"protected"`    // hidden from the unit it is about
	Confidential bool      `yaml:"confidential"` // never shown outside, by no interface
	Instant      bool      `yaml:"instant"`      // may be answered at once by who takes it
	Callback     bool      `yaml:"callback"`     // the person is asked whether it is solved
	Inner        bool      `yaml:"inner"`        // begun by another page, not offered on the form
	Remedies     []string  `yaml:"remedies"`     // stages after the reply, in their order: recheck 复查, reexamine 复核
}

// CaseClock is one length of time, for what it names; an entry that names more wins.
type CaseClock struct {
	Clock   string `yaml:"clock"`
	Type    string `yaml:"type"`
	Class   string `yaml:"class"`
	Stage   string `yaml:"stage"`
	Level   string `yaml:"level"` // of the agency that answers: province prefecture county township village
	Span    Span   `yaml:"span"`
	Law     string `yaml:"law"`
	Article string `yaml:"article"`
}

// CaseTopic is what a matter is about. Words suggest it.
type CaseTopic struct {
	ID    string    `yaml:"id"`
	Title i18n.Text `yaml:"title"`
	Words []string  `yaml:"words"`
}

// Refusal is a reason not to accept, with the remedy that is told.
type Refusal struct {
	ID     string    `yaml:"id"`
	Title  i18n.Text `yaml:"title"`
	Remedy i18n.Text `yaml:"remedy"`
}

// The clocks of a matter.
var caseClocks = []string{"accept", "supplement", "sign", "rule", "handle", "extension", "deliver", "callback", "reopen", "remedy"}

// generalCaseClocks are those every matter has.
var generalCaseClocks = caseClocks[:len(caseClocks)-1]

//go:embed usual/casework.yaml
var usualCaseworkYAML []byte

var usualCasework = sync.OnceValue(func() Casework {
	var c Casework
	if err := yaml.UnmarshalWithOptions(usualCaseworkYAML, &c, yaml.Strict()); err != nil {
		panic("norm: usual/casework.yaml: " + err.Error()) // tested
	}
	return c
})

func (c Casework) orUsual() Casework {
	if len(c.Types) == 0 {
		return usualCasework()
	}
	return c
}

// Type returns the type with this id, or nil.
func (c *Casework) Type(id string) *CaseType {
	i := slices.IndexFunc(c.Types, func(t CaseType) bool { return t.ID == id })
	if i < 0 {
		return nil
	}
	return &c.Types[i]
}

// TopicChoices are the topics without their words.
func (c *Casework) TopicChoices() []Choice {
	out := make([]Choice, len(c.Topics))
	for i, t := range c.Topics {
		out[i] = Choice{ID: t.ID, Title: t.Title}
	}
	return out
}

// Refusal returns the reason with this id, or nil.
func (c *Casework) Refusal(id string) *Refusal {
	i := slices.IndexFunc(c.Refusals, func(r Refusal) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return &c.Refusals[i]
}

// Topic returns the topic with this id, or nil.
func (c *Casework) Topic(id string) *CaseTopic {
	i := slices.IndexFunc(c.Topics, func(t CaseTopic) bool { return t.ID == id })
	if i < 0 {
		return nil
	}
	return &c.Topics[i]
}

// Clock is the entry for a matter: the one that names most of it. Between two that name as much, the stage, then the
// class, then the type decides.
func (c *Casework) Clock(clock, caseType, class, stage, level string) CaseClock {
	var best CaseClock
	rank := -1
	for _, x := range c.Clocks {
		if x.Clock != clock || !fits(x.Type, caseType) || !fits(x.Class, class) || x.Stage != "" && x.Stage != stage || !fits(x.Level, level) {
			continue
		}
		r := 0
		for weight, s := range []string{x.Level, x.Type, x.Class, x.Stage} {
			if s != "" {
				r += 16 + 1<<weight
			}
		}
		if r > rank {
			best, rank = x, r
		}
	}
	return best
}

func fits(want, have string) bool { return want == "" || want == have }

// Source is the law a clock rests on.
func (c *Casework) Source(x CaseClock) Basis {
	for _, l := range c.Laws {
		if l.ID == x.Law {
			return Basis{Law: l.ID, Title: l.Title, Article: x.Article, URL: l.URL}
		}
	}
	return Basis{}
}

func (r *reader) casework(c Casework) {
	if len(c.Types) == 0 {
		if len(c.Clocks)+len(c.Topics)+len(c.Results) > 0 {
			r.wrong("casework", "the types are missing; a profile writes the rules on casework whole or not at all")
		}
		return
	}
	types := idsOf(c.Types, func(t CaseType) string { return t.ID })
	laws := idsOf(c.Laws, func(l Law) string { return l.ID })
	seen := map[string]string{}
	for i, t := range c.Types {
		path := fmt.Sprintf("casework.types[%d]", i)
		r.word(path+".id", t.ID)
		r.unique(seen, path+".id", t.ID)
		r.text(path+".title", t.Title, true)
		for j, s := range t.Remedies {
			r.oneOf(fmt.Sprintf("%s.remedies[%d]", path, j), s, []string{"recheck", "reexamine"})
		}
	}
	for path, list := range map[string][]Choice{"classes": c.Classes, "results": c.Results, "grounds": c.Grounds, "objections": c.Objections, "targets": c.Targets,
		"undelivered": c.Undelivered, "discontents": c.Discontents} {
		r.choices("casework."+path, list)
	}
	for i, x := range c.Clocks {
		path := fmt.Sprintf("casework.clocks[%d]", i)
		r.oneOf(path+".clock", x.Clock, caseClocks)
		if x.Type != "" {
			r.reference(path+".type", x.Type, "type", types)
		}
		r.reference(path+".law", x.Law, "law", laws)
		r.oneOf(path+".span.unit", x.Span.Unit, []string{"working_days", "calendar_days", "months", "working_minutes"})
		if x.Span.N < 1 {
			r.wrong(path+".span", "a span is at least 1; write it as {n: 15, unit: calendar_days}")
		}
	}
	for _, name := range generalCaseClocks {
		if c.Clock(name, "", "", "", "").Span.N == 0 {
			r.wrong("casework.clocks", "the clock %q has no entry for every matter", name)
		}
	}
	for i, x := range c.Refusals {
		r.text(fmt.Sprintf("casework.refusals[%d].title", i), x.Title, true)
		r.text(fmt.Sprintf("casework.refusals[%d].remedy", i), x.Remedy, true)
	}
	for i, x := range c.Topics {
		r.text(fmt.Sprintf("casework.topics[%d].title", i), x.Title, true)
	}
	if !slices.IsSorted(c.Warn) || len(c.Warn) == 0 {
		r.wrong("casework.warn", "the per cents rise, such as [50, 80, 100]")
	}
}
