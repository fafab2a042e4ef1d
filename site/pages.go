package site

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/disclosure/coverage"
	"yangguang/disclosure/portal"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
)

func queryEscape(s string) string { return url.QueryEscape(s) }

type homePage struct {
	Search                           ui.Search
	Cards                            []ui.Panel
	Latest, Missing                  []ui.Entry
	Stat                             ui.Figure
	Share                            ui.Share
	Tiles                            []ui.Tile
	PlaceName                        string
	AllHref, OverdueHref, PlacesHref string
}

func (s *Site) home(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	t := func(key string, args ...any) string { return i18n.T(ctx, key, args...) }
	u := func(path string) string { return web.URL(ctx, path) }
	place := "/" + s.Front.Home.Short()
	p := homePage{AllHref: u("/latest"), OverdueHref: u("/overdue"), PlacesHref: u(place)}
	p.Search = ui.Search{Action: u("/search"), Label: t("site.search_label"), Placeholder: t("site.search_hint"), Common: []ui.Link{
		{Text: t("site.common_rewards"), Href: u("/search") + "?q=" + queryEscape("奖励")},
		{Text: t("site.common_guide"), Href: u("/search") + "?q=" + queryEscape("办事指南")},
		{Text: t("site.common_fees"), Href: u("/search") + "?q=" + queryEscape("收费")},
		{Text: t("site.common_guidebook"), Href: u("/guide")},
	}}
	p.Cards = []ui.Panel{
		{Title: t("site.card_search"), Text: t("site.card_search_text"), Href: u("/catalogue"), Kind: "sun"},
		{Title: t("site.card_place"), Text: t("site.card_place_text"), Href: u(place), Kind: "sun"},
		{Title: t("site.card_missing"), Text: t("site.card_missing_text"), Href: u("/overdue"), Kind: "sun"},
		{Title: t("site.card_request"), Text: t("site.card_request_text"), Href: u("/requests"), Kind: "sun"},
		{Title: t("site.card_knowledge"), Text: t("site.card_knowledge_text"), Href: u("/knowledge"), Kind: "sun"},
		{Title: t("site.card_matter"), Text: t("site.card_matter_text"), Href: u("/matters"), Kind: "sun"},
	}
	if err := s.DB.Read(ctx, func(tx *db.Tx) error { return s.fillHome(tx, &p) }); err != nil {
		return err
	}
	f := s.Front.Page(r, t("site.home_title"))
	f.Home, f.Hero, f.Description = true, homeHero(p), t("site.home_description", s.Front.Name)
	return web.Render(w, r, http.StatusOK, homeView(f, p))
}

func (s *Site) fillHome(tx *db.Tx, p *homePage) error {
	ctx, home := tx.Ctx, s.Front.Home
	d, err := agency.FindDivision(tx, home)
	if err != nil {
		return err
	}
	p.PlaceName = d.Name
	rows, err := disclosure.List(tx, disclosure.Query{Within: home, Limit: 8})
	if err != nil {
		return err
	}
	p.Latest = portal.Entries(ctx, clock.DateOf(tx.Now), rows, true)
	standing, err := catalogue.At(tx, home)
	if err != nil {
		return err
	}
	fig, rule := standing.Total, coverage.RuleOf(s.Norm)
	p.Stat = rule.OnTime(ctx, fig)
	p.Stat.List = web.URL(ctx, "/"+home.Short()+"/coverage")
	p.Share = coverage.Bar(ctx, i18n.T(ctx, "site.share_title"), fig)
	late, err := catalogue.Overdue(tx, home, 0, catalogue.Due{}, 5)
	if err != nil {
		return err
	}
	for _, x := range late {
		e, err := s.missingEntry(tx, x)
		if err != nil {
			return err
		}
		p.Missing = append(p.Missing, e)
	}
	p.Tiles, err = s.tiles(tx, home, standing.Below)
	return err
}

func (s *Site) missingEntry(tx *db.Tx, x catalogue.Due) (ui.Entry, error) {
	ctx := tx.Ctx
	u, err := agency.Find(tx, x.Agency)
	if err != nil {
		return ui.Entry{}, err
	}
	cat := s.Norm.Category(x.Category)
	if cat == nil {
		cat = &norm.Category{Title: i18n.Text{Zh: x.Category, En: x.Category}}
	}
	return ui.Entry{Title: cat.Title.In(ctx), Href: web.URL(ctx, "/"+u.Path()), Meta: u.Name, When: i18n.Date(ctx, x.DueOn), WhenISO: x.DueOn.String(),
		Tag: ui.TagDanger, TagWords: i18n.T(ctx, "site.overdue")}, nil
}

// tiles are the divisions directly below, each with its share met in time.
func (s *Site) tiles(tx *db.Tx, c agency.Code, figures map[agency.Code]catalogue.Figures) ([]ui.Tile, error) {
	ctx := tx.Ctx
	below, err := agency.Children(tx, c, 0, 200)
	if err != nil {
		return nil, err
	}
	var out []ui.Tile
	for _, d := range below {
		out = append(out, coverage.RuleOf(s.Norm).Tile(ctx, d.Name, web.URL(ctx, "/"+d.Code.Short()), figures[d.Code]))
	}
	return out, nil
}

type deskPage struct {
	Stats  []ui.Figure
	Groups []deskGroup
	Keys   []ui.Key
}

type deskGroup struct {
	ID    string // where the left column leads
	Title string
	Works []ui.Work
}

func (s *Site) desk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var p deskPage
	mine, late := 0, 0
	for _, src := range s.Inbox {
		waiting, err := src(ctx)
		if err != nil {
			return err
		}
		for _, g := range waiting {
			p.Groups = append(p.Groups, deskGroup{ID: "g" + strconv.Itoa(len(p.Groups)+1), Title: i18n.T(ctx, g.Kind), Works: g.Works})
			if g.Mine {
				mine += len(g.Works)
			}
			for _, x := range g.Works {
				if x.Late {
					late++
				}
			}
		}
	}
	p.Stats = []ui.Figure{{Label: i18n.T(ctx, "site.desk_mine"), Value: i18n.Number(ctx, int64(mine))}, {Label: i18n.T(ctx, "site.desk_late"), Value: i18n.Number(ctx, int64(late)), Kind: lateKind(late)}}
	p.Keys = []ui.Key{{Keys: []string{"J", "K"}, Words: i18n.T(ctx, "site.key_move")}, {Keys: []string{"Enter"}, Words: i18n.T(ctx, "site.key_open")}}
	f := s.Front.Desk(r, i18n.T(ctx, "site.desk"))
	side := ui.SideGroup{Title: i18n.T(ctx, "site.desk_waiting")}
	for _, g := range p.Groups {
		side.Links = append(side.Links, ui.Link{Text: g.Title, Href: "#" + g.ID, Count: int64(len(g.Works)), ShowCount: true})
	}
	if len(side.Links) > 0 {
		f.Side = append(f.Side, side)
	}
	return web.Render(w, r, http.StatusOK, deskView(f, p))
}

func lateKind(n int) string {
	if n > 0 {
		return "danger"
	}
	return ""
}

type clauseRow struct {
	ID, Title, Text, Product string
	Depth                    int
	Leaf                     bool
	Evidence                 []Evidence
}

func (s *Site) clauses(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var rows []clauseRow
	var walk func(parent string, depth int) error
	walk = func(parent string, depth int) error {
		for _, c := range s.Norm.Children(parent) {
			row := clauseRow{ID: c.ID, Title: c.Title.In(ctx), Text: c.Text.In(ctx), Product: c.Product.In(ctx), Depth: depth, Leaf: len(s.Norm.Children(c.ID)) == 0}
			var err error
			if row.Evidence, err = s.evidence(ctx, c.ID); err != nil {
				return err
			}
			if len(row.Evidence) == 0 {
				row.Product = "" // what a clause's room will do is shown once it does it
			}
			rows = append(rows, row)
			if err := walk(c.ID, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk("", 0); err != nil {
		return err
	}
	f := s.Front.Page(r, i18n.T(ctx, "site.clauses"), ui.Link{Text: i18n.T(ctx, "front.home"), Href: web.URL(ctx, "/")}, ui.Link{Text: i18n.T(ctx, "site.clauses")})
	f.Lead = i18n.T(ctx, "site.clauses_lead", s.Norm.Title)
	return web.Render(w, r, http.StatusOK, clausesView(f, rows))
}

type textPart struct{ Head, Text string }

func (s *Site) privacy(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return s.text(w, r, "site.privacy", 6, ui.Link{Text: i18n.T(ctx, "site.privacy_ask"), Href: web.URL(ctx, "/privacy/request")},
		ui.Link{Text: i18n.T(ctx, "site.privacy_status"), Href: web.URL(ctx, "/privacy/status")},
		ui.Link{Text: i18n.T(ctx, "site.privacy_retention"), Href: web.URL(ctx, "/privacy/retention")})
}

// siteError is 网站纠错: where to say that something is wrong.
func (s *Site) siteError(w http.ResponseWriter, r *http.Request) error {
	return s.text(w, r, "site.error", 3)
}

func (s *Site) accessibility(w http.ResponseWriter, r *http.Request) error {
	return s.text(w, r, "site.accessibility", 5)
}

// text is a page of numbered paragraphs from the locale, key_1_head, key_1, …,
// with links to where one goes on.
func (s *Site) text(w http.ResponseWriter, r *http.Request, key string, n int, further ...ui.Link) error {
	ctx := r.Context()
	var parts []textPart
	for i := 1; i <= n; i++ {
		k := fmt.Sprintf("%s_%d", key, i)
		parts = append(parts, textPart{Head: i18n.T(ctx, k+"_head"), Text: i18n.T(ctx, k)})
	}
	f := s.Front.Page(r, i18n.T(ctx, key), ui.Link{Text: i18n.T(ctx, "front.home"), Href: web.URL(ctx, "/")}, ui.Link{Text: i18n.T(ctx, key)})
	f.Narrow = true
	return web.Render(w, r, http.StatusOK, textView(f, parts, further))
}

func (s *Site) asset(w http.ResponseWriter, r *http.Request) error {
	ui.Assets().ServeHTTP(w, r)
	return nil
}

func (s *Site) favicon(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, ui.Asset("sun.svg"), http.StatusMovedPermanently)
	return nil
}

func (s *Site) robots(w http.ResponseWriter, r *http.Request) error {
	body := "User-agent: *\nDisallow: /desk\nDisallow: /sign-in\nDisallow: /preferences\n"
	if s.Front.Demo {
		body = "User-agent: *\nDisallow: /\n"
	}
	return web.Write(w, http.StatusOK, "text/plain; charset=utf-8", []byte(body))
}

func demoGrid(ctx context.Context, accounts []DemoAccount) ui.Grid {
	g := ui.Grid{Caption: i18n.T(ctx, "site.demo_accounts"), Cards: true, Columns: []ui.Column{{Title: i18n.T(ctx, "site.demo_role")}, {Title: i18n.T(ctx, "site.login_name")}, {Title: i18n.T(ctx, "site.password")}}}
	for _, a := range accounts {
		g.Rows = append(g.Rows, ui.Text(a.Role, a.Login, a.Password))
	}
	return g
}
