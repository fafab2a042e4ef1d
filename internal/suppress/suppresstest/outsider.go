// Package suppresstest is an outsider who reads all that is published of some
// tables and tries to work out what is not. It shares no code with
// internal/suppress: it eliminates unknowns exactly, narrows their bounds, and
// tries values out.
package suppresstest

import "math"

// Term is one figure of a sum, with its sign.
type Term struct {
	Cell int
	Coef int64
}

// Outsider is what he knows: bounds of each figure, and what each sum makes.
type Outsider struct {
	lo, hi []int64 // equal for what is published
	hole   []int64 // k where the figure is known to be none or at least k; 0 otherwise
	sums   [][]Term
	total  []int64
	steps  int
}

// Far is a bound nobody reaches.
const Far = int64(1) << 40

// Reads tells him a figure: its bounds, and k where he trusts that it is none or
// at least k (0: he does not). It gives the figure's number.
func (a *Outsider) Reads(lo, hi, hole int64) int {
	a.lo, a.hi, a.hole = append(a.lo, lo), append(a.hi, hi), append(a.hole, hole)
	return len(a.lo) - 1
}

// Knows tells him what a sum makes.
func (a *Outsider) Knows(total int64, terms ...Term) {
	a.sums, a.total = append(a.sums, terms), append(a.total, total)
}

// Bounds are what is left for a figure.
func (a *Outsider) Bounds(cell int) (lo, hi int64) { return a.lo[cell], a.hi[cell] }

// Solved lists the cells that follow from the sums alone, by exact elimination
// over the rationals: rows stay whole numbers, divided by what they share.
func (a *Outsider) Solved() map[int]bool {
	var unknown []int
	col := map[int]int{}
	for i := range a.lo {
		if a.lo[i] != a.hi[i] {
			col[i] = len(unknown)
			unknown = append(unknown, i)
		}
	}
	var rows [][]int64
	for _, s := range a.sums {
		row := make([]int64, len(unknown))
		used := false
		for _, t := range s {
			if j, ok := col[t.Cell]; ok {
				row[j] += t.Coef
				used = true
			}
		}
		if used {
			rows = append(rows, row)
		}
	}
	rank := 0
	for c := range unknown {
		p := rank
		for p < len(rows) && rows[p][c] == 0 {
			p++
		}
		if p == len(rows) {
			continue
		}
		rows[rank], rows[p] = rows[p], rows[rank]
		for i := range rows {
			if i != rank && rows[i][c] != 0 {
				eliminate(rows[i], rows[rank], c)
			}
		}
		rank++
	}
	out := map[int]bool{}
	for _, row := range rows[:rank] {
		at, n := -1, 0
		for c, v := range row {
			if v != 0 {
				at, n = c, n+1
			}
		}
		if n == 1 { // its value is the row's total over its coefficient, both known
			out[unknown[at]] = true
		}
	}
	return out
}

func eliminate(row, pivot []int64, c int) {
	x, y := pivot[c], row[c]
	var g int64
	for i := range row {
		row[i] = mul(row[i], x) - mul(pivot[i], y)
		g = gcd(g, row[i])
	}
	if g > 1 {
		for i := range row {
			row[i] /= g
		}
	}
}

func mul(a, b int64) int64 {
	if a != 0 && b != 0 && (abs(a) > math.MaxInt32 || abs(b) > math.MaxInt32) {
		panic("the elimination outgrew its numbers; use big ones")
	}
	return a * b
}

func abs(a int64) int64 {
	if a < 0 {
		return -a
	}
	return a
}

func gcd(a, b int64) int64 {
	a, b = abs(a), abs(b)
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// Narrow tightens bounds until nothing changes; false when no table is left.
func (a *Outsider) Narrow() bool {
	for range 200 {
		changed := false
		for i, s := range a.sums {
			for j, t := range s {
				least, most := a.total[i], a.total[i] // of Coef·x, by the other terms
				for k, o := range s {
					if k == j {
						continue
					}
					if o.Coef > 0 {
						least, most = least-o.Coef*a.hi[o.Cell], most-o.Coef*a.lo[o.Cell]
					} else {
						least, most = least-o.Coef*a.lo[o.Cell], most-o.Coef*a.hi[o.Cell]
					}
				}
				if t.Coef < 0 {
					least, most = -most, -least
				}
				c := t.Cell
				if least > a.lo[c] {
					a.lo[c], changed = least, true
				}
				if most < a.hi[c] {
					a.hi[c], changed = most, true
				}
				if k := a.hole[c]; k > 0 {
					if a.lo[c] > 0 && a.lo[c] < k {
						a.lo[c], changed = k, true
					}
					if a.hi[c] > 0 && a.hi[c] < k {
						a.hi[c], changed = 0, true
					}
				}
				if a.lo[c] > a.hi[c] {
					return false
				}
			}
		}
		if !changed {
			return true
		}
	}
	return true
}

// Verdict of trying a value out.
type Verdict int

// The verdicts.
const (
	No Verdict = iota
	Yes
	Unknown // too many tables to try them all
)

// Can answers whether a cell may have a value, by trying tables out.
func (a *Outsider) Can(c int, v int64, steps int) Verdict {
	b := a.Copy()
	b.lo[c], b.hi[c], b.steps = v, v, steps
	return b.try()
}

// Copy is another who knows the same.
func (a *Outsider) Copy() *Outsider {
	b := *a
	b.lo, b.hi = append([]int64(nil), a.lo...), append([]int64(nil), a.hi...)
	return &b
}

func (a *Outsider) try() Verdict {
	if !a.Narrow() {
		return No
	}
	pick := -1
	for i := range a.lo {
		if a.lo[i] < a.hi[i] && (pick < 0 || a.hi[i]-a.lo[i] < a.hi[pick]-a.lo[pick]) {
			pick = i
		}
	}
	if pick < 0 {
		return Yes
	}
	out := No
	lo, hi := a.lo[pick], a.hi[pick]
	if hi-lo > 400 {
		hi, out = lo+400, Unknown
	}
	for v := lo; v <= hi; v++ {
		if k := a.hole[pick]; k > 0 && v > 0 && v < k {
			continue
		}
		if a.steps--; a.steps < 0 {
			return Unknown
		}
		b := a.Copy()
		b.lo[pick], b.hi[pick] = v, v
		r := b.try()
		a.steps = b.steps
		if r == Yes {
			return Yes
		}
		if r == Unknown {
			out = Unknown
		}
	}
	return out
}
