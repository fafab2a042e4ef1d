package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"sync"

	"github.com/goccy/go-yaml"

	"yangguang/norm"
)

//go:embed data/*.yaml
var files embed.FS

// texts are everything the demonstration says, as data: units, people, items.
type texts struct {
	FoundingBasis string            `yaml:"founding_basis"`
	Mark          string            `yaml:"mark"` // what every unit's name ends with
	People        peopleText        `yaml:"people"`
	Units         []unitText        `yaml:"units"`
	Township      unitText          `yaml:"township"`
	Village       unitText          `yaml:"village"`
	Community     unitText          `yaml:"community"`
	Opinions      opinions          `yaml:"opinions"`
	Standards     map[string]string `yaml:"standards"` // of rewards
	Entries       []entry           `yaml:"entries"`
	Series        []entry           `yaml:"series"` // once each period, with figures made for the unit
	Substitutes   []substituteText  `yaml:"substitutes"`
	Handovers     []handoverText    `yaml:"handovers"`
	Requests      []requestText     `yaml:"requests"`
	Sought        []soughtText      `yaml:"sought"`
	Matters       []matterText      `yaml:"matters"`
	Usual         []usualText       `yaml:"usual"`
	Past          []pastText        `yaml:"past"`
	Yearly        yearlyText        `yaml:"yearly"`
	Knowledge     []articleText     `yaml:"knowledge"`
	Canned        []cannedText      `yaml:"canned"`
	Hotline       hotlineText       `yaml:"hotline"`
	Records       recordsText       `yaml:"records"`
}

type peopleText struct {
	Surnames []string `yaml:"surnames"`
	Marks    []string `yaml:"marks"`
	Given    []string `yaml:"given"`
}

// unitText plans an agency, or all agencies of a kind.
type unitText struct {
	Key      string     `yaml:"key"`
	Division string     `yaml:"division"`
	Kind     string     `yaml:"kind"`
	Superior string     `yaml:"superior"`
	Slug     string     `yaml:"slug"`
	Name     string     `yaml:"name"`
	Short    string     `yaml:"short"`
	Address  string     `yaml:"address"`
	Hours    string     `yaml:"hours"`
	Credit   string     `yaml:"credit"` // the first two characters of its credit code
	Scale    float64    `yaml:"scale"`  // how many times a county's figures
	Show     bool       `yaml:"show"`   // its printed accounts exist
	Rank     int        `yaml:"rank"`   // where its accounts are listed
	Label    string     `yaml:"label"`
	Roles    []roleText `yaml:"roles"`
	// What becomes of it, so many days after the opening: another name, or a merger.
	ChangedOn   int    `yaml:"changed_on"`
	ChangeBasis string `yaml:"change_basis"`
	Former      string `yaml:"former"`
	FormerShort string `yaml:"former_short"`
	MergedInto  string `yaml:"merged_into"`
}

// roleText is a post with what it may do.
type roleText struct {
	Role   string   `yaml:"role"`
	Post   string   `yaml:"post"`
	Duty   string   `yaml:"duty"`
	Login  string   `yaml:"login"`
	Grants []string `yaml:"grants"`
	Below  []string `yaml:"below"` // in every unit of the divisions below
	Whole  []string `yaml:"whole"` // in the whole division, whatever the unit
}

// opinions are what reviewers write, by the step of the norm's rule.
type opinions struct {
	Basis   map[string]string `yaml:"basis"`
	Notes   []string          `yaml:"notes"`
	Clear   string            `yaml:"clear"`   // of a file looked at
	Release string            `yaml:"release"` // of a finding
}

// entry is one item, or one for each unit it is for.
type entry struct {
	Key      string              `yaml:"key"`
	For      string              `yaml:"for"` // a unit's key, a kind, "show-township", "show-village"
	Category string              `yaml:"category"`
	Period   string              `yaml:"period"` // "", "year", "last_year"
	On       string              `yaml:"on"`     // "+5" days after the opening, "-3" before today, "03-15" each year
	Spread   int                 `yaml:"spread"` // units differ by up to so many days
	Formed   int                 `yaml:"formed"` // days before publication; 3 when not said, -1 for the same day
	Skip     int                 `yaml:"skip"`   // of a hundred units, how many never publish it
	Title    string              `yaml:"title"`
	Summary  string              `yaml:"summary"`
	Keywords string              `yaml:"keywords"`
	Doc      string              `yaml:"doc"`
	Body     string              `yaml:"body"`
	Form     string              `yaml:"form"`
	Scaled   bool                `yaml:"scaled"` // figures grow with the unit
	Fields   map[string]string   `yaml:"fields"`
	Rows     []map[string]string `yaml:"rows"`
	Files    []fileText          `yaml:"files"`
	Ends     int                 `yaml:"ends"` // days after publication, of a notice
	Explains string              `yaml:"explains"`
	Stop     string              `yaml:"stop"` // where the work waits: draft, returned, referred, scheduled, or a review step
	Hold     string              `yaml:"hold"` // of a series: where the latest waits in the units with printed accounts
	Note     string              `yaml:"note"` // of whoever returned or referred it
	Release  bool                `yaml:"release"`
	By       string              `yaml:"by"`   // the role that writes it; the drafter when not said
	Lent     bool                `yaml:"lent"` // reviewed by the superior's reviewer
	Urgent   bool                `yaml:"urgent"`
	Later    []laterText         `yaml:"later"`
}

// fileText is an attachment.
type fileText struct {
	Kind string   `yaml:"kind"` // pdf, xlsx, png
	Name string   `yaml:"name"`
	Note string   `yaml:"note"`
	Head string   `yaml:"head"`
	Text []string `yaml:"text"`
}

// laterText is what happens to a published item afterwards.
type laterText struct {
	After   int               `yaml:"after"` // days
	Do      string            `yaml:"do"`    // correct, close_earlier, take_down, validity, report, report_answered, review
	Kind    string            `yaml:"kind"`
	Reason  string            `yaml:"reason"`
	Text    string            `yaml:"text"`
	Replace map[string]string `yaml:"replace"`
}

// readTexts reads every file of data/ into one.
var readTexts = sync.OnceValues(func() (*texts, error) {
	t := &texts{}
	names, err := fs.Glob(files, "data/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		part := &texts{}
		if err := yaml.UnmarshalWithOptions(b, part, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		t.join(part)
	}
	return t, t.check(norm.Builtin())
})

// join takes over what a file says.
func (t *texts) join(p *texts) {
	t.Entries, t.Series, t.Units = append(t.Entries, p.Entries...), append(t.Series, p.Series...), append(t.Units, p.Units...)
	t.Substitutes, t.Handovers = append(t.Substitutes, p.Substitutes...), append(t.Handovers, p.Handovers...)
	t.Requests, t.Past = append(t.Requests, p.Requests...), append(t.Past, p.Past...)
	t.Sought = append(t.Sought, p.Sought...)
	t.Matters, t.Usual = append(t.Matters, p.Matters...), append(t.Usual, p.Usual...)
	t.Knowledge, t.Canned = append(t.Knowledge, p.Knowledge...), append(t.Canned, p.Canned...)
	if p.Records.Subject != "" {
		t.Records = p.Records
	}
	if p.Hotline.Name != "" {
		t.Hotline = p.Hotline
	}
	if p.Yearly.Problems != "" {
		t.Yearly = p.Yearly
	}
	if p.FoundingBasis != "" {
		t.FoundingBasis, t.Mark, t.Standards, t.People, t.Opinions = p.FoundingBasis, p.Mark, p.Standards, p.People, p.Opinions
		t.Township, t.Village, t.Community = p.Township, p.Village, p.Community
	}
}

// check finds slips of the pen in the texts before anything is written.
func (t *texts) check(p *norm.Profile) error {
	for _, e := range append(t.Entries, t.Series...) {
		c := p.Category(e.Category)
		if c == nil {
			return fmt.Errorf("%q: the norm has no category %q", e.Title, e.Category)
		}
		if e.Form != "" && p.Form(e.Form) == nil {
			return fmt.Errorf("%q: the norm has no form %q", e.Title, e.Form)
		}
	}
	return nil
}
