package portal

import (
	"net/http"

	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// dataPage tells programs and people how to take the data along.
type dataPage struct {
	Paths  ui.Grid
	Feeds  []ui.Link
	Source string
}

func (p *Portal) openData(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	home := p.Front.Home.Short()
	pg := dataPage{Source: "/api/v1/openapi.yaml", Feeds: []ui.Link{{Text: t(ctx, "portal.atom"), Href: href(ctx, "/feed.atom")}, {Text: t(ctx, "portal.json_feed"), Href: href(ctx, "/feed.json")},
		{Text: t(ctx, "portal.data_catalogue"), Href: href(ctx, "/catalogue.xlsx")}, {Text: t(ctx, "portal.data_sitemap"), Href: "/sitemap.xml"}}}
	pg.Paths = ui.Grid{Caption: t(ctx, "portal.data_paths"), Cards: true, Columns: []ui.Column{{Title: t(ctx, "portal.data_path")}, {Title: t(ctx, "portal.data_what")}}}
	for _, x := range [][2]string{{"/api/v1/divisions/" + home, "divisions"}, {"/api/v1/agencies?within=" + home, "agencies"}, {"/api/v1/items?within=" + home + "&limit=20", "items"},
		{"/api/v1/coverage?within=" + home, "coverage"}} {
		pg.Paths.Rows = append(pg.Paths.Rows, []ui.Cell{{Text: x[0], Href: x[0]}, {Text: t(ctx, "portal.data_"+x[1])}})
	}
	for _, x := range [][2]string{{"/api/v1/agencies/{code}/{agency}/catalogue", "duties"}, {"/api/v1/items/{code}/{agency}/{number}", "item"}} {
		pg.Paths.Rows = append(pg.Paths.Rows, ui.Text(x[0], t(ctx, "portal.data_"+x[1])))
	}
	f := p.Front.Page(r, t(ctx, "portal.open_data"), append(p.Front.Crumbs(r, nil, nil), ui.Link{Text: t(ctx, "portal.open_data")})...)
	f.Lead = t(ctx, "portal.open_data_lead")
	f.Feeds = feedsOf(ctx, "/", p.Front.Name.In(ctx))
	f.JSONLD = encode(ld{"@context": ld{"@vocab": "https://schema.org/", "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}, "@type": []string{"DataCatalog", "dcat:Catalog"},
		"name": p.Front.Name.In(ctx), "publisher": ld{"@type": "GovernmentOrganization", "name": p.Front.Organiser.In(i18n.With(ctx, i18n.ZH))}, "url": p.absolute(href(ctx, "/open-data")),
		"dataset": ld{"@type": []string{"Dataset", "dcat:Dataset"}, "name": t(ctx, "portal.catalogue"), "description": f.Lead,
			"distribution": []ld{{"@type": []string{"DataDownload", "dcat:Distribution"}, "contentUrl": p.absolute("/api/v1/items"), "encodingFormat": "application/json"}}}})
	column(&f, f.Title, columnData, f.Lead)
	return web.Render(w, r, http.StatusOK, dataView(f, pg))
}
