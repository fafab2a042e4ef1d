package portal

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/calendar"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
)

// perPage is how many items a list shows at once.
const perPage = 20

// categoryPage is one category of a unit: what must be disclosed, on which
// basis, and what was.
type categoryPage struct {
	Unit     agency.Agency
	Category norm.Category
	Duty     duty
	Facts    []ui.Pair
	Items    []ui.Entry
	Pages    ui.Pages
	Above    []ui.Link // the units an inherited category is shown from
	Deadline string
	Later    bool // not the first page of the list
}

// category finds a category of a unit's catalogue by its address word, also
// one that is retired.
func (p *Portal) category(u agency.Agency, slug string) (*norm.Category, error) {
	cg := p.Disclosure.Norm.Catalogue(string(u.Kind))
	if cg == nil {
		return nil, notFound()
	}
	cat := cg.BySlug(slug)
	if cat == nil {
		return nil, notFound()
	}
	return cat, nil
}

func (p *Portal) categoryPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var pg categoryPage
	var crumbs []ui.Link
	err := p.read(ctx, func(tx *db.Tx) error {
		u, err := p.unit(tx, r)
		if err != nil {
			return err
		}
		cat, err := p.category(u, r.PathValue("slug"))
		if err != nil {
			return err
		}
		pg.Unit, pg.Category = u, *cat
		if err := p.fillCategory(tx, &pg, cursor(r)); err != nil {
			return err
		}
		crumbs, err = p.crumbs(r, tx, u, true, ui.Link{Text: cat.Title.In(ctx)})
		return err
	})
	if err != nil {
		return err
	}
	f := p.Front.Page(r, pg.Category.Title.In(ctx), crumbs...)
	f.Lead = pg.Category.Content.In(ctx)
	f.NoIndex = f.NoIndex || pg.Later
	kind := columnCatalogue
	if pg.Category.Inherited {
		kind = columnPolicy
	}
	column(&f, pg.Category.Title.In(ctx), kind, t(ctx, "portal.category_description", pg.Unit.Name, pg.Category.Title))
	return web.Render(w, r, http.StatusOK, categoryView(f, pg))
}

func (p *Portal) fillCategory(tx *db.Tx, pg *categoryPage, before disclosure.Cursor) error {
	ctx, u, cat := tx.Ctx, pg.Unit, pg.Category
	pg.Later = before.ID != 0
	pg.Facts = p.facts(ctx, &cat)
	pg.Duty = duty{ID: cat.ID, Number: cat.Number, Title: cat.Title.In(ctx), Href: href(ctx, "/", u.Path(), "/c/", cat.Slug)}
	due, err := p.dueOf(tx, u, cat.ID)
	if err != nil {
		return err
	}
	if pg.Duty.Due = due; due != nil {
		pg.Deadline = pg.Duty.Href + "/deadline"
	}
	p.state(ctx, &pg.Duty, cat, u, today(tx), !cat.ActiveOn(today(tx)))
	agencies, categories := []int64{u.ID}, []string{cat.ID}
	if cat.Inherited {
		above, err := agency.Superiors(tx, u.ID)
		if err != nil {
			return err
		}
		for _, a := range above {
			if same, err := p.category(a, cat.Slug); err == nil {
				agencies, categories = append(agencies, a.ID), append(categories, same.ID)
				pg.Above = append(pg.Above, ui.Link{Text: a.Name, Href: href(ctx, "/", a.Path(), "/c/", same.Slug)})
			}
		}
	}
	rows, err := disclosure.ListAmong(tx, agencies, categories, before, perPage+1)
	if err != nil {
		return err
	}
	pg.Items, pg.Pages = pageOf(ctx, rows, cat.Inherited, pg.Duty.Href, nil, pg.Later)
	return nil
}

func (p *Portal) dueOf(tx *db.Tx, u agency.Agency, category string) (*catalogue.Due, error) {
	all, err := p.Disclosure.Catalogue.Of(tx, u)
	for i := range all {
		if all[i].Category == category {
			return &all[i], err
		}
	}
	return nil, err
}

// facts are what the norm says of a category: the columns of a standard
// catalogue (基层政务公开标准目录).
func (p *Portal) facts(ctx context.Context, cat *norm.Category) []ui.Pair {
	n := p.Disclosure.Norm
	var basis []string
	for _, b := range cat.Basis {
		basis = append(basis, n.Cite(b).In(ctx))
	}
	out := []ui.Pair{{Term: t(ctx, "portal.basis"), Of: paragraphs(basis)},
		{Term: t(ctx, "portal.period"), Text: n.Label("period." + cat.Period).In(ctx)}}
	if cat.Within.N > 0 {
		out = append(out, ui.Pair{Term: t(ctx, "portal.within"), Text: t(ctx, "portal.within_"+since(cat), n.Within(cat.Within))})
	}
	out = append(out, ui.Pair{Term: t(ctx, "portal.bearer"), Text: cat.Bearer.In(ctx)}, ui.Pair{Term: t(ctx, "portal.audience"), Text: cat.Audience.In(ctx)})
	words := t(ctx, "portal.rich_text")
	if f := n.Form(cat.Form); f != nil {
		words = f.Title.In(ctx)
	}
	return append(out, ui.Pair{Term: t(ctx, "portal.form"), Text: words}, ui.Pair{Term: t(ctx, "portal.openness"), Text: t(ctx, "disclosure.openness_proactive")})
}

// since names the event a category's time runs from.
func since(cat *norm.Category) string {
	switch {
	case !cat.Periodic():
		return "change"
	case cat.Since == "start":
		return "start"
	}
	return "end"
}

// cursor reads where a page of a list begins: ?before=ms.id
func cursor(r *http.Request) disclosure.Cursor { return cursorOf(r.URL.Query().Get("before")) }

func cursorOf(word string) disclosure.Cursor {
	at, id, ok := strings.Cut(word, ".")
	ms, err1 := strconv.ParseInt(at, 10, 64)
	n, err2 := strconv.ParseInt(id, 10, 64)
	if !ok || err1 != nil || err2 != nil || n <= 0 {
		return disclosure.Cursor{}
	}
	return disclosure.Cursor{At: ms, ID: n}
}

func cursorWord(c disclosure.Cursor) string {
	return strconv.FormatInt(c.At, 10) + "." + strconv.FormatInt(c.ID, 10)
}

// pageOf cuts the one row too many off a list and links to what follows.
func pageOf(ctx context.Context, rows []disclosure.Row, withUnit bool, path string, q url.Values, later bool) ([]ui.Entry, ui.Pages) {
	var pages ui.Pages
	if q == nil {
		q = url.Values{}
	}
	if later {
		q.Del("before")
		pages.Newer = withQuery(path, q)
	}
	if len(rows) > perPage {
		rows = rows[:perPage]
		q.Set("before", cursorWord(rows[perPage-1].After()))
		pages.Older = withQuery(path, q)
	}
	return Entries(ctx, rows, withUnit), pages
}

func withQuery(path string, q url.Values) string {
	if s := q.Encode(); s != "" {
		return path + "?" + s
	}
	return path
}

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
	if p.Disclosure.Changed != nil {
		p.Disclosure.Changed() // the count stands on the unit's page
	}
	return web.See(w, r, "/"+u.Path()+"/c/"+cat.Slug+"/nudged")
}

func (p *Portal) nudged(w http.ResponseWriter, r *http.Request) error { return p.showNudge(w, r, 1) }
