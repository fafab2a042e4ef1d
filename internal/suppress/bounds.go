package suppress

// boundSteps is how many values the slow way tries.
const boundSteps = 20000

// slow looks for a table the other way round, where mending found none: it
// keeps for every figure the bounds that the sums leave it, and tries values
// where the bounds are closest, those near the truth first.
func (x *search) slow(p int, w int64) witness {
	b := &bounds{s: x.s, steps: boundSteps}
	for i, c := range x.s.Cells {
		lo, hi := c.Value, c.Value
		switch {
		case c.Stuck:
		case x.s.plan.Shown[i] == Fewer:
			lo, hi = 1, c.Below-1
		case x.s.plan.Shown[i] == Dark:
			lo, hi = 0, unbounded
		}
		b.lo, b.hi = append(b.lo, lo), append(b.hi, hi)
	}
	for _, sum := range x.s.Sums {
		total := int64(0)
		for _, t := range sum {
			total += t.Coef * x.s.Cells[t.Cell].Value
		}
		b.total = append(b.total, total)
	}
	b.lo[p], b.hi[p] = w, w
	if !b.try(x.s.of[p]) {
		return nil
	}
	var out witness
	for i, c := range x.s.Cells {
		if b.lo[i] != c.Value {
			out = append(out, change{i, b.lo[i]})
		}
	}
	return out
}

const unbounded = int64(1) << 40

type bounds struct {
	s      *solver
	lo, hi []int64
	total  []int64
	steps  int
}

// tighten draws bounds in from the sums that changed; false when nothing is left.
func (b *bounds) tighten(sums []int) bool {
	queue := append([]int(nil), sums...)
	for n := 0; len(queue) > 0 && n < 5000; n++ {
		i := queue[0]
		queue = queue[1:]
		least, most := int64(0), int64(0)
		for _, t := range b.s.Sums[i] {
			lo, hi := t.ends(b.lo[t.Cell], b.hi[t.Cell])
			least, most = least+lo, most+hi
		}
		for _, t := range b.s.Sums[i] {
			c := t.Cell
			lo, hi := t.ends(b.lo[c], b.hi[c])
			from, to := b.total[i]-(most-hi), b.total[i]-(least-lo)
			if t.Coef < 0 {
				from, to = -to, -from
			}
			if from <= b.lo[c] && to >= b.hi[c] {
				continue
			}
			wasLo, wasHi := b.lo[c], b.hi[c]
			b.lo[c], b.hi[c] = max(b.lo[c], from), min(b.hi[c], to)
			b.skipHole(c)
			if b.lo[c] > b.hi[c] {
				return false
			}
			if b.lo[c] != wasLo || b.hi[c] != wasHi {
				queue = append(queue, b.s.of[c]...)
				break // its part of the sum changed: begin anew with what is queued
			}
		}
	}
	return true
}

// skipHole keeps bounds off the values a mark rules out.
func (b *bounds) skipHole(c int) {
	k := b.s.Cells[c].Below
	if b.s.plan.Shown[c] != Dark || b.s.plan.Loose[c] {
		return
	}
	if b.lo[c] > 0 && b.lo[c] < k {
		b.lo[c] = k
	}
	if b.hi[c] > 0 && b.hi[c] < k {
		b.hi[c] = 0
	}
}

func (t Term) ends(lo, hi int64) (least, most int64) {
	if t.Coef > 0 {
		return t.Coef * lo, t.Coef * hi
	}
	return t.Coef * hi, t.Coef * lo
}

func (b *bounds) try(sums []int) bool {
	if !b.tighten(sums) {
		return false
	}
	pick := -1
	for i := range b.lo {
		if b.lo[i] < b.hi[i] && (pick < 0 || b.hi[i]-b.lo[i] < b.hi[pick]-b.lo[pick]) {
			pick = i
		}
	}
	if pick < 0 {
		return true
	}
	lo, hi := append([]int64(nil), b.lo...), append([]int64(nil), b.hi...)
	for _, v := range b.near(pick) {
		if b.steps--; b.steps < 0 {
			return false
		}
		b.lo[pick], b.hi[pick] = v, v
		if b.try(b.s.of[pick]) {
			return true
		}
		copy(b.lo, lo)
		copy(b.hi, hi)
	}
	return false
}

// near lists values within a figure's bounds, the true one first, then away
// from it to both sides.
func (b *bounds) near(c int) (out []int64) {
	truth := min(max(b.s.Cells[c].Value, b.lo[c]), b.hi[c])
	for d := int64(0); d < 60; d++ {
		for _, v := range []int64{truth - d, truth + d} {
			if v < b.lo[c] || v > b.hi[c] || d == 0 && len(out) > 0 || !b.s.allowed(c, v) {
				continue
			}
			out = append(out, v)
		}
	}
	return out
}
