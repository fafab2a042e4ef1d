package disclosure

import (
	"slices"
	"strconv"

	"yangguang/disclosure/form"
	"yangguang/internal/suppress"
	"yangguang/norm"
)

// told is one text with figures of people: the new one, or one that is public.
type told struct {
	unit     int64
	unitName string
	category string
	period   string
	item     int64
	form     *norm.Form
	data     form.Data // totals filled
	hidden   map[string]Hidden
	fresh    bool // the new one
	own      bool // of the same unit and category
	last     bool // the text of its item that stands now
	nobody   bool // no text at all: what others tell of one not published
}

// place is where a figure of the family stands.
type place struct {
	text   int
	figure string
}

// kin are the texts tied to a new one by sums, as a family of figures.
type kin struct {
	d      *Disclosure
	texts  []told // the new one first
	units  []tieOfUnits
	family suppress.Family
	places []place
	at     map[place]int
	year   string
	heads  map[int64]bool // units read that have units below them
}

// tieOfUnits says that a table above is the sum of tables below it.
type tieOfUnits struct {
	above         int64 // unit
	aboveCategory string
	tie           norm.Tie
	below         []int64 // units
	belowCategory string
}

func newKin(d *Disclosure, fresh told) *kin {
	b := &kin{d: d, at: map[place]int{}}
	if len(fresh.period) >= 4 {
		b.year = fresh.period[:4]
	}
	b.add(fresh)
	return b
}

// add takes in a text, its figures of people and the sums within it.
func (b *kin) add(t told) {
	n := len(b.texts)
	b.texts = append(b.texts, t)
	for _, x := range t.form.Fields {
		if x.People {
			b.cell(n, form.FieldFigure(x.ID), t.data.Fields[x.ID], b.cost(t.form, "", x.ID))
		}
	}
	withheld := t.form.Withheld(t.data.Fields)
	for _, r := range t.data.Rows {
		for _, c := range t.form.Columns {
			if !c.People {
				continue
			}
			name := form.Figure(r.ID, c.ID)
			b.cell(n, name, r.Cells[c.ID], b.cost(t.form, r.ID, c.ID))
			if i, ok := b.at[place{n, name}]; ok && t.fresh {
				w := slices.Contains(withheld, c.ID)
				b.family.Cells[i].Force, b.family.Cells[i].Wide = w, w
			}
		}
	}
	b.inside(n)
}

func (b *kin) cell(text int, figure, answer string, cost int) {
	v, err := strconv.ParseInt(answer, 10, 64)
	if err != nil || v < 0 {
		return
	}
	t := b.texts[text]
	c := suppress.Cell{Value: v, Below: int64(t.form.Below), Cost: cost, Past: !t.fresh}
	if h, ok := t.hidden[figure]; ok {
		if c.Shown, c.Loose, c.Wide = suppress.Dark, h.Loose, h.Why == WhyWindow; h.Below > 0 {
			c.Shown = suppress.Fewer
		}
	}
	if t.nobody {
		c.Shown, c.Loose = suppress.Dark, true
	}
	b.at[place{text, figure}] = len(b.places)
	b.places = append(b.places, place{text, figure})
	b.family.Cells = append(b.family.Cells, c)
}

// cost weighs what readers lose: totals are what they look for first.
func (b *kin) cost(f *norm.Form, row, column string) int {
	n := 1
	for _, s := range f.Sums {
		if s.Axis == "rows" && s.Total == row {
			n += 2
		}
		if s.Axis == "columns" && s.Total == column {
			n++
		}
	}
	return n
}

// sum adds what is known to be constant; terms without a figure count for
// nothing, and are known.
func (b *kin) sum(terms ...term) {
	var s suppress.Sum
	for _, t := range terms {
		if i, ok := b.at[place{t.text, t.figure}]; ok {
			s = append(s, suppress.Term{Cell: i, Coef: t.sign})
		}
	}
	if len(s) > 0 {
		b.family.Sums = append(b.family.Sums, s)
	}
}

type term struct {
	text   int
	figure string
	sign   int64
}

// inside are the sums of a table or record itself.
func (b *kin) inside(n int) {
	t := b.texts[n]
	add := func(s norm.Sum, figure func(id string) string) {
		terms := []term{{n, figure(s.Total), -1}}
		for _, id := range s.Parts {
			terms = append(terms, term{n, figure(id), 1})
		}
		for _, id := range s.Minus {
			terms = append(terms, term{n, figure(id), -1})
		}
		b.sum(terms...)
	}
	for _, s := range t.form.Sums {
		switch {
		case s.Axis == "rows":
			for _, c := range t.form.Columns {
				if c.People {
					add(s, func(id string) string { return form.Figure(id, c.ID) })
				}
			}
		case t.form.Shape == "record":
			add(s, form.FieldFigure)
		default:
			for _, r := range t.data.Rows {
				add(s, func(id string) string { return form.Figure(r.ID, id) })
			}
		}
	}
}

func (b *kin) value(text int, figure string) (int64, bool) {
	i, ok := b.at[place{text, figure}]
	if !ok {
		return 0, false
	}
	return b.family.Cells[i].Value, true
}

// stuck counts a hidden figure as known, because what ties it elsewhere was not
// read: the promise must not rest on it.
func (b *kin) stuck(text int, figure string) {
	if i, ok := b.at[place{text, figure}]; ok && !b.texts[text].fresh {
		b.family.Cells[i].Stuck = true
	}
}

// figures are the names of a text's figures of people.
func (b *kin) figures(text int) (out []string) {
	for _, p := range b.places {
		if p.text == text {
			out = append(out, p.figure)
		}
	}
	return out
}
