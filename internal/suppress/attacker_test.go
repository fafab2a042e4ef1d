package suppress

import (
	"math"
)

// attacker is an outsider who reads all that is published of a family and tries
// to work out what is not. It shares no code with the solver: it eliminates
// unknowns exactly, narrows their bounds, and tries values out.
type attacker struct {
	lo, hi []int64 // bounds of each cell; equal for what is published
	hole   []int64 // k where the cell is known to be none or at least k; 0 otherwise
	sums   []Sum
	total  []int64 // what each sum is known to make
	steps  int
}

const far = int64(1) << 40

// reads builds the attacker from what the public sees. knowing: he trusts that
// what is not published without a word is not small.
func reads(f Family, p Plan, knowing bool) *attacker {
	a := &attacker{sums: f.Sums}
	for i, c := range f.Cells {
		lo, hi, hole := int64(0), far, int64(0)
		switch p.Shown[i] {
		case Open:
			lo, hi = c.Value, c.Value
		case Fewer:
			lo, hi = 1, c.Below-1
		case Dark:
			if knowing && !p.Loose[i] {
				hole = c.Below
			}
		}
		a.lo, a.hi, a.hole = append(a.lo, lo), append(a.hi, hi), append(a.hole, hole)
	}
	for _, s := range f.Sums {
		total := int64(0)
		for _, t := range s {
			total += t.Coef * f.Cells[t.Cell].Value
		}
		a.total = append(a.total, total)
	}
	return a
}

// solved lists the cells that follow from the sums alone, by exact elimination
// over the rationals: rows stay whole numbers, divided by what they share.
func (a *attacker) solved() map[int]bool {
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

// narrow tightens bounds until nothing changes; false when no table is left.
func (a *attacker) narrow() bool {
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

// verdict of trying a value out.
type verdict int

const (
	no verdict = iota
	yes
	unknown // too many tables to try them all
)

// can answers whether a cell may have a value, by trying tables out.
func (a *attacker) can(c int, v int64, steps int) verdict {
	b := a.copy()
	b.lo[c], b.hi[c], b.steps = v, v, steps
	return b.try()
}

func (a *attacker) copy() *attacker {
	b := *a
	b.lo, b.hi = append([]int64(nil), a.lo...), append([]int64(nil), a.hi...)
	return &b
}

func (a *attacker) try() verdict {
	if !a.narrow() {
		return no
	}
	pick := -1
	for i := range a.lo {
		if a.lo[i] < a.hi[i] && (pick < 0 || a.hi[i]-a.lo[i] < a.hi[pick]-a.lo[pick]) {
			pick = i
		}
	}
	if pick < 0 {
		return yes
	}
	out := no
	lo, hi := a.lo[pick], a.hi[pick]
	if hi-lo > 400 {
		hi, out = lo+400, unknown
	}
	for v := lo; v <= hi; v++ {
		if k := a.hole[pick]; k > 0 && v > 0 && v < k {
			continue
		}
		if a.steps--; a.steps < 0 {
			return unknown
		}
		b := a.copy()
		b.lo[pick], b.hi[pick] = v, v
		r := b.try()
		a.steps = b.steps
		if r == yes {
			return yes
		}
		if r == unknown {
			out = unknown
		}
	}
	return out
}
