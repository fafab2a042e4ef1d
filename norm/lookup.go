package norm

import (
	"slices"

	"yangguang/internal/clock"
	"yangguang/internal/i18n"
)

// index makes lookups by id cheap; it is built once, when a profile is parsed.
type index struct {
	kind     map[string]*Catalogue
	category map[string]*Category
	owner    map[string]*Catalogue // category id -> its catalogue
	clause   map[string]*Clause
	form     map[string]*Form
	review   map[string]*ReviewRule
}

func (p *Profile) buildIndex() {
	x := index{map[string]*Catalogue{}, map[string]*Category{}, map[string]*Catalogue{}, map[string]*Clause{},
		map[string]*Form{}, map[string]*ReviewRule{}}
	for i := range p.Catalogues {
		c := &p.Catalogues[i]
		x.kind[c.ID] = c
		for j := range c.Categories {
			x.category[c.Categories[j].ID], x.owner[c.Categories[j].ID] = &c.Categories[j], c
		}
	}
	for i := range p.Catalogues {
		for _, k := range p.Catalogues[i].Kinds {
			x.kind[k] = &p.Catalogues[i]
		}
	}
	for i := range p.Clauses {
		x.clause[p.Clauses[i].ID] = &p.Clauses[i]
	}
	for i := range p.Forms {
		x.form[p.Forms[i].ID] = &p.Forms[i]
	}
	for i := range p.Reviews {
		x.review[p.Reviews[i].ID] = &p.Reviews[i]
	}
	p.index = x
}

// Catalogue returns the catalogue that binds agencies of this kind (authority, township, institution, village) or, if
// none does, the one with this id; nil if there is neither.
func (p *Profile) Catalogue(kind string) *Catalogue { return p.index.kind[kind] }

// Category returns the category with this id ("county.8"), or nil.
func (p *Profile) Category(id string) *Category { return p.index.category[id] }

// CatalogueOf returns the catalogue a category belongs to, or nil.
func (p *Profile) CatalogueOf(category string) *Catalogue { return p.index.owner[category] }

// Clause returns the clause with this id ("1.2.1"), or nil.
func (p *Profile) Clause(id string) *Clause { return p.index.clause[id] }

// Children returns the clauses directly below this one, in the norm's order; of "" the parts of the norm.
func (p *Profile) Children(clause string) []Clause {
	var out []Clause
	for _, c := range p.Clauses {
		if c.Parent == clause {
			out = append(out, c)
		}
	}
	return out
}

// Form returns the form with this id, or nil; nil also for "", which is rich text.
func (p *Profile) Form(id string) *Form { return p.index.form[id] }

// Review returns the review rule with this id, or nil.
func (p *Profile) Review(id string) *ReviewRule { return p.index.review[id] }

// Label returns the profile's own word for a key; a key it does not have comes back as itself, so that it is seen.
func (p *Profile) Label(key string) i18n.Text {
	if t, ok := p.Labels[key]; ok {
		return t
	}
	return i18n.Text{Zh: key, En: key}
}

// BySlug returns the category of this catalogue with this word in its address, or nil.
func (c *Catalogue) BySlug(slug string) *Category {
	i := slices.IndexFunc(c.Categories, func(k Category) bool { return k.Slug == slug })
	if i < 0 {
		return nil
	}
	return &c.Categories[i]
}

// ActiveOn returns the categories owed on day d, in the norm's order.
func (c *Catalogue) ActiveOn(d clock.Date) []Category {
	var out []Category
	for _, k := range c.Categories {
		if k.ActiveOn(d) {
			out = append(out, k)
		}
	}
	return out
}

// ActiveOn reports whether the category is owed on day d: from ValidFrom to ValidTo, both days included.
func (c Category) ActiveOn(d clock.Date) bool {
	if !c.ValidFrom.IsZero() && d.Before(c.ValidFrom) {
		return false
	}
	return c.ValidTo.IsZero() || !d.After(c.ValidTo)
}

// FormIDs lists the forms an author may choose, the usual one first; "" among them is rich text.
func (c Category) FormIDs() []string { return append([]string{c.Form}, c.MoreForms...) }

// Retired returns the profile as it stands after its planned retirements: every category with a RetireOn is owed until
// the day before. An installation switches this on; the norm as issued is the default (docs/divergence.md).
func (p *Profile) Retired() *Profile {
	q := *p
	q.Catalogues = slices.Clone(p.Catalogues)
	for i := range q.Catalogues {
		q.Catalogues[i].Categories = slices.Clone(p.Catalogues[i].Categories)
		for j := range q.Catalogues[i].Categories {
			k := &q.Catalogues[i].Categories[j]
			if !k.RetireOn.IsZero() {
				k.ValidTo = k.RetireOn.AddDays(-1)
			}
		}
	}
	q.buildIndex()
	return &q
}

// Step returns the step with this id among the usual steps, or nil.
func (r *ReviewRule) Step(id string) *ReviewStep {
	i := slices.IndexFunc(r.Steps, func(s ReviewStep) bool { return s.ID == id })
	if i < 0 {
		return nil
	}
	return &r.Steps[i]
}

// MayShare reports whether one natural person may hold both of these slots of the rule. The author holds "author",
// which is never shared.
func (r *ReviewRule) MayShare(slot, other string) bool {
	return slices.ContainsFunc(r.Steps, func(s ReviewStep) bool {
		return s.MayShare != "" && (s.Slot == slot && s.MayShare == other || s.Slot == other && s.MayShare == slot)
	})
}

// Least is the smallest number of natural persons that can satisfy the steps, the author among them.
func (r *ReviewRule) Least() int { return least(r.Steps) }

func least(steps []ReviewStep) int {
	slots := map[string]bool{}
	for _, s := range steps {
		if s.MayShare == "" {
			slots[s.Slot] = true
		}
	}
	return 1 + len(slots)
}

// Field returns the header field with this id, or nil.
func (f *Form) Field(id string) *Field { return findField(f.Fields, id) }

// Column returns the column with this id, or nil.
func (f *Form) Column(id string) *Field { return findField(f.Columns, id) }

func findField(fs []Field, id string) *Field {
	i := slices.IndexFunc(fs, func(x Field) bool { return x.ID == id })
	if i < 0 {
		return nil
	}
	return &fs[i]
}

// Numeric reports whether the field holds a number, so that sums and bounds apply to it.
func (f Field) Numeric() bool { return f.Type == "integer" || f.Type == "decimal" || f.Type == "money" }
