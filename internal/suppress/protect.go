package suppress

import (
	"slices"
)

// Protect chooses what of a family's new figures is not published: every small
// one, and as few readers' figures beside them as it finds to keep the promise
// of this package. The same family gives the same plan.
func Protect(f Family) Plan {
	s := newSolver(f)
	s.reach()
	for _, p := range s.targets {
		s.cover(p)
	}
	s.improve()
	return s.plan
}

// solver is the state of one Protect.
type solver struct {
	Family
	plan    Plan
	of      [][]int         // the sums each cell is in
	targets []int           // small figures that something new may uncover
	lost    map[change]bool // values of small figures that what is past rules out already
	wanted  map[int][]int64 // the values chosen to remain possible for each wide figure
	seen    []witness       // tables that agree with all that is public
	search  search
}

// witness is a table that agrees with all that is public, as its differences
// from the true one.
type witness []change

type change struct {
	cell  int
	value int64
}

func newSolver(f Family) *solver {
	n := len(f.Cells)
	s := &solver{Family: f, of: make([][]int, n), lost: map[change]bool{}, wanted: map[int][]int64{},
		plan: Plan{Shown: make([]Shown, n), Why: make([]Reason, n), For: make([]int, n), Loose: make([]bool, n)}}
	for i, sum := range f.Sums {
		for _, t := range sum {
			if !slices.Contains(s.of[t.Cell], i) {
				s.of[t.Cell] = append(s.of[t.Cell], i)
			}
		}
	}
	for i, c := range f.Cells {
		s.plan.For[i] = -1
		switch {
		case c.Past:
			s.plan.Shown[i], s.plan.Loose[i] = c.Shown, c.Loose
			if c.Shown == Dark && c.small() {
				s.plan.Loose[i] = true
			}
		case c.Force:
			s.plan.Shown[i], s.plan.Why[i], s.plan.Loose[i] = Dark, Forced, true
		case c.small():
			s.plan.Shown[i], s.plan.Why[i] = Fewer, Small
		}
	}
	s.search.init(s)
	return s
}

// reach finds the small figures tied to anything new by figures that are not
// public: nothing new can tell of the others.
func (s *solver) reach() {
	at := make([]bool, len(s.Cells))
	sums := make([]bool, len(s.Sums))
	var queue []int
	for i, c := range s.Cells {
		if !c.Past {
			at[i] = true
			queue = append(queue, i)
		}
	}
	for len(queue) > 0 {
		c := queue[0]
		queue = queue[1:]
		for _, x := range s.of[c] {
			if sums[x] {
				continue
			}
			sums[x] = true
			for _, t := range s.Sums[x] {
				if !at[t.Cell] && s.plan.Shown[t.Cell] != Open {
					at[t.Cell] = true
					queue = append(queue, t.Cell)
				}
			}
		}
	}
	for i, c := range s.Cells {
		if at[i] && c.small() && s.plan.Shown[i] != Open {
			s.targets = append(s.targets, i)
		}
	}
	slices.SortStableFunc(s.targets, func(a, b int) int { return len(s.of[b]) - len(s.of[a]) })
}

// values are what a small figure must remain possible to be, the farthest from
// the truth first.
func (s *solver) values(p int) []int64 {
	c := s.Cells[p]
	if c.Wide {
		return s.wanted[p]
	}
	var out []int64
	for lo, hi := int64(1), c.Below-1; lo <= hi; lo, hi = lo+1, hi-1 {
		if out = append(out, hi); lo != hi {
			out = append(out, lo)
		}
	}
	return out
}

// cover hides what is needed until a small figure may be any of its values.
func (s *solver) cover(p int) {
	if s.Cells[p].Wide {
		s.coverWide(p)
		return
	}
	for _, w := range s.values(p) {
		if s.possible(p, w, freeSteps) {
			continue
		}
		if found, hide := s.search.spend(p, w); found != nil {
			for _, c := range hide {
				s.hide(c, p)
			}
			s.seen = append(s.seen, found)
			continue
		}
		s.blanket(p, w)
	}
}

// coverWide hides what is needed until a figure that is never published may be
// any of k-1 values: those that cost nothing first.
func (s *solver) coverWide(p int) {
	c := s.Cells[p]
	have := func(w int64) bool { return w == c.Value || slices.Contains(s.wanted[p], w) }
	enough := func() bool { return int64(len(s.wanted[p])) >= c.Below-2 } // beside the true one
	try := func(f func(w int64) bool) {
		for d := int64(1); d <= 2*c.Below && !enough(); d++ { // the nearest first: they change least
			for _, w := range []int64{c.Value + d, c.Value - d} {
				if w >= 0 && !enough() && !have(w) && f(w) {
					s.wanted[p] = append(s.wanted[p], w)
				}
			}
		}
	}
	try(func(w int64) bool { return s.possible(p, w, freeSteps) })
	try(func(w int64) bool {
		found, hide := s.search.spend(p, w)
		if found == nil {
			return false
		}
		for _, x := range hide {
			s.hide(x, p)
		}
		s.seen = append(s.seen, found)
		return true
	})
	lost := slices.Clone(s.plan.Lost)
	if try(func(w int64) bool { return s.blanket(p, w) }); enough() {
		s.plan.Lost = lost
	}
}

// possible answers whether some table agrees with all that is public in which
// the cell is w.
func (s *solver) possible(p int, w int64, steps int) bool {
	if w == s.Cells[p].Value {
		return true
	}
	for _, t := range s.seen {
		if t.at(p) == w {
			return true
		}
	}
	found := s.search.free(p, w, steps)
	if found == nil && steps == lastSteps {
		found = s.search.slow(p, w)
	}
	if found == nil {
		return false
	}
	s.seen = append(s.seen, found)
	return true
}

// at is a cell's value in the witness; 0 where it is the true one.
func (t witness) at(cell int) int64 {
	for _, c := range t {
		if c.cell == cell {
			return c.value
		}
	}
	return 0
}

// hide takes one more figure from the readers, for the sake of p.
func (s *solver) hide(c, p int) {
	s.plan.Shown[c], s.plan.For[c] = Dark, p
	if s.Cells[c].small() {
		s.plan.Loose[c] = true // it stays Small; only "fewer than" is no longer said
		return
	}
	s.plan.Why[c] = Protects
}

// blanket is what remains when no way was found: all that is new is hidden. It
// is taken back where even that does not help, because what is past rules the
// value out.
func (s *solver) blanket(p int, w int64) bool {
	before := s.snapshot()
	for i, c := range s.Cells {
		if !c.Past {
			if s.plan.Shown[i] == Open {
				s.hide(i, p)
			}
			s.plan.Shown[i], s.plan.Loose[i] = Dark, true
		}
	}
	if s.possible(p, w, lastSteps) {
		return true
	}
	s.restore(before)
	s.lost[change{p, w}] = true
	if !slices.Contains(s.plan.Lost, p) {
		s.plan.Lost = append(s.plan.Lost, p)
	}
	return false
}

type snapshot struct {
	shown []Shown
	why   []Reason
	of    []int
	loose []bool
}

func (s *solver) snapshot() snapshot {
	return snapshot{slices.Clone(s.plan.Shown), slices.Clone(s.plan.Why), slices.Clone(s.plan.For), slices.Clone(s.plan.Loose)}
}

func (s *solver) restore(x snapshot) {
	s.plan.Shown, s.plan.Why, s.plan.For, s.plan.Loose = x.shown, x.why, x.of, x.loose
	s.prune()
}

// prune forgets tables that agree no more with what is public.
func (s *solver) prune() {
	s.seen = slices.DeleteFunc(s.seen, func(t witness) bool { return !s.agrees(t) })
}

func (s *solver) agrees(t witness) bool {
	for _, c := range t {
		if !s.allowed(c.cell, c.value) {
			return false
		}
	}
	return true
}

// allowed answers whether a cell may have a value, for all its own mark says.
func (s *solver) allowed(c int, v int64) bool {
	cell := &s.Cells[c]
	switch {
	case v == cell.Value:
		return true
	case cell.Stuck || s.plan.Shown[c] == Open || v < 0:
		return false
	case s.plan.Shown[c] == Fewer:
		return v > 0 && v < cell.Below
	}
	return s.plan.Loose[c] || v == 0 || v >= cell.Below
}

// improve gives back what turns out not to be needed, the dearest first.
func (s *solver) improve() {
	var back []int
	for i, c := range s.Cells {
		if !c.Past && !c.Force && s.plan.Shown[i] == Dark {
			back = append(back, i)
		}
	}
	slices.SortStableFunc(back, func(a, b int) int { return s.Cells[b].Cost - s.Cells[a].Cost })
	for _, c := range back {
		before, seen := s.snapshot(), s.seen
		s.seen = slices.Clone(seen)
		s.plan.Loose[c] = false
		if s.Cells[c].small() {
			s.plan.Shown[c] = Fewer
		} else {
			s.plan.Shown[c], s.plan.Why[c], s.plan.For[c] = Open, None, -1
		}
		s.prune()
		if s.kept() {
			continue
		}
		s.seen = seen
		s.plan.Shown, s.plan.Why, s.plan.For, s.plan.Loose = before.shown, before.why, before.of, before.loose
		s.tighten(c)
	}
}

// tighten leaves a figure hidden, and asks whether a reader may know that it is
// not small: Loose is the weaker promise, kept only where it is needed.
func (s *solver) tighten(c int) {
	if !s.plan.Loose[c] || s.Cells[c].small() {
		return
	}
	seen := s.seen
	s.seen = slices.Clone(seen)
	s.plan.Loose[c] = false
	if s.prune(); !s.kept() {
		s.plan.Loose[c], s.seen = true, seen
	}
}

// kept answers whether the promise still holds for every small figure.
func (s *solver) kept() bool {
	for _, p := range s.targets {
		for _, w := range s.values(p) {
			if !s.lost[change{p, w}] && !s.possible(p, w, freeSteps) {
				return false
			}
		}
	}
	return true
}
