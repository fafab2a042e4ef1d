package office

import (
	"context"
	"net/http"
	"net/url"
	"sort"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// unitsPage is how many agencies a page lists.
const unitsPage = 100

// agencies is the tree of units in the actor's range: one division a page, its
// own units first and the divisions below it beside.
func (o *Office) agencies(w http.ResponseWriter, r *http.Request) error {
	ctx, who := r.Context(), account.From(r.Context())
	scope := who.Scope(Units)
	at, err := o.place(r, scope)
	if err != nil {
		return err
	}
	parts := []templ.Component{o.flash(r)}
	f := o.frame(r, say(ctx, "nav_agencies"))
	err = o.DB.Read(ctx, func(tx *db.Tx) error {
		d, err := agency.FindDivision(tx, at)
		if err != nil {
			return err
		}
		f.Title = say(ctx, "agencies_of", d.Name)
		if q := r.URL.Query().Get("q"); q != "" {
			c, err := foundUnits(tx, who, at, q)
			parts = append(parts, c)
			return err
		}
		own, err := o.unitTable(tx, who, agency.Filter{Within: at, Here: true, Limit: unitsPage}, say(ctx, "agencies_here"))
		if err != nil {
			return err
		}
		below, err := nothing, error(nil)
		if at.Level() < agency.LevelTownship {
			below, err = o.places(tx, who, at)
		} else if at.Level() == agency.LevelTownship {
			below, err = o.unitTable(tx, who, agency.Filter{Within: at, Kinds: []agency.Kind{agency.Village}, Limit: 500}, say(ctx, "villages"))
		}
		parts = append(parts, own, below)
		return err
	})
	if err != nil {
		return err
	}
	a := ask{ctx, r.URL.Query(), nil}
	acts := []ui.Action{}
	if who.May(Units, account.Target{Division: int64(at)}) || coversPlace(scope, at) {
		acts = append(acts, ui.Action{Text: say(ctx, "found"), Href: web.URL(ctx, "/desk/agencies/found?in="+at.Short())},
			ui.Action{Text: say(ctx, "found_many"), Kind: "secondary", Href: web.URL(ctx, "/desk/agencies/import")})
	}
	parts = append([]templ.Component{buttons(acts...), filterForm(ui.Filter{Action: web.URL(ctx, "/desk/agencies"), Hidden: []ui.Pair{{Term: "in", Text: at.Short()}}}, a.text("q", free))}, parts...)
	return o.desk(w, r, http.StatusOK, f, parts...)
}

// place is the division a page of the tree is about: the one asked for, or the
// first of the actor's own. One he has nothing in does not exist for him.
func (o *Office) place(r *http.Request, scope []account.Range) (agency.Code, error) {
	if len(scope) == 0 {
		return 0, fault.Say(fault.NotFound, "fault.not_found")
	}
	in := r.URL.Query().Get("in")
	if in == "" {
		return within(scope[0]), nil
	}
	c, err := agency.ParseCode(in)
	if err != nil {
		return 0, fault.Say(fault.NotFound, "fault.not_found")
	}
	for _, x := range scope {
		if within(x).Contains(c) {
			return c, nil
		}
	}
	return 0, fault.Say(fault.NotFound, "fault.not_found")
}

// coversPlace answers whether a range for any unit holds the whole division.
func coversPlace(scope []account.Range, c agency.Code) bool {
	for _, x := range scope {
		if x.Agency == 0 && x.Covers(wholeOf(c)) {
			return true
		}
	}
	return false
}

func (o *Office) unitTable(tx *db.Tx, who *account.Actor, f agency.Filter, caption string) (templ.Component, error) {
	us, err := agency.List(tx, f)
	g := ui.Grid{Caption: caption, Cards: true, Columns: columns(tx.Ctx, "unit", "kind", "credit", "phone"), Nothing: say(tx.Ctx, "agencies_none")}
	for _, u := range us {
		if who.May(Units, targetOf(u)) {
			g.Rows = append(g.Rows, unitRow(tx.Ctx, u, ""))
		}
	}
	return ui.Table(g), err
}

func unitRow(ctx context.Context, u agency.Agency, former string) []ui.Cell {
	name := u.Name
	if former != "" {
		name = say(ctx, "formerly", u.Name, former)
	}
	return []ui.Cell{{Text: name, Href: web.URL(ctx, "/desk/agencies/"+id(u.ID))}, {Text: i18n.T(ctx, u.Kind.Key())}, {Text: u.CreditCode}, {Text: u.Phone}}
}

func foundUnits(tx *db.Tx, who *account.Actor, at agency.Code, q string) (templ.Component, error) {
	ms, err := agency.Search(tx, at, q, unitsPage)
	if fault.Is(err, fault.Invalid) {
		ms, err = nil, nil
	}
	g := ui.Grid{Caption: say(tx.Ctx, "agencies_found"), Cards: true, Columns: columns(tx.Ctx, "unit", "kind", "credit", "phone"), Nothing: say(tx.Ctx, "agencies_not_found")}
	for _, m := range ms {
		if who.May(Units, targetOf(m.Agency)) {
			g.Rows = append(g.Rows, unitRow(tx.Ctx, m.Agency, m.Former))
		}
	}
	return ui.Table(g), err
}

// places are the divisions below, each a page of its own.
func (o *Office) places(tx *db.Tx, who *account.Actor, at agency.Code) (templ.Component, error) {
	ds, err := agency.Children(tx, at, 0, 500)
	if err != nil || len(ds) == 0 {
		return nothing, err
	}
	g := ui.Grid{Caption: say(tx.Ctx, "places_below"), Columns: columns(tx.Ctx, "place", "code")}
	for _, d := range ds {
		for _, x := range who.Scope(Units) {
			if within(x).Contains(d.Code) || d.Code.Contains(within(x)) {
				g.Rows = append(g.Rows, []ui.Cell{{Text: d.Name, Href: web.URL(tx.Ctx, "/desk/agencies?in="+d.Code.Short())}, {Text: d.Code.Short()}})
				break
			}
		}
	}
	return ui.Table(g), nil
}

// unitOf is the agency a page is about; out of range it does not exist.
func (o *Office) unitOf(r *http.Request) (u agency.Agency, err error) {
	n, err := web.PathID(r, "id")
	if err != nil {
		return u, err
	}
	err = o.DB.Read(r.Context(), func(tx *db.Tx) error {
		u, err = agency.Find(tx, n)
		return err
	})
	if err == nil && !account.From(r.Context()).May(Units, targetOf(u)) {
		err = fault.Say(fault.NotFound, "agency.unknown")
	}
	return u, err
}

// unit is one agency: what it is, how it is reached, who is in it, what it was.
func (o *Office) unit(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	u, err := o.unitOf(r)
	if err != nil {
		return err
	}
	parts := []templ.Component{o.flash(r)}
	if u.State == agency.Active {
		var acts []ui.Action
		for _, act := range unitActs {
			acts = append(acts, ui.Action{Text: say(ctx, "unit_"+act), Kind: "secondary", Small: true, Href: web.URL(ctx, "/desk/agencies/"+id(u.ID)+"/"+act)})
		}
		parts = append(parts, buttons(acts...))
	}
	err = o.DB.Read(ctx, func(tx *db.Tx) error {
		n := newNames(tx)
		parts = append(parts, ui.DescriptionList(unitFacts(ctx, n, u)))
		for _, part := range []func(*db.Tx, *names, agency.Agency) (templ.Component, error){o.unitPeople, o.unitReview, o.unitHistory} {
			c, err := part(tx, n, u)
			if err != nil {
				return err
			}
			parts = append(parts, c)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return o.desk(w, r, http.StatusOK, o.frame(r, u.Name, up(ctx, "nav_agencies", "/desk/agencies?in="+u.Division.Short())), parts...)
}

func unitFacts(ctx context.Context, n *names, u agency.Agency) []ui.Pair {
	ps := []ui.Pair{{Term: say(ctx, "c_kind"), Text: i18n.T(ctx, u.Kind.Key())}, {Term: say(ctx, "c_place"), Text: n.place(u.Division) + " " + u.Division.Short()},
		{Term: say(ctx, "c_state"), Text: i18n.T(ctx, u.State.Key())}, {Term: say(ctx, "public_page"), Text: "/" + u.Path(), Href: web.URL(ctx, "/"+u.Path())}}
	if u.Superior != 0 {
		ps = append(ps, ui.Pair{Term: i18n.T(ctx, "agency.col_superior"), Text: n.unit(u.Superior)})
	}
	if u.Successor != 0 {
		ps = append(ps, ui.Pair{Term: say(ctx, "f_into"), Text: n.unit(u.Successor)})
	}
	for _, x := range []struct{ key, text string }{{"credit_code", u.CreditCode}, {"address", u.Address}, {"hours", u.Hours}, {"phone", u.Phone}, {"fax", u.Fax}, {"email", u.Email}, {"website", u.Website}} {
		if x.text != "" {
			ps = append(ps, ui.Pair{Term: i18n.T(ctx, "agency.col_"+x.key), Text: x.text})
		}
	}
	return ps
}

func (o *Office) unitPeople(tx *db.Tx, n *names, u agency.Agency) (templ.Component, error) {
	ps, err := agency.Posts(tx, u.ID)
	if err != nil {
		return nil, err
	}
	titles := map[int64]string{}
	for _, p := range ps {
		titles[p.ID] = p.Title
	}
	ms, err := agency.Members(tx, u.ID, o.today(), 0, 200)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, m := range ms {
		ids = append(ids, m.Person)
	}
	if err := n.learn(ids...); err != nil {
		return nil, err
	}
	ctx := tx.Ctx
	g := ui.Grid{Caption: say(ctx, "members_table"), Cards: true, Columns: columns(ctx, "name", "post", "since"), Nothing: say(ctx, "members_none")}
	manages := account.From(ctx).May(account.Managing, targetOf(u))
	for _, m := range ms {
		name := ui.Cell{Text: n.persons[m.Person]}
		if manages {
			name.Href = web.URL(ctx, "/desk/people/"+id(m.Person))
		}
		g.Rows = append(g.Rows, []ui.Cell{name, {Text: titles[m.Post]}, {Text: i18n.Date(ctx, m.Since)}})
	}
	return section(say(ctx, "members"), ui.Table(g)), nil
}

// unitHistory is what changed, field by field, with the decision it rests on.
func (o *Office) unitHistory(tx *db.Tx, n *names, u agency.Agency) (templ.Component, error) {
	cs, err := agency.Changes(tx, u.ID, 0, 50)
	if err != nil {
		return nil, err
	}
	ctx := tx.Ctx
	var events []ui.Event
	for _, c := range cs {
		var lines []string
		if c.Basis != "" {
			lines = append(lines, say(ctx, "basis_is", c.Basis))
		}
		if c.Kind != agency.ChangeFound {
			for _, k := range sortedKeys(c.After) {
				lines = append(lines, say(ctx, "became", fieldName(ctx, k), orNone(ctx, c.Before[k]), orNone(ctx, c.After[k])))
			}
		}
		events = append(events, ui.Event{When: i18n.Date(ctx, c.Effective), WhenISO: c.Effective.String(), Title: i18n.T(ctx, c.Kind.Key()), Of: words(lines...)})
	}
	return section(say(ctx, "history"), ui.Timeline(events)), nil
}

func sortedKeys(m map[string]string) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

func fieldName(ctx context.Context, k string) string {
	if key := "agency.col_" + k; i18n.Has(i18n.ZH, key) {
		return i18n.T(ctx, key)
	}
	return say(ctx, "f_"+k)
}

func orNone(ctx context.Context, s string) string {
	if s == "" {
		return say(ctx, "none")
	}
	return s
}

func contactOf(v url.Values) agency.Contact {
	return agency.Contact{Address: v.Get("address"), Hours: v.Get("hours"), Phone: v.Get("phone"), Fax: v.Get("fax"), Email: v.Get("email"), Website: v.Get("website")}
}
