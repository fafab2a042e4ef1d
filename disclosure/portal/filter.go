package portal

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/ui"
)

// filter narrows a list or a search; the address carries it.
type filter struct {
	Within   agency.Code
	Place    string // name of Within
	Unit     *agency.Agency
	Category string
	From, To clock.Date
	Query    url.Values // what was set, without the place in the list
}

// filterOf reads the filter of an address. What names nothing is left out
// rather than refused: a link that was sent on still leads to a list.
func (p *Portal) filterOf(tx *db.Tx, r *http.Request) (f filter, err error) {
	q := r.URL.Query()
	f = filter{Within: p.Front.Home, Query: url.Values{}}
	if c, err := agency.ParseCode(q.Get("within")); err == nil && p.Front.Home.Contains(c) && c != p.Front.Home { // the whole place is no narrowing
		f.Within = c
		f.Query.Set("within", c.Short())
	}
	if d, err := agency.FindDivision(tx, f.Within); err == nil {
		f.Place = d.Name
	}
	switch u, err := unitOfPath(tx, q.Get("unit")); {
	case err == nil:
		f.Unit = &u
		f.Query.Set("unit", u.Path())
	case !fault.Is(err, fault.NotFound):
		return f, err
	}
	if cat := p.Disclosure.Norm.Category(q.Get("category")); cat != nil {
		f.Category = cat.ID
		f.Query.Set("category", cat.ID)
	}
	for name, d := range map[string]*clock.Date{"from": &f.From, "to": &f.To} {
		if x, err := clock.ParseDate(q.Get(name)); err == nil {
			*d = x
			f.Query.Set(name, x.String())
		}
	}
	return f, nil
}

// unitOfPath finds the agency that "350525/bureau" names.
func unitOfPath(tx *db.Tx, path string) (agency.Agency, error) {
	division, slug, _ := strings.Cut(path, "/")
	c, err := agency.ParseCode(division)
	if err != nil || slug == "" {
		return agency.Agency{}, notFound()
	}
	return agency.FindByPath(tx, c, slug)
}

// narrowed says in words what an address narrows a list to, for the window's
// title: place, unit, category, days, page.
func (p *Portal) narrowed(r *http.Request, f filter) (out []string) {
	ctx := r.Context()
	if f.Query.Has("unit") {
		out = append(out, f.Unit.Name)
	}
	if cat := p.Disclosure.Norm.Category(f.Category); cat != nil {
		words := cat.Title.In(ctx)
		if cg := p.Disclosure.Norm.CatalogueOf(cat.ID); f.Unit == nil && cg != nil && len(cg.Kinds) > 0 {
			words = t(ctx, "portal.category_of", p.Disclosure.Norm.Label("kind."+cg.Kinds[0]), words)
		}
		out = append(out, words)
	}
	if f.Query.Has("from") || f.Query.Has("to") {
		out = append(out, t(ctx, "portal.days_between", f.From.String(), f.To.String()))
	}
	if f.Query.Has("within") {
		out = append(out, f.Place)
	}
	return append(out, pageWords(ctx, pageNumber(r))...)
}

// set answers whether anything narrows the list.
func (f filter) set() bool { return len(f.Query) > 0 }

func (f filter) agency() int64 {
	if f.Unit == nil {
		return 0
	}
	return f.Unit.ID
}

// within is where the list looks: a unit above the installation's place is
// found too when it was asked for by name.
func (f filter) within() agency.Code {
	if f.Unit != nil {
		return agency.Nation
	}
	return f.Within
}

// questions are the filter's controls.
type questions struct {
	Form     ui.Filter
	Unit     *ui.Input
	Category *ui.Input
	From, To *ui.Input
}

// questionsOf asks by unit, category and days, as the page wants.
func (p *Portal) questionsOf(tx *db.Tx, f filter, action string, which ...string) (questions, error) {
	ctx := tx.Ctx
	out := questions{Form: ui.Filter{Action: action}}
	if f.set() {
		out.Form.Reset = action
	}
	if f.Query.Has("within") {
		out.Form.Hidden = append(out.Form.Hidden, ui.Pair{Term: "within", Text: f.Within.Short()})
	}
	for _, name := range which {
		switch name {
		case "unit":
			in, err := p.unitQuestion(tx, f)
			if err != nil {
				return out, err
			}
			out.Unit = in
		case "category":
			out.Category = p.categoryQuestion(ctx, f)
		case "days":
			out.From = &ui.Input{Name: "from", Label: t(ctx, "portal.from"), Type: "date", Value: f.From.String(), Free: true, Short: true}
			out.To = &ui.Input{Name: "to", Label: t(ctx, "portal.to"), Type: "date", Value: f.To.String(), Free: true, Short: true}
		}
	}
	return out, nil
}

// unitsAsked is how many units the question lists; villages are reached from
// their own pages.
const unitsAsked = 200

func (p *Portal) unitQuestion(tx *db.Tx, f filter) (*ui.Input, error) {
	in := &ui.Input{Name: "unit", Label: t(tx.Ctx, "portal.unit"), Free: true, Options: []ui.Option{{Text: t(tx.Ctx, "portal.all_units")}}}
	us, err := agency.List(tx, agency.Filter{Within: f.Within, Kinds: []agency.Kind{agency.Authority, agency.Institution, agency.Township}, Limit: unitsAsked})
	if err != nil {
		return nil, err
	}
	known := false
	for _, u := range us {
		in.Options = append(in.Options, ui.Option{Value: u.Path(), Text: u.Name})
		known = known || f.Unit != nil && f.Unit.ID == u.ID
	}
	if f.Unit != nil {
		in.Value = f.Unit.Path()
		if !known {
			in.Options = append(in.Options, ui.Option{Value: in.Value, Text: f.Unit.Name})
		}
	}
	return in, nil
}

func (p *Portal) categoryQuestion(ctx context.Context, f filter) *ui.Input {
	in := &ui.Input{Name: "category", Label: t(ctx, "portal.category"), Value: f.Category, Free: true, Options: []ui.Option{{Text: t(ctx, "portal.all_categories")}}}
	n := p.Disclosure.Norm
	for _, cg := range n.Catalogues {
		if f.Unit != nil && n.Catalogue(string(f.Unit.Kind)) != nil && n.Catalogue(string(f.Unit.Kind)).ID != cg.ID {
			continue
		}
		for _, c := range cg.Categories {
			words := c.Title.In(ctx)
			if f.Unit == nil && len(cg.Kinds) > 0 {
				words = t(ctx, "portal.category_of", n.Label("kind."+cg.Kinds[0]), words)
			}
			in.Options = append(in.Options, ui.Option{Value: c.ID, Text: words})
		}
	}
	return in
}
