package analysis

import (
	"context"
	"slices"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/suppress"
	"yangguang/supervision/casework"
)

// view is the figures of one place and period as one reader may see them.
type view struct {
	place
	p     period
	today clock.Date
	exact bool          // every figure, and the list behind it
	open  bool          // every hidden matter is left out
	desk  bool          // a staff page
	t     tally         // of the place and of those below, by month
	plans map[int]*plan // of the months, where not exact
	below []place
	k     int64
}

// partDims are the dimensions that divide a measure.
var partDims = []string{byType, byChannel, byTopic, string(refused), string(objected), string(ended), string(discontent)}

// trendMonths is how many months a course shows.
const trendMonths = 13

// from is the first month a view needs.
func (v *view) from() int {
	return min(v.p.yearBefore().from, v.p.before().from, addMonths(v.p.to, 1-trendMonths))
}

// mostUnits is how many of a division's own units a page lists.
const mostUnits = 200

// look reads the figures of a place. Where they are not exact they are those of
// one month that is over.
func (s *Analysis) look(tx *db.Tx, at place, p period, exact, open bool) (v *view, err error) {
	v = &view{place: at, p: p, today: clock.DateOf(tx.Now), exact: exact, open: open || !exact, plans: map[int]*plan{}, k: int64(s.Norm.Coverage.Small)}
	if v.below, err = belowOf(tx, at); err != nil {
		return nil, err
	}
	q := ask{province: at.code.Province(), nation: at.nation(), scopes: []int64{at.scope()}, from: v.from(), to: p.to, dims: []string{byAll}, open: v.open}
	if exact && !open {
		if q.hide, err = hiddenFrom(tx); err != nil {
			return nil, err
		}
	}
	if !exact {
		q.dims = append(q.dims, partDims...)
	}
	if v.t, err = sums(tx, q); err != nil {
		return nil, err
	}
	q.from, q.dims = p.from, append(slices.Clone(partDims), byDue, byPromise, byStart, byTook)
	if err := v.more(tx, q); err != nil {
		return nil, err
	}
	if err := v.readBelow(tx, q, exact); err != nil {
		return nil, err
	}
	if !exact {
		err = s.conceal(tx, v)
	}
	return v, err
}

// hiddenFrom are the units whose secrets the person acting must not learn.
func hiddenFrom(tx *db.Tx) ([]int64, error) {
	a := account.From(tx.Ctx)
	if a == nil {
		return nil, nil
	}
	return casework.MemberOf(tx, a)
}

func (v *view) more(tx *db.Tx, q ask) error {
	t, err := sums(tx, q)
	for k, r := range t {
		v.t[k] = r
	}
	return err
}

// readBelow reads what lies below: of the period, or where months are concealed
// of the months the plans are made of.
func (v *view) readBelow(tx *db.Tx, q ask, exact bool) error {
	if len(v.below) == 0 {
		return nil
	}
	q.scopes, q.dims, q.nation = nil, []string{byAll, byDue}, false
	if !exact {
		q.from = v.from()
	}
	byProvince := map[int][]int64{}
	for _, b := range v.below {
		byProvince[b.code.Province()] = append(byProvince[b.code.Province()], b.scope())
	}
	for p, scopes := range byProvince {
		q.province, q.scopes = p, scopes
		if err := v.more(tx, q); err != nil {
			return err
		}
	}
	return nil
}

// belowOf are the divisions directly below a division and its own units.
func belowOf(tx *db.Tx, at place) (out []place, err error) {
	if at.unit != 0 {
		return nil, nil
	}
	ds, err := agency.Children(tx, at.code, agency.Nation, agency.MaxPage)
	if err != nil {
		return nil, err
	}
	for _, d := range ds {
		out = append(out, place{code: d.Code, name: d.Name})
	}
	us, err := agency.List(tx, agency.Filter{Within: at.code, Here: true, Limit: mostUnits})
	for _, u := range us {
		out = append(out, place{code: u.Division, unit: u.ID, name: u.Name})
	}
	return out, err
}

// conceal plans what of each month is not shown, from the installation's own
// division down: what a total above hides, the page of the place hides too.
func (s *Analysis) conceal(tx *db.Tx, v *view) error {
	var chain []place
	for _, d := range v.above {
		if s.Front.Home.Contains(d.Code) && d.Code != v.scopeCode() {
			chain = append(chain, place{code: d.Code, name: d.Name})
		}
	}
	plans := map[int]*plan{}
	for _, at := range chain {
		q := ask{province: at.code.Province(), nation: at.nation(), scopes: []int64{at.scope()}, from: v.from(), to: v.p.to, dims: append([]string{byAll}, partDims...), open: true}
		x := &view{place: at, p: v.p, open: true}
		var err error
		if x.t, err = sums(tx, q); err != nil {
			return err
		}
		if x.below, err = belowOf(tx, at); err != nil {
			return err
		}
		if err := x.readBelow(tx, q, false); err != nil {
			return err
		}
		plans = x.plan(v.from(), plans, v.k)
	}
	v.plans = v.plan(v.from(), plans, v.k)
	return nil
}

// scopeCode is the division a view is of; of a unit there is none.
func (v *view) scopeCode() agency.Code {
	if v.unit != 0 {
		return -1
	}
	return v.code
}

func (v *view) plan(from int, above map[int]*plan, k int64) map[int]*plan {
	var below []int64
	for _, b := range v.below {
		below = append(below, b.scope())
	}
	out := map[int]*plan{}
	for m := from; m <= v.p.to; m = addMonths(m, 1) {
		out[m] = planOf(v.t, v.scope(), m, below, k, above[m])
	}
	return out
}

// passing are the measures of which only days that are over are counted.
var passing = map[measure]string{due: byDue, ontime: byDue, late: byDue, promiseDue: byPromise, promiseKept: byPromise, broken: byPromise}

// count is a figure of a period; shown says whether the reader may see it.
func (v *view) count(c cell, p period) (n int64, shown suppress.Shown) {
	if dim := passing[c.m]; dim != "" && v.exact && c.dim == byAll && !p.over(v.today) {
		for k, r := range v.t {
			if k.scope == c.scope && k.dim == dim && p.has(k.month) && k.value < v.today.String() {
				if d, ok := differences[c.m]; ok {
					n += r[d[0]] - r[d[1]]
				} else {
					n += r[c.m]
				}
			}
		}
		return n, suppress.Open
	}
	for m := p.from; m <= p.to; m = addMonths(m, 1) {
		n += amount(v.t, c, m)
	}
	if v.exact {
		return n, suppress.Open
	}
	x := v.plans[p.from]
	if x == nil || p.months() != 1 {
		return n, suppress.Dark
	}
	return n, x.of(c)
}

func (v *view) all(m measure) cell { return cell{v.scope(), byAll, "", m} }

// text tells a figure, or how it is not told.
func (v *view) text(ctx context.Context, c cell, p period) string {
	n, shown := v.count(c, p)
	switch shown {
	case suppress.Open:
		return i18n.Number(ctx, n)
	case suppress.Fewer:
		return word(ctx, "fewer", v.k)
	}
	return word(ctx, "withheld")
}

// rate is an indicator of a place; told is false where a count of it is not.
func (v *view) rate(x indicator, scope int64, p period) (r rate, told bool) {
	num, a := v.count(cell{scope, byAll, "", x.num}, p)
	den, b := v.count(cell{scope, byAll, "", x.den}, p)
	r = rate{num, den}
	if scope != v.scope() && !v.exact { // of a place below only the share is told, of many
		_, whole := v.count(cell{scope, byAll, "", matters}, p)
		return r, whole == suppress.Open && (den == 0 || den >= few)
	}
	return r, a == suppress.Open && b == suppress.Open
}

func (v *view) share(ctx context.Context, x indicator, scope int64, p period) string {
	r, told := v.rate(x, scope, p)
	if !told {
		return word(ctx, "withheld")
	}
	return r.shown(ctx)
}

// duration is that of the place, where it may be told.
func (v *view) duration() (d duration, told bool) {
	d = durationOf(v.t, v.scope(), v.p, v.today)
	return d, v.exact || total(d.Took)+total(d.Open) >= few
}

// change compares a figure with that of another period.
func (v *view) change(ctx context.Context, c cell, p period) string {
	now, a := v.count(c, v.p)
	then, b := v.count(c, p)
	if a != suppress.Open || b != suppress.Open {
		return word(ctx, "withheld")
	}
	return change(ctx, now, then)
}

// values are what occurs of a dimension in the period, the most frequent first.
func (v *view) values(dim string, m measure) (out []string) {
	sum := map[string]int64{}
	for k, r := range v.t {
		if k.scope == v.scope() && k.dim == dim && v.p.has(k.month) && r[m] != 0 {
			sum[k.value] += r[m]
		}
	}
	for s := range sum {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b string) int {
		if v.exact && sum[a] != sum[b] {
			return int(sum[b] - sum[a])
		}
		if a < b { // an order by size would tell what is not told
			return -1
		}
		return 1
	})
	return out
}
