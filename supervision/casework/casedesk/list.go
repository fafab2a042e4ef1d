package casedesk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

const pageSize = 30

// most is as far as the counts of the views go; beyond it stands "99+".
const most = 100

type listPage struct {
	Errors  ui.Errors
	Filter  ui.Filter
	Fields  []ui.Input // beside the words
	Q       ui.Input
	Narrow  bool // something is narrowed: the further fields are open
	Rows    []row
	Done    bool
	Bulk    bool
	Handler ui.Input
	Action  string
	New     string
	Renew   string
	Pages   ui.Pages
	Keys    []ui.Key
	Live    string
	Keep    string // where a filter is kept
	Drop    string
	Query   string
	Name    ui.Input
	Saved   []string
}

// row is a matter in the list.
type row struct {
	Key, Number, Href, Subject string
	Type, Class                string
	ClassTag                   ui.TagKind
	Channel, Unit, Handler     string
	Tag                        ui.TagKind
	TagWords                   string
	Left                       left
	Times                      int // 件次; 1 when nothing is merged into it
	Hidden                     bool
	Level                      string // how far the warning has gone up
	Closed                     string
}

func (d *Desk) list(w http.ResponseWriter, r *http.Request) error {
	return d.showList(w, r, r.URL.Query(), http.StatusOK, nil)
}

func (d *Desk) showList(w http.ResponseWriter, r *http.Request, v url.Values, status int, bad ui.Errors) error {
	ctx := r.Context()
	if !holdsAny(ctx, casework.Verbs()...) {
		return fault.Say(fault.Forbidden, "fault.forbidden")
	}
	f := filterOf(v)
	if v.Get("view") == "" && !holdsAny(ctx, casework.Registering, casework.Accepting, casework.Handling, casework.Reviewing) {
		f.View = casework.Late // whoever only oversees begins with what is late below
	}
	ms, err := d.Cases.List(ctx, f)
	if err != nil {
		return err
	}
	p := listPage{Errors: bad, Done: f.View == casework.Done, Action: web.URL(ctx, root+"/bulk"), Live: web.URL(ctx, root+"/events"), Keep: web.URL(ctx, root+"/filters"), Drop: web.URL(ctx, root+"/filters/drop"),
		Keys: listKeys(ctx), Query: kept(v)}
	if holdsAny(ctx, casework.Registering) {
		p.New, p.Renew = web.URL(ctx, root+"/new"), web.URL(ctx, root+"/renew")
	}
	d.narrowing(ctx, &p, f, v)
	if len(ms) > pageSize {
		ms = ms[:pageSize]
		p.Pages.Older = after(ctx, v, &ms[pageSize-1], p.Done)
	}
	if v.Get("after") != "" {
		p.Pages.Newer = web.URL(ctx, root) + "?" + kept(v)
	}
	if err := d.rows(ctx, &p, ms); err != nil {
		return err
	}
	fr := d.frame(r, t(ctx, "nav"))
	fr.Of = []string{t(ctx, "view_"+f.View)}
	if fr.Side, p.Saved, err = d.side(ctx, f.View, v); err != nil {
		return err
	}
	p.Name = ui.Input{Name: "name", Label: t(ctx, "filter_name"), MaxLen: 20, Error: bad.Of(ctx, "name"), Value: r.PostFormValue("name"), Free: true}
	return web.Render(w, r, status, listView(fr, p))
}

func listKeys(ctx context.Context) []ui.Key {
	return []ui.Key{{Keys: []string{"J", "K"}, Words: t(ctx, "key_move")}, {Keys: []string{"Enter"}, Words: t(ctx, "key_open")}, {Keys: []string{"X"}, Words: t(ctx, "key_select")},
		{Keys: []string{"N"}, Words: t(ctx, "key_new")}, {Keys: []string{"/"}, Words: t(ctx, "key_search")}, {Keys: []string{"?"}, Words: t(ctx, "key_help")}}
}

// narrowing are the questions of the filter.
func (d *Desk) narrowing(ctx context.Context, p *listPage, f casework.Filter, v url.Values) {
	p.Filter = ui.Filter{Action: web.URL(ctx, root), Hidden: []ui.Pair{{Term: "view", Text: f.View}}}
	for _, k := range []string{"level", "unit", "handler", "common"} {
		if s := v.Get(k); s != "" {
			p.Filter.Hidden = append(p.Filter.Hidden, ui.Pair{Term: k, Text: s})
		}
	}
	p.Q = ui.Input{Name: "q", Label: t(ctx, "words"), Help: t(ctx, "words_help"), Value: f.Text, Free: true, MaxLen: 100, Type: "search", Attrs: map[string]any{"data-slash": true}}
	add := func(name, value string, options []ui.Option) {
		in := ui.Input{Name: name, Label: t(ctx, name), Value: value, Free: true, Options: append([]ui.Option{{Text: t(ctx, "any")}}, options...)}
		p.Fields = append(p.Fields, in)
		p.Narrow = p.Narrow || value != ""
	}
	var types, topics, states, channels []ui.Option
	for _, x := range d.norm().Types {
		types = append(types, ui.Option{Value: x.ID, Text: x.Title.In(ctx)})
	}
	for _, x := range d.norm().Topics {
		topics = append(topics, ui.Option{Value: x.ID, Text: x.Title.In(ctx)})
	}
	for _, s := range casework.States {
		if done := s == casework.Closed || s == casework.Merged; done == (f.View == casework.Done) {
			states = append(states, ui.Option{Value: s, Text: words(ctx, "state_"+s)})
		}
	}
	for _, c := range casework.Channels {
		channels = append(channels, ui.Option{Value: c, Text: words(ctx, "channel_"+c)})
	}
	add("type", f.Type, types)
	add("topic", f.Topic, topics)
	add("class", f.Class, choices(ctx, d.norm().Classes))
	add("state", v.Get("state"), states)
	add("channel", f.Channel, channels)
	if p.Narrow || f.Text != "" || len(p.Filter.Hidden) > 1 {
		p.Filter.Reset = web.URL(ctx, root) + "?view=" + f.View
	}
}

// side are the views with what waits in each, the kept filters, and the rest of
// the room.
func (d *Desk) side(ctx context.Context, view string, v url.Values) (out []ui.SideGroup, names []string, err error) {
	counts, err := d.Cases.Counts(ctx, most)
	if err != nil {
		return nil, nil, err
	}
	now := kept(v)
	views := ui.SideGroup{Title: t(ctx, "views")}
	for _, x := range casework.Views {
		l := ui.Link{Text: t(ctx, "view_"+x), Href: web.URL(ctx, root) + "?view=" + x, Current: view == x}
		if n, ok := counts[x]; ok {
			l.Count, l.ShowCount, l.Late = int64(n), true, x == casework.Late
			if n >= most {
				l.CountWords = strconv.Itoa(most-1) + "+"
			}
		}
		views.Links = append(views.Links, l)
	}
	out = append(out, views)
	links, names, err := d.savedLinks(ctx, now)
	if len(links) > 0 {
		out = append(out, ui.SideGroup{Title: t(ctx, "saved"), Links: links})
	}
	rest := ui.SideGroup{Title: t(ctx, "rest")}
	add := func(key, path string, verbs ...string) {
		if holdsAny(ctx, verbs...) {
			rest.Links = append(rest.Links, ui.Link{Text: t(ctx, key), Href: web.URL(ctx, root+path)})
		}
	}
	add("escalated", "?view=all&level=4", casework.Overseeing)
	add("load", "/load", casework.Accepting, casework.Reviewing, casework.Overseeing)
	add("catalogue", "/catalogue", casework.Accepting)
	add("released", "/released", casework.Handling, casework.Reviewing)
	add("renew", "/renew", casework.Registering)
	return append(out, rest), names, err
}

// after is the address of the rows that follow.
func after(ctx context.Context, v url.Values, last *casework.Matter, done bool) string {
	k := last.Key()
	if done {
		k = last.DoneKey()
	}
	return web.URL(ctx, root) + "?" + kept(v) + "&after=" + num(k.At) + "_" + num(k.ID)
}

// rows fills the list, and what several rows can be done with.
func (d *Desk) rows(ctx context.Context, p *listPage, ms []casework.Matter) error {
	return d.Cases.DB.Read(ctx, func(tx *db.Tx) error {
		names, units, err := known(tx, ms)
		if err != nil {
			return err
		}
		times, err := casework.Gathered(tx, ms)
		if err != nil {
			return err
		}
		for i := range ms {
			m := &ms[i]
			p.Rows = append(p.Rows, d.rowOf(ctx, m, names[m.Handler], units[m.Holder], times[m.ID]+1))
		}
		p.Bulk = len(p.Rows) > 0
		if !holdsAny(ctx, casework.Handling, casework.Reviewing) {
			return nil
		}
		p.Handler, err = handlers(tx, ms)
		p.Handler.Name, p.Handler.Label, p.Handler.Free = "handler", t(ctx, "f_handler"), true
		return err
	})
}

func (d *Desk) rowOf(ctx context.Context, m *casework.Matter, handler, unit string, times int) row {
	x := row{Key: keyOf(m), Number: m.Number, Href: web.URL(ctx, pathOf(m, "")), Subject: d.Cases.Title(ctx, m), Type: d.typeName(ctx, m), Channel: words(ctx, "channel_"+m.Channel),
		Unit: unit, Handler: handler, Left: d.leftOf(ctx, m), Times: times, Hidden: m.Hidden}
	x.Tag, x.TagWords = tagOf(ctx, m)
	for i, c := range d.norm().Classes {
		if c.ID == m.Class && i > 0 {
			x.Class, x.ClassTag = c.Title.In(ctx), ui.TagWaiting
			if i > 1 {
				x.ClassTag = ui.TagDanger
			}
		}
	}
	if l := m.Level(); l >= 4 {
		x.Level = t(ctx, "level_up", l-3)
	}
	if !m.ClosedAt.IsZero() {
		x.Closed = i18n.Time(ctx, m.ClosedAt)
	}
	return x
}

// known are the names of handlers and units in a list.
func known(tx *db.Tx, ms []casework.Matter) (names, units map[int64]string, err error) {
	units = map[int64]string{}
	var people []int64
	for _, m := range ms {
		if m.Handler != 0 && !slices.Contains(people, m.Handler) {
			people = append(people, m.Handler)
		}
		for _, id := range []int64{m.Holder, m.Agency} {
			if units[id] == "" {
				u, err := agency.Find(tx, id)
				if err != nil {
					return nil, nil, err
				}
				units[id] = u.Name
			}
		}
	}
	names, err = account.Names(tx, people)
	return names, units, err
}

// handlers are who can be given a matter of the list.
func handlers(tx *db.Tx, ms []casework.Matter) (in ui.Input, err error) {
	asked, seen := map[int64]bool{}, map[int64]bool{}
	for _, m := range ms {
		if m.State != casework.InHand || asked[m.Holder] {
			continue
		}
		asked[m.Holder] = true
		ps, err := account.Holders(tx, casework.Handling, account.Target{Agency: m.Holder, Division: int64(m.HolderRegion)}, 100)
		if err != nil {
			return in, err
		}
		for _, x := range ps {
			if !seen[x.ID] {
				seen[x.ID] = true
				in.Options = append(in.Options, ui.Option{Value: num(x.ID), Text: x.Name})
			}
		}
	}
	return in, nil
}

// ref names a matter in a form.
type ref struct {
	Province int
	ID       int64
}

// refsOf are the matters that were chosen in a list.
func refsOf(chosen []string) (out []ref, err error) {
	for _, key := range chosen[:min(len(chosen), most)] {
		p, id, _ := strings.Cut(key, "-")
		province, err1 := strconv.Atoi(p)
		n, err2 := strconv.ParseInt(id, 10, 64)
		if err1 != nil || err2 != nil {
			return nil, fault.Say(fault.NotFound, "fault.not_found")
		}
		out = append(out, ref{province, n})
	}
	return out, nil
}
