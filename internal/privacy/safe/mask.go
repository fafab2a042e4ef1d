package safe

import (
	"slices"

	"yangguang/internal/privacy"
)

// text masks a running text.
func (d *Doc) text(s string, o Options) Words {
	return d.words(s, d.findings(s, o), o)
}

// words masks the findings of one text and notes where the masks stand.
func (d *Doc) words(s string, fs []privacy.Finding, o Options) Words {
	fs = slices.Clone(fs)
	slices.SortStableFunc(fs, func(a, b privacy.Finding) int { return a.Start - b.Start })
	var w Words
	at := 0
	for _, f := range fs {
		if f.Start < 0 || f.End > len(s) || f.Start >= f.End || f.End <= at {
			continue
		}
		if !o.masks(f) {
			d.Left++
			continue
		}
		mask := f.Masked
		if f.Start < at { // overlaps the mask before it
			f.Start, mask = at, "*"
		}
		w.Text += s[at:f.Start]
		w.Marks = append(w.Marks, Mark{len(w.Text), len(w.Text) + len(mask)})
		w.Text += mask
		at = f.End
		d.Masked++
	}
	w.Text += s[at:]
	return w
}

// table masks a table: numbers cut over cells, and what headings announce.
func (d *Doc) table(rows [][]string, o Options) [][]Words {
	byCell := map[[2]int][]privacy.Finding{}
	blank := map[[2]int]bool{} // cells into which a number goes on
	for _, f := range privacy.ScanTable(rows) {
		at := [2]int{f.Place.Row - 1, f.Place.Col - 1}
		byCell[at] = append(byCell[at], f)
		for c := f.Place.Col; c < f.Place.ToCol && o.masks(f); c++ {
			blank[[2]int{f.Place.Row - 1, c}] = true
		}
	}
	out := make([][]Words, len(rows))
	for i, row := range rows {
		out[i] = make([]Words, len(row))
		for k, s := range row {
			at := [2]int{i, k}
			if blank[at] {
				out[i][k] = Words{Text: "****", Marks: []Mark{{0, 4}}}
				continue
			}
			out[i][k] = d.words(s, append(byCell[at], d.removed(s, o)...), o)
		}
	}
	return out
}
