package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// pageSize is how many rows a list of the desk shows at once.
const pageSize = 50

// itemStates are what the list can be narrowed to.
var itemStates = []string{disclosure.Drafted, disclosure.InReview, disclosure.Referred, disclosure.Approved, disclosure.ItemPublished, disclosure.ItemTakenDown, disclosure.Discarded}

// itemsPage is the list of the units' items.
type itemsPage struct {
	Filter                   ui.Filter
	State, Category, Unit, Q ui.Input
	Works                    []ui.Work
	Pages                    ui.Pages
	MayStart                 bool
	Keys                     []ui.Key
}

func (d *Desk) items(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), r.URL.Query()
	a := account.From(ctx)
	q := listQuery{Ranges: reach(a, verbs...), State: v.Get("state"), Category: v.Get("category"), Text: v.Get("q"), Limit: pageSize + 1}
	q.Unit, _ = strconv.ParseInt(v.Get("unit"), 10, 64)
	q.BeforeAt, q.BeforeID = cursor(v.Get("before"))
	if q.State != "" && !slices.Contains(itemStates, q.State) {
		q.State = ""
	}
	var rows []listed
	var us []agency.Agency
	err := d.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if us, err = units(tx, q.Ranges); err != nil {
			return err
		}
		rows, err = listItems(tx, q)
		return err
	})
	if err != nil {
		return err
	}
	p := itemsPage{MayStart: a.Holds(disclosure.Drafting), Keys: walkKeys(ctx), Filter: filterOf(ctx, "/desk/items", v)}
	p.State, p.Category, p.Unit, p.Q = d.stateFilter(ctx, q.State), d.categoryFilter(ctx, us, q.Category), unitFilter(ctx, us, q.Unit), textFilter(ctx, q.Text)
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		last := rows[pageSize-1]
		p.Pages.Older = older(ctx, "/desk/items", v, clock.Millis(last.SavedAt), last.Item)
	}
	for _, x := range rows {
		p.Works = append(p.Works, d.listedWork(ctx, x, len(us) > 1))
	}
	f := d.frame(r, i18n.T(ctx, "desk.items"), ui.Link{Text: i18n.T(ctx, "desk.items")})
	return d.show(w, r, http.StatusOK, f, itemsView(p))
}

// cursor reads where a page of a list begins: "time-id".
func cursor(s string) (at, id int64) {
	x, y, _ := strings.Cut(s, "-")
	at, _ = strconv.ParseInt(x, 10, 64)
	id, _ = strconv.ParseInt(y, 10, 64)
	return at, id
}

func older(ctx context.Context, path string, v url.Values, at, id int64) string {
	next := url.Values{}
	for k := range v {
		next.Set(k, v.Get(k))
	}
	next.Set("before", strconv.FormatInt(at, 10)+"-"+strconv.FormatInt(id, 10))
	next.Del("did")
	return web.URL(ctx, path) + "?" + next.Encode()
}

func filterOf(ctx context.Context, path string, v url.Values) ui.Filter {
	f := ui.Filter{Action: web.URL(ctx, path)}
	for _, k := range []string{"state", "category", "unit", "q"} {
		if v.Get(k) != "" {
			f.Reset = f.Action
		}
	}
	return f
}

func walkKeys(ctx context.Context) []ui.Key {
	return []ui.Key{{Keys: []string{"J", "K"}, Words: i18n.T(ctx, "desk.key_move")}, {Keys: []string{"Enter"}, Words: i18n.T(ctx, "desk.key_open")}}
}

func (d *Desk) stateFilter(ctx context.Context, state string) ui.Input {
	in := ui.Input{Name: "state", Label: i18n.T(ctx, "desk.state"), Value: state, Free: true, Options: []ui.Option{{Text: i18n.T(ctx, "desk.all")}}}
	for _, s := range itemStates {
		in.Options = append(in.Options, ui.Option{Value: s, Text: i18n.T(ctx, "disclosure.state_"+s)})
	}
	return in
}

// categoryFilter offers the categories of the kinds of units in reach.
func (d *Desk) categoryFilter(ctx context.Context, us []agency.Agency, category string) ui.Input {
	in := ui.Input{Name: "category", Label: i18n.T(ctx, "desk.category"), Value: category, Free: true, Options: []ui.Option{{Text: i18n.T(ctx, "desk.all")}}}
	seen := map[string]bool{}
	for _, u := range us {
		cg := d.Disclosure.Norm.Catalogue(string(u.Kind))
		if cg == nil || seen[cg.ID] {
			continue
		}
		seen[cg.ID] = true
		for _, c := range cg.Categories {
			in.Options = append(in.Options, ui.Option{Value: c.ID, Text: c.Title.In(ctx)})
		}
	}
	return in
}

func unitFilter(ctx context.Context, us []agency.Agency, unit int64) ui.Input {
	in := ui.Input{Name: "unit", Label: i18n.T(ctx, "desk.unit"), Free: true, Options: []ui.Option{{Text: i18n.T(ctx, "desk.all")}}}
	if unit != 0 {
		in.Value = strconv.FormatInt(unit, 10)
	}
	for _, u := range us {
		in.Options = append(in.Options, ui.Option{Value: strconv.FormatInt(u.ID, 10), Text: u.Name})
	}
	return in
}

func textFilter(ctx context.Context, q string) ui.Input {
	return ui.Input{Name: "q", Label: i18n.T(ctx, "desk.words"), Value: q, Free: true, MaxLen: 100, Attrs: map[string]any{"data-slash": true}}
}

// listedWork is an item as a row: where it stands, what is next; with the name
// of its unit where there are several.
func (d *Desk) listedWork(ctx context.Context, x listed, named bool) ui.Work {
	w := ui.Work{Title: x.Title, Href: web.URL(ctx, versionPath(x.Province, x.Version, "")), Spent: -1,
		Tag: tagOf(x.State), TagWords: i18n.T(ctx, "disclosure.state_"+x.State), Next: i18n.T(ctx, "desk.row_"+x.State)}
	if w.Title == "" {
		w.Title = d.categoryTitle(ctx, x.Category)
	}
	if named {
		w.Meta = append(w.Meta, x.Unit)
	}
	w.Meta = append(w.Meta, d.categoryTitle(ctx, x.Category))
	if x.Period != "" {
		w.Meta = append(w.Meta, d.periodTitle(ctx, x.Category, x.Period))
	}
	if x.Index != "" {
		w.Meta = append(w.Meta, x.Index)
	}
	on, at := "saved", x.SavedAt
	switch {
	case x.ItemState == disclosure.ItemTakenDown:
		w.Tag, w.TagWords, w.Next = ui.TagWithdrawn, i18n.T(ctx, "disclosure.state_taken_down"), i18n.T(ctx, "desk.row_taken_down")
		w.Href, on, at = web.URL(ctx, pathOf("published", x.Province, x.Item, "")), "ended", x.EndedAt
	case x.State == disclosure.Published || x.State == disclosure.Discarded && x.ItemState == disclosure.ItemPublished:
		w.Tag, w.TagWords, w.Next = ui.TagPublished, i18n.T(ctx, "disclosure.state_published"), i18n.T(ctx, "desk.row_published")
		w.Href, on, at = web.URL(ctx, pathOf("published", x.Province, x.Item, "")), "published", x.PublishedAt
		if words := x.notice().NoticeWords(ctx, d.today()); words != "" {
			w.TagWords = words
			if x.notice().NoticeOver(d.today()) {
				w.Tag = ui.TagWithdrawn
			}
		}
	case x.State == disclosure.InReview:
		if s := stepTitle(ctx, d.Disclosure.Norm.Review(x.Rule), x.Step); s != "" {
			w.TagWords, w.Next = s, i18n.T(ctx, "desk.next_waiting_review", s)
		}
	case x.State == disclosure.Approved:
		w.Due, w.DueISO = i18n.Time(ctx, x.PlanAt), x.PlanAt.Format("2006-01-02T15:04Z07:00")
	}
	w.Meta = append(w.Meta, i18n.T(ctx, "desk.on_"+on, i18n.Date(ctx, clock.DateOf(at))))
	return w
}

// registerPage is the register of index and document numbers.
type registerPage struct {
	Filter  ui.Filter
	Q, Unit ui.Input
	Grid    ui.Grid
	Pages   ui.Pages
}

func (d *Desk) register(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), r.URL.Query()
	q := listQuery{Ranges: reach(account.From(ctx), verbs...), Text: v.Get("q"), Limit: pageSize + 1}
	q.Unit, _ = strconv.ParseInt(v.Get("unit"), 10, 64)
	q.BeforeAt, q.BeforeID = cursor(v.Get("before"))
	var rows []listed
	var us []agency.Agency
	err := d.Disclosure.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if us, err = units(tx, q.Ranges); err != nil {
			return err
		}
		rows, err = listRegister(tx, q)
		return err
	})
	if err != nil {
		return err
	}
	p := registerPage{Filter: filterOf(ctx, "/desk/register", v), Q: textFilter(ctx, q.Text), Unit: unitFilter(ctx, us, q.Unit)}
	if len(rows) > pageSize {
		rows = rows[:pageSize]
		last := rows[pageSize-1]
		p.Pages.Older = older(ctx, "/desk/register", v, clock.Millis(last.PublishedAt), last.Item)
	}
	p.Grid = d.registerGrid(ctx, rows, len(us) > 1)
	f := d.frame(r, i18n.T(ctx, "desk.register"), ui.Link{Text: i18n.T(ctx, "desk.register")})
	f.Lead = i18n.T(ctx, "desk.register_lead")
	return d.show(w, r, http.StatusOK, f, registerView(p))
}

func (d *Desk) registerGrid(ctx context.Context, rows []listed, named bool) ui.Grid {
	g := ui.Grid{Caption: i18n.T(ctx, "desk.register_caption"), Cards: true, Nothing: i18n.T(ctx, "desk.register_empty")}
	for _, k := range []string{"desk.index", "desk.title", "desk.doc_number", "desk.unit", "desk.published_on", "desk.state"} {
		if named || k != "desk.unit" {
			g.Columns = append(g.Columns, ui.Column{Title: i18n.T(ctx, k)})
		}
	}
	for _, x := range rows {
		tag, words := ui.TagPublished, i18n.T(ctx, "disclosure.validity_"+x.Validity)
		if x.ItemState == disclosure.ItemTakenDown {
			tag, words = ui.TagWithdrawn, i18n.T(ctx, "disclosure.state_taken_down")
		} else if x.Validity != "valid" {
			tag = ui.TagWaiting
		} else if it := x.notice(); it.NoticeOver(d.today()) {
			tag, words = ui.TagWithdrawn, it.NoticeWords(ctx, d.today())
		}
		row := []ui.Cell{{Text: x.Index}, {Text: x.Title, Href: web.URL(ctx, pathOf("published", x.Province, x.Item, ""))}, {Text: x.DocNumber}}
		if named {
			row = append(row, ui.Cell{Text: x.Unit})
		}
		g.Rows = append(g.Rows, append(row, ui.Cell{Text: i18n.Date(ctx, clock.DateOf(x.PublishedAt))}, ui.Cell{Text: words, Tag: tag}))
	}
	return g
}
