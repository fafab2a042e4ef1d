package norm

import (
	"fmt"
	"strconv"
	"strings"
)

// categories checks the entries of one catalogue; ids is shared by all catalogues, since a category's id is stored alone.
func (r *reader) categories(p *Profile, c *Catalogue, at string, ids map[string]string) {
	slugs, numbers := map[string]string{}, map[string]string{}
	for j := range c.Categories {
		k, here := &c.Categories[j], fmt.Sprintf("%s.categories[%d]", at, j)
		if rest, ok := strings.CutPrefix(k.ID, c.ID+"."); !ok || !clausePattern.MatchString(rest) {
			r.wrong(here+".id", "%q must be the catalogue's id, a dot and a number or word, such as %s.%d", k.ID, c.ID, j+1)
		}
		r.unique(ids, here+".id", k.ID)
		if k.Number < 1 {
			r.wrong(here+".number", "the number in the norm's own list must be 1 or more")
		} else {
			r.unique(numbers, here+".number", strconv.Itoa(k.Number))
		}
		r.slug(here+".slug", k.Slug)
		r.unique(slugs, here+".slug", k.Slug)
		r.text(here+".title", k.Title, true)
		r.text(here+".content", k.Content, true)
		if k.Bearer.IsZero() || k.Bearer != c.Bearer { // the catalogue's own is checked once, there
			r.text(here+".bearer", k.Bearer, true)
		}
		if k.Audience.IsZero() || k.Audience != c.Audience {
			r.text(here+".audience", k.Audience, true)
		}
		r.obligation(p, c, k, here)
	}
}

// obligation checks when and in which form a category is owed, and on what law it rests.
func (r *reader) obligation(p *Profile, c *Catalogue, k *Category, here string) {
	r.oneOf(here+".period", k.Period, periods)
	if k.Within == (Span{}) || k.Within != c.Within {
		r.span(here+".within", k.Within)
	}
	if k.Since != "" {
		r.oneOf(here+".since", k.Since, []string{"start", "end"})
		if !k.Periodic() {
			r.wrong(here+".since", "since applies only to a category that is owed once per period")
		}
	}
	forms := idsOf(p.Forms, func(x Form) string { return x.ID })
	if k.Form != "" {
		r.reference(here+".form", k.Form, "form", forms)
	}
	for i, f := range k.MoreForms {
		if f != "" {
			r.reference(fmt.Sprintf("%s.more_forms[%d]", here, i), f, "form", forms)
		}
	}
	if len(k.Basis) == 0 {
		r.wrong(here+".basis", "a category rests on at least one law; name it by law and article")
	}
	for i, b := range k.Basis[:max(0, len(k.Basis)-len(c.Basis))] {
		r.basis(p, fmt.Sprintf("%s.basis[%d]", here, i), b)
	}
	if !k.ValidFrom.IsZero() && !k.ValidTo.IsZero() && k.ValidFrom.After(k.ValidTo) {
		r.wrong(here+".valid_to", "the last day %s comes before the first day %s; correct one of them", k.ValidTo, k.ValidFrom)
	}
	if !k.RetireOn.IsZero() && !k.ValidFrom.IsZero() && !k.RetireOn.After(k.ValidFrom) {
		r.wrong(here+".retire_on", "a category cannot retire on %s, before it is owed from %s", k.RetireOn, k.ValidFrom)
	}
	r.text(here+".retire_note", k.RetireNote, !k.RetireOn.IsZero())
	if rule := ruleOf(p, c.Review); k.Emergency && rule != nil && len(rule.Emergency) == 0 {
		r.wrong(here+".emergency", "the review rule %q has no emergency path; add one or remove this", c.Review)
	}
}

func ruleOf(p *Profile, id string) *ReviewRule {
	for i := range p.Reviews {
		if p.Reviews[i].ID == id {
			return &p.Reviews[i]
		}
	}
	return nil
}

func (r *reader) span(path string, s Span) {
	if s == (Span{}) {
		r.wrong(path, "the time limit is missing; write it here or once for the catalogue, such as {n: 20, unit: working_days}")
		return
	}
	if s.N < 1 || s.N > 366 {
		r.wrong(path+".n", "%d must lie between 1 and 366", s.N)
	}
	r.oneOf(path+".unit", s.Unit, spanUnits)
}

func (r *reader) basis(p *Profile, path string, b Basis) {
	if b.Law != "" {
		r.reference(path+".law", b.Law, "law", idsOf(p.Laws, func(x Law) string { return x.ID }))
	} else {
		r.text(path+".title", b.Title, true)
		r.url(path+".url", b.URL)
	}
	if b.Article != "" && !articlePattern.MatchString(b.Article) {
		r.wrong(path+".article", "%q must be an article number such as 20, 14.2 (paragraph 2) or 20(8) (item 8)", b.Article)
	}
}
