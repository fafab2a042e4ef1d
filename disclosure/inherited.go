package disclosure

import (
	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/norm"
)

// Inherited lists what a unit shows of a category without retyping it: the
// published items of the units above it, the nearest authority's and the
// newest first. 1.2.4(1)(2) 法律法规规章、规范性文件.
func (d *Disclosure) Inherited(tx *db.Tx, u agency.Agency, category string) ([]Row, error) {
	cat := d.Norm.Category(category)
	if cat == nil || !cat.Inherited {
		return nil, nil
	}
	above, err := agency.Superiors(tx, u.ID)
	if err != nil || len(above) == 0 {
		return nil, err
	}
	return itemsOf(tx, above, d.sources(*cat))
}

// sources are the categories of any catalogue whose word in addresses is the
// same: a village's laws are the laws its superiors published.
func (d *Disclosure) sources(cat norm.Category) (ids []string) {
	for _, cg := range d.Norm.Catalogues {
		if k := cg.BySlug(cat.Slug); k != nil {
			ids = append(ids, k.ID)
		}
	}
	return ids
}

// Shelf is one category of a unit's catalogue with what is published in it.
type Shelf struct {
	Category norm.Category
	Count    int // published items of the unit's own
	Shown    int // shown from the units above, when the category is inherited
}

// Of is a unit's catalogue today: each category in force, in the norm's order,
// with the count of what the public finds in it.
func (d *Disclosure) Of(tx *db.Tx, u agency.Agency) (out []Shelf, err error) {
	cg := d.Norm.Catalogue(string(u.Kind))
	if cg == nil {
		return nil, nil
	}
	own, err := countsOf(tx, u)
	if err != nil {
		return nil, err
	}
	for _, cat := range cg.ActiveOn(today(tx)) {
		e := Shelf{Category: cat, Count: own[cat.ID]}
		if cat.Inherited {
			rows, err := d.Inherited(tx, u, cat.ID)
			if err != nil {
				return nil, err
			}
			e.Shown = len(rows)
		}
		out = append(out, e)
	}
	return out, nil
}
