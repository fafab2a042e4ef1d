package disclosure

import (
	"slices"
	"strings"

	"yangguang/disclosure/form"
	"yangguang/norm"
)

// tie adds the sums between texts.
func (b *kin) tie() {
	b.copies()
	for i := range b.texts {
		for _, t := range b.texts[i].form.Ties {
			switch t.Kind {
			case "running":
				b.running(i, t)
			case "carried":
				b.carried(i, t)
			case "rolling":
				b.rolling(i, t)
			case "units":
				if b.heads[b.texts[i].unit] {
					b.loneUnits(i, t)
				}
			}
		}
	}
	for _, t := range b.units {
		b.unitsTie(t)
	}
}

// copies joins two texts about the same thing, a correction and what it
// corrected: a figure that stands in both alike is one figure.
func (b *kin) copies() {
	for i := range b.texts {
		for j := range i {
			x, y := b.texts[i], b.texts[j]
			same := x.item == y.item || x.unit == y.unit && x.category == y.category && x.period == y.period && x.period != ""
			if !same || x.form.ID != y.form.ID || x.nobody || y.nobody {
				continue
			}
			for _, name := range b.figures(i) {
				v, _ := b.value(i, name)
				if w, ok := b.value(j, name); ok && v == w {
					b.sum(term{i, name, 1}, term{j, name, -1})
				}
			}
		}
	}
}

// holding adds a sum between texts if it holds today. One that a correction or
// another day of counting broke tells an outsider nothing: he would find
// another figure, and not know it.
func (b *kin) holding(terms ...term) {
	total := int64(0)
	for _, t := range terms {
		v, _ := b.value(t.text, t.figure)
		total += t.sign * v
	}
	if total == 0 {
		b.sum(terms...)
	}
}

// lines are the pairs of total and part of a tie, through all rows or columns.
func lines(f *norm.Form, d form.Data, t norm.Tie) (out [][2]string) {
	switch {
	case t.Axis == "rows":
		for _, c := range f.Columns {
			if c.People {
				out = append(out, [2]string{form.Figure(t.Total, c.ID), form.Figure(t.Part, c.ID)})
			}
		}
	case f.Shape == "record":
		out = append(out, [2]string{form.FieldFigure(t.Total), form.FieldFigure(t.Part)})
	default:
		for _, r := range d.Rows {
			out = append(out, [2]string{form.Figure(r.ID, t.Total), form.Figure(r.ID, t.Part)})
		}
	}
	return out
}

// before are the texts of the same unit one period earlier; none where the
// period is the first of its year and within is asked for. known is false where
// such texts were not read.
func (b *kin) before(i, back int) (texts []int, key string, known bool) {
	t := b.texts[i]
	keys := b.keys(t.category, t.period)
	k := slices.Index(keys, t.period)
	if k-back < 0 {
		return nil, "", false
	}
	key = keys[k-back]
	if !t.own && !strings.HasPrefix(key, b.year) {
		return nil, key, false
	}
	if t.own && !b.near(key) {
		return nil, key, false
	}
	for j, x := range b.texts {
		if x.unit == t.unit && x.category == t.category && x.period == key && x.form.ID == t.form.ID && !x.nobody {
			texts = append(texts, j)
		}
	}
	return texts, key, true
}

// running: year so far = year so far of the period before + this period.
func (b *kin) running(i int, t norm.Tie) {
	x := b.texts[i]
	if x.period == "" || x.nobody {
		return
	}
	earlier, key, known := b.before(i, 1)
	for _, l := range lines(x.form, x.data, t) {
		total, part := l[0], l[1]
		switch {
		case key != "" && key[:4] != x.period[:4]: // a new year begins
			b.holding(term{i, total, -1}, term{i, part, 1})
		case !known:
			b.stuck(i, total)
		}
		for _, j := range earlier {
			if key[:4] == x.period[:4] {
				b.holding(term{i, total, -1}, term{i, part, 1}, term{j, total, 1})
			}
		}
	}
	if known && len(earlier) == 0 && key[:4] == x.period[:4] {
		b.untold(i, t.Total, t.Axis, key, func(l [2]string) (int64, []term, bool) {
			v, ok1 := b.value(i, l[0])
			w, ok2 := b.value(i, l[1])
			return v - w, []term{{i, l[0], -1}, {i, l[1], 1}}, ok1 && ok2
		}, t)
		b.between(i, key, t)
	}
}

// untold adds a text nobody published, as far as others tell its figures: it
// must not be worked out from them either.
func (b *kin) untold(i int, id, axis, period string, rest func(l [2]string) (int64, []term, bool), t norm.Tie) {
	x := b.texts[i]
	ghost := told{unit: x.unit, unitName: x.unitName, category: x.category, period: period, form: x.form, nobody: true, own: x.own}
	n := len(b.texts)
	b.texts = append(b.texts, ghost)
	for _, l := range lines(x.form, x.data, t) {
		v, terms, ok := rest(l)
		if !ok || v < 0 {
			continue
		}
		b.cell(n, l[0], whole(v), 1)
		b.sum(append(terms, term{n, l[0], 1})...)
	}
	if axis == "columns" { // down its one column the sums of the form hold too
		for _, s := range x.form.Sums {
			if s.Axis != "rows" {
				continue
			}
			terms := []term{{n, form.Figure(s.Total, id), -1}}
			for _, p := range s.Parts {
				terms = append(terms, term{n, form.Figure(p, id), 1})
			}
			for _, p := range s.Minus {
				terms = append(terms, term{n, form.Figure(p, id), -1})
			}
			if len(terms) == b.there(terms) {
				b.sum(terms...)
			}
		}
	}
}

// between joins what others tell of a period nobody published to the nearest
// one before it of which something was: what came between must not be told.
func (b *kin) between(i int, key string, t norm.Tie) {
	x := b.texts[i]
	ghost := len(b.texts) - 1
	for back := 2; ; back++ {
		earlier, at, known := b.before(i, back)
		if !known || at[:4] != key[:4] {
			return
		}
		if len(earlier) == 0 {
			continue
		}
		j := earlier[len(earlier)-1]
		n := len(b.texts)
		b.texts = append(b.texts, told{unit: x.unit, unitName: x.unitName, category: x.category, period: key, form: x.form, nobody: true, own: x.own})
		for _, l := range lines(x.form, x.data, t) {
			v, ok1 := b.value(ghost, l[0])
			w, ok2 := b.value(j, l[0])
			if ok1 && ok2 && v >= w {
				b.cell(n, l[1], whole(v-w), 1)
				b.sum(term{ghost, l[0], -1}, term{j, l[0], 1}, term{n, l[1], 1})
			}
		}
		return
	}
}

func (b *kin) there(terms []term) (n int) {
	for _, t := range terms {
		if _, ok := b.at[place{t.text, t.figure}]; ok {
			n++
		}
	}
	return n
}

// carried: what one period closed with, the next opens with.
func (b *kin) carried(i int, t norm.Tie) {
	x := b.texts[i]
	if x.period == "" || x.nobody {
		return
	}
	earlier, _, known := b.before(i, 1)
	next := b.after(i)
	for _, l := range lines(x.form, x.data, t) {
		if !known {
			b.stuck(i, l[0])
		}
		if !next {
			b.stuck(i, l[1])
		}
		for _, j := range earlier {
			b.holding(term{i, l[0], -1}, term{j, l[1], 1})
		}
	}
}

// after answers whether texts of the next period, if any, were read.
func (b *kin) after(i int) bool {
	t := b.texts[i]
	keys := b.keys(t.category, t.period)
	k := slices.Index(keys, t.period)
	if k < 0 || k+1 >= len(keys) {
		return false
	}
	if t.own {
		return b.near(keys[k+1])
	}
	return strings.HasPrefix(keys[k+1], b.year)
}

// rolling: the sum of this and the periods before, so many in all.
func (b *kin) rolling(i int, t norm.Tie) {
	x := b.texts[i]
	if x.period == "" || x.nobody {
		return
	}
	var found []int
	missing := ""
	for back := 1; back < t.Periods; back++ {
		texts, key, known := b.before(i, back)
		if !known {
			for _, l := range lines(x.form, x.data, t) {
				b.stuck(i, l[0])
			}
			return
		}
		at := -1
		for _, j := range texts {
			if b.texts[j].last || at < 0 {
				at = j
			}
		}
		if at < 0 {
			missing = key
			continue
		}
		found = append(found, at)
	}
	terms := func(l [2]string) (rest int64, out []term, ok bool) {
		v, given := b.value(i, l[0])
		out = append(out, term{i, l[0], -1}, term{i, l[1], 1})
		w, _ := b.value(i, l[1])
		for _, j := range found {
			p, _ := b.value(j, l[1])
			w += p
			out = append(out, term{j, l[1], 1})
		}
		return v - w, out, given
	}
	if missing != "" {
		b.untold(i, t.Total, t.Axis, missing, terms, t)
		return
	}
	for _, l := range lines(x.form, x.data, t) {
		if _, all, ok := terms(l); ok {
			b.holding(all...)
		}
	}
}
