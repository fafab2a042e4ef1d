package analysis

import (
	"fmt"
	"hash/fnv"
	"slices"
	"sync"

	"yangguang/internal/suppress"
)

// cell names one figure of a month beside its key.
type cell struct {
	scope      int64
	dim, value string
	m          measure
}

// plan says how each figure of one place and month is shown to those who may
// not read the matters themselves.
type plan struct {
	at    map[cell]int
	shown []suppress.Shown
	loose []bool
}

// of is how a figure is shown; what the plan does not know is not shown.
func (p *plan) of(c cell) suppress.Shown {
	if i, ok := p.at[c]; ok {
		return p.shown[i]
	}
	return suppress.Dark
}

// builder makes the family of figures of one place and month.
type builder struct {
	month  int
	scope  int64
	t      tally
	below  []int64
	k      int64
	family suppress.Family
	at     map[cell]int
}

// parts are the sums among the figures of a place: what each measure divides into.
var parts = []struct {
	whole measure
	of    []measure
}{
	{due, []measure{ontime, late}}, {reached, []measure{solved, partly, unsolved}}, {reached, []measure{satisfied, fair, dissatisfied}}, {contacts, []measure{matters, merged}},
	{asked, []measure{reached, unreached}}, {promiseDue, []measure{promiseKept, broken}},
}

// Measures that are differences of two others.
const (
	late      measure = "late"      // due and not in time
	merged    measure = "merged"    // contacts that are part of another matter
	unreached measure = "unreached" // asked and not reached
	broken    measure = "broken"    // promised and not kept by the day
)

var differences = map[measure][2]measure{late: {due, ontime}, merged: {contacts, matters}, unreached: {asked, reached}, broken: {promiseDue, promiseKept}}

// n is a count of a month.
func (b *builder) n(c cell) int64 { return amount(b.t, c, b.month) }

func amount(t tally, c cell, month int) int64 {
	r := t[key{scope: c.scope, month: month, dim: c.dim, value: c.value}]
	if d, ok := differences[c.m]; ok {
		return r[d[0]] - r[d[1]]
	}
	return r[c.m]
}

func (b *builder) cell(c cell, cost int) int {
	if i, ok := b.at[c]; ok {
		return i
	}
	i := len(b.family.Cells)
	b.at[c] = i
	b.family.Cells = append(b.family.Cells, suppress.Cell{Value: b.n(c), Below: b.k, Cost: cost})
	return i
}

// sum says that parts make a whole; what they leave is a part of its own.
func (b *builder) sum(whole int, of []int) {
	left := b.family.Cells[whole].Value
	s := suppress.Sum{{Cell: whole, Coef: -1}}
	for _, i := range of {
		left -= b.family.Cells[i].Value
		s = append(s, suppress.Term{Cell: i, Coef: 1})
	}
	if left < 0 {
		return // parts that overlap bind nothing
	}
	if left > 0 {
		i := len(b.family.Cells)
		b.family.Cells = append(b.family.Cells, suppress.Cell{Value: left, Below: b.k, Cost: 1})
		s = append(s, suppress.Term{Cell: i, Coef: 1})
	}
	b.family.Sums = append(b.family.Sums, s)
}

// costs are what readers lose with a figure.
const (
	costWhole = 60
	costPlace = 20
	costPart  = 5
)

// planOf chooses what of a place's month is not shown. A total that stands on
// the page of the place above is shown or not as it is there.
func planOf(t tally, scope int64, month int, below []int64, k int64, above *plan) *plan {
	b := &builder{month: month, scope: scope, t: t, below: below, k: k, at: map[cell]int{}}
	whole := b.cell(cell{scope, byAll, "", matters}, costWhole)
	for _, dim := range []string{byType, byChannel, byTopic} {
		b.sum(whole, b.values(dim, matters))
	}
	if len(below) > 0 {
		var of []int
		for _, s := range below {
			of = append(of, b.cell(cell{s, byAll, "", matters}, costPlace))
		}
		b.sum(whole, of)
	}
	for _, m := range measures {
		b.cell(cell{scope, byAll, "", m}, costPart)
	}
	for _, m := range []measure{refused, objected, ended, discontent} {
		b.sum(b.cell(cell{scope, byAll, "", m}, costPart), b.values(string(m), m))
	}
	for _, p := range parts {
		var of []int
		for _, m := range p.of {
			of = append(of, b.cell(cell{scope, byAll, "", m}, costPart))
		}
		b.sum(b.cell(cell{scope, byAll, "", p.whole}, costPart), of)
	}
	if above != nil {
		c := cell{scope, byAll, "", matters}
		x := &b.family.Cells[whole]
		x.Past, x.Shown = true, above.of(c)
		if i, ok := above.at[c]; ok {
			x.Loose = above.loose[i]
		}
	}
	return b.plan()
}

// values are the cells of a dimension's values that occur.
func (b *builder) values(dim string, m measure) (out []int) {
	var names []string
	for k := range b.t {
		if k.scope == b.scope && k.month == b.month && k.dim == dim {
			names = append(names, k.value)
		}
	}
	slices.Sort(names)
	for _, v := range slices.Compact(names) {
		out = append(out, b.cell(cell{b.scope, dim, v, m}, costPart))
	}
	return out
}

// kept are plans by the figures they are of: the same figures give the same
// plan, and most months no longer change.
var kept = struct {
	sync.Mutex
	plans map[uint64]suppress.Plan
}{plans: map[uint64]suppress.Plan{}}

const mostKept = 5000

func (b *builder) plan() *plan {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, b.family)
	id := h.Sum64()
	kept.Lock()
	p, ok := kept.plans[id]
	kept.Unlock()
	if !ok {
		p = suppress.Protect(b.family)
		kept.Lock()
		if len(kept.plans) >= mostKept {
			clear(kept.plans)
		}
		kept.plans[id] = p
		kept.Unlock()
	}
	return &plan{at: b.at, shown: p.Shown, loose: p.Loose}
}
