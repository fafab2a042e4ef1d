package linkcheck

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

const (
	mostListed = 200 // dead links of one page
	mostUnits  = 50  // units of one inbox, and of the choice on the page
)

// Routes are the sub-room's routes: the list for whoever corrects, and the same
// for whoever watches over units below.
func (l *Links) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /desk/links", Access: web.May(disclosure.Drafting), Handler: l.list(disclosure.Drafting, "linkcheck.nav", "/desk/links")},
		{Pattern: "GET /desk/below/links", Access: web.May(disclosure.Overseeing), Handler: l.list(disclosure.Overseeing, "linkcheck.nav_below", "/desk/below/links")},
	}
}

// listPage is the dead links a person may have mended.
type listPage struct {
	Grid    ui.Grid
	Units   []ui.Link // to narrow the list
	All     ui.Link   // back from one unit to all
	Some    bool      // there are more than the page lists
	Outside bool      // other sites are asked as well
}

// list shows the dead links of units where the person holds a verb; another
// unit is not known here.
func (l *Links) list(verb, title, path string) func(w http.ResponseWriter, r *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		ranges := account.From(ctx).Scope(verb)
		unit, _ := strconv.ParseInt(r.URL.Query().Get("unit"), 10, 64)
		var rows []listed
		var us []behind
		if err := l.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
			if err := inReach(tx, ranges, unit); err != nil {
				return err
			}
			if us, err = units(tx, ranges, mostUnits); err != nil {
				return err
			}
			rows, err = list(tx, ranges, unit, mostListed+1)
			return err
		}); err != nil {
			return err
		}
		p := listPage{Some: len(rows) > mostListed, Outside: l.Outside, Grid: grid(ctx, rows[:min(len(rows), mostListed)])}
		if unit != 0 {
			p.All = ui.Link{Text: i18n.T(ctx, "linkcheck.all"), Href: web.URL(ctx, path)}
		} else {
			p.Units = choice(ctx, path, us)
		}
		f := l.Front.Desk(r, i18n.T(ctx, title), ui.Link{Text: i18n.T(ctx, "linkcheck.desk"), Href: web.URL(ctx, "/desk")}, ui.Link{Text: i18n.T(ctx, title)})
		f.Lead = i18n.T(ctx, "linkcheck.lead")
		return web.Render(w, r, http.StatusOK, listView(f, p))
	}
}

// choice lets a reader of many units narrow the list to one.
func choice(ctx context.Context, path string, us []behind) (out []ui.Link) {
	if len(us) < 2 {
		return nil
	}
	for _, u := range us {
		out = append(out, ui.Link{Text: i18n.T(ctx, "linkcheck.of_unit", u.name, u.links), Href: unitPath(ctx, path, u.agency)})
	}
	return out
}

func unitPath(ctx context.Context, path string, unit int64) string {
	return web.URL(ctx, path) + "?unit=" + strconv.FormatInt(unit, 10)
}

// inReach refuses a unit outside the ranges: whoever has no business with it is
// told Not Found.
func inReach(tx *db.Tx, ranges []account.Range, unit int64) error {
	if unit == 0 {
		return nil
	}
	u, err := agency.Find(tx, unit)
	if err != nil {
		return err
	}
	to := account.Target{Agency: u.ID, Division: int64(u.Division)}
	if !slices.ContainsFunc(ranges, func(r account.Range) bool { return r.Contains(to) }) {
		return fault.Say(fault.NotFound, "fault.not_found")
	}
	return nil
}

func grid(ctx context.Context, rows []listed) ui.Grid {
	t := func(key string) string { return i18n.T(ctx, "linkcheck."+key) }
	g := ui.Grid{Caption: t("nav"), Cards: true, Nothing: t("none"),
		Columns: []ui.Column{{Title: t("where")}, {Title: t("link")}, {Title: t("what")}, {Title: t("since")}, {Title: t("unit")}}}
	for i := range rows {
		x := &rows[i]
		where := ui.Cell{Text: x.title, Href: web.URL(ctx, "/desk/published/"+strconv.Itoa(x.province)+"/"+strconv.FormatInt(x.item, 10))}
		if x.item == 0 { // of the unit's own page: who keeps the units mends it
			where = ui.Cell{Text: t("website")}
		}
		g.Rows = append(g.Rows, []ui.Cell{where, {Text: x.address}, {Text: happened(ctx, x.code)}, {Text: i18n.Date(ctx, x.failedOn)}, {Text: x.unit}})
	}
	return g
}

// happened is a code in words.
func happened(ctx context.Context, code string) string {
	if status, ok := strings.CutPrefix(code, "http_"); ok {
		return i18n.T(ctx, "linkcheck.code_http", status)
	}
	return i18n.T(ctx, "linkcheck.code_"+code)
}

// Waiting are the units of the person acting whose pages lead nowhere; each
// entry leads to the list.
func (l *Links) Waiting(ctx context.Context) (out []front.Waiting, err error) {
	defer fault.Wrap(&err, "linkcheck.Waiting")
	a := account.From(ctx)
	if a == nil || a.MustChange || !a.Holds(disclosure.Drafting) {
		return nil, nil
	}
	var us []behind
	if err := l.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		us, err = units(tx, a.Scope(disclosure.Drafting), mostUnits)
		return err
	}); err != nil || len(us) == 0 {
		return nil, err
	}
	w := front.Waiting{Kind: "linkcheck.waiting", Mine: true}
	for _, u := range us {
		w.Works = append(w.Works, ui.Work{Href: unitPath(ctx, "/desk/links", u.agency), Title: i18n.T(ctx, "linkcheck.waiting_links", u.links),
			Meta: []string{u.name, i18n.T(ctx, "linkcheck.waiting_since", i18n.Date(ctx, u.since))}, Tag: ui.TagDanger, TagWords: i18n.T(ctx, "linkcheck.dead"), Next: i18n.T(ctx, "linkcheck.mend"), Spent: -1})
	}
	return []front.Waiting{w}, nil
}
