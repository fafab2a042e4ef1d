package yearly

import (
	"context"
	"strconv"

	"yangguang/internal/i18n"
	"yangguang/internal/ui"
)

// comparison sets the totals of a year beside those of the year before.
func (f Form) comparison(ctx context.Context, year int, this, last Figures) ui.Grid {
	more := Compare(this, last)
	g := ui.Grid{Caption: word(ctx, "compared", year-1), Cards: true, Columns: []ui.Column{{Title: word(ctx, "what")}, {Title: word(ctx, "year_n", strconv.Itoa(year)), Number: true},
		{Title: word(ctx, "year_n", strconv.Itoa(year-1)), Number: true}, {Title: word(ctx, "difference"), Number: true}}}
	add := func(title, row string, a, b, d int64) {
		g.Rows = append(g.Rows, ui.Text(title, f.shown(ctx, row, a), f.shown(ctx, row, b), signed(f.shown(ctx, row, d), d)))
	}
	for _, id := range more.Two.Rows {
		add(f.RowTitle(ctx, id), id, this.Two.At(id, count), last.Two.At(id, count), more.Two.At(id, count))
	}
	for _, id := range more.Three.Rows {
		add(f.RowTitle(ctx, id), id, this.Three.At(id, Total), last.Three.At(id, Total), more.Three.At(id, Total))
	}
	for _, id := range more.Four.Rows {
		add(f.RowTitle(ctx, id), id, this.Four.At(id, Total), last.Four.At(id, Total), more.Four.At(id, Total))
	}
	return g
}

func signed(shown string, n int64) string {
	if n > 0 {
		return "+" + shown
	}
	return shown
}

// changed lists the cells in which two revisions differ.
func (f Form) changed(ctx context.Context, before, after Figures) ui.Grid {
	g := ui.Grid{Caption: word(ctx, "changed_cells"), Cards: true, Nothing: word(ctx, "no_cell_changed"), Columns: []ui.Column{{Title: word(ctx, "what")}, {Title: word(ctx, "column")},
		{Title: word(ctx, "before"), Number: true}, {Title: word(ctx, "after"), Number: true}}}
	d := Compare(after, before)
	for i, t := range []struct{ d, before, after Table }{{d.Two, before.Two, after.Two}, {d.Three, before.Three, after.Three}, {d.Four, before.Four, after.Four}} {
		t.d.each(func(row, column string, n int64) {
			if n != 0 {
				g.Rows = append(g.Rows, ui.Text(word(ctx, "cell_of", i+2, f.RowTitle(ctx, row)), f.ColumnTitle(ctx, column),
					f.shown(ctx, row, t.before.At(row, column)), f.shown(ctx, row, t.after.At(row, column))))
			}
		})
	}
	return g
}

// diffOf is how a section's words changed; none where they did not.
type diffOf struct {
	Title string
	Lines []ui.DiffLine
}

func textChanges(ctx context.Context, before, after Text) (out []diffOf) {
	for _, p := range []struct{ key, before, after string }{{"overview", before.Overview, after.Overview}, {"problems", before.Problems, after.Problems}, {"other", before.Other, after.Other}} {
		if p.before != p.after {
			out = append(out, diffOf{i18n.T(ctx, "yearly.section_"+p.key), ui.Compare(p.before, p.after)})
		}
	}
	return out
}

// chart shows what became of the requests that were decided.
func (f Form) chart(ctx context.Context, x Figures) ui.Share {
	kinds := []string{"good", "main", "bad", "late", "none", "rest"}
	s := ui.Share{Title: word(ctx, "outcomes"), Unit: word(ctx, "requests_unit")}
	for i, o := range f.Outcomes(x) {
		s.Parts = append(s.Parts, ui.Part{Label: o.Title.In(ctx), N: o.N, Kind: kinds[i%len(kinds)]})
	}
	return s
}
