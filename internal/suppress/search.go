package suppress

import "slices"

// Steps one search may take before it gives up; giving up hides more, never less.
const (
	freeSteps  = 1000
	spendSteps = 3000
	lastSteps  = 20000 // where all that is new is hidden already
	maxMoves   = 40
	maxAgain   = 3 // times one figure may be changed on a way
)

// search looks for another table that agrees with all that is public: it sets
// one figure to what it shall be and mends every sum this breaks by changing
// figures that are not public.
type search struct {
	s      *solver
	value  []int64
	moved  []int   // times; the figure that was set first is never changed again
	paid   []int   // for hiding it on this way
	off    []int64 // by how much each sum is off
	broken []int   // sums that were ever off on this way; some may be mended
	inList []bool
	trail  []step

	spending bool
	whole    bool // only moves that mend a sum alone
	steps    int
	cost     int
	best     int
	found    witness
	hide     []int
}

// step is one change on the way, with what it changed from.
type step struct {
	cell int
	from int64
	cost int
}

func (x *search) init(s *solver) {
	x.s = s
	x.value, x.moved, x.paid = make([]int64, len(s.Cells)), make([]int, len(s.Cells)), make([]int, len(s.Cells))
	x.off, x.inList = make([]int64, len(s.Sums)), make([]bool, len(s.Sums))
	for i, c := range s.Cells {
		x.value[i] = c.Value
	}
}

// free looks for a table without hiding anything further: first by the plain
// ways, which are few, then by all.
func (x *search) free(p int, w int64, steps int) witness {
	for _, whole := range []bool{true, false} {
		x.whole = whole
		x.begin(false, steps)
		x.set(p, w, 0)
		x.moved[p] = maxAgain
		x.mend()
		x.undo(0)
		if x.found != nil {
			break
		}
	}
	return x.found
}

// spend looks for the cheapest table for which further new figures may be
// hidden, and tells which.
func (x *search) spend(p int, w int64) (witness, []int) {
	for _, whole := range []bool{true, false} {
		x.whole = whole
		x.begin(true, spendSteps)
		extra, ok := x.price(p, w)
		if !ok {
			return nil, nil
		}
		x.set(p, w, extra)
		x.moved[p] = maxAgain
		x.mend()
		x.undo(0)
		if x.found != nil {
			break
		}
	}
	return x.found, x.hide
}

func (x *search) begin(spending bool, steps int) {
	x.spending, x.steps, x.cost, x.best, x.found, x.hide = spending, steps, 0, int(^uint(0)>>1), nil, nil
	x.broken = x.broken[:0]
}

// price is what it costs that a cell has a value: nothing where its mark allows
// it; hiding it, or hiding that it is small, where that may be done.
func (x *search) price(c int, v int64) (int, bool) {
	cell := &x.s.Cells[c]
	switch {
	case x.s.allowed(c, v):
		return 0, true
	case x.paid[c] > 0: // it is hidden on this way already
		return 0, x.s.plan.Shown[c] == Fewer && v >= 0 || v == 0 || v >= cell.Below
	case !x.spending || cell.Past || cell.Stuck || v < 0:
		return 0, false
	case x.s.plan.Shown[c] == Fewer:
		return max(1, cell.Cost), true
	case x.s.plan.Shown[c] == Open:
		return max(1, cell.Cost), v == 0 || v >= cell.Below
	}
	return 0, false
}

func (x *search) set(c int, v int64, cost int) {
	d := v - x.value[c]
	x.trail = append(x.trail, step{c, x.value[c], cost})
	x.value[c] = v
	x.moved[c]++
	x.cost += cost
	x.paid[c] += cost
	for _, i := range x.s.of[c] {
		for _, t := range x.s.Sums[i] {
			if t.Cell == c {
				x.off[i] += t.Coef * d
			}
		}
		if !x.inList[i] {
			x.inList[i] = true
			x.broken = append(x.broken, i)
		}
	}
}

func (x *search) undo(to int) {
	for len(x.trail) > to {
		last := x.trail[len(x.trail)-1]
		x.trail = x.trail[:len(x.trail)-1]
		c, d := last.cell, last.from-x.value[last.cell]
		for _, i := range x.s.of[c] {
			for _, t := range x.s.Sums[i] {
				if t.Cell == c {
					x.off[i] += t.Coef * d
				}
			}
		}
		x.value[c] = last.from
		x.moved[c]--
		x.cost -= last.cost
		x.paid[c] -= last.cost
	}
	if to == 0 {
		clear(x.moved)
		for _, i := range x.broken {
			x.inList[i] = false
		}
		x.broken = x.broken[:0]
	}
}

// move is one figure that could mend a sum.
type move struct {
	cell  int
	value int64
	cost  int
	whole bool // mends it alone
}

// mend repairs the sum with the fewest ways, and goes on; true ends the search.
func (x *search) mend() bool {
	if x.steps--; x.steps < 0 {
		return true
	}
	at, few := -1, 0
	for _, i := range x.broken {
		if x.off[i] == 0 {
			continue
		}
		n := x.movable(i)
		if n == 0 {
			return false
		}
		if at < 0 || n < few {
			at, few = i, n
		}
	}
	if at < 0 {
		x.keep()
		return !x.spending || x.best == 0
	}
	if len(x.trail) >= maxMoves {
		return false
	}
	for _, m := range x.ways(at) {
		if x.cost+m.cost >= x.best {
			continue
		}
		to := len(x.trail)
		x.set(m.cell, m.value, m.cost)
		if x.mend() {
			return true
		}
		x.undo(max(to, 1))
	}
	return false
}

// keep notes a table that agrees, and what hiding it takes.
func (x *search) keep() {
	x.best, x.found, x.hide = x.cost, nil, nil
	for i, m := range x.trail {
		c := m.cell
		again := slices.ContainsFunc(x.trail[:i], func(o step) bool { return o.cell == c })
		if again || x.value[c] == x.s.Cells[c].Value {
			continue
		}
		x.found = append(x.found, change{c, x.value[c]})
		if !x.s.allowed(c, x.value[c]) {
			x.hide = append(x.hide, c)
		}
	}
}

// movable counts the figures of a sum that may be changed at all.
func (x *search) movable(i int) (n int) {
	for _, t := range x.s.Sums[i] {
		c := &x.s.Cells[t.Cell]
		if x.moved[t.Cell] < maxAgain && !c.Stuck && (x.s.plan.Shown[t.Cell] != Open || x.spending && !c.Past) {
			n++
		}
	}
	return n
}

// ways lists the figures by which a sum can be mended, wholly or in part, the
// best first.
func (x *search) ways(i int) (out []move) {
	out = make([]move, 0, 8)
	for _, t := range x.s.Sums[i] {
		c := t.Cell
		if !x.spending && x.s.plan.Shown[c] == Open || x.moved[c] >= maxAgain || x.off[i]%t.Coef != 0 {
			continue
		}
		want := x.value[c] - x.off[i]/t.Coef
		if cost, ok := x.price(c, want); ok {
			out = append(out, move{c, want, cost, true})
			continue
		}
		if x.whole {
			continue
		}
		for _, v := range x.towards(c, want) {
			if cost, ok := x.price(c, v); ok && v != x.value[c] {
				out = append(out, move{c, v, cost, false})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b move) int {
		if a.whole != b.whole {
			if a.whole {
				return -1
			}
			return 1
		}
		if a.cost != b.cost {
			return a.cost - b.cost
		}
		if x.moved[a.cell] != x.moved[b.cell] {
			return x.moved[a.cell] - x.moved[b.cell]
		}
		return len(x.s.of[a.cell]) - len(x.s.of[b.cell])
	})
	return out
}

// towards lists values a mark may allow that lie on the way to a wanted one, the
// nearest to it first; of small figures all.
func (x *search) towards(c int, want int64) (out []int64) {
	k, now := x.s.Cells[c].Below, x.value[c]
	switch {
	case x.s.plan.Shown[c] == Fewer && want < now:
		for v := max(want, 1); v < now; v++ {
			out = append(out, v)
		}
	case x.s.plan.Shown[c] == Fewer:
		for v := min(want, k-1); v > now; v-- {
			out = append(out, v)
		}
	case want < 0:
		for v := int64(0); v < min(now, k); v++ {
			out = append(out, v)
		}
	default: // wanted between none and k, where a reader knows it is not
		out = append(out, 0, k)
	}
	return out
}
