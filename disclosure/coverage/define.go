package coverage

import (
	"context"
	"net/http"

	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// definition is what a number is made of.
type definition struct {
	ID    string
	Title string
	Pairs []ui.Pair
}

// indicators are the numbers the pages show, in their order.
var indicators = []string{"coverage", "timeliness", "units", "overdue", "median"}

// define gives the definitions in the reader's language; the page and the
// workbook show the same.
func define(ctx context.Context) []definition {
	var out []definition
	for _, id := range indicators {
		d := definition{ID: id, Title: t(ctx, "coverage.def_"+id)}
		for _, part := range []string{"num", "den", "date", "list"} {
			d.Pairs = append(d.Pairs, ui.Pair{Term: t(ctx, "coverage.def_"+part), Text: t(ctx, "coverage.def_"+id+"_"+part)})
		}
		d.Pairs = append(d.Pairs, ui.Pair{Term: t(ctx, "coverage.def_version"), Text: Version})
		out = append(out, d)
	}
	return out
}

func (c *Coverage) definitions(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f := c.Front.Page(r, t(ctx, "coverage.definitions"), c.crumbs(ctx, nil, ui.Link{Text: t(ctx, "coverage.title_short"), Href: href(ctx, "/", c.Front.Home.Short(), "/coverage")}, ui.Link{Text: t(ctx, "coverage.definitions")})...)
	f.Lead, f.Narrow = t(ctx, "coverage.definitions_lead"), true
	return web.Render(w, r, http.StatusOK, definitionsView(f, define(ctx)))
}
