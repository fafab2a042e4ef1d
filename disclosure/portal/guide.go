package portal

import (
	"context"
	"net/http"
	"strconv"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// guidePage is the 公开指南: how information is sorted and arranged, how to get
// it, and who is in charge (政府信息公开条例 art. 12). It is made from what the
// registry and the norm say today, so it cannot go stale.
type guidePage struct {
	Whose      string
	Catalogues []guideCatalogue
	Parts      []guidePart
	Contact    []ui.Pair
	Units      []ui.Entry
	Place      ui.Link
}

type guideCatalogue struct {
	Title      string
	Categories []ui.Link
}

// guideAsking is the passage on 依申请公开.
const guideAsking = 3

// guidePart is one passage; Link leads to where it is done.
type guidePart struct {
	Head, Text string
	Link       ui.Link
}

func (p *Portal) guidePage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	pg, ask := guidePage{Whose: p.Front.Name.In(ctx)}, "/requests"
	title := t(ctx, "portal.guide")
	crumbs := append(p.Front.Crumbs(r, nil, nil), ui.Link{Text: title})
	err := p.read(ctx, func(tx *db.Tx) (err error) {
		if r.PathValue("agency") == "" {
			return p.fillGuide(tx, &pg)
		}
		u, err := p.unit(tx, r)
		if err != nil {
			return err
		}
		pg.Whose, title = u.Name, t(ctx, "portal.guide_of", u.Name)
		pg.Contact = append([]ui.Pair{{Term: t(ctx, "portal.office"), Text: u.Name}}, contact(ctx, u)...)
		pg.Catalogues = p.guideCatalogues(ctx, u.Kind, "/"+u.Path()+"/c/")
		ask = "/" + u.Path() + "/request"
		crumbs, err = p.crumbs(r, tx, u, true, ui.Link{Text: t(ctx, "portal.guide")})
		return err
	})
	if err != nil {
		return err
	}
	for i := 1; i <= 5; i++ {
		k := "portal.guide_" + strconv.Itoa(i)
		pg.Parts = append(pg.Parts, guidePart{Head: t(ctx, k+"_head"), Text: t(ctx, k)})
	}
	pg.Parts[guideAsking].Link = ui.Link{Text: t(ctx, "portal.request_here"), Href: href(ctx, ask)}
	f := p.Front.Page(r, title, crumbs...)
	f.Lead = t(ctx, "portal.guide_lead")
	column(&f, title, columnGuide, f.Lead)
	return web.Render(w, r, http.StatusOK, guideView(f, pg))
}

func (p *Portal) guideCatalogues(ctx context.Context, kind agency.Kind, path string) []guideCatalogue {
	cg := p.Disclosure.Norm.Catalogue(string(kind))
	if cg == nil {
		return nil
	}
	g := guideCatalogue{Title: cg.Title.In(ctx)}
	for _, c := range cg.Categories {
		l := ui.Link{Text: c.Title.In(ctx), Href: href(ctx, "/catalogue?category=", c.ID)}
		if path != "" {
			l.Href = href(ctx, path, c.Slug)
		}
		g.Categories = append(g.Categories, l)
	}
	return []guideCatalogue{g}
}

func (p *Portal) fillGuide(tx *db.Tx, pg *guidePage) error {
	ctx := tx.Ctx
	for _, k := range agency.Kinds {
		pg.Catalogues = append(pg.Catalogues, p.guideCatalogues(ctx, k, "")...)
	}
	pg.Contact = []ui.Pair{{Term: t(ctx, "portal.office"), Text: p.Front.Organiser.In(ctx)}, {Term: t(ctx, "portal.contact"), Text: p.Front.Contact.In(ctx)}}
	us, err := agency.List(tx, agency.Filter{Within: p.Front.Home, Here: true, Limit: unitsOnPlace})
	for _, u := range us {
		pg.Units = append(pg.Units, ui.Entry{Title: t(ctx, "portal.guide_of", u.Name), Href: href(ctx, "/", u.Path(), "/guide"), Meta: u.Phone})
	}
	pg.Place = ui.Link{Text: t(ctx, "portal.all_places"), Href: href(ctx, "/", p.Front.Home.Short())}
	return err
}
