package portal

import (
	"context"
	_ "embed" // the frame pages' own style
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

//go:embed embed.css
var embedCSS []byte

// embedPage is a column, or one item, inside a county's existing site.
type embedPage struct {
	Title   string
	Lang    string
	Demo    bool
	Meta    []ui.Meta // the tags a column page of a government site carries
	Crumbs  []ui.Link
	Columns []ui.Link // the categories of the unit's catalogue
	Items   []ui.Entry
	Pages   ui.Pages
	Facts   []ui.Pair
	Notices []notice
	Content templ.Component
	Files   []ui.File
	Back    string
	More    string // the same thing on the portal
}

func (p *Portal) embedStyle(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Cache-Control", "public, max-age=3600")
	return web.Write(w, http.StatusOK, "text/css; charset=utf-8", embedCSS)
}

// framed lets the configured sites, and no other, show the page in a frame.
func (p *Portal) framed(h web.Handler) web.Handler {
	allowed := "'none'"
	if len(p.EmbedIn) > 0 {
		allowed = strings.Join(p.EmbedIn, " ")
	}
	csp := strings.Replace(web.CSP, "frame-ancestors 'none'", "frame-ancestors "+allowed, 1)
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Security-Policy", csp)
		return h(w, r)
	}
}

// embedUnit finds the unit of a frame's address; former addresses forward.
func (p *Portal) embedUnit(tx *db.Tx, r *http.Request) (agency.Agency, error) {
	u, err := unitOfPath(tx, r.PathValue("division")+"/"+r.PathValue("agency"))
	if err == nil && (u.Slug != r.PathValue("agency") || u.Division.Short() != r.PathValue("division")) {
		return u, web.Moved("/embed/" + u.Path() + rest(r, 3))
	}
	return u, err
}

func (p *Portal) embedList(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	pg := embedPage{Title: t(ctx, "portal.embed_latest")}
	f := p.Front.Page(r, pg.Title)
	kind := columnCatalogue
	err := p.read(ctx, func(tx *db.Tx) error {
		u, err := p.embedUnit(tx, r)
		if err != nil {
			return err
		}
		q := disclosure.Query{Agency: u.ID, Before: cursor(r), Limit: perPage + 1}
		path := href(ctx, "/embed/", u.Path())
		pg.More = href(ctx, "/", u.Path())
		pg.Crumbs = []ui.Link{{Text: t(ctx, "portal.embed_column"), Href: path}}
		if slug := r.PathValue("slug"); slug != "" {
			cat, err := p.category(u, slug)
			if err != nil {
				return err
			}
			q.Category, pg.Title = cat.ID, cat.Title.In(ctx)
			path, pg.More = path+"/c/"+slug, pg.More+"/c/"+slug
			pg.Crumbs = append(pg.Crumbs, ui.Link{Text: pg.Title})
			if cat.Inherited {
				kind = columnPolicy
			}
		}
		column(&f, pg.Title, kind, t(ctx, "portal.unit_description", u.Name))
		p.embedColumns(ctx, &pg, u, r.PathValue("slug"))
		rows, err := disclosure.List(tx, q)
		pg.Items, pg.Pages = pageOf(tx, rows, false, path, nil, pageNumber(r))
		for i := range pg.Items {
			pg.Items[i].Href = href(ctx, "/embed", rows[i].Href())
		}
		return err
	})
	if err != nil {
		return err
	}
	pg.Meta = f.Meta
	return p.renderEmbed(w, r, http.StatusOK, pg)
}

// embedColumns lists the categories of a unit's catalogue that are in force: on
// another site this list is the only way through the column.
func (p *Portal) embedColumns(ctx context.Context, pg *embedPage, u agency.Agency, at string) {
	cg := p.Disclosure.Norm.Catalogue(string(u.Kind))
	if cg == nil {
		return
	}
	for _, c := range cg.ActiveOn(clock.DateOf(p.Disclosure.DB.Clock().Now())) {
		pg.Columns = append(pg.Columns, ui.Link{Text: c.Title.In(ctx), Href: href(ctx, "/embed/", u.Path(), "/c/", c.Slug), Current: c.Slug == at})
	}
}

func (p *Portal) embedItem(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	year, serial, err := number(r.PathValue("number"))
	if err != nil {
		return err
	}
	var u agency.Agency
	err = p.read(ctx, func(tx *db.Tx) (err error) {
		u, err = p.embedUnit(tx, r)
		return err
	})
	if err != nil {
		return err
	}
	found, err := p.Disclosure.Public(ctx, u, year, serial)
	if err != nil {
		return err
	}
	it := itemPage{Page: found, Path: href(ctx, found.Item.Path(u))}
	pg := embedPage{Title: found.Item.Title, Facts: p.itemFacts(ctx, found), Back: href(ctx, "/embed/", u.Path()), More: it.Path}
	pg.Facts[0].Href = "" // the unit's page is not part of the frame
	pg.Crumbs = []ui.Link{{Text: t(ctx, "portal.embed_column"), Href: pg.Back}}
	if it.Category = p.Disclosure.Norm.Category(found.Item.Category); it.Category != nil {
		pg.Crumbs = append(pg.Crumbs, ui.Link{Text: it.Category.Title.In(ctx), Href: pg.Back + "/c/" + it.Category.Slug})
	}
	pg.Crumbs = append(pg.Crumbs, ui.Link{Text: pg.Title})
	f := p.Front.Page(r, pg.Title)
	pg.Meta = f.Meta
	if found.Version == nil {
		pg.Notices = []notice{{"danger", t(ctx, "portal.gone"), t(ctx, "portal.gone_text")}}
		return p.renderEmbed(w, r, http.StatusGone, pg)
	}
	p.fillItem(ctx, &it)
	pg.Content, pg.Files, pg.Notices = it.Content, it.Files, it.Notices
	p.articleMeta(ctx, &f, &it)
	pg.Meta = f.Meta
	return p.renderEmbed(w, r, http.StatusOK, pg)
}

func (p *Portal) renderEmbed(w http.ResponseWriter, r *http.Request, status int, pg embedPage) error {
	pg.Lang, pg.Demo = string(i18n.LangOf(r.Context())), p.Front.Demo
	pg.More = p.absolute(pg.More)
	return web.Render(w, r, status, embedView(pg))
}

// push is one change for a site that keeps its own copy.
type push struct {
	Action    string `json:"action"` // publish, take_down
	Number    string `json:"index_number"`
	Title     string `json:"title"`
	Category  string `json:"category"`
	URL       string `json:"url"`
	Embed     string `json:"embed_url"`
	Summary   string `json:"summary,omitempty"`
	EndsOn    string `json:"notice_ends_on,omitempty"` // the follower's own calendar ends it: nothing changes here that day
	Published string `json:"published_on"`
	Changed   string `json:"changed_at"`
}

// pushFeed is every publication, correction and take-down of a unit in the
// order it happened; next is where to go on, also when nothing is new.
func (p *Portal) pushFeed(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	after := r.URL.Query().Get("after")
	from := cursorOf(after)
	if after != "" && from.ID == 0 {
		return bad("after")
	}
	out := struct {
		Items []push `json:"items"`
		Next  string `json:"next"`
	}{Items: []push{}, Next: after}
	err := p.read(ctx, func(tx *db.Tx) error {
		u, err := p.embedUnit(tx, r)
		if err != nil {
			return err
		}
		rows, err := disclosure.ChangesOf(tx, u, from, disclosure.MaxList)
		if err != nil {
			return err
		}
		entries, err := p.Disclosure.WithTexts(tx, rows)
		for i := range entries {
			e := &entries[i]
			x := push{Action: "publish", Number: e.Number, Title: e.Title, Category: e.Category, URL: p.absolute(e.Href()), Embed: p.absolute("/embed" + e.Href()), Summary: e.Summary, EndsOn: e.EndsOn.String(),
				Published: clock.DateOf(e.PublishedAt).String(), Changed: stamp(e.ChangedAt)}
			if e.State == disclosure.ItemTakenDown {
				x.Action, x.Summary = "take_down", ""
			}
			out.Items = append(out.Items, x)
			out.Next = cursorWord(disclosure.Cursor{At: clock.Millis(e.ChangedAt), ID: e.ID})
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, out)
}
