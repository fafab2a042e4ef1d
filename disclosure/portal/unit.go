package portal

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/disclosure/coverage"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
)

// unitPage is what a unit owes and how it stands. 1.1.d
type unitPage struct {
	agency.Agency
	Title    i18n.Text // of its catalogue
	Duties   []duty
	Figures  catalogue.Figures
	Stat     ui.Figure
	Contact  []ui.Pair
	Ended    string // what became of a unit that is no more
	EndedTo  ui.Link
	History  []ui.Event // its names, seats and mergers, the newest first; none for a unit that never changed
	Links    []ui.Link
	Page     string // whole address, for the QR code; "" when not known
	HasItems bool
}

// duty is one category of a unit's catalogue as the public sees it today.
type duty struct {
	ID        string
	Number    int
	Title     string
	Href      string
	Tag       ui.TagKind
	Words     string
	Detail    string
	Latest    *disclosure.Row
	Nudge     string // address of the confirm page; "" when nothing is overdue
	Times     int
	Due       *catalogue.Due
	Inherited bool
}

func (p *Portal) unitPage(w http.ResponseWriter, r *http.Request) error {
	var u agency.Agency
	err := p.read(r.Context(), func(tx *db.Tx) (err error) {
		u, err = p.unit(tx, r)
		return err
	})
	if err != nil {
		return err
	}
	return p.showUnit(w, r, u)
}

func (p *Portal) showUnit(w http.ResponseWriter, r *http.Request, u agency.Agency) error {
	ctx := r.Context()
	pg := unitPage{Agency: u}
	var crumbs []ui.Link
	err := p.read(ctx, func(tx *db.Tx) (err error) {
		if err = p.fillUnit(tx, &pg); err != nil {
			return err
		}
		crumbs, err = p.crumbs(r, tx, u, false, ui.Link{Text: u.Name})
		return err
	})
	if err != nil {
		return err
	}
	path := "/" + u.Path()
	if p.Front.Domain != "" {
		pg.Page = p.absolute(path)
	}
	f := p.Front.Page(r, u.Name, crumbs...)
	f.Lead = t(ctx, "portal.unit_lead", t(ctx, u.Kind.Key()))
	f.Feeds = feedsOf(ctx, path, u.Name)
	f.JSONLD = p.organisationLD(ctx, u)
	if p.Front.Domain != "" {
		f.Canonical = p.absolute(href(ctx, path)) // a village's code shows the same page
	}
	column(&f, u.Name, columnCatalogue, t(ctx, "portal.unit_description", u.Name))
	return web.Render(w, r, http.StatusOK, unitView(f, pg))
}

func (p *Portal) fillUnit(tx *db.Tx, pg *unitPage) error {
	ctx, u := tx.Ctx, pg.Agency
	if err := p.fillEnded(tx, pg); err != nil {
		return err
	}
	if err := p.fillHistory(tx, pg); err != nil {
		return err
	}
	latest, err := disclosure.LatestOf(tx, u)
	if err != nil {
		return err
	}
	pg.HasItems = len(latest) > 0
	if pg.Duties, err = p.duties(tx, u, latest); err != nil {
		return err
	}
	for _, d := range pg.Duties {
		if d.Due != nil {
			pg.Figures = pg.Figures.Add(figuresOf(*d.Due, today(tx)))
		}
	}
	pg.Stat = coverage.RuleOf(p.Disclosure.Norm).OnTime(ctx, pg.Figures)
	if cg := p.Disclosure.Norm.Catalogue(string(u.Kind)); cg != nil {
		pg.Title = cg.Title
	}
	pg.Contact = contact(ctx, u)
	at := func(s string) string { return href(ctx, "/", u.Path(), s) }
	pg.Links = []ui.Link{{Text: t(ctx, "portal.guide"), Href: at("/guide")}, {Text: t(ctx, "portal.catalogue"), Href: at("/catalogue")},
		{Text: t(ctx, "portal.yearly_reports"), Href: at("/yearly-reports")}, {Text: t(ctx, "portal.answers"), Href: href(ctx, "/requests/answers?agency=", u.Path())},
		{Text: t(ctx, "portal.board"), Href: at("/board-a4.pdf")}, {Text: t(ctx, "portal.leaflet"), Href: at("/leaflet.pdf")},
		{Text: t(ctx, "portal.search_unit"), Href: href(ctx, "/search?unit=", u.Path())},
		{Text: t(ctx, "portal.atom"), Href: at("/feed.atom")}, {Text: t(ctx, "portal.json_feed"), Href: at("/feed.json")}}
	if u.State == agency.Active {
		pg.Links = slices.Insert(pg.Links, 2, ui.Link{Text: t(ctx, "portal.request"), Href: at("/request")}, ui.Link{Text: t(ctx, "portal.matter"), Href: at("/matter")})
	}
	return nil
}

// fillEnded says what became of a unit that was merged or abolished; what it
// published stays.
func (p *Portal) fillEnded(tx *db.Tx, pg *unitPage) error {
	switch pg.State {
	case agency.Abolished:
		pg.Ended = t(tx.Ctx, "portal.abolished", i18n.Date(tx.Ctx, pg.ValidTo))
	case agency.Merged:
		to, err := agency.Resolve(tx, pg.ID)
		if err != nil {
			return err
		}
		pg.Ended = t(tx.Ctx, "portal.merged", i18n.Date(tx.Ctx, pg.ValidTo), to.Name)
		pg.EndedTo = ui.Link{Text: to.Name, Href: href(tx.Ctx, "/", to.Path())}
	}
	return nil
}

// shownChanges is how much of a unit's history its page tells.
const shownChanges = 50

// fillHistory tells what a unit was before, so that whoever knows it by its
// old name sees that this is it: names, seats, mergers, with the decision each
// rests on. Founding alone is no history.
func (p *Portal) fillHistory(tx *db.Tx, pg *unitPage) error {
	ctx := tx.Ctx
	changes, err := agency.Changes(tx, pg.ID, 0, shownChanges)
	if err != nil {
		return err
	}
	merged, err := agency.Predecessors(tx, pg.ID)
	if err != nil {
		return err
	}
	event := func(on clock.Date, title, text string) ui.Event {
		return ui.Event{When: i18n.Date(ctx, on), WhenISO: on.String(), Title: title, Text: text}
	}
	for _, u := range merged {
		e := event(u.ValidTo, t(ctx, "portal.took_over", u.Name), "")
		e.Of = linkTo(href(ctx, "/", u.Path()), t(ctx, "portal.took_over_see"))
		pg.History = append(pg.History, e)
	}
	for _, c := range changes {
		title := t(ctx, c.Kind.Key())
		switch c.Kind {
		case agency.ChangeAmend:
			continue
		case agency.ChangeRename:
			title = t(ctx, "portal.renamed", c.Before["name"])
			if c.Before["name"] == "" { // only its short name changed
				title = t(ctx, "portal.renamed", c.Before["short_name"])
			}
		}
		pg.History = append(pg.History, event(c.Effective, title, c.Basis))
	}
	if len(pg.History) < 2 {
		pg.History = nil
	}
	slices.SortStableFunc(pg.History, func(a, b ui.Event) int { return strings.Compare(b.WhenISO, a.WhenISO) })
	return nil
}

func figuresOf(x catalogue.Due, today clock.Date) (f catalogue.Figures) {
	f.Owed = 1
	switch {
	case x.MetLate():
		f.Late = 1
	case !x.MetOn.IsZero():
		f.OnTime = 1
	case x.Overdue(today):
		f.Overdue = 1
	default:
		f.Pending = 1
	}
	return f
}

// duties are the categories of the unit's catalogue in the norm's order, then
// the retired ones that still hold something.
func (p *Portal) duties(tx *db.Tx, u agency.Agency, latest map[string]disclosure.Row) ([]duty, error) {
	cg := p.Disclosure.Norm.Catalogue(string(u.Kind))
	if cg == nil {
		return nil, nil
	}
	rows, err := p.Disclosure.Catalogue.Of(tx, u)
	if err != nil {
		return nil, err
	}
	due := map[string]*catalogue.Due{}
	for i := range rows {
		due[rows[i].Category] = &rows[i]
	}
	times, err := disclosure.Nudges(tx, u)
	if err != nil {
		return nil, err
	}
	var out []duty
	for _, retired := range []bool{false, true} {
		for _, cat := range cg.Categories {
			_, any := latest[cat.ID]
			if cat.ActiveOn(today(tx)) == retired || retired && !any {
				continue
			}
			d := duty{ID: cat.ID, Number: cat.Number, Title: cat.Title.In(tx.Ctx), Href: href(tx.Ctx, "/", u.Path(), "/c/", cat.Slug), Due: due[cat.ID], Inherited: cat.Inherited}
			if row, ok := latest[cat.ID]; ok {
				d.Latest = &row
			}
			p.state(tx.Ctx, &d, cat, u, today(tx), retired)
			if d.Nudge != "" {
				d.Times = times[cat.ID+"/"+d.Due.Period]
			}
			out = append(out, d)
		}
	}
	return out, nil
}

// state says how a category stands today.
func (p *Portal) state(ctx context.Context, d *duty, cat norm.Category, u agency.Agency, today clock.Date, retired bool) {
	x := d.Due
	switch {
	case retired:
		d.Tag, d.Words, d.Detail = ui.TagWithdrawn, t(ctx, "portal.state_retired"), cat.RetireNote.In(ctx)
	case cat.Inherited:
		d.Tag, d.Words, d.Detail = ui.TagReview, t(ctx, "portal.state_inherited"), t(ctx, "portal.inherited_detail")
	case x == nil && cat.Optional:
		d.Tag, d.Words, d.Detail = ui.TagWithdrawn, t(ctx, "portal.state_optional"), t(ctx, "portal.optional_detail")
	case x == nil:
		d.Tag, d.Words = ui.TagWithdrawn, t(ctx, "portal.state_ended")
	case x.Overdue(today):
		late := today.Sub(x.DueOn)
		d.Tag, d.Words, d.Detail = ui.TagDanger, t(ctx, "portal.state_overdue", late), p.periodWords(ctx, x, "portal.overdue_detail", i18n.DateWeekday(ctx, x.DueOn))
		if u.State == agency.Active {
			d.Nudge = d.Href + "/nudge"
		}
	case x.MetOn.IsZero():
		d.Tag, d.Words, d.Detail = ui.TagReview, t(ctx, "portal.state_pending"), p.periodWords(ctx, x, "portal.pending_detail", i18n.DateWeekday(ctx, x.DueOn))
	case x.MetLate():
		d.Tag, d.Words, d.Detail = ui.TagWaiting, t(ctx, "portal.state_late"), p.periodWords(ctx, x, "portal.late_detail", i18n.Date(ctx, x.MetOn), x.MetOn.Sub(x.DueOn))
	default:
		d.Tag, d.Words, d.Detail = ui.TagPublished, t(ctx, "portal.state_met"), p.periodWords(ctx, x, "portal.met_detail", i18n.Date(ctx, x.MetOn))
	}
}

// periodWords puts the period owed before a sentence: 2026年第3季度：…
func (p *Portal) periodWords(ctx context.Context, x *catalogue.Due, key string, args ...any) string {
	s := t(ctx, key, args...)
	if x.Period == "" {
		return s
	}
	return t(ctx, "portal.of_period", p.periodTitle(ctx, x.Category, x.Period), s)
}

// periodTitle names a period as the norm does.
func (p *Portal) periodTitle(ctx context.Context, category, period string) string {
	if period == "" {
		return ""
	}
	if w, ok := p.Disclosure.Catalogue.Window(category, period, clock.DateOf(p.Disclosure.DB.Clock().Now())); ok {
		return w.Title.In(ctx)
	}
	return period
}

func contact(ctx context.Context, u agency.Agency) (out []ui.Pair) {
	add := func(key, text, link string) {
		if text != "" {
			out = append(out, ui.Pair{Term: t(ctx, key), Text: text, Href: link})
		}
	}
	add("portal.address", u.Address, "")
	add("portal.hours", u.Hours, "")
	add("portal.phone", u.Phone, telephone(u.Phone))
	add("portal.fax", u.Fax, "")
	add("portal.email", u.Email, "mailto:"+u.Email)
	add("portal.website", u.Website, u.Website)
	add("portal.credit_code", u.CreditCode, "")
	return out
}

// telephone makes a number callable where it is one.
func telephone(s string) string {
	out := []rune("tel:")
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9' || r == '+':
			out = append(out, r)
		case r != '-' && r != ' ':
			return ""
		}
	}
	return string(out)
}
