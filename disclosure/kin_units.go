package disclosure

import (
	"encoding/json"
	"slices"
	"strconv"

	"yangguang/agency"
	"yangguang/disclosure/form"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/norm"
)

func whole(v int64) string { return strconv.FormatInt(v, 10) }

// gather reads the texts a new one is tied to.
func (b *kin) gather(tx *db.Tx, u agency.Agency, it *Item, v *Version) error {
	if err := b.read(tx, []agency.Agency{u}, it.Category, v.ID, func(t *told) { t.own = true }); err != nil {
		return err
	}
	if it.Period == "" {
		return nil
	}
	for _, up := range b.d.Norm.Above(it.Category) {
		if u.Superior == 0 {
			break
		}
		above, err := agency.Find(tx, u.Superior)
		if err != nil {
			return err
		}
		if cg := b.d.Norm.Catalogue(string(above.Kind)); cg == nil || b.d.Norm.CatalogueOf(up.Category) != cg {
			continue
		}
		if err := b.join(tx, above, up.Category, up.Tie, v.ID); err != nil {
			return err
		}
	}
	for _, t := range b.texts[0].form.Ties {
		if t.Kind == "units" {
			if err := b.join(tx, u, it.Category, t, v.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// join reads a table above and all tables below it of the year.
func (b *kin) join(tx *db.Tx, above agency.Agency, category string, t norm.Tie, except int64) error {
	below, err := b.below(tx, above, t.Category)
	if err != nil || len(below) == 0 {
		return err
	}
	x := tieOfUnits{above: above.ID, aboveCategory: category, tie: t, belowCategory: t.Category}
	for _, u := range below {
		x.below = append(x.below, u.ID)
	}
	b.units = append(b.units, x)
	if above.ID != b.texts[0].unit || category != b.texts[0].category {
		if err := b.read(tx, []agency.Agency{above}, category, except, nil); err != nil {
			return err
		}
	}
	rest := slices.DeleteFunc(below, func(u agency.Agency) bool { return u.ID == b.texts[0].unit })
	return b.read(tx, rest, t.Category, except, nil)
}

// below are the units directly below that owe a category.
func (b *kin) below(tx *db.Tx, above agency.Agency, category string) (out []agency.Agency, err error) {
	cg := b.d.Norm.CatalogueOf(category)
	for after := int64(0); ; {
		page, err := agency.Subordinates(tx, above.ID, after, agency.MaxPage)
		if err != nil {
			return nil, err
		}
		for _, u := range page {
			if b.d.Norm.Catalogue(string(u.Kind)) == cg {
				out = append(out, u)
			}
			after = u.ID
		}
		if len(page) < agency.MaxPage {
			return out, nil
		}
	}
}

// near answers whether texts of a period of the own unit were read.
func (b *kin) near(key string) bool {
	y, err := strconv.Atoi(b.year)
	if err != nil || len(key) < 4 {
		return false
	}
	k, err := strconv.Atoi(key[:4])
	return err == nil && k >= y-1 && k <= y+1
}

// keys are the periods of a category around one, in their order.
func (b *kin) keys(category, period string) (out []string) {
	c := b.d.Norm.Category(category)
	if c == nil || len(period) < 4 {
		return nil
	}
	y, err := strconv.Atoi(period[:4])
	if err != nil {
		return nil
	}
	for _, w := range b.d.Norm.Periods(*c, clock.NewDate(y-2, 1, 1), clock.NewDate(y+2, 12, 31)) {
		out = append(out, w.Key)
	}
	return out
}

// read takes in what some units published in a category: of the own unit also
// of the years beside, of others of the year.
func (b *kin) read(tx *db.Tx, us []agency.Agency, category string, except int64, also func(*told)) error {
	names := map[int64]string{}
	byProvince := map[int][]int64{}
	var order []int
	for _, u := range us {
		names[u.ID] = u.Name
		if byProvince[u.Province()] == nil {
			order = append(order, u.Province())
		}
		byProvince[u.Province()] = append(byProvince[u.Province()], u.ID)
	}
	from, to := "", ""
	if y, err := strconv.Atoi(b.year); err == nil {
		from, to = strconv.Itoa(y), strconv.Itoa(y+1)
		if also != nil {
			from, to = strconv.Itoa(y-1), strconv.Itoa(y+2)
		}
	}
	for _, province := range order {
		rows, err := tiedTexts(tx, province, byProvince[province], category, from, to)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.version == except {
				continue
			}
			t, ok := b.told(r)
			if !ok || b.year == "" && t.item != b.texts[0].item {
				continue
			}
			t.unitName = names[t.unit]
			if also != nil {
				also(&t)
			}
			b.add(t)
		}
	}
	return nil
}

// told reads a public text; false for what has no figures of people.
func (b *kin) told(r tiedText) (t told, ok bool) {
	f := b.d.Norm.Form(r.form)
	if f == nil || !f.CountsPeople() {
		return t, false
	}
	data, err := form.Decode([]byte(r.data))
	if err != nil {
		return t, false
	}
	t = told{unit: r.agency, category: r.category, period: r.period, item: r.item, form: f, data: form.FillSums(*f, data),
		hidden: map[string]Hidden{}, last: r.state == Published}
	var all []Hidden
	if r.hidden != "" && json.Unmarshal([]byte(r.hidden), &all) == nil {
		for _, h := range all {
			t.hidden[h.Figure] = h
		}
	}
	return t, true
}

// unitIDs are the units whose texts were read and that could have others below.
func (b *kin) unitIDs() (out []int64) {
	for _, t := range b.texts {
		if slices.ContainsFunc(t.form.Ties, func(x norm.Tie) bool { return x.Kind == "units" }) && !slices.Contains(out, t.unit) {
			out = append(out, t.unit)
		}
	}
	return out
}

// loneUnits counts as known what is tied to units that were not read.
func (b *kin) loneUnits(i int, t norm.Tie) {
	x := b.texts[i]
	read := slices.ContainsFunc(b.units, func(u tieOfUnits) bool {
		return u.above == x.unit && u.aboveCategory == x.category && u.belowCategory == t.Category
	})
	if read && x.period != "" && len(x.period) >= 4 && x.period[:4] == b.year || x.fresh {
		return
	}
	if t.Total != "" {
		b.stuck(i, t.Total)
		return
	}
	for _, name := range b.figures(i) {
		b.stuck(i, name)
	}
}

// unitsTie: a table above is the sum of those below. Where some are not
// published yet, what is left over is theirs, and must not be told either.
func (b *kin) unitsTie(t tieOfUnits) {
	for i := range b.texts {
		x := b.texts[i]
		if x.unit != t.above || x.category != t.aboveCategory || x.nobody || len(x.period) < 4 || x.period[:4] != b.year {
			continue
		}
		var parts []int
		for _, u := range t.below {
			at := -1
			for j, y := range b.texts {
				if y.unit == u && y.category == t.belowCategory && y.period == x.period && !y.nobody && (y.fresh || at < 0 || y.last && !b.texts[at].fresh) {
					at = j
				}
			}
			if at >= 0 {
				parts = append(parts, at)
			}
		}
		b.sumUnits(i, parts, len(parts) < len(t.below), t)
	}
}

func (b *kin) sumUnits(i int, parts []int, some bool, t tieOfUnits) {
	if len(parts) == 0 {
		return
	}
	pairs := [][2]string{{t.tie.Total, t.tie.Part}}
	if t.tie.Total == "" {
		pairs = nil
		for _, name := range b.figures(i) {
			pairs = append(pairs, [2]string{name, name})
		}
	}
	ghost := -1
	for _, p := range pairs {
		left, ok := b.value(i, p[0])
		if !ok {
			continue
		}
		terms := []term{{i, p[0], -1}}
		for _, j := range parts {
			v, _ := b.value(j, p[1])
			left -= v
			terms = append(terms, term{j, p[1], 1})
		}
		switch {
		case left == 0 && !some:
			b.sum(terms...)
		case some && left >= 0:
			if ghost < 0 {
				ghost = len(b.texts)
				y := b.texts[parts[0]]
				b.texts = append(b.texts, told{category: y.category, period: y.period, form: y.form, nobody: true})
			}
			b.cell(ghost, p[1], whole(left), 1)
			b.sum(append(terms, term{ghost, p[1], 1})...)
		}
	}
	if ghost >= 0 && t.tie.Total == "" {
		b.texts[ghost].data = b.texts[i].data
		b.inside(ghost)
	}
}
