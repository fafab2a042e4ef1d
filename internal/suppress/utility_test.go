package suppress

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// TestUtility prints what readers of villages of several sizes lose, by the
// window they read. It measures no time and holds no figure to a bound but one:
// that a small town reads its totals. Births are assumed, not counted: 7 a
// thousand inhabitants and year, 46 % first, 38 % second, 16 % further children,
// independent of each other.
func TestUtility(t *testing.T) {
	t.Parallel()
	villages := 4
	if os.Getenv("YANGGUANG_UTILITY") != "" {
		villages = 100
	}
	var last float64
	t.Log("people  | quarter: 1st 2nd 3rd total all | year so far: the same | whole year, in the fourth quarter; % hidden")
	for _, people := range []int{300, 800, 1500, 2500, 4000, 8000, 20000} {
		var seen, hidden [3][5]int // quarter, year so far, whole year × first second third total all
		for n := range villages {
			r := rand.New(rand.NewPCG(uint64(people), uint64(n)))
			year(r, people, &seen, &hidden)
		}
		share := func(w, i int) float64 { return 100 * float64(hidden[w][i]) / float64(max(1, seen[w][i])) }
		line := fmt.Sprintf("%6d", people)
		for w := range 3 {
			line += fmt.Sprintf("  | %4.0f %4.0f %4.0f %4.0f  %4.0f", share(w, 0), share(w, 1), share(w, 2), share(w, 3), share(w, 4))
		}
		t.Log(line)
		last = share(0, 3)
	}
	if last > 5 {
		t.Errorf("a place of 20,000 loses %.0f %% of its quarters' totals", last)
	}
}

// year publishes four quarters of a village and counts what was hidden.
func year(r *rand.Rand, people int, seen, hidden *[3][5]int) {
	w := &world{}
	rate := float64(people) * 7 / 1000 / 4
	all := w.quartersOf(4, 3, func(row int) int64 { return poisson(r, rate*[]float64{0.46, 0.38, 0.16}[row]) })
	shown, loose := make([]Shown, len(w.cells)), make([]bool, len(w.cells))
	for n := range w.tables {
		f, ids := w.until(n).at(n, shown, loose)
		p := Protect(f)
		for i, c := range ids {
			if !f.Cells[i].Past {
				shown[c], loose[c] = p.Shown[i], p.Loose[i]
			}
		}
	}
	for q, grid := range all {
		for i, row := range grid {
			for j, c := range row {
				windows := []int{j}
				if j == 1 && q == 3 {
					windows = append(windows, 2)
				}
				for _, win := range windows {
					for _, k := range []int{i, 4} {
						seen[win][k]++
						if shown[c] != Open {
							hidden[win][k]++
						}
					}
				}
			}
		}
	}
}

func poisson(r *rand.Rand, mean float64) (n int64) {
	limit, p := math.Exp(-mean), r.Float64()
	for p > limit {
		n++
		p *= r.Float64()
	}
	return n
}

// until is the world as it stands when some tables are published and nothing is
// known of later ones.
func (w *world) until(n int) *world {
	out := &world{cells: w.cells, tables: w.tables[:n+1]}
	there := map[int]bool{}
	for _, t := range out.tables {
		for _, c := range t {
			there[c] = true
		}
	}
	for _, s := range w.sums {
		whole := true
		for _, t := range s {
			whole = whole && there[t.Cell]
		}
		if whole {
			out.sums = append(out.sums, s)
		}
	}
	return out
}
