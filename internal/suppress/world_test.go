package suppress

import (
	"math/rand/v2"
)

// world is a set of tables published one after another, with every sum among
// them: what an outsider of any patience has in the end.
type world struct {
	cells  []Cell
	sums   []Sum
	tables [][]int // cells of each table, in the order of publication
}

func (w *world) cell(v int64, cost int) int {
	w.cells = append(w.cells, Cell{Value: v, Below: 5, Cost: cost})
	return len(w.cells) - 1
}

// count is a figure as villages have them: often none or few.
func count(r *rand.Rand, size int) int64 {
	if r.IntN(4) == 0 {
		return 0
	}
	return int64(r.IntN(size + 1))
}

// total adds a cell that is the sum of others.
func (w *world) total(parts ...int) int {
	v := int64(0)
	var s Sum
	for _, p := range parts {
		v += w.cells[p].Value
		s = append(s, Term{p, 1})
	}
	t := w.cell(v, 3)
	w.sums = append(w.sums, append(s, Term{t, -1}))
	return t
}

// table adds one table of rows and columns with totals on one or both sides.
func (w *world) table(r *rand.Rand, rows, cols, size int) [][]int {
	grid := make([][]int, rows)
	for i := range grid {
		for range cols {
			grid[i] = append(grid[i], w.cell(count(r, size), 1))
		}
	}
	if cols > 1 && r.IntN(4) > 0 {
		for i := range grid {
			grid[i] = append(grid[i], w.total(grid[i]...))
		}
	}
	if rows > 1 {
		var last []int
		for j := range grid[0] {
			var parts []int
			for i := range grid {
				parts = append(parts, grid[i][j])
			}
			last = append(last, w.total(parts...))
		}
		grid = append(grid, last)
	}
	w.publish(grid)
	return grid
}

func (w *world) publish(grid [][]int) {
	var all []int
	for _, row := range grid {
		all = append(all, row...)
	}
	w.tables = append(w.tables, all)
}

// invent makes one world of each kind in turn.
func invent(r *rand.Rand, n int) *world {
	w := &world{}
	size := []int{4, 8, 15, 40}[r.IntN(4)]
	switch n % 5 {
	case 0: // one table, sometimes with a subtotal across
		g := w.table(r, 1+r.IntN(5), 1+r.IntN(4), size)
		if len(g) > 3 && r.IntN(2) == 0 {
			for j := range g[0] {
				t := w.total(g[0][j], g[1][j])
				w.tables[0] = append(w.tables[0], t)
			}
		}
	case 1: // quarters, with the year so far beside each
		w.quarters(r, 1+r.IntN(4), 2+r.IntN(3), size)
	case 2: // villages and their township, in any order
		w.family(r, 2+r.IntN(5), 1+r.IntN(4), size)
	case 3: // a table and its corrections
		w.corrected(r, size)
	case 4: // opening, in, out, closing, quarter after quarter
		w.balance(r, 1+r.IntN(3), size)
	}
	return w
}

func (w *world) quarters(r *rand.Rand, quarters, rows, size int) [][][]int {
	return w.quartersOf(quarters, rows, func(int) int64 { return count(r, size) })
}

// quartersOf are quarters with the year so far beside each.
func (w *world) quartersOf(quarters, rows int, born func(row int) int64) [][][]int {
	var year []int
	var all [][][]int
	for q := range quarters {
		var grid [][]int
		for i := range rows {
			c := w.cell(born(i), 1)
			var y int
			if q == 0 {
				y = w.cell(w.cells[c].Value, 2)
				w.sums = append(w.sums, Sum{{c, 1}, {y, -1}})
				year = append(year, y)
			} else {
				y = w.total(year[i], c)
				year[i] = y
			}
			grid = append(grid, []int{c, y})
		}
		var last []int
		for j := range 2 {
			var parts []int
			for i := range rows {
				parts = append(parts, grid[i][j])
			}
			last = append(last, w.total(parts...))
		}
		if q > 0 { // the year's total is a running total too
			before := all[q-1][rows][1]
			w.sums = append(w.sums, Sum{{before, 1}, {last[0], 1}, {last[1], -1}})
		}
		grid = append(grid, last)
		w.publish(grid)
		all = append(all, grid)
	}
	return all
}

func (w *world) family(r *rand.Rand, villages, rows, size int) {
	var grids [][][]int
	for range villages {
		var grid [][]int
		for range rows {
			grid = append(grid, []int{w.cell(count(r, size), 1)})
		}
		if rows > 1 {
			var parts []int
			for _, row := range grid {
				parts = append(parts, row[0])
			}
			grid = append(grid, []int{w.total(parts...)})
		}
		w.publish(grid)
		grids = append(grids, grid)
	}
	var town [][]int
	for i := range grids[0] {
		var parts []int
		for _, g := range grids {
			parts = append(parts, g[i][0])
		}
		town = append(town, []int{w.total(parts...)})
	}
	if rows > 1 {
		s := Sum{{town[rows][0], -1}}
		for i := range rows {
			s = append(s, Term{town[i][0], 1})
		}
		w.sums = append(w.sums, s)
	}
	w.publish(town)
	r.Shuffle(len(w.tables), func(i, j int) { w.tables[i], w.tables[j] = w.tables[j], w.tables[i] })
}

func (w *world) corrected(r *rand.Rand, size int) {
	rows, cols := 2+r.IntN(3), 1+r.IntN(2)
	first := w.table(r, rows, cols, size)
	for range 1 + r.IntN(2) {
		i, j := r.IntN(rows), r.IntN(cols)
		grid := make([][]int, rows)
		for a := range rows {
			for b := range cols {
				v := w.cells[first[a][b]].Value
				if a == i && b == j {
					v = count(r, size)
				}
				grid[a] = append(grid[a], w.cell(v, 1))
			}
		}
		if len(first[0]) > cols {
			for a := range grid {
				grid[a] = append(grid[a], w.total(grid[a]...))
			}
		}
		var last []int
		for b := range grid[0] {
			var parts []int
			for a := range rows {
				parts = append(parts, grid[a][b])
			}
			last = append(last, w.total(parts...))
		}
		grid = append(grid, last)
		for a := range grid { // what did not change is one figure in two texts
			for b := range grid[a] {
				if w.cells[grid[a][b]].Value == w.cells[first[a][b]].Value {
					w.sums = append(w.sums, Sum{{first[a][b], 1}, {grid[a][b], -1}})
				}
			}
		}
		w.publish(grid)
	}
}

func (w *world) balance(r *rand.Rand, quarters, size int) {
	now := []int64{200 + int64(r.IntN(50)), 180 + int64(r.IntN(50))}
	var closed []int
	for range quarters {
		var grid [][]int // opening born in died out closing × male female total
		for k := range 6 {
			row := make([]int, 2)
			for s := range 2 {
				switch k {
				case 0:
					row[s] = w.cell(now[s], 2)
					if closed != nil {
						w.sums = append(w.sums, Sum{{closed[s], 1}, {row[s], -1}})
					}
				case 5:
					v := w.cells[grid[0][s]].Value + w.cells[grid[1][s]].Value + w.cells[grid[2][s]].Value - w.cells[grid[3][s]].Value - w.cells[grid[4][s]].Value
					now[s], row[s] = v, w.cell(v, 2)
				default:
					row[s] = w.cell(count(r, size), 1)
				}
			}
			row = append(row, w.total(row[0], row[1]))
			if k == 0 && closed != nil {
				w.sums = append(w.sums, Sum{{closed[2], 1}, {row[2], -1}})
			}
			grid = append(grid, row)
		}
		for s := range 3 {
			w.sums = append(w.sums, Sum{{grid[0][s], 1}, {grid[1][s], 1}, {grid[2][s], 1}, {grid[3][s], -1}, {grid[4][s], -1}, {grid[5][s], -1}})
		}
		closed = grid[5]
		w.publish(grid)
	}
}

// at is what is public after some tables, with the next one new. Of what is not
// published yet nothing is said; that it can be worked out nevertheless is as
// bad as of what is.
func (w *world) at(n int, shown []Shown, loose []bool) (Family, []int) {
	at := make([]int, len(w.cells))
	for i := range at {
		at[i] = -1
	}
	var f Family
	var ids []int
	add := func(c int, x Cell) {
		at[c] = len(f.Cells)
		f.Cells, ids = append(f.Cells, x), append(ids, c)
	}
	for k, t := range w.tables {
		for _, c := range t {
			x := w.cells[c]
			switch {
			case k < n:
				x.Past, x.Shown, x.Loose = true, shown[c], loose[c]
			case k > n:
				x.Past, x.Shown, x.Loose = true, Dark, true
			}
			add(c, x)
		}
	}
	for _, s := range w.sums {
		out := make(Sum, len(s))
		for i, t := range s {
			out[i] = Term{at[t.Cell], t.Coef}
		}
		f.Sums = append(f.Sums, out)
	}
	return f, ids
}
