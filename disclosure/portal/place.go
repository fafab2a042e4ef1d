package portal

import (
	"context"
	"net/http"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/disclosure/coverage"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// placePage is a division: how it discloses, who is in it, what is below.
type placePage struct {
	place
	Figures  catalogue.Figures
	Stat     ui.Figure
	Tiles    []ui.Tile
	Table    ui.Grid
	Units    []ui.Entry
	MoreUnit bool
	Latest   []ui.Entry
	Links    []ui.Link
}

// unitsOnPlace is how many agencies a place page lists.
const unitsOnPlace = 100

func (p *Portal) placePage(w http.ResponseWriter, r *http.Request) error {
	c, err := code(r)
	if err != nil {
		return err
	}
	if !p.Front.Home.Contains(c) && !c.Contains(p.Front.Home) {
		return notFound()
	}
	var pg placePage
	var mine *agency.Agency
	err = p.read(r.Context(), func(tx *db.Tx) error {
		if pg.place, err = findPlace(tx, c); err != nil {
			return err
		}
		if c.Level() == agency.LevelVillage {
			us, err := agency.List(tx, agency.Filter{Within: c, Here: true, Kinds: []agency.Kind{agency.Village}, Limit: 1})
			if err != nil {
				return err
			}
			if len(us) == 1 {
				mine = &us[0]
				return nil
			}
		}
		return p.fillPlace(tx, &pg)
	})
	if err != nil {
		return err
	}
	if mine != nil {
		return p.showUnit(w, r, *mine)
	}
	ctx := r.Context()
	f := p.Front.Page(r, pg.Name, append(p.Front.Crumbs(r, pg.Above, nil), ui.Link{Text: pg.Name})...)
	f.Lead = t(ctx, "portal.place_lead", t(ctx, pg.Level.Key()))
	f.Feeds = feedsOf(ctx, "/"+c.Short(), pg.Name)
	column(&f, pg.Name, columnAbout, t(ctx, "portal.place_description", agency.FullName(pg.Above, pg.Division)))
	return web.Render(w, r, http.StatusOK, placeView(f, pg))
}

func (p *Portal) fillPlace(tx *db.Tx, pg *placePage) error {
	ctx, c := tx.Ctx, pg.Code
	below, err := agency.Children(tx, c, agency.Nation, agency.MaxPage)
	if err != nil {
		return err
	}
	standing, err := catalogue.At(tx, c)
	if err != nil {
		return err
	}
	pg.Figures = standing.Total
	rule := coverage.RuleOf(p.Disclosure.Norm)
	pg.Stat = rule.OnTime(ctx, pg.Figures)
	pg.Stat.List = href(ctx, "/", c.Short(), "/coverage")
	pg.Table = figuresGrid(ctx, t(ctx, "portal.below_table", pg.Name), t(ctx, "portal.place"))
	for _, d := range below {
		f := standing.Below[d.Code]
		link := href(ctx, "/"+d.Code.Short())
		pg.Tiles = append(pg.Tiles, rule.Tile(ctx, d.Name, link, f))
		pg.Table.Rows = append(pg.Table.Rows, figuresRow(ctx, rule, d.Name, link, f))
	}
	if err := p.placeUnits(tx, pg, standing.ByAgency); err != nil {
		return err
	}
	rows, err := disclosure.List(tx, disclosure.Query{Within: c, Limit: 8})
	pg.Latest = Entries(ctx, today(tx), rows, true)
	path := "/" + c.Short()
	pg.Links = []ui.Link{{Text: t(ctx, "portal.latest_all"), Href: href(ctx, "/latest?within=", c.Short())},
		{Text: t(ctx, "portal.overdue_all"), Href: href(ctx, "/overdue?within=", c.Short())},
		{Text: t(ctx, "coverage.more"), Href: href(ctx, path, "/coverage")},
		{Text: t(ctx, "portal.search_here"), Href: href(ctx, "/search?within=", c.Short())},
		{Text: t(ctx, "portal.atom"), Href: href(ctx, path, "/feed.atom")}}
	return err
}

func (p *Portal) placeUnits(tx *db.Tx, pg *placePage, figures map[int64]catalogue.Figures) error {
	ctx := tx.Ctx
	us, err := agency.List(tx, agency.Filter{Within: pg.Code, Here: true, Limit: unitsOnPlace})
	if err != nil || len(us) == 0 {
		return err
	}
	for _, u := range us {
		e := ui.Entry{Title: u.Name, Href: href(ctx, "/", u.Path()), Meta: t(ctx, u.Kind.Key())}
		f := figures[u.ID]
		e.Tag, e.TagWords = unitTag(ctx, f)
		pg.Units = append(pg.Units, e)
	}
	pg.MoreUnit = len(us) == unitsOnPlace
	return nil
}

func figuresGrid(ctx context.Context, caption, first string) ui.Grid {
	return ui.Grid{Caption: caption, Cards: true, Columns: []ui.Column{{Title: first}, {Title: t(ctx, "portal.owed"), Number: true},
		{Title: t(ctx, "portal.on_time"), Number: true}, {Title: t(ctx, "portal.late"), Number: true}, {Title: t(ctx, "portal.overdue"), Number: true},
		{Title: t(ctx, "portal.pending"), Number: true}, {Title: t(ctx, "portal.share"), Number: true}}}
}

func figuresRow(ctx context.Context, rule coverage.Rule, name, link string, f catalogue.Figures) []ui.Cell {
	n := func(v int64) ui.Cell { return ui.Cell{Text: i18n.Number(ctx, v)} }
	return []ui.Cell{{Text: name, Href: link}, n(f.Owed), n(f.OnTime), n(f.Late), n(f.Overdue), n(f.Pending), {Text: rule.Share(ctx, f.OnTime, f.Fallen())}}
}

func unitTag(ctx context.Context, f catalogue.Figures) (ui.TagKind, string) {
	switch {
	case f.Overdue > 0:
		return ui.TagDanger, t(ctx, "portal.n_overdue", f.Overdue)
	case f.Owed > 0:
		return ui.TagPublished, t(ctx, "portal.none_overdue")
	}
	return "", ""
}
