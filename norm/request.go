package norm

import (
	_ "embed"
	"fmt"
	"slices"
	"sync"

	"github.com/goccy/go-yaml"

	"yangguang/internal/i18n"
)

// Requests says how requests for information are handled (1.1.b 依申请公开): spans, kinds of applicants, decisions and
// fees. A profile that leaves it out takes the Regulations' own.
type Requests struct {
	Law        Law             `yaml:"law"` // the law whose articles decisions cite; its id may be left out
	Spans      map[string]Span `yaml:"spans"`
	Kinds      []string        `yaml:"kinds"`      // of agencies that take requests
	Applicants []Choice        `yaml:"applicants"` // natural first: the columns of the yearly report
	Groups     []Choice        `yaml:"groups"`
	Decisions  []Decision      `yaml:"decisions"` // in the order of the yearly report
	Fees       Fees            `yaml:"fees"`
}

// Decision is one of the ways a request ends: one row of the yearly report.
type Decision struct {
	ID       string    `yaml:"id"`
	Group    string    `yaml:"group"`
	Article  string    `yaml:"article"` // of Requests.Law
	Title    i18n.Text `yaml:"title"`
	Remedy   string    `yaml:"remedy"`   // review_first: reconsideration before the court; none; empty: either
	Reassess bool      `yaml:"reassess"` // carries a day on which it is looked at again
}

// Fees are the two ladders of which an agency applies one to a request.
type Fees struct {
	Case     []Band `yaml:"case"` // requests of one applicant in a calendar month
	CaseThen Rise   `yaml:"case_then"`
	Page     []Band `yaml:"page"` // pages of one request
}

// Band prices what lies above the band before and up to Upto; 0 is without end.
type Band struct {
	Upto int `yaml:"upto"`
	Yuan int `yaml:"yuan"` // each
}

// Rise goes on beyond the last band: each further band of Every costs Rise yuan more each than the band before.
type Rise struct {
	Every int `yaml:"every"`
	Yuan  int `yaml:"rise"`
}

// requestSpans are the lengths of time the clock of a request asks for.
var requestSpans = []string{"supplement_notice", "supplement", "confirm", "answer", "extension", "third_party", "other_agency", "payment", "reassess", "review", "lawsuit"}

//go:embed usual/requests.yaml
var usualRequests []byte

// usual are the Regulations' own rules on requests.
var usual = sync.OnceValue(func() Requests {
	var q Requests
	if err := yaml.UnmarshalWithOptions(usualRequests, &q, yaml.Strict()); err != nil {
		panic("norm: usual/requests.yaml: " + err.Error()) // tested
	}
	return q
})

func (q Requests) orUsual() Requests {
	if len(q.Decisions) == 0 {
		return usual()
	}
	return q
}

// Decision returns the decision with this id, or nil.
func (q *Requests) Decision(id string) *Decision {
	i := slices.IndexFunc(q.Decisions, func(d Decision) bool { return d.ID == id })
	if i < 0 {
		return nil
	}
	return &q.Decisions[i]
}

// Basis is the article a decision rests on, as Profile.Cite takes it.
func (q *Requests) Basis(d *Decision) Basis {
	return Basis{Law: q.Law.ID, Title: q.Law.Title, Article: d.Article, URL: q.Law.URL}
}

func (r *reader) requests(q Requests) {
	if len(q.Decisions) == 0 {
		if len(q.Applicants)+len(q.Groups)+len(q.Spans) > 0 {
			r.wrong("requests", "the decisions are missing; a profile writes the rules on requests whole or not at all")
		}
		return
	}
	r.text("requests.law.title", q.Law.Title, true)
	for _, id := range requestSpans {
		s, ok := q.Spans[id]
		if !ok || s.N < 1 {
			r.wrong("requests.spans", "the span %q is missing; write it as {n: 20, unit: working_days}", id)
			continue
		}
		r.oneOf("requests.spans."+id, s.Unit, spanUnits)
	}
	for i, k := range q.Kinds {
		r.oneOf(fmt.Sprintf("requests.kinds[%d]", i), k, agencyKinds)
	}
	r.choices("requests.applicants", q.Applicants)
	r.choices("requests.groups", q.Groups)
	groups, decisions := idsOf(q.Groups, func(c Choice) string { return c.ID }), map[string]string{}
	for i, d := range q.Decisions {
		path := fmt.Sprintf("requests.decisions[%d]", i)
		r.word(path+".id", d.ID)
		r.unique(decisions, path+".id", d.ID)
		r.text(path+".title", d.Title, true)
		r.reference(path+".group", d.Group, "group", groups)
		if !articlePattern.MatchString(d.Article) {
			r.wrong(path+".article", "%q must be an article number such as 20, 14.2 (paragraph 2) or 20(8) (item 8)", d.Article)
		}
		r.oneOf(path+".remedy", d.Remedy, []string{"", "review_first", "none"})
	}
	r.bands("requests.fees.case", q.Fees.Case)
	r.bands("requests.fees.page", q.Fees.Page)
}

// bands checks that a ladder climbs and that only its last band is without end.
func (r *reader) bands(path string, bs []Band) {
	last := 0
	for i, b := range bs {
		open := b.Upto == 0 && i == len(bs)-1
		if b.Yuan < 0 || b.Upto <= last && !open {
			r.wrong(fmt.Sprintf("%s[%d]", path, i), "bands climb: each ends above the one before, only the last may be without end (upto: 0), and none costs less than nothing")
		}
		last = b.Upto
	}
}
