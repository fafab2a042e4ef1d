package suppress

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkTownshipsYear protects the last table of a township's year: fifteen
// villages with four quarters each, and the township's births beside them.
func BenchmarkTownshipsYear(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	w := &world{}
	var villages [][][][]int
	for range 15 {
		villages = append(villages, w.quartersOf(4, 3, func(row int) int64 { return poisson(r, []float64{1.3, 1.1, 0.4}[row]) }))
	}
	for q := range 4 {
		var parts []int
		for _, v := range villages {
			parts = append(parts, v[q][3][0])
		}
		w.publish([][]int{{w.total(parts...)}})
	}
	shown, loose := make([]Shown, len(w.cells)), make([]bool, len(w.cells))
	var f Family
	for n := range w.tables {
		var ids []int
		f, ids = w.until(n).at(n, shown, loose)
		p := Protect(f)
		for i, c := range ids {
			shown[c], loose[c] = p.Shown[i], p.Loose[i]
		}
	}
	b.ReportMetric(float64(len(f.Cells)), "figures")
	for b.Loop() {
		Protect(f)
	}
}

// BenchmarkVillagesYear protects a village's fourth quarter alone.
func BenchmarkVillagesYear(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	w := &world{}
	w.quartersOf(4, 3, func(row int) int64 { return poisson(r, []float64{2.6, 2.2, 0.8}[row]) })
	shown, loose := make([]Shown, len(w.cells)), make([]bool, len(w.cells))
	var f Family
	for n := range w.tables {
		var ids []int
		f, ids = w.until(n).at(n, shown, loose)
		p := Protect(f)
		for i, c := range ids {
			shown[c], loose[c] = p.Shown[i], p.Loose[i]
		}
	}
	for b.Loop() {
		Protect(f)
	}
}
