package ui

import (
	"context"
	"math"
	"strconv"
	"strings"

	"yangguang/internal/i18n"
)

// Part is one share of a whole.
type Part struct {
	Label string
	N     int64
	Kind  string // good, late, bad, main, none, rest: colour only, Label says it
	Href  string
}

// Share is a whole divided into parts.
type Share struct {
	Title, Unit string
	Parts       []Part
	Open        bool // the table is shown at once
}

func (s Share) total() int64 {
	var t int64
	for _, p := range s.Parts {
		t += p.N
	}
	return t
}

// slice is where a part lies on a bar 1000 wide; a white gap keeps parts apart
// for those who do not see the colours.
type slice struct{ x, w, fill string }

func (s Share) slices() []slice {
	total := s.total()
	if total == 0 {
		return nil
	}
	var out []slice
	var before int64
	for _, p := range s.Parts {
		x := float64(before) * 1000 / float64(total)
		w := float64(p.N) * 1000 / float64(total)
		before += p.N
		if p.N == 0 {
			continue
		}
		if before < total && w > 6 {
			w -= 4
		}
		out = append(out, slice{num(x), num(math.Max(w, 2)), "f-" + p.Kind})
	}
	return out
}

func (s Share) sentence(ctx context.Context) string {
	if s.total() == 0 {
		return i18n.T(ctx, "ui.table_empty")
	}
	var words []string
	for _, p := range s.Parts {
		words = append(words, p.Label+" "+i18n.Number(ctx, p.N))
	}
	return strings.Join(words, i18n.T(ctx, "ui.list_join"))
}

func (s Share) table(ctx context.Context) Grid {
	g := Grid{Caption: s.Title, Columns: []Column{{Title: i18n.T(ctx, "ui.chart_what")}, {Title: i18n.T(ctx, "ui.chart_number"), Number: true}, {Title: i18n.T(ctx, "ui.chart_share"), Number: true}}}
	for _, p := range s.Parts {
		g.Rows = append(g.Rows, []Cell{{Text: p.Label, Href: p.Href}, {Text: i18n.Number(ctx, p.N)}, {Text: i18n.Percent(ctx, p.N, s.total())}})
	}
	return g
}

// Point is one value of a series.
type Point struct {
	Label string
	N     float64
	Shown string // the value in words; the number itself when empty
	None  bool   // not known: drawn as a gap, said in the table
	Href  string
	Kind  string // colour of the column
}

func (p Point) shown(ctx context.Context) string {
	switch {
	case p.None:
		return i18n.T(ctx, "ui.chart_unknown")
	case p.Shown != "":
		return p.Shown
	case p.N == math.Trunc(p.N):
		return i18n.Number(ctx, int64(p.N))
	}
	return strconv.FormatFloat(p.N, 'f', 1, 64)
}

// Series is a row of values, with the sentence that says what they show.
type Series struct {
	Title string
	Says  string // what a reader should take from it; the picture's description
	Unit  string
	Most  float64 // top of the scale; found from the points when 0
	What  string  // heading of the labels: 月份
	Data  []Point
	Open  bool // the table is shown at once
}

const (
	plotW, plotH      = 720.0, 250.0
	plotTop, plotLeft = 30.0, 8.0
	plotBase          = 210.0
)

func (s Series) most() float64 {
	if s.Most > 0 {
		return s.Most
	}
	top := 0.0
	for _, p := range s.Data {
		top = math.Max(top, p.N)
	}
	if top == 0 {
		return 1
	}
	return top
}

// mark is where one point is drawn.
type mark struct {
	Point
	X, Y, W, H, Mid, TextY string
}

func (s Series) marks() []mark {
	if len(s.Data) == 0 {
		return nil
	}
	step := (plotW - 2*plotLeft) / float64(len(s.Data))
	w := math.Min(step*.62, 64)
	out := make([]mark, len(s.Data))
	for i, p := range s.Data {
		mid := plotLeft + step*(float64(i)+.5)
		h := math.Max(0, math.Min(1, p.N/s.most())) * (plotBase - plotTop)
		y := plotBase - h
		out[i] = mark{p, num(mid - w/2), num(y), num(w), num(h), num(mid), num(y - 8)}
	}
	return out
}

// stride says that every how many points there is room for words: their labels
// and numbers stand beside each other in one row. The table has them all.
func (s Series) stride(ctx context.Context) int {
	widest := 0.0
	for _, p := range s.Data {
		widest = math.Max(widest, width(p.Label))
		if !p.None {
			widest = math.Max(widest, width(p.shown(ctx)))
		}
	}
	slot := (plotW - 2*plotLeft) / float64(max(len(s.Data), 1))
	return max(1, int(math.Ceil((widest+4)/slot)))
}

// width is about how wide words are in a plot, at 15 px.
func width(words string) (w float64) {
	for _, r := range words {
		if r < 0x2e80 { // not Han
			w += 8.5
		} else {
			w += 15
		}
	}
	return w
}

// every keeps each n-th mark, counted from the last: the newest has its words.
func every(marks []mark, n int) (out []mark) {
	for i, m := range marks {
		if (len(marks)-1-i)%n == 0 {
			out = append(out, m)
		}
	}
	return out
}

// valleys puts the number of a low point under it, where no line runs.
func (s Series) valleys() []mark {
	out := s.marks()
	for i := 1; i+1 < len(out); i++ {
		a, p, b := s.Data[i-1], s.Data[i], s.Data[i+1]
		if !a.None && !b.None && a.N > p.N && b.N > p.N && p.N/s.most() > .15 {
			out[i].TextY = num(plotBase - p.N/s.most()*(plotBase-plotTop) + 22)
		}
	}
	return out
}

// lines are the runs of known points; a gap ends a run.
func (s Series) lines() []string {
	var out []string
	var run []string
	for _, m := range s.marks() {
		if m.None {
			if len(run) > 1 {
				out = append(out, strings.Join(run, " "))
			}
			run = nil
			continue
		}
		run = append(run, m.Mid+","+m.Y)
	}
	if len(run) > 1 {
		out = append(out, strings.Join(run, " "))
	}
	return out
}

func (s Series) table(ctx context.Context) Grid {
	what := s.What
	if what == "" {
		what = i18n.T(ctx, "ui.chart_what")
	}
	unit := i18n.T(ctx, "ui.chart_number")
	if s.Unit != "" {
		unit = s.Unit
	}
	g := Grid{Caption: s.Title, Columns: []Column{{Title: what}, {Title: unit, Number: true}}}
	for _, p := range s.Data {
		g.Rows = append(g.Rows, []Cell{{Text: p.Label, Href: p.Href}, {Text: p.shown(ctx)}})
	}
	return g
}

func num(f float64) string { return strconv.FormatFloat(math.Round(f*10)/10, 'f', -1, 64) }

func orMain(kind string) string {
	if kind == "" {
		return "f-main"
	}
	return "f-" + kind
}

// Tile is one division of a grid of divisions, all of the same size: a map
// would show area, which says nothing of what people are owed.
type Tile struct {
	Name, Href string
	Num, Den   int64
	Shown      string // the share in words; the percentage when empty
	Word       string // what the share means: 按时公开
	Kind       string // good, late, bad, none
}
