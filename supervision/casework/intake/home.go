package intake

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
	"yangguang/supervision/casework"
)

// homePage says what can be brought, how it goes and by when.
type homePage struct {
	Types      []ui.Entry
	Spans      ui.Grid // by type: what matters to whoever brings it
	Clocks     ui.Grid // every clock with its source
	Status     string
	Draft      string
	Request    string
	Statistics string
	Contact    string
}

func (i *Intake) home(rw http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	p := homePage{Status: href(ctx, statusPath), Draft: href(ctx, draftPath), Request: href(ctx, "/requests"), Statistics: href(ctx, "/matters/statistics"), Contact: i.Front.Contact.In(ctx)}
	p.Types = i.types(ctx, href(ctx, newPath))
	p.Spans, p.Clocks = i.spanGrid(ctx), i.clockGrid(ctx)
	f := i.Front.Page(r, t(ctx, "nav"), append(i.Front.Crumbs(r, nil, nil), ui.Link{Text: t(ctx, "nav")})...)
	f.Lead, f.Description = t(ctx, "lead"), t(ctx, "lead")
	return web.Render(rw, r, http.StatusOK, homeView(f, p))
}

// types are those the public may bring, each leading to where it goes on.
func (i *Intake) types(ctx context.Context, to string) (out []ui.Entry) {
	for _, k := range i.norm().Types {
		if !k.Inner {
			out = append(out, ui.Entry{Title: k.Title.In(ctx), Meta: k.Hint.In(ctx), Href: to + "?" + url.Values{"type": {k.ID}}.Encode()})
		}
	}
	return out
}

func spanWords(ctx context.Context, s norm.Span) string {
	if s.Unit == "working_minutes" && s.N%60 == 0 {
		return t(ctx, "span_working_hours", s.N/60)
	}
	return t(ctx, "span_"+s.Unit, s.N)
}

// spanGrid is, for each type, by when it is accepted and answered, and on what
// that rests.
func (i *Intake) spanGrid(ctx context.Context) ui.Grid {
	g := ui.Grid{Caption: t(ctx, "spans"), Cards: true, Columns: []ui.Column{{Title: t(ctx, "type")}, {Title: t(ctx, "clock_accept")}, {Title: t(ctx, "clock_handle")}, {Title: t(ctx, "clock_extension")}, {Title: t(ctx, "source")}}}
	c := i.norm()
	for _, k := range c.Types {
		if k.Inner {
			continue
		}
		of := func(name string) norm.CaseClock { return c.Clock(name, k.ID, c.Classes[0].ID, "", "county") }
		handle := of("handle")
		row := []ui.Cell{{Of: whole(k.Title.In(ctx))}}
		for _, x := range []norm.CaseClock{of("accept"), handle, of("extension")} {
			row = append(row, ui.Cell{Of: whole(spanWords(ctx, x.Span))})
		}
		g.Rows = append(g.Rows, append(row, ui.Cell{Text: i.cite(ctx, handle)}))
	}
	return g
}

func (i *Intake) cite(ctx context.Context, x norm.CaseClock) string {
	b := i.Cases.Norm.Cite(i.norm().Source(x))
	return b.In(ctx)
}

// clockGrid is every clock the norm has, in the order a matter meets them.
func (i *Intake) clockGrid(ctx context.Context) ui.Grid {
	g := ui.Grid{Caption: t(ctx, "clocks"), Cards: true, Columns: []ui.Column{{Title: t(ctx, "clock")}, {Title: t(ctx, "applies")}, {Title: t(ctx, "span")}, {Title: t(ctx, "source")}}}
	for _, x := range i.norm().Clocks {
		g.Rows = append(g.Rows, []ui.Cell{{Text: t(ctx, "clock_"+x.Clock)}, {Text: i.applies(ctx, x)}, {Of: whole(spanWords(ctx, x.Span))}, {Text: i.cite(ctx, x)}})
	}
	return g
}

// applies says for which matters a clock counts.
func (i *Intake) applies(ctx context.Context, x norm.CaseClock) string {
	var of []string
	if k := i.norm().Type(x.Type); k != nil {
		of = append(of, k.Title.In(ctx))
	}
	if x.Class != "" {
		of = append(of, choice(ctx, i.norm().Classes, x.Class))
	}
	if x.Stage != "" {
		of = append(of, i18n.T(ctx, "casework.stage_"+x.Stage))
	}
	if x.Level != "" {
		of = append(of, t(ctx, "level_"+x.Level))
	}
	if len(of) == 0 {
		return t(ctx, "applies_all")
	}
	return strings.Join(of, t(ctx, "comma"))
}

// choice is the words of one of the norm's codes.
func choice(ctx context.Context, list []norm.Choice, id string) string {
	for _, x := range list {
		if x.ID == id {
			return x.Title.In(ctx)
		}
	}
	return id
}

// choosePage leads to the unit a matter is brought to: the type first, then the unit.
type choosePage struct {
	Types  []ui.Entry
	Type   string
	Search ui.Search
	Asked  bool
	First  []ui.Entry // whom to ask who does not know
	Units  []ui.Entry
	Most   bool
	Place  ui.Link
}

// unitsShown bounds the list of units.
const unitsShown = 60

func (i *Intake) choose(rw http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), strings.TrimSpace(r.URL.Query().Get("q"))
	k := i.kind(r.URL.Query().Get("type"))
	f := i.page(r, t(ctx, "new"))
	if k == nil {
		f.Lead = t(ctx, "choose_type")
		return web.Render(rw, r, http.StatusOK, typeView(f, i.types(ctx, href(ctx, newPath))))
	}
	p := choosePage{Type: k.Title.In(ctx), Asked: q != "", Place: ui.Link{Text: t(ctx, "all_places"), Href: href(ctx, "/", i.Front.Home.Short())}}
	p.Search = ui.Search{Action: href(ctx, newPath), Value: q, Label: t(ctx, "find_unit"), Placeholder: t(ctx, "find_unit_hint"), Hidden: []ui.Pair{{Term: "type", Text: k.ID}}}
	if err := i.read(ctx, func(tx *db.Tx) error { return i.units(tx, &p, k.ID, q) }); err != nil {
		return err
	}
	f.Title, f.Of, f.Lead = t(ctx, "choose_unit"), []string{p.Type}, t(ctx, "choose_unit_lead")
	if q != "" {
		f.Of, f.NoIndex = append(f.Of, q), true
	}
	return web.Render(rw, r, http.StatusOK, chooseView(f, p))
}

// units are those that take matters: by name, or all of the installation's own
// division. The division's authority answers for whoever does not know.
func (i *Intake) units(tx *db.Tx, p *choosePage, kind, q string) (err error) {
	ctx := tx.Ctx
	var found []agency.Agency
	if q != "" {
		if found, err = i.named(tx, i.Front.Home, q, unitsShown); err != nil {
			return err
		}
	}
	for _, here := range []bool{true, false} { // a nation's site may have no units of its own
		if q == "" && len(found) == 0 {
			if found, err = agency.List(tx, agency.Filter{Within: i.Front.Home, Here: here, Limit: unitsShown}); err != nil {
				return err
			}
		}
	}
	p.Most = len(found) == unitsShown
	found = slices.DeleteFunc(found, func(u agency.Agency) bool { return !casework.Takes(u) })
	for n, u := range found {
		e := ui.Entry{Title: u.Name, Href: href(ctx, "/", u.Path(), "/matter?", url.Values{"type": {kind}}.Encode()), Meta: i18n.T(ctx, u.Kind.Key())}
		if q == "" && n == 0 && u.Kind == agency.Authority {
			p.First = append(p.First, e)
			continue
		}
		p.Units = append(p.Units, e)
	}
	return nil
}

// named are the units of a division whose name begins with what was typed.
func (i *Intake) named(tx *db.Tx, within agency.Code, q string, most int) (out []agency.Agency, err error) {
	ms, err := agency.Search(tx, within, q, most)
	for _, m := range ms {
		out = append(out, m.Agency)
	}
	return out, err
}
