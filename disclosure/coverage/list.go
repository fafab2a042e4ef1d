package coverage

import (
	"net/http"
	"net/url"
	"strings"

	"yangguang/agency"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// metPage is the list behind what counts as met.
type metPage struct {
	Grid ui.Grid
	Next string
	Back string
}

const perPage = 50

func (c *Coverage) metPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var pg metPage
	var d agency.Division
	var above []agency.Division
	err := c.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if d, above, err = c.place(tx, r); err != nil {
			return err
		}
		xs, err := catalogue.MetAfter(tx, d.Code, afterMet(r), perPage+1)
		if err != nil {
			return err
		}
		if len(xs) > perPage {
			xs = xs[:perPage]
			last := xs[perPage-1]
			pg.Next = href(ctx, "/", d.Code.Short(), "/coverage/met?after=", url.QueryEscape(strings.Join([]string{last.Region.String(), itoa(int(last.Agency)), last.Category}, "~")))
		}
		names, err := unitsOf(tx, xs)
		if err != nil {
			return err
		}
		pg.Grid = ui.Grid{Caption: t(ctx, "coverage.met_table", d.Name), Cards: true, Columns: []ui.Column{{Title: t(ctx, "coverage.unit")}, {Title: t(ctx, "coverage.category")},
			{Title: t(ctx, "coverage.due_on")}, {Title: t(ctx, "coverage.met_on")}, {Title: t(ctx, "coverage.stands")}}}
		for i := range xs {
			x, u := &xs[i], names[xs[i].Agency]
			cat := c.Norm.Category(x.Category)
			if cat == nil {
				continue
			}
			tag := ui.Cell{Tag: ui.TagPublished, Text: t(ctx, "coverage.on_time")}
			if x.MetLate() {
				tag = ui.Cell{Tag: ui.TagWaiting, Text: t(ctx, "coverage.late_days", x.MetOn.Sub(x.DueOn))}
			}
			pg.Grid.Rows = append(pg.Grid.Rows, []ui.Cell{{Text: u.Name, Href: href(ctx, "/", u.Path())}, {Text: cat.Title.In(ctx), Href: href(ctx, "/", u.Path(), "/c/", cat.Slug)},
				{Text: i18n.Date(ctx, x.DueOn)}, {Text: i18n.Date(ctx, x.MetOn)}, tag})
		}
		return nil
	})
	if err != nil {
		return err
	}
	pg.Back = href(ctx, "/", d.Code.Short(), "/coverage")
	f := c.Front.Page(r, t(ctx, "coverage.met_title", d.Name), c.crumbs(ctx, c.within(append(above, d)), ui.Link{Text: t(ctx, "coverage.met_short")})...)
	f.Lead, f.NoIndex = t(ctx, "coverage.met_lead"), true
	return web.Render(w, r, http.StatusOK, metView(f, pg))
}

func afterMet(r *http.Request) (x catalogue.Due) {
	parts := strings.Split(r.URL.Query().Get("after"), "~")
	if len(parts) != 3 {
		return x
	}
	region, err1 := web.Int64(parts[0])
	unit, err2 := web.Int64(parts[1])
	if err1 != nil || err2 != nil {
		return x
	}
	return catalogue.Due{Region: agency.Code(region), Agency: unit, Category: parts[2]}
}
