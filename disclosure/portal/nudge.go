package portal

import (
	"net/http"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
)

// nudgePage asks once more before 催公开 is counted.
type nudgePage struct {
	Unit  agency.Agency
	Duty  duty
	Facts []ui.Pair
	Done  int // how often it was asked for, once sent
	Back  string
}

func (p *Portal) nudgeForm(w http.ResponseWriter, r *http.Request) error { return p.showNudge(w, r, 0) }

func (p *Portal) showNudge(w http.ResponseWriter, r *http.Request, done int) error {
	ctx := r.Context()
	var pg nudgePage
	var crumbs []ui.Link
	err := p.read(ctx, func(tx *db.Tx) error {
		u, err := p.unit(tx, r)
		if err != nil {
			return err
		}
		all, err := p.duties(tx, u, nil)
		if err != nil {
			return err
		}
		cat, err := p.category(u, r.PathValue("slug"))
		if err != nil {
			return err
		}
		for _, d := range all {
			if d.ID == cat.ID {
				pg.Duty = d
			}
		}
		if pg.Duty.Nudge == "" {
			return fault.Say(fault.Conflict, "disclosure.nothing_missing")
		}
		pg.Unit, pg.Back = u, href(ctx, "/", u.Path())
		crumbs, err = p.crumbs(r, tx, u, true, ui.Link{Text: pg.Duty.Title, Href: pg.Duty.Href}, ui.Link{Text: t(ctx, "portal.nudge")})
		return err
	})
	if err != nil {
		return err
	}
	pg.Done = done
	pg.Facts = []ui.Pair{{Term: t(ctx, "portal.unit"), Text: pg.Unit.Name}, {Term: t(ctx, "portal.category"), Text: pg.Duty.Title}, {Term: t(ctx, "portal.state"), Text: pg.Duty.Words}, {Term: t(ctx, "portal.due"), Text: pg.Duty.Detail},
		{Term: t(ctx, "portal.nudges"), Text: t(ctx, "portal.times", pg.Duty.Times)}}
	f := p.Front.Page(r, t(ctx, "portal.nudge"), crumbs...)
	f.Narrow, f.NoIndex, f.Lead = true, true, t(ctx, "portal.nudge_lead")
	return web.Render(w, r, http.StatusOK, nudgeView(f, pg))
}

// nudge counts one reader's asking; nothing is kept of who asked.
func (p *Portal) nudge(w http.ResponseWriter, r *http.Request) error {
	var u agency.Agency
	var cat *norm.Category
	err := p.read(r.Context(), func(tx *db.Tx) (err error) {
		if u, err = p.unit(tx, r); err == nil {
			cat, err = p.category(u, r.PathValue("slug"))
		}
		return err
	})
	if err != nil {
		return err
	}
	if _, err := p.Disclosure.Nudge(r.Context(), u.ID, cat.ID); err != nil {
		return err
	}
	return web.See(w, r, "/"+u.Path()+"/c/"+cat.Slug+"/nudged")
}

func (p *Portal) nudged(w http.ResponseWriter, r *http.Request) error { return p.showNudge(w, r, 1) }
