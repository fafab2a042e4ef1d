package portal

import (
	"yangguang/internal/fresh"
	"yangguang/internal/web"
)

// Routes are the portal's routes. Pages that are the same for every reader are
// kept compressed in memory; those with a query are rendered each time. What is
// marked Copied belongs into a static copy too.
func (p *Portal) Routes() []web.Route {
	out := []web.Route{
		{Pattern: "GET /{division}", Handler: p.placePage, Cached: true},
		{Pattern: "GET /{division}/feed.atom", Handler: p.atom, Cached: true},
		{Pattern: "GET /{division}/feed.json", Handler: p.jsonFeed, Cached: true},
		{Pattern: "GET /{division}/{agency}", Handler: p.unitPage, Cached: true},
		{Pattern: "GET /{division}/{agency}/feed.atom", Handler: p.atom, Cached: true},
		{Pattern: "GET /{division}/{agency}/feed.json", Handler: p.jsonFeed, Cached: true},
		{Pattern: "GET /{division}/{agency}/c/{slug}", Handler: p.categoryPage, Cached: true},
		{Pattern: "GET /{division}/{agency}/c/{slug}/deadline", Handler: p.deadlinePage, Cached: true},
		{Pattern: "GET /{division}/{agency}/c/{slug}/nudge", Handler: p.nudgeForm},
		{Pattern: "POST /{division}/{agency}/c/{slug}/nudge", Handler: p.nudge, Limit: postRate},
		{Pattern: "GET /{division}/{agency}/c/{slug}/nudged", Handler: p.nudged},
		{Pattern: "GET /{division}/{agency}/{number}", Handler: p.itemPage, Cached: true},
		{Pattern: "GET /{division}/{agency}/{number}/{part...}", Handler: p.itemPart, Copied: true},
		{Pattern: "POST /{division}/{agency}/{number}/{part...}", Handler: p.itemPost, Limit: postRate},
		{Pattern: "GET /{division}/{agency}/guide", Handler: p.guidePage, Cached: true},
		{Pattern: "GET /{division}/{agency}/catalogue", Handler: p.cataloguePage, Cached: true},
		{Pattern: "GET /{division}/{agency}/catalogue.xlsx", Handler: p.catalogueXLSX, Copied: true, Limit: fileRate},
		{Pattern: "GET /guide", Handler: p.guidePage, Cached: true},
		{Pattern: "GET /catalogue", Handler: p.cataloguePage, Cached: true},
		{Pattern: "GET /catalogue.xlsx", Handler: p.catalogueXLSX, Copied: true, Limit: fileRate},
		{Pattern: "GET /latest", Handler: p.latestPage, Cached: true},
		{Pattern: "GET /overdue", Handler: p.overduePage, Cached: true},
		{Pattern: "GET /sitemap.xml", Handler: p.sitemap, Cached: true},
		{Pattern: "GET /sitemap/{part}", Handler: p.sitemapPart, Copied: true, Limit: fileRate},
		{Pattern: "GET /open-data", Handler: p.openData, Cached: true},
		{Pattern: "GET /api/v1/openapi.yaml", Handler: p.openAPI, Copied: true},
		{Pattern: "GET /api/v1/divisions/{code}", Handler: p.apiDivision, Copied: true},
		{Pattern: "GET /api/v1/agencies", Handler: p.apiAgencies, Copied: true},
		{Pattern: "GET /api/v1/agencies/{code}/{agency}", Handler: p.apiAgency},
		{Pattern: "GET /api/v1/agencies/{code}/{agency}/catalogue", Handler: p.apiCatalogue},
		{Pattern: "GET /api/v1/items", Handler: p.apiItems, Copied: true},
		{Pattern: "GET /api/v1/items/{code}/{agency}/{number}", Handler: p.apiItem},
		{Pattern: "GET /api/v1/search", Handler: p.apiSearch, Limit: suggestRate},
		{Pattern: "GET /api/v1/coverage", Handler: p.apiCoverage, Copied: true},
		{Pattern: "GET /embed/embed.css", Handler: p.embedStyle},
		{Pattern: "GET /embed/{division}/{agency}", Handler: p.framed(p.embedList), Copied: true},
		{Pattern: "GET /embed/{division}/{agency}/push.json", Handler: p.pushFeed},
		{Pattern: "GET /embed/{division}/{agency}/c/{slug}", Handler: p.framed(p.embedList), Copied: true},
		{Pattern: "GET /embed/{division}/{agency}/{number}", Handler: p.framed(p.embedItem), Copied: true},
		{Pattern: "GET /search", Handler: p.searchPage},
		{Pattern: "GET /search/suggest", Handler: p.suggest, Limit: suggestRate},
		{Pattern: "GET /feed.atom", Handler: p.atom, Cached: true},
		{Pattern: "GET /feed.json", Handler: p.jsonFeed, Cached: true},
	}
	fresh.Hear(p.Disclosure.DB, func([]string) { p.changes.Add(1) })
	for i := range out {
		out[i].Access = web.Public
	}
	return out
}
