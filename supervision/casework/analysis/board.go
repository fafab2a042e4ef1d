package analysis

import (
	"context"
	"net/url"
	"strings"

	"yangguang/internal/i18n"
	"yangguang/internal/suppress"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
)

// board is what a page of figures shows; the workbook and the report are made of the same.
type board struct {
	Cards    []ui.Figure
	Trend    ui.Series
	Flow     ui.Grid
	Rates    ui.Grid
	Types    ui.Grid
	Channels ui.Grid
	Topics   ui.Grid
	TypeBar  ui.Share
	Results  ui.Grid
	Refusals ui.Grid
	Unhappy  ui.Grid
	Tiles    []ui.Tile
	Below    ui.Grid
	Bands    string
	Nothing  bool
}

// way are the counts of the table of the way, in its order.
var way = []measure{contacts, matters, merged, remedies, accepted, refused, dispatched, objected, upheld, replied, due, ontime, late, ended, reopened, promised, promiseDue, promiseKept, broken, asked, reached, unreached, solved, partly, unsolved, satisfied, fair, dissatisfied}

// grids are the tables in the order of the workbook.
func (b *board) grids() map[string]ui.Grid {
	return map[string]ui.Grid{"flow": b.Flow, "rates": b.Rates, "types": b.Types, "channels": b.Channels, "topics": b.Topics, "results": b.Results, "refusals": b.Refusals, "unhappy": b.Unhappy, "below": b.Below}
}

var gridOrder = []string{"flow", "rates", "types", "channels", "topics", "results", "refusals", "unhappy", "below"}

// filler makes a board of a view.
type filler struct {
	*view
	ctx  context.Context
	norm *norm.Casework
	base string // the page a place below leads to
}

func (s *Analysis) board(ctx context.Context, v *view) *board {
	f := filler{v, ctx, &s.Norm.Casework, "/matters/statistics"}
	if !v.public() {
		f.base = "/desk/analysis"
	}
	b := &board{Cards: f.cards(), Trend: f.trend(), Flow: f.flow(), Rates: f.rates(), Bands: word(ctx, "bands", few)}
	b.Types, b.Channels, b.Topics = f.split("types", byType), f.split("channels", byChannel), f.split("topics", byTopic)
	b.Results, b.Refusals, b.Unhappy = f.codes("results", ended), f.codes("refusals", refused), f.codes("unhappy", discontent)
	b.TypeBar = f.bar()
	b.Tiles, b.Below = f.places()
	n, _ := v.count(v.all(contacts), v.p)
	b.Nothing = n == 0
	return b
}

// public answers whether the view is of the public page.
func (v *view) public() bool { return v.open && !v.desk }

func (f filler) definition(id string) string {
	return web.URL(f.ctx, "/matters/statistics/definitions") + "#" + id
}

// link leads to the list behind a figure, for whoever may read it.
func (f filler) link(at place, c cell) string {
	if !f.exact {
		return ""
	}
	q := at.query() + "&period=" + f.p.key() + "&measure=" + string(c.m)
	if c.dim != byAll {
		q += "&dim=" + c.dim + "&value=" + url.QueryEscape(c.value)
	}
	return web.URL(f.ctx, "/desk/analysis/list") + "?" + q
}

func (f filler) cards() []ui.Figure {
	ctx := f.ctx
	all := func(m measure) ui.Figure {
		return ui.Figure{Label: word(ctx, "m_"+string(m)), Value: f.text(ctx, f.all(m), f.p), Note: word(ctx, "compared", f.change(ctx, f.all(m), f.p.before()), f.change(ctx, f.all(m), f.p.yearBefore())),
			Definition: f.definition(string(m)), List: f.link(f.place, f.all(m))}
	}
	out := []ui.Figure{all(matters), all(contacts)}
	for _, id := range []string{"ontime", "solved", "satisfied"} {
		x := *indicatorOf(id)
		r, told := f.rate(x, f.scope(), f.p)
		c := ui.Figure{Label: word(ctx, "i_"+id), Value: f.share(ctx, x, f.scope(), f.p), Definition: f.definition("i_" + id), List: f.link(f.place, f.all(x.den))}
		if told && r.den > 0 {
			c.Note = word(ctx, "counts", r.num, r.den) + " " + r.interval(ctx)
		}
		out = append(out, c)
	}
	return append(out, f.durationCard())
}

func (f filler) durationCard() ui.Figure {
	ctx := f.ctx
	c := ui.Figure{Label: word(ctx, "duration"), Value: word(ctx, "na"), Definition: f.definition("duration"), List: f.link(f.place, f.all(cohort))}
	d, told := f.duration()
	if !told {
		c.Value = word(ctx, "withheld")
		return c
	}
	if days, ok := d.median(); ok {
		c.Value, c.Unit = decimal(days), word(ctx, "days")
	} else if total(d.Took)+total(d.Open) > 0 {
		c.Value = word(ctx, "not_half")
	}
	if mean, n := d.mean(); n > 0 {
		c.Note = word(ctx, "mean", decimal(mean), n, total(d.Open))
	}
	return c
}

// trend is the course of the matters over the months.
func (f filler) trend() ui.Series {
	ctx := f.ctx
	s := ui.Series{Title: word(ctx, "trend"), Unit: word(ctx, "m_matters"), What: word(ctx, "what_month")}
	for i := trendMonths - 1; i >= 0; i-- {
		m := addMonths(f.p.to, -i)
		p := period{m, m}
		n, shown := f.count(f.all(matters), p)
		pt := ui.Point{Label: monthKey(m)[2:], N: float64(n), Shown: f.text(ctx, f.all(matters), p)}
		if shown != suppress.Open {
			pt.N, pt.None = 0, true
		}
		s.Data = append(s.Data, pt)
	}
	s.Says = word(ctx, "trend_says", f.name, f.text(ctx, f.all(matters), f.p))
	return s
}

func (f filler) flow() ui.Grid {
	ctx := f.ctx
	g := ui.Grid{Caption: word(ctx, "of_period", word(ctx, "flow"), f.p.said(ctx)), Cards: true, Columns: []ui.Column{{Title: word(ctx, "what")}, {Title: f.p.said(ctx), Number: true}, {Title: f.p.before().said(ctx), Number: true}, {Title: word(ctx, "mom"), Number: true}, {Title: f.p.yearBefore().said(ctx), Number: true}, {Title: word(ctx, "yoy"), Number: true}}}
	for _, m := range way {
		c := f.all(m)
		if f.nothing(c) {
			continue
		}
		g.Rows = append(g.Rows, []ui.Cell{{Text: word(ctx, "m_"+string(m)), Href: f.definition(string(m))}, {Text: f.text(ctx, c, f.p), Href: f.link(f.place, c)}, {Text: f.text(ctx, c, f.p.before())}, {Text: f.change(ctx, c, f.p.before())},
			{Text: f.text(ctx, c, f.p.yearBefore())}, {Text: f.change(ctx, c, f.p.yearBefore())}})
	}
	return g
}

// nothing answers whether a figure is nothing in every period the table tells.
func (f filler) nothing(c cell) bool {
	for _, p := range []period{f.p, f.p.before(), f.p.yearBefore()} {
		if n, _ := f.count(c, p); n != 0 {
			return false
		}
	}
	return true
}

func (f filler) rates() ui.Grid {
	ctx := f.ctx
	g := ui.Grid{Caption: word(ctx, "of_period", word(ctx, "rates"), f.p.said(ctx)), Cards: true, Columns: []ui.Column{{Title: word(ctx, "what")}, {Title: f.p.said(ctx), Number: true}, {Title: word(ctx, "of_which"), Number: true}, {Title: word(ctx, "range"), Number: true}, {Title: f.p.before().said(ctx), Number: true}, {Title: f.p.yearBefore().said(ctx), Number: true}, {Title: word(ctx, "band")}}}
	for _, x := range indicators {
		r, told := f.rate(x, f.scope(), f.p)
		row := []ui.Cell{{Text: word(ctx, "i_"+x.id), Href: f.definition("i_" + x.id)}, {Text: f.share(ctx, x, f.scope(), f.p)}, {Text: word(ctx, "withheld")}, {Text: word(ctx, "withheld")},
			{Text: f.share(ctx, x, f.scope(), f.p.before())}, {Text: f.share(ctx, x, f.scope(), f.p.yearBefore())}, {Text: word(ctx, "na")}}
		if told {
			row[2].Text, row[3].Text = word(ctx, "of", r.num, r.den), strings.TrimSpace(r.interval(ctx))
			if b := x.band(r); b != bandNone {
				row[6] = ui.Cell{Text: word(ctx, "band_"+b), Tag: bandTag[b]}
			}
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

var bandTag = map[string]ui.TagKind{bandGood: ui.TagPublished, bandFair: ui.TagWaiting, bandPoor: ui.TagDanger}

// split is a table of the matters by one dimension.
func (f filler) split(id, dim string) ui.Grid {
	ctx := f.ctx
	g := ui.Grid{Caption: word(ctx, id), Columns: []ui.Column{{Title: word(ctx, "by_"+dim)}, {Title: word(ctx, "m_matters"), Number: true}, {Title: word(ctx, "share"), Number: true}}}
	whole, shown := f.count(f.all(matters), f.p)
	for _, v := range f.values(dim, matters) {
		c := cell{f.scope(), dim, v, matters}
		n, s := f.count(c, f.p)
		row := []ui.Cell{{Text: f.title(dim, v)}, {Text: f.text(ctx, c, f.p), Href: f.link(f.place, c)}, {Text: word(ctx, "withheld")}}
		if s == suppress.Open && shown == suppress.Open {
			row[2].Text = i18n.Percent(ctx, n, whole)
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

func (f filler) codes(id string, m measure) ui.Grid {
	ctx := f.ctx
	g := ui.Grid{Caption: word(ctx, id), Columns: []ui.Column{{Title: word(ctx, "by_"+string(m))}, {Title: word(ctx, "number"), Number: true}}}
	for _, v := range f.values(string(m), m) {
		c := cell{f.scope(), string(m), v, m}
		g.Rows = append(g.Rows, []ui.Cell{{Text: f.title(string(m), v)}, {Text: f.text(ctx, c, f.p), Href: f.link(f.place, c)}})
	}
	return g
}

// bar shows the types, where each may be shown.
func (f filler) bar() (b ui.Share) {
	kinds := []string{"main", "good", "late", "bad", "rest", "none"}
	for i, v := range f.values(byType, matters) {
		c := cell{f.scope(), byType, v, matters}
		n, shown := f.count(c, f.p)
		if shown != suppress.Open {
			return ui.Share{}
		}
		b.Parts = append(b.Parts, ui.Part{Label: f.title(byType, v), N: n, Kind: kinds[i%len(kinds)], Href: f.link(f.place, c)})
	}
	b.Title, b.Unit = word(f.ctx, "types_bar"), word(f.ctx, "m_matters")
	return b
}

// places are those below: tiles in their own order, none ranked, and the table.
func (f filler) places() (tiles []ui.Tile, g ui.Grid) {
	ctx := f.ctx
	x, y := *indicatorOf("ontime"), *indicatorOf("solved")
	g = ui.Grid{Caption: word(ctx, "below"), Cards: true, Columns: []ui.Column{{Title: word(ctx, "place")}, {Title: word(ctx, "m_matters"), Number: true}, {Title: word(ctx, "i_ontime"), Number: true}, {Title: word(ctx, "i_solved"), Number: true}, {Title: word(ctx, "band")}}}
	for _, b := range f.below {
		href := web.URL(ctx, f.base) + "?" + b.query() + "&period=" + f.p.key()
		c := cell{b.scope(), byAll, "", matters}
		n, _ := f.count(c, f.p)
		r, told := f.rate(x, b.scope(), f.p)
		if n == 0 && r.den == 0 && f.exact && b.unit != 0 {
			continue // units without any matter
		}
		t := ui.Tile{Name: b.name, Href: href, Shown: f.text(ctx, c, f.p), Word: word(ctx, "m_matters"), Kind: bandNone}
		row := []ui.Cell{{Text: b.name, Href: href}, {Text: f.text(ctx, c, f.p), Href: f.link(b, c)}, {Text: f.share(ctx, x, b.scope(), f.p)}, {Text: f.share(ctx, y, b.scope(), f.p)}, {Text: word(ctx, "na")}}
		if told && r.den > 0 {
			t.Num, t.Den = r.num, r.den
			t.Word = word(ctx, "tile", r.shown(ctx))
			if t.Kind = x.band(r); t.Kind != bandNone {
				row[4] = ui.Cell{Text: word(ctx, "band_"+t.Kind), Tag: bandTag[t.Kind]}
			}
		}
		tiles, g.Rows = append(tiles, t), append(g.Rows, row)
	}
	return tiles, g
}

// title names a value of a dimension.
func (f filler) title(dim, v string) string { return titleOf(f.ctx, f.norm, dim, v) }

func titleOf(ctx context.Context, n *norm.Casework, dim, v string) string {
	choice := func(list []norm.Choice) string {
		for _, c := range list {
			if c.ID == v {
				return c.Title.In(ctx)
			}
		}
		if i18n.Has(i18n.ZH, "analysis.result_"+v) {
			return word(ctx, "result_"+v)
		}
		return v
	}
	switch dim {
	case byType:
		if t := n.Type(v); t != nil {
			return t.Title.In(ctx)
		}
	case byTopic:
		if t := n.Topic(v); t != nil {
			return t.Title.In(ctx)
		}
		if v == "" {
			return word(ctx, "no_topic")
		}
	case byChannel:
		return i18n.T(ctx, "casework.channel_"+v)
	case string(refused):
		if r := n.Refusal(v); r != nil {
			return r.Title.In(ctx)
		}
	case string(ended):
		return choice(n.Results)
	case string(objected):
		return choice(n.Objections)
	case string(discontent):
		return choice(n.Discontents)
	}
	return v
}
