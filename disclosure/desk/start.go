package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
)

// newPage is the way to a draft: which unit, which category, which period.
type newPage struct {
	Units      []ui.Entry // when there are several to choose from and none is chosen
	Unit       agency.Agency
	Categories []newCategory // of the chosen unit
	Chosen     *newCategory
	Period     ui.Input
	Action     string
	Back       string
}

// newCategory is a category with what is owed of it.
type newCategory struct {
	ID, Title, Content, Basis string
	Href                      string
	Tag                       ui.TagKind
	TagWords                  string
	Due                       string
	Form                      string // name of its structured form
	Period                    string // the one owed now
	late                      bool
	open                      bool
}

func (d *Desk) chooseCategory(w http.ResponseWriter, r *http.Request) error {
	return d.showNew(w, r, http.StatusOK, nil)
}

func (d *Desk) showNew(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	get := r.FormValue
	p := newPage{Action: web.URL(ctx, "/desk/items")}
	var us []agency.Agency
	var due []catalogue.Due
	err := d.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if us, err = units(tx, reach(account.From(ctx), disclosure.Drafting)); err != nil {
			return err
		}
		if p.Unit = choose(us, get("unit")); p.Unit.ID != 0 {
			due, err = d.Disclosure.Catalogue.Of(tx, p.Unit)
		}
		return err
	})
	if err != nil {
		return err
	}
	f := d.frame(r, i18n.T(ctx, "desk.new"), ui.Link{Text: i18n.T(ctx, "desk.new")})
	if p.Unit.ID == 0 {
		if get("unit") != "" {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		f.Lead = i18n.T(ctx, "desk.new_unit")
		for _, u := range us {
			p.Units = append(p.Units, ui.Entry{Title: u.Name, Href: web.URL(ctx, "/desk/items/new") + "?unit=" + strconv.FormatInt(u.ID, 10)})
		}
		return d.show(w, r, status, f, newView(p, bad))
	}
	p.Categories = d.newCategories(ctx, p.Unit, due, "/desk/items/new")
	f.Lead = i18n.T(ctx, "desk.new_category", p.Unit.Name)
	if i := slices.IndexFunc(p.Categories, func(c newCategory) bool { return c.ID == get("category") }); i >= 0 {
		p.Chosen = &p.Categories[i]
		p.Back = web.URL(ctx, "/desk/items/new") + "?unit=" + strconv.FormatInt(p.Unit.ID, 10)
		p.Period = d.periodInput(ctx, p.Chosen.ID, first(get("period"), p.Chosen.Period), bad)
		f.Title, f.Lead, f.Narrow = p.Chosen.Title, p.Unit.Name, true
	}
	return d.show(w, r, status, f, newView(p, bad))
}

// choose is the unit named, or the only one there is.
func choose(us []agency.Agency, id string) agency.Agency {
	if id == "" && len(us) == 1 {
		return us[0]
	}
	for _, u := range us {
		if strconv.FormatInt(u.ID, 10) == id {
			return u
		}
	}
	return agency.Agency{}
}

func first(words ...string) string {
	for _, s := range words {
		if s != "" {
			return s
		}
	}
	return ""
}

// newCategories lists a unit's categories: what is overdue first, then what is
// open, then the rest in the norm's order. Inherited ones come from above.
func (d *Desk) newCategories(ctx context.Context, u agency.Agency, due []catalogue.Due, path string) []newCategory {
	cg := d.Disclosure.Norm.Catalogue(string(u.Kind))
	if cg == nil {
		return nil
	}
	owed := map[string]catalogue.Due{}
	for _, x := range due {
		owed[x.Category] = x
	}
	var out []newCategory
	for _, c := range cg.ActiveOn(d.today()) {
		q := url.Values{"unit": {strconv.FormatInt(u.ID, 10)}, "category": {c.ID}}
		n := newCategory{ID: c.ID, Title: c.Title.In(ctx), Content: c.Content.In(ctx), Href: web.URL(ctx, path) + "?" + q.Encode()}
		if f := d.Disclosure.Norm.Form(c.Form); f != nil {
			n.Form = f.Title.In(ctx)
		}
		d.standing(ctx, &n, c, owed)
		out = append(out, n)
	}
	slices.SortStableFunc(out, func(a, b newCategory) int { return rank(a) - rank(b) })
	return out
}

func rank(c newCategory) int {
	switch {
	case c.late:
		return 0
	case c.open:
		return 1
	}
	return 2
}

func (d *Desk) standing(ctx context.Context, n *newCategory, c norm.Category, due map[string]catalogue.Due) {
	x, ok := due[c.ID]
	switch {
	case c.Inherited:
		n.TagWords, n.Tag = i18n.T(ctx, "desk.inherited"), ui.TagWithdrawn
	case !ok:
		n.TagWords, n.Tag = i18n.T(ctx, "desk.optional"), ui.TagWithdrawn
	case x.Overdue(d.today()):
		n.TagWords, n.Tag, n.late = i18n.T(ctx, "desk.overdue"), ui.TagDanger, true
	case x.MetOn.IsZero():
		n.TagWords, n.Tag, n.open = i18n.T(ctx, "desk.owed"), ui.TagWaiting, true
	default:
		n.TagWords, n.Tag = i18n.T(ctx, "desk.met"), ui.TagPublished
	}
	if ok {
		n.Period, n.Due = x.Period, d.periodTitle(ctx, c.ID, x.Period)
		if by := i18n.T(ctx, "desk.due_by", i18n.DateWeekday(ctx, x.DueOn)); x.MetOn.IsZero() && n.Due != "" {
			n.Due += i18n.T(ctx, "desk.between") + by
		} else if x.MetOn.IsZero() {
			n.Due = by
		}
	} else if ps := d.periodInput(ctx, c.ID, "", nil).Options; len(ps) > 0 {
		n.Period = ps[0].Value // nothing is owed, so the newest one, as the long form suggests
	}
}

// periodInput asks which period; no options for what has none.
func (d *Desk) periodInput(ctx context.Context, category, value string, bad ui.Errors) ui.Input {
	in := ui.Input{Name: "period", Label: i18n.T(ctx, "desk.period"), Help: i18n.T(ctx, "desk.period_help"), Value: value, Error: bad.Of(ctx, "period")}
	c := d.Disclosure.Norm.Category(category)
	if c == nil || !c.Periodic() {
		return in
	}
	ws := d.Disclosure.Norm.Periods(*c, d.today().AddMonths(-18), d.today().AddMonths(1))
	slices.Reverse(ws)
	if value != "" && !slices.ContainsFunc(ws, func(w norm.Window) bool { return w.Key == value }) {
		if w, ok := d.Disclosure.Catalogue.Window(category, value, d.today()); ok {
			ws = append(ws, w)
		}
	}
	for _, w := range ws {
		in.Options = append(in.Options, ui.Option{Value: w.Key, Text: w.Title.In(ctx)})
	}
	return in
}

// begin opens a draft of what the form names.
func (d *Desk) begin(r *http.Request) (*disclosure.Version, error) {
	unit, err := web.Int64(r.PostForm.Get("unit"))
	if err != nil {
		return nil, err
	}
	category, period := r.PostForm.Get("category"), r.PostForm.Get("period")
	if c := d.Disclosure.Norm.Category(category); c != nil && c.Periodic() {
		if _, ok := d.Disclosure.Catalogue.Window(category, period, d.today()); !ok {
			return nil, fault.Fields(fault.Field{Name: "period", Key: "disclosure.need_period"})
		}
	} else {
		period = ""
	}
	return d.Disclosure.Start(r.Context(), unit, category, period)
}

func (d *Desk) start(w http.ResponseWriter, r *http.Request) error {
	v, err := d.begin(r)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return d.showNew(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, versionPath(v.Province, v.ID, "/edit"))
}
