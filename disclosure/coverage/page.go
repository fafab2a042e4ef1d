package coverage

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"yangguang/agency"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
)

// page is how one division stands.
type page struct {
	agency.Division
	At          *catalogue.Standing
	Above       []agency.Division
	Stats       []ui.Figure
	Bar         ui.Share
	Median      ui.Figure
	Small       bool // something is shown as counts, since there are few
	Tiles       []ui.Tile
	Below       ui.Grid
	Ranked      bool
	Bearers     ui.Grid
	BearerChart ui.Series
	Worst       ui.Series
	Categories  ui.Grid
	Trend       ui.Series
	TrendTable  ui.Grid
	Units       ui.Grid
	Links       []ui.Link
	Bands       string
	below       []agency.Division
	units       []agency.Agency
	months      []month
}

func (c *Coverage) page(w http.ResponseWriter, r *http.Request) error {
	pg, err := c.read(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	c.fill(ctx, pg)
	f := c.Front.Page(r, t(ctx, "coverage.title", pg.Name), c.crumbs(ctx, c.within(pg.Above), ui.Link{Text: t(ctx, "coverage.title", pg.Name)})...)
	f.Lead = t(ctx, "coverage.lead", i18n.Date(ctx, pg.At.On))
	f.Description = t(ctx, "coverage.description", pg.Name)
	f.Meta = append(f.Meta, ui.Meta{Name: "ColumnName", Content: f.Title}, ui.Meta{Name: "ColumnDescription", Content: f.Description},
		ui.Meta{Name: "ColumnKeywords", Content: pg.Name}, ui.Meta{Name: "ColumnType", Content: "数据发布"})
	return web.Render(w, r, http.StatusOK, coverageView(f, *pg))
}

// within leaves out what lies above the installation's own division.
func (c *Coverage) within(above []agency.Division) []agency.Division {
	return slices.DeleteFunc(slices.Clone(above), func(d agency.Division) bool { return !c.Front.Home.Contains(d.Code) })
}

// mostUnits is how many of a division's own agencies one page lists.
const mostUnits = 200

// read reads everything a page of figures shows.
func (c *Coverage) read(r *http.Request) (*page, error) {
	pg := &page{}
	err := c.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if pg.Division, pg.Above, err = c.place(tx, r); err != nil {
			return err
		}
		if pg.At, err = catalogue.At(tx, pg.Code); err != nil {
			return err
		}
		if pg.below, err = agency.Children(tx, pg.Code, agency.Nation, agency.MaxPage); err != nil {
			return err
		}
		if pg.units, err = agency.List(tx, agency.Filter{Within: pg.Code, Here: true, Limit: mostUnits}); err != nil {
			return err
		}
		pg.months, err = monthsOf(tx, pg.Code, trendMonths)
		return err
	})
	return pg, err
}

func (c *Coverage) rule() Rule { return RuleOf(c.Norm) }

func (c *Coverage) fill(ctx context.Context, pg *page) {
	f, rule := pg.At.Total, c.rule()
	pg.Stats = c.stats(ctx, pg, f)
	pg.Bar = Bar(ctx, t(ctx, "coverage.bar"), f)
	over := href(ctx, "/overdue?within=", pg.Code.Short())
	pg.Bar.Parts[2].Href = over
	pg.Small = f.Fallen() > 0 && f.Fallen() < int64(rule.Small)
	pg.Ranked = rule.Ranking
	pg.Bands = t(ctx, "coverage.bands", rule.Good, rule.Fair)
	c.fillBelow(ctx, pg)
	c.fillBearers(ctx, pg)
	c.fillCategories(ctx, pg)
	c.fillTrend(ctx, pg)
	c.fillUnits(ctx, pg)
	path := "/" + pg.Code.Short()
	pg.Links = []ui.Link{{Text: t(ctx, "coverage.list_overdue"), Href: over}, {Text: t(ctx, "coverage.list_met"), Href: href(ctx, path, "/coverage/met")},
		{Text: t(ctx, "coverage.how"), Href: href(ctx, "/coverage/definitions")}, {Text: t(ctx, "coverage.xlsx"), Href: href(ctx, path, "/coverage.xlsx")},
		{Text: t(ctx, "coverage.self"), Href: href(ctx, path, "/self-check")}, {Text: t(ctx, "coverage.api"), Href: "/api/v1/coverage?within=" + pg.Code.Short()}, {Text: t(ctx, "coverage.place_page", pg.Name), Href: href(ctx, path)}}
}

// stats are the indicators, each with its two counts, definition and list.
func (c *Coverage) stats(ctx context.Context, pg *page, f catalogue.Figures) []ui.Figure {
	rule, path := c.rule(), "/"+pg.Code.Short()
	over := href(ctx, "/overdue?within=", pg.Code.Short())
	def := func(id string) string { return href(ctx, "/coverage/definitions#", id) }
	out := []ui.Figure{
		{Label: t(ctx, "coverage.ind_coverage"), Value: rule.Share(ctx, f.Met(), f.Fallen()), Note: t(ctx, "coverage.coverage_note", f.Fallen(), f.Met()), Definition: def("coverage"), List: href(ctx, path, "/coverage/met")},
		{Label: t(ctx, "coverage.ind_timeliness"), Value: rule.Share(ctx, f.OnTime, f.Fallen()), Note: t(ctx, "coverage.on_time_note", f.Fallen(), f.OnTime), Definition: def("timeliness"), List: href(ctx, path, "/coverage/met")},
		{Label: t(ctx, "coverage.ind_units"), Value: rule.Share(ctx, f.UnitsWhole(), f.Units), Note: t(ctx, "coverage.units_note", f.Units, f.UnitsBehind), Definition: def("units"), List: over},
		{Label: t(ctx, "coverage.overdue"), Value: i18n.Number(ctx, f.Overdue), Unit: t(ctx, "coverage.items"), Note: t(ctx, "coverage.pending_note", f.Pending), Definition: def("overdue"), List: over},
	}
	if f.Overdue > 0 {
		out[3].Kind = "danger"
	}
	if f.Met() >= int64(rule.Small) {
		pg.Median = ui.Figure{Label: t(ctx, "coverage.ind_median"), Value: bandWord(ctx, f.Median()), Note: t(ctx, "coverage.median_note", f.Met()), Definition: def("median")}
	}
	return out
}

func bandWord(ctx context.Context, b catalogue.Band) string {
	return t(ctx, "coverage.median_"+itoa(int(b)))
}

func bandTag(ctx context.Context, band string) ui.Cell {
	kind := map[string]ui.TagKind{bandGood: ui.TagPublished, bandFair: ui.TagWaiting, bandPoor: ui.TagDanger, bandSmall: ui.TagWithdrawn, bandNone: ui.TagWithdrawn}[band]
	return ui.Cell{Tag: kind, Text: t(ctx, "coverage.band_"+band)}
}

func (c *Coverage) columns(ctx context.Context, first string) []ui.Column {
	n := func(key string) ui.Column { return ui.Column{Title: t(ctx, key), Number: true} }
	return []ui.Column{{Title: t(ctx, first)}, n("coverage.units"), n("coverage.fallen"), n("coverage.on_time"), n("coverage.late"), n("coverage.overdue"),
		n("coverage.pending"), n("coverage.ind_coverage"), n("coverage.ind_timeliness"), {Title: t(ctx, "coverage.band")}}
}

func (c *Coverage) row(ctx context.Context, name, link string, f catalogue.Figures) []ui.Cell {
	n := func(v int64) ui.Cell { return ui.Cell{Text: i18n.Number(ctx, v)} }
	rule := c.rule()
	return []ui.Cell{{Text: name, Href: link}, n(f.Units), n(f.Fallen()), n(f.OnTime), n(f.Late), n(f.Overdue), n(f.Pending),
		{Text: rule.Share(ctx, f.Met(), f.Fallen())}, {Text: rule.Share(ctx, f.OnTime, f.Fallen())}, bandTag(ctx, rule.band(f))}
}

func (pg *page) see(rule Rule, f catalogue.Figures) {
	pg.Small = pg.Small || f.Fallen() > 0 && f.Fallen() < int64(rule.Small)
}

// fillBelow lists the divisions below in the order of their codes; by share
// only where the norm asks for an order of merit.
func (c *Coverage) fillBelow(ctx context.Context, pg *page) {
	pg.Below = ui.Grid{Caption: t(ctx, "coverage.below_table", pg.Name), Cards: true, Columns: c.columns(ctx, "coverage.place"), Nothing: t(ctx, "coverage.below_none")}
	ds := slices.Clone(pg.below)
	if pg.Ranked {
		slices.SortStableFunc(ds, func(a, b agency.Division) int {
			x, y := pg.At.Below[a.Code], pg.At.Below[b.Code]
			return cmp.Compare(y.OnTime*max(x.Fallen(), 1), x.OnTime*max(y.Fallen(), 1))
		})
	}
	if pg.At.Own.Owed > 0 {
		pg.Below.Rows = append(pg.Below.Rows, c.row(ctx, t(ctx, "coverage.own", pg.Name), "#own", pg.At.Own))
	}
	for _, d := range ds {
		f := pg.At.Below[d.Code]
		link := href(ctx, "/", d.Code.Short(), "/coverage")
		pg.see(c.rule(), f)
		pg.Tiles = append(pg.Tiles, c.rule().Tile(ctx, d.Name, link, f))
		pg.Below.Rows = append(pg.Below.Rows, c.row(ctx, d.Name, link, f))
	}
	pg.Below.Foot = c.row(ctx, t(ctx, "coverage.total"), "", pg.At.Total)
}

// fillBearers divides the whole by the kinds of bearer of 1.1.d.
func (c *Coverage) fillBearers(ctx context.Context, pg *page) {
	pg.Bearers = ui.Grid{Caption: t(ctx, "coverage.bearers_table", pg.Name), Cards: true, Columns: c.columns(ctx, "coverage.bearer")}
	pg.BearerChart = ui.Series{Title: t(ctx, "coverage.bearers_chart"), Says: t(ctx, "coverage.bearers_says"), Most: 100, Unit: t(ctx, "coverage.ind_timeliness"), What: t(ctx, "coverage.bearer")}
	for _, k := range agency.Kinds {
		f := pg.At.ByKind[k]
		if cg := c.Norm.Catalogue(string(k)); cg != nil {
			for _, cat := range cg.Categories {
				f = f.Add(pg.At.ByCategory[cat.ID])
			}
		}
		if f.Owed == 0 {
			continue
		}
		pg.see(c.rule(), f)
		name := c.Norm.Label("kind." + string(k)).In(ctx)
		pg.Bearers.Rows = append(pg.Bearers.Rows, c.row(ctx, name, "", f))
		pg.BearerChart.Data = append(pg.BearerChart.Data, c.point(ctx, name, f))
	}
}

// point is a share in a chart; too few for a percentage are told as counts.
func (c *Coverage) point(ctx context.Context, label string, f catalogue.Figures) ui.Point {
	p := ui.Point{Label: label, None: f.Fallen() == 0, Shown: c.rule().Share(ctx, f.OnTime, f.Fallen()), Kind: c.rule().band(f)}
	if !p.None {
		p.N = float64(f.OnTime) * 100 / float64(f.Fallen())
	}
	if p.Kind == bandSmall {
		p.Kind = ""
	}
	return p
}

// worst is how many categories the chart of what is missing shows.
const worst = 6

func (c *Coverage) fillCategories(ctx context.Context, pg *page) {
	pg.Categories = ui.Grid{Caption: t(ctx, "coverage.categories_table", pg.Name), Cards: true, Columns: c.columns(ctx, "coverage.category")}
	pg.Categories.Columns[1] = ui.Column{Title: t(ctx, "coverage.bearer")} // for the units: each owes a category once
	type missing struct {
		name string
		f    catalogue.Figures
	}
	var most []missing
	for _, cg := range c.Norm.Catalogues {
		for _, cat := range cg.Categories {
			f, ok := pg.At.ByCategory[cat.ID]
			if !ok {
				continue
			}
			row := c.row(ctx, cat.Title.In(ctx), "", f)
			row[1] = ui.Cell{Text: c.bearers(ctx, cg)}
			pg.Categories.Rows = append(pg.Categories.Rows, row)
			if f.Overdue > 0 {
				most = append(most, missing{short(cat.Title.In(ctx)), f})
			}
		}
	}
	slices.SortStableFunc(most, func(a, b missing) int { return cmp.Compare(b.f.Overdue, a.f.Overdue) })
	pg.Worst = ui.Series{Title: t(ctx, "coverage.worst"), Says: t(ctx, "coverage.worst_says"), Unit: t(ctx, "coverage.overdue"), What: t(ctx, "coverage.category")}
	for _, m := range most[:min(worst, len(most))] {
		pg.Worst.Data = append(pg.Worst.Data, ui.Point{Label: m.name, N: float64(m.f.Overdue), Kind: "bad"})
	}
}

// bearers names who a catalogue binds.
func (c *Coverage) bearers(ctx context.Context, cg norm.Catalogue) string {
	names := make([]string, len(cg.Kinds))
	for i, k := range cg.Kinds {
		names[i] = c.Norm.Label("kind." + k).In(ctx)
	}
	return strings.Join(names, " · ")
}

// short keeps a label under a column of a chart; the table has it whole.
func short(s string) string {
	r := []rune(s)
	if len(r) <= 8 {
		return s
	}
	return string(r[:7]) + "…"
}

// fillTrend shows the share in time at the end of each month and today.
func (c *Coverage) fillTrend(ctx context.Context, pg *page) {
	pg.Trend = ui.Series{Title: t(ctx, "coverage.trend_chart", pg.Name), Says: t(ctx, "coverage.trend_says"), Most: 100, Unit: t(ctx, "coverage.ind_timeliness"), What: t(ctx, "coverage.month")}
	cols := c.columns(ctx, "coverage.month")
	pg.TrendTable = ui.Grid{Caption: t(ctx, "coverage.trend_table", pg.Name), Cards: true, Columns: cols, Nothing: t(ctx, "coverage.trend_none")}
	have := map[string]catalogue.Figures{}
	first := pg.At.On
	for _, m := range pg.months {
		have[m.Month] = m.Figures
		if d := clock.MustDate(m.Month + "-01"); d.Before(first) {
			first = d
		}
	}
	for d := clock.NewDate(first.Year(), first.Month(), 1); monthKey(d) < monthKey(pg.At.On); d = d.AddMonths(1) {
		f, known := have[monthKey(d)]
		p := c.point(ctx, monthLabel(d), f)
		p.None, p.Kind = p.None || !known, ""
		pg.Trend.Data = append(pg.Trend.Data, p)
		if known {
			pg.TrendTable.Rows = append(pg.TrendTable.Rows, c.row(ctx, monthKey(d), "", f))
		}
	}
	if len(pg.Trend.Data) == 0 {
		return
	}
	now := c.point(ctx, t(ctx, "coverage.today"), pg.At.Total)
	now.Kind = ""
	pg.Trend.Data = append(pg.Trend.Data, now)
	pg.TrendTable.Rows = append(pg.TrendTable.Rows, c.row(ctx, i18n.Date(ctx, pg.At.On), "", pg.At.Total))
}

func (c *Coverage) fillUnits(ctx context.Context, pg *page) {
	pg.Units = ui.Grid{Caption: t(ctx, "coverage.units_table", pg.Name), Cards: true, Columns: slices.Delete(c.columns(ctx, "coverage.unit"), 1, 2)}
	for _, u := range pg.units {
		f, ok := pg.At.ByAgency[u.ID]
		if !ok {
			continue
		}
		pg.see(c.rule(), f)
		pg.Units.Rows = append(pg.Units.Rows, slices.Delete(c.row(ctx, u.Name, href(ctx, "/", u.Path()), f), 1, 2))
	}
}
