package norm

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"yangguang/internal/i18n"
)

var (
	slugPattern    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	wordPattern    = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)         // ids inside forms and reviews; keys of stored data
	clausePattern  = regexp.MustCompile(`^[0-9a-z]+(\.[0-9a-z]+)*$`) // "1.2.1"
	articlePattern = regexp.MustCompile(`^\d+(\.\d+)?(\(\d+\))?$`)   // "20", "14.2", "20(8)"
	agencyKinds    = []string{"authority", "township", "institution", "village"}
	periods        = []string{"on_change", "monthly", "quarterly", "half_yearly", "yearly"}
	spanUnits      = []string{"working_days", "calendar_days", "months"}
	requiredLabels = requireLabels()
)

// requireLabels lists the words every profile must bring, since pages cannot be drawn without them.
func requireLabels() []string {
	keys := []string{"platform", "item", "catalogue", "category", "obligation", "urge", "supervisor", "cite.title",
		"cite.article", "cite.paragraph", "cite.item"}
	for _, k := range agencyKinds {
		keys = append(keys, "kind."+k)
	}
	for _, k := range periods {
		keys = append(keys, "period."+k)
		if periodMonths[k] > 0 {
			keys = append(keys, "window."+k)
		}
	}
	for _, k := range spanUnits {
		keys = append(keys, "within."+k)
	}
	return keys
}

// validate checks what the shape of the file cannot say. Each function below reports every problem of its part.
func (r *reader) validate(p *Profile) {
	r.slug("id", p.ID)
	if p.Version == "" {
		r.wrong("version", "the version is missing; number the edition, for example \"1\"")
	}
	r.text("title", p.Title, true)
	r.text("issuer", p.Issuer, false)
	r.text("note", p.Note, false)
	if p.ValidFrom.IsZero() {
		r.wrong("valid_from", "the date this edition takes effect is missing; write it as 2026-11-23")
	}
	r.calendar(p.Calendar)
	r.coverage(p.Coverage)
	r.labels(p)
	r.laws(p.Laws)
	r.clauses(p.Clauses)
	r.reviews(p)
	r.forms(p.Forms)
	r.catalogues(p)
	r.requests(p.Requests)
	r.casework(p.Casework)
	r.synonyms(p.Synonyms)
	r.allTies(p)
}

// text checks bilingual text: both languages or, where not required, neither; no Chinese characters in the English.
func (r *reader) text(path string, t i18n.Text, required bool) {
	switch {
	case t.IsZero() && !required:
	case t.IsZero():
		r.wrong(path, "the text is missing; write it in zh and en")
	case strings.TrimSpace(t.Zh) == "":
		r.wrong(path, "the Chinese text (zh) is missing")
	case strings.TrimSpace(t.En) == "":
		r.wrong(path, "the English text (en) is missing")
	case strings.IndexFunc(t.En, isHan) >= 0:
		r.wrong(path+".en", "the English text contains Chinese characters; translate them")
	}
}

func isHan(c rune) bool { return unicode.Is(unicode.Han, c) }

func (r *reader) slug(path, s string) {
	if !slugPattern.MatchString(s) {
		r.wrong(path, "%q may hold only a-z, 0-9 and single hyphens between them", s)
	}
}

func (r *reader) word(path, s string) {
	if !wordPattern.MatchString(s) {
		r.wrong(path, "%q must begin with a-z and hold only a-z, 0-9 and _", s)
	}
}

func (r *reader) oneOf(path, s string, allowed []string) {
	if !slices.Contains(allowed, s) {
		r.wrong(path, "%q is not known; write one of %s", s, strings.Join(allowed, ", "))
	}
}

// unique reports the second and further uses of a value among siblings.
func (r *reader) unique(seen map[string]string, path, value string) {
	if value == "" {
		return
	}
	if first, ok := seen[value]; ok {
		r.wrong(path, "%q is already used by %s; choose another", value, first)
		return
	}
	seen[value] = path
}

func (r *reader) labels(p *Profile) {
	for _, k := range requiredLabels {
		if _, ok := p.Labels[k]; !ok {
			r.wrong("labels", "the label %q is missing; write it in zh and en", k)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(p.Labels)) {
		r.text("labels."+k, p.Labels[k], true)
	}
}

func (r *reader) laws(laws []Law) {
	seen := map[string]string{}
	for i, l := range laws {
		at := fmt.Sprintf("laws[%d]", i)
		r.slug(at+".id", l.ID)
		r.unique(seen, at+".id", l.ID)
		r.text(at+".title", l.Title, true)
		r.url(at+".url", l.URL)
	}
}

func (r *reader) url(path, s string) {
	if s != "" && !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://") {
		r.wrong(path, "%q must begin with https:// or http://", s)
	}
}

func (r *reader) clauses(clauses []Clause) {
	if len(clauses) == 0 {
		r.wrong("clauses", "a profile needs at least one clause for its catalogues to point to")
	}
	seen := map[string]string{}
	for i, c := range clauses {
		at := fmt.Sprintf("clauses[%d]", i)
		if !clausePattern.MatchString(c.ID) {
			r.wrong(at+".id", "%q must be numbers or small letters joined by dots, such as 1.2.1", c.ID)
		}
		if c.Parent != "" && seen[c.Parent] == "" {
			r.wrong(at+".parent", "clause %q does not come before this one; put parents first", c.Parent)
		}
		r.unique(seen, at+".id", c.ID)
		r.text(at+".title", c.Title, true)
		r.text(at+".text", c.Text, true)
		r.text(at+".product", c.Product, false)
	}
}

func (r *reader) catalogues(p *Profile) {
	if len(p.Catalogues) == 0 {
		r.wrong("catalogues", "a profile needs at least one catalogue")
	}
	ids, kinds, categories := map[string]string{}, map[string]string{}, map[string]string{}
	for i := range p.Catalogues {
		c, at := &p.Catalogues[i], fmt.Sprintf("catalogues[%d]", i)
		r.slug(at+".id", c.ID)
		r.unique(ids, at+".id", c.ID)
		r.text(at+".title", c.Title, true)
		r.reference(at+".clause", c.Clause, "clause", idsOf(p.Clauses, func(x Clause) string { return x.ID }))
		r.reference(at+".review", c.Review, "review rule", idsOf(p.Reviews, func(x ReviewRule) string { return x.ID }))
		if len(c.Kinds) == 0 {
			r.wrong(at+".kinds", "say which kinds of agency the catalogue binds: %s", strings.Join(agencyKinds, ", "))
		}
		for j, k := range c.Kinds {
			r.oneOf(fmt.Sprintf("%s.kinds[%d]", at, j), k, agencyKinds)
			r.unique(kinds, fmt.Sprintf("%s.kinds[%d]", at, j), k)
		}
		r.text(at+".bearer", c.Bearer, false)
		r.text(at+".audience", c.Audience, false)
		if c.Within != (Span{}) {
			r.span(at+".within", c.Within)
		}
		r.choices(at+".channels", c.Channels)
		for n, b := range c.Basis {
			r.basis(p, fmt.Sprintf("%s.basis[%d]", at, n), b)
		}
		if len(c.Categories) == 0 {
			r.wrong(at+".categories", "a catalogue needs at least one category")
		}
		r.categories(p, c, at, categories)
	}
}

func idsOf[T any](list []T, id func(T) string) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = id(list[i])
	}
	return out
}

func (r *reader) reference(path, id, what string, known []string) {
	if !slices.Contains(known, id) {
		r.wrong(path, "there is no %s %q; define it or write one of %s", what, id, strings.Join(known, ", "))
	}
}
