package suppress

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"yangguang/internal/suppress/suppresstest"
)

// reads builds the outsider from what the public sees. knowing: he trusts that
// what is not published without a word is not small.
func reads(f Family, p Plan, knowing bool) *suppresstest.Outsider {
	a := &suppresstest.Outsider{}
	for i, c := range f.Cells {
		lo, hi, hole := int64(0), suppresstest.Far, int64(0)
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
		a.Reads(lo, hi, hole)
	}
	for _, s := range f.Sums {
		total := int64(0)
		var terms []suppresstest.Term
		for _, t := range s {
			total += t.Coef * f.Cells[t.Cell].Value
			terms = append(terms, suppresstest.Term(t))
		}
		a.Knows(total, terms...)
	}
	return a
}

// families is how many worlds the attacker is let loose on.
func families(t *testing.T) int {
	if s := os.Getenv("YANGGUANG_FAMILIES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if testing.Short() {
		return 300
	}
	return 2000
}

// tally is what the attacker achieved.
type tally struct {
	small, exact, narrowed, undecided int
	cells, hidden                     int
}

// attack tries everything on a family as published.
func attack(f Family, p Plan, knowing, whole bool, out *tally) {
	a := reads(f, p, knowing)
	solved := a.Solved()
	b := a.Copy()
	if !b.Narrow() {
		out.exact++ // a contradiction: the attacker would have been lied to
		return
	}
	for i, c := range f.Cells {
		if !c.small() || p.Shown[i] == Open {
			continue
		}
		out.small++
		lo, hi := b.Bounds(i)
		switch {
		case solved[i] || lo == hi:
			out.exact++
			continue
		case lo > 1 || hi < c.Below-1:
			out.narrowed++
			continue
		}
		if !whole {
			continue
		}
		left := 0
		for v := int64(1); v < c.Below; v++ {
			switch b.Can(i, v, 3000) {
			case suppresstest.Yes:
				left++
			case suppresstest.Unknown:
				left++
				out.undecided++
			}
		}
		if left == 1 {
			out.exact++
		} else if left < int(c.Below)-1 {
			out.narrowed++
		}
	}
}

// live publishes a world table by table and attacks after each.
func live(t *testing.T, w *world, protect func(Family) Plan, out *tally) {
	t.Helper()
	shown, loose := make([]Shown, len(w.cells)), make([]bool, len(w.cells))
	later := map[int]bool{}
	for _, t := range w.tables {
		for _, c := range t {
			later[c] = true
		}
	}
	for n, table := range w.tables {
		f, ids := w.at(n, shown, loose)
		for _, c := range table {
			delete(later, c)
		}
		p := protect(f)
		if len(p.Lost) > 0 {
			t.Fatalf("table %d of %d: gave up %v of a family that was protected from the start", n, len(w.tables), p.Lost)
		}
		for i, c := range ids {
			if f.Cells[i].Past && !later[c] && (p.Shown[i] != shown[c] || p.Shown[i] == Dark && p.Loose[i] != loose[c] && !f.Cells[i].small()) {
				t.Fatal("what was public changed")
			}
			if !later[c] {
				shown[c], loose[c] = p.Shown[i], p.Loose[i]
			}
		}
		last := n == len(w.tables)-1
		for _, knowing := range []bool{false, true} {
			attack(f, p, knowing, last, out)
		}
		if last {
			out.cells += len(f.Cells)
			for _, s := range p.Shown {
				if s != Open {
					out.hidden++
				}
			}
		}
	}
}

func TestNoSmallFigureCanBeWorkedOut(t *testing.T) {
	t.Parallel()
	var out tally
	for n := range families(t) {
		r := rand.New(rand.NewPCG(7, uint64(n)))
		before := out
		live(t, invent(r, n), Protect, &out)
		if out.exact > before.exact || out.narrowed > before.narrowed {
			t.Errorf("family %d: %d recovered, %d narrowed", n, out.exact-before.exact, out.narrowed-before.narrowed)
			if out.exact+out.narrowed > 20 {
				break
			}
		}
	}
	t.Logf("%+v", out)
	if out.small == 0 {
		t.Error("no small figure was ever attacked")
	}
}

// onlySmall is the known-bad arm: small figures hidden, nothing beside them.
func onlySmall(f Family) Plan {
	p := Plan{Shown: make([]Shown, len(f.Cells)), Loose: make([]bool, len(f.Cells))}
	for i, c := range f.Cells {
		if c.small() {
			p.Shown[i] = Fewer
		}
	}
	return p
}

func TestTheAttackerSucceedsWhereOnlySmallFiguresAreHidden(t *testing.T) {
	t.Parallel()
	var out tally
	for n := range 1000 {
		live(t, invent(rand.New(rand.NewPCG(7, uint64(n))), n), onlySmall, &out)
	}
	t.Logf("%+v", out)
	if out.exact*4 < out.small {
		t.Errorf("recovered %d of %d small figures; an attacker that weak proves nothing", out.exact, out.small)
	}
}

func TestTheSameFamilyGivesTheSamePlan(t *testing.T) {
	t.Parallel()
	for n := range 200 {
		w := invent(rand.New(rand.NewPCG(3, uint64(n))), n)
		f, _ := w.at(0, make([]Shown, len(w.cells)), make([]bool, len(w.cells)))
		a, b := Protect(f), Protect(f)
		if !slices.Equal(a.Shown, b.Shown) || !slices.Equal(a.For, b.For) {
			t.Fatalf("family %d has two plans", n)
		}
	}
}
