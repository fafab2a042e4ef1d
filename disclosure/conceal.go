package disclosure

import (
	"encoding/json"
	"slices"

	"yangguang/agency"
	"yangguang/disclosure/form"
	"yangguang/internal/db"
	"yangguang/internal/suppress"
	"yangguang/norm"
)

// concealed is what of a text the public will not read.
type concealed struct {
	Hidden []Hidden
	People int      // figures of people in the text
	Lost   []string // small figures of which what is public already tells more than "fewer than"
}

// conceal decides it from all that is public and tied to the text by a sum: its
// own earlier texts, the unit's other periods, the units above, beside and
// below. Nobody can ask for less to be hidden.
func (d *Disclosure) conceal(tx *db.Tx, u agency.Agency, it *Item, v *Version) (c concealed, err error) {
	f := d.Norm.Form(v.Form)
	if f == nil || !f.CountsPeople() || v.Data == "" {
		return c, nil
	}
	data, err := form.Decode([]byte(v.Data))
	if err != nil {
		return c, err
	}
	b := newKin(d, told{unit: u.ID, unitName: u.Name, category: it.Category, period: it.Period, item: it.ID, form: f,
		data: form.FillSums(*f, data), fresh: true, own: true})
	if err := b.gather(tx, u, it, v); err != nil {
		return c, err
	}
	if b.heads, err = unitsWithBelow(tx, b.unitIDs()); err != nil {
		return c, err
	}
	b.tie()
	plan := suppress.Protect(b.family)
	return b.concealed(plan), nil
}

// keepConcealed writes into a version what of it is hidden, before it is saved.
func (d *Disclosure) keepConcealed(tx *db.Tx, u agency.Agency, it *Item, v *Version) error {
	c, err := d.conceal(tx, u, it, v)
	if err != nil {
		return err
	}
	v.Hidden = ""
	if len(c.Hidden) == 0 {
		return nil
	}
	b, err := json.Marshal(c.Hidden)
	v.Hidden = string(b)
	return err
}

// concealed reads the plan for the new text.
func (b *kin) concealed(p suppress.Plan) (c concealed) {
	marks := map[string]bool{}
	c.People = len(b.figures(0))
	for i, at := range b.places {
		if at.text != 0 || p.Shown[i] == suppress.Open {
			continue
		}
		h := Hidden{Figure: at.figure, Why: WhySmall, Loose: p.Loose[i]}
		if p.Shown[i] == suppress.Fewer {
			h.Below = b.family.Cells[i].Below
		}
		switch why, target := p.Explain(i); why {
		case suppress.Forced:
			h.Why = WhyWindow
		case suppress.Protects:
			h.Why = WhyProtect
			if target >= 0 {
				h.For, h.Unit, h.Period = b.words(target)
			}
		}
		c.Hidden = append(c.Hidden, h)
		marks[at.figure] = true
	}
	c.Hidden = append(c.Hidden, followers(b.texts[0].form, b.texts[0].data, marks)...)
	slices.SortStableFunc(c.Hidden, func(x, y Hidden) int { return b.order(x.Figure) - b.order(y.Figure) })
	for _, i := range p.Lost {
		if b.places[i].text == 0 {
			c.Lost = append(c.Lost, b.places[i].figure)
		}
	}
	return c
}

// words says which figure a hidden one protects: one of this text by its name,
// else in whose table and of which period it stands.
func (b *kin) words(target int) (figure, unit, period string) {
	at := b.places[target]
	if at.text == 0 {
		return at.figure, "", ""
	}
	t := b.texts[at.text]
	if t.unit != b.texts[0].unit {
		unit = t.unitName
	}
	return "", unit, t.period
}

// order is a figure's place in its form, for a stable list.
func (b *kin) order(figure string) int {
	f := b.texts[0].form
	n := 0
	for _, x := range f.Fields {
		if n++; form.FieldFigure(x.ID) == figure {
			return n
		}
	}
	for _, r := range b.texts[0].data.Rows {
		for _, c := range f.Columns {
			if n++; form.Figure(r.ID, c.ID) == figure {
				return n
			}
		}
	}
	return n + 1
}

// followers are the figures that grow with a number of people that is hidden:
// 960 yuan a person tell the persons. A total of which a part is hidden goes
// too, since different standards would tell the parts.
func followers(f *norm.Form, d form.Data, hidden map[string]bool) (out []Hidden) {
	gone := map[string]bool{}
	hide := func(name, people string) {
		if !gone[name] {
			gone[name] = true
			out = append(out, Hidden{Figure: name, Why: WhyFollow, For: people})
		}
	}
	for _, x := range f.Fields {
		people := form.FieldFigure(x.Follows)
		if x.Follows != "" && d.Fields[x.ID] != "" && (hidden[people] || d.Fields[x.Follows] == "") {
			hide(form.FieldFigure(x.ID), people)
		}
	}
	for _, c := range f.Columns {
		if c.Follows == "" {
			continue
		}
		for _, r := range d.Rows {
			people := form.Figure(r.ID, c.Follows)
			if r.Cells[c.ID] != "" && (hidden[people] || r.Cells[c.Follows] == "") {
				hide(form.Figure(r.ID, c.ID), people)
			}
		}
		for range f.Sums {
			for _, s := range f.Sums {
				if s.Axis != "rows" {
					continue
				}
				for _, part := range slices.Concat(s.Parts, s.Minus) {
					if name := form.Figure(part, c.ID); gone[name] {
						hide(form.Figure(s.Total, c.ID), form.Figure(part, c.Follows))
					}
				}
			}
		}
	}
	return out
}
