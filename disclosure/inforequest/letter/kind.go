package letter

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/norm"
)

//go:embed kinds.yaml all:templates
var data embed.FS

// Kind names what is sent: receipt, extension, or a decision of the yearly
// report, where needed with its variant (granted.public).
type Kind string

// Answer is the letter of a decision the house has no letter for.
const Answer Kind = "answer"

// kindRule says what must stand in a letter of a kind.
type kindRule struct {
	ID       Kind      `yaml:"id"`
	Title    i18n.Text `yaml:"title"`    // what a list of kinds calls it
	Decision bool      `yaml:"decision"` // it ends a request: remedies must be told
	Article  string    `yaml:"article"`  // where it is not the decision's own
	Needs    []string  `yaml:"needs"`    // placeholders a template of the kind must have
	Forbids  []string  `yaml:"forbids"`  // and those it must not: a third party is not told who asks
	Plain    bool      `yaml:"plain"`    // a form: no masthead, no signature
	Third    bool      `yaml:"third"`    // a third party's remedies must be told
}

// Placeholder is a word in braces that stands for a value.
type Placeholder struct {
	ID    string    `yaml:"id"`
	Title i18n.Text `yaml:"title"` // what a form calls the value; the Chinese may stand in the braces too
	Long  bool      `yaml:"long"`  // several lines
	Own   bool      `yaml:"own"`   // filled in by Merge
}

// Condition is what may stand in square brackets before a line, under either
// name.
type Condition struct {
	ID    string    `yaml:"id"`
	Title i18n.Text `yaml:"title"`
}

// rules is kinds.yaml.
type rules struct {
	Placeholders []Placeholder        `yaml:"placeholders"`
	Conditions   []Condition          `yaml:"conditions"`
	Kinds        []kindRule           `yaml:"kinds"`
	DecisionNeed []string             `yaml:"decision_needs"`
	Words        map[string]i18n.Text `yaml:"words"`
}

var book = sync.OnceValue(func() rules {
	var r rules
	b, err := data.ReadFile("kinds.yaml")
	if err == nil {
		err = yaml.UnmarshalWithOptions(b, &r, yaml.Strict())
	}
	if err != nil {
		panic("letter: kinds.yaml: " + err.Error()) // tested
	}
	return r
})

// Kinds lists what can be sent, in the order a request meets them.
func Kinds() (out []Kind) {
	for _, k := range book().Kinds {
		out = append(out, k.ID)
	}
	return out
}

func (k Kind) rule() *kindRule {
	i := slices.IndexFunc(book().Kinds, func(r kindRule) bool { return r.ID == k })
	if i < 0 {
		return nil
	}
	return &book().Kinds[i]
}

// Title is what a list of kinds calls it.
func (k Kind) Title() i18n.Text {
	if r := k.rule(); r != nil {
		return r.Title
	}
	return i18n.Text{}
}

// Placeholders lists all words that may stand in braces.
func Placeholders() []Placeholder { return book().Placeholders }

// Conditions lists all conditions.
func Conditions() []Condition { return book().Conditions }

// Variants are the ways a decision is put: granted and unavailable_not_held
// have two; "" is the first.
func Variants(decision string) []string {
	out := []string{""}
	for _, k := range book().Kinds {
		if v, ok := strings.CutPrefix(string(k.ID), decision+"."); ok {
			out = append(out, v)
		}
	}
	return out
}

// ForDecision is the letter of a decision of the yearly report. A decision of
// a profile's own takes the general answer.
func ForDecision(decision, variant string) (Kind, error) {
	if !slices.Contains(Variants(decision), variant) {
		return "", fault.Say(fault.Invalid, "letter.no_variant")
	}
	k := Kind(decision)
	if variant != "" {
		k = Kind(decision + "." + variant)
	}
	if r := k.rule(); r == nil || !r.Decision {
		return Answer, nil
	}
	return k, nil
}

// Template is the house's own text for a kind; "" for one there is none for.
func Template(k Kind, l i18n.Lang) string { return templates()[string(l)+"/"+string(k)] }

// templates are the texts with their common passages put in.
var templates = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for dir, l := range map[string]i18n.Lang{"zh": i18n.ZH, "en": i18n.EN} {
		read := func(name string) string {
			b, err := fs.ReadFile(data, path.Join("templates", dir, name+".txt"))
			if err != nil {
				panic("letter: " + err.Error()) // tested
			}
			return string(b)
		}
		for _, k := range book().Kinds {
			var b strings.Builder
			for line := range strings.Lines(read(string(k.ID))) {
				if part, ok := strings.CutPrefix(line, "+ "); ok {
					line = read("_" + strings.TrimSpace(part))
				}
				b.WriteString(line)
			}
			out[string(l)+"/"+string(k.ID)] = b.String()
		}
	}
	return out
})

// Channel is how a letter reaches its reader.
type Channel string

// The channels.
const (
	Web     Channel = "web"
	Email   Channel = "email"
	Post    Channel = "post"
	Counter Channel = "counter"
)

// Channels lists them.
func Channels() []Channel { return []Channel{Web, Email, Post, Counter} }

// Way is what decides which passages of a template stand in a letter.
type Way struct {
	Channel      Channel
	Remedy       string // review_first, either, none; "" is either
	Reassess     bool   // it says on which day the refusal is looked at again
	Organisation bool   // the reader is no natural person
}

// WayOf is the way of a decision; nil for what is sent before there is one.
func WayOf(d *norm.Decision, c Channel, organisation bool) Way {
	w := Way{Channel: c, Remedy: "either", Organisation: organisation}
	if d != nil {
		w.Reassess = d.Reassess
		if d.Remedy != "" {
			w.Remedy = d.Remedy
		}
	}
	return w
}

// holds answers whether a condition is met.
func (w Way) holds(condition string) bool {
	switch condition {
	case "online":
		return w.Channel == Web || w.Channel == Email
	case "remedy":
		return w.Remedy != "none"
	case "review_first":
		return w.Remedy == "review_first"
	case "either":
		return w.Remedy == "either" || w.Remedy == ""
	case "reassess":
		return w.Reassess
	}
	return condition == string(w.Channel)
}

// ValuesOf are the values the profile's rules give a letter; a form asks for
// the rest. The decision is nil for what is sent before there is one.
func ValuesOf(p *norm.Profile, d *norm.Decision, k Kind, l i18n.Lang) Values {
	q := &p.Requests
	v := Values{"review_days": itoa(q.Spans["review"].N), "lawsuit_months": itoa(q.Spans["lawsuit"].N)}
	if d == nil {
		return v
	}
	b := q.Basis(d)
	if r := k.rule(); r != nil && r.Article != "" {
		b.Article = r.Article
	}
	cited := p.Cite(b)
	v["grounds"], v["decision"] = cited.Zh, d.Title.Zh
	if l == i18n.EN {
		v["grounds"], v["decision"] = cited.En, d.Title.En
	}
	return v
}
