package portal

import (
	"net/http"

	"yangguang/agency"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/calendar"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
)

// deadlinePage is the arithmetic of a due date, day by day.
type deadlinePage struct {
	Unit  agency.Agency
	Words string
	Facts []ui.Pair
	Days  []calendar.ExplainedDay
	Back  string
}

func (p *Portal) deadlinePage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var pg deadlinePage
	var crumbs []ui.Link
	var title string
	err := p.read(ctx, func(tx *db.Tx) error {
		u, err := p.unit(tx, r)
		if err != nil {
			return err
		}
		cat, err := p.category(u, r.PathValue("slug"))
		if err != nil {
			return err
		}
		x, err := p.dueOf(tx, u, cat.ID)
		if err != nil {
			return err
		}
		if x == nil {
			return notFound()
		}
		title, pg.Unit, pg.Back = cat.Title.In(ctx), u, href(ctx, "/", u.Path(), "/c/", cat.Slug)
		if err := p.explain(tx, &pg, *cat, *x); err != nil {
			return err
		}
		crumbs, err = p.crumbs(r, tx, u, true, ui.Link{Text: title, Href: pg.Back}, ui.Link{Text: t(ctx, "portal.deadline")})
		return err
	})
	if err != nil {
		return err
	}
	f := p.Front.Page(r, t(ctx, "portal.deadline_of", title), crumbs...)
	f.Lead, f.Narrow, f.NoIndex = pg.Words, true, true
	return web.Render(w, r, http.StatusOK, deadlineView(f, pg))
}

func (p *Portal) explain(tx *db.Tx, pg *deadlinePage, cat norm.Category, x catalogue.Due) error {
	ctx := tx.Ctx
	cal, err := p.Disclosure.Calendars.In(tx, int64(pg.Unit.Division))
	if err != nil {
		return err
	}
	base := x.OpensOn
	if w, ok := p.Disclosure.Catalogue.Window(cat.ID, x.Period, today(tx)); ok {
		base = w.Base
	}
	pg.Words = t(ctx, "portal.deadline_lead", i18n.DateWeekday(ctx, x.DueOn))
	pg.Facts = []ui.Pair{{Term: t(ctx, "portal.unit"), Text: pg.Unit.Name, Href: href(ctx, "/", pg.Unit.Path())}}
	if x.Period != "" {
		pg.Facts = append(pg.Facts, ui.Pair{Term: t(ctx, "portal.of"), Text: p.periodTitle(ctx, cat.ID, x.Period)})
	}
	pg.Facts = append(pg.Facts, ui.Pair{Term: t(ctx, "portal.counted_from"), Text: i18n.DateWeekday(ctx, base)},
		ui.Pair{Term: t(ctx, "portal.within"), Text: p.Disclosure.Norm.Within(cat.Within).In(ctx)})
	if base.IsZero() || x.DueOn.Sub(base) > 400 {
		return nil
	}
	pg.Days = calendar.ExplainRows(ctx, cal.Explain(base, catalogue.SpanOf(cat), nil))
	return nil
}
