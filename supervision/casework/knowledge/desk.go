package knowledge

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// deskShown is how many articles a page of the desk lists.
const deskShown = 40

// The lists of the desk: what may be relied on for a division, what is the
// person's units' own in any state, what is due for review.
const (
	showHere = "here"
	showMine = "mine"
	showDue  = "due"
)

// deskList is the knowledge base as the staff sees it.
type deskList struct {
	Box     ui.Search
	Filter  ui.Filter
	Inputs  []ui.Input
	Grid    ui.Grid
	Pages   ui.Pages
	Actions []ui.Action
}

// deskAsk is what the address asks for.
type deskAsk struct {
	show, words, topic, state, audience string
	place                               agency.Code
	after                               string
	query                               url.Values
}

func (k *Knowledge) askOf(r *http.Request) deskAsk {
	v := r.URL.Query()
	q := deskAsk{show: v.Get("show"), words: strings.TrimSpace(v.Get("q")), topic: v.Get("topic"), state: v.Get("state"), audience: v.Get("audience"), place: k.homeOf(r), query: url.Values{}}
	if q.show != showMine && q.show != showDue {
		q.show = showHere
	}
	if c, err := agency.ParseCode(v.Get("within")); err == nil {
		q.place = c
	}
	q.after = v.Get("after")
	for _, n := range []string{"show", "q", "topic", "state", "audience", "within"} {
		if v.Get(n) != "" {
			q.query.Set(n, v.Get(n))
		}
	}
	return q
}

func (k *Knowledge) desk(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), account.From(r.Context())
	q := k.askOf(r)
	p := deskList{Filter: ui.Filter{Action: href(ctx, deskRoot)}}
	p.Box = ui.Search{Action: href(ctx, deskRoot), Value: q.words, Label: word(ctx, "search_label"), Placeholder: word(ctx, "search_hint"), Suggest: href(ctx, deskRoot, "/suggest"), SuggestLabel: word(ctx, "suggested")}
	if q.words != "" || len(q.query) > 0 {
		p.Filter.Reset = p.Filter.Action
	}
	if q.words != "" {
		p.Filter.Hidden = []ui.Pair{{Term: "q", Text: q.words}}
	}
	if err := k.DB.Read(ctx, func(tx *db.Tx) error {
		if err := k.deskInputs(tx, q, &p); err != nil {
			return err
		}
		return k.deskRows(tx, a, q, &p)
	}); err != nil {
		return err
	}
	p.Actions = k.deskActions(r, a)
	f := k.deskFrame(r, word(ctx, "nav"))
	f.Lead = word(ctx, "lead_"+q.show)
	f.Side = k.deskSide(r, a, q.show)
	return web.Render(w, r, http.StatusOK, deskView(f, p))
}

func (k *Knowledge) deskActions(r *http.Request, a *account.Actor) (out []ui.Action) {
	ctx := r.Context()
	if a.Holds(Writing) {
		out = append(out, ui.Action{Text: word(ctx, "new"), Href: href(ctx, deskRoot, "/new")}, ui.Action{Text: word(ctx, "import"), Href: href(ctx, deskRoot, "/import"), Kind: "secondary"})
	}
	to := href(ctx, deskRoot, "/export.xlsx")
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	return append(out, ui.Action{Text: word(ctx, "export"), Href: to, Kind: "secondary", Icon: "download"})
}

// deskSide leads between the room's lists.
func (k *Knowledge) deskSide(r *http.Request, a *account.Actor, current string) []ui.SideGroup {
	ctx := r.Context()
	link := func(id, path string) ui.Link {
		return ui.Link{Text: word(ctx, "show_"+id), Href: href(ctx, path), Current: id == current}
	}
	g := ui.SideGroup{Title: word(ctx, "nav"), Links: []ui.Link{link(showHere, deskRoot)}}
	if a.Holds(Writing) || a.Holds(Reviewing) {
		g.Links = append(g.Links, link(showMine, deskRoot+"?show="+showMine), link(showDue, deskRoot+"?show="+showDue), link("reports", reportsRoot))
	}
	g.Links = append(g.Links, link("canned", cannedRoot))
	return []ui.SideGroup{g}
}

func (k *Knowledge) deskInputs(tx *db.Tx, q deskAsk, p *deskList) error {
	ctx := tx.Ctx
	in := func(name, value string, opts []ui.Option) {
		p.Inputs = append(p.Inputs, ui.Input{Name: name, Label: word(ctx, "f_"+name), Value: value, Free: true, Options: opts})
	}
	if q.show != showHere {
		p.Filter.Hidden = append(p.Filter.Hidden, ui.Pair{Term: "show", Text: q.show})
		p.Box.Hidden = nil
	}
	if q.show == showDue {
		return nil
	}
	in("topic", q.topic, k.topicOptions(ctx, "all"))
	if q.show == showMine {
		in("state", q.state, options(ctx, "all", "state_", Draft, InReview, Valid, "expired", Retired))
		in("audience", q.audience, options(ctx, "all", "audience_", ForPublic, ForStaff))
		return nil
	}
	places, err := placeOptions(tx, q.place, agency.Nation)
	if err != nil {
		return err
	}
	in("within", q.place.Short(), places)
	return nil
}

func (k *Knowledge) deskRows(tx *db.Tx, a *account.Actor, q deskAsk, p *deskList) (err error) {
	ctx := tx.Ctx
	p.Grid = ui.Grid{Caption: word(ctx, "show_"+q.show), Cards: true, Nothing: word(ctx, "nothing_"+q.show), Columns: []ui.Column{{Title: word(ctx, "f_title")}, {Title: word(ctx, "f_topic")}, {Title: word(ctx, "f_holds")},
		{Title: word(ctx, "owner")}, {Title: word(ctx, "f_state")}, {Title: word(ctx, map[bool]string{true: "f_review", false: "f_to"}[q.show != showHere])}}}
	rows, next, err := k.rowsFor(tx, a, q)
	if err != nil {
		return err
	}
	if next != "" {
		q.query.Set("after", next)
		p.Pages.Older = href(ctx, deskRoot) + "?" + q.query.Encode()
	}
	n := newNames()
	for i := range rows {
		row, err := k.deskRow(tx, n, &rows[i], q.show)
		if err != nil {
			return err
		}
		p.Grid.Rows = append(p.Grid.Rows, row)
	}
	return nil
}

// rowsFor are the articles an address asks for, and where the next page begins.
// Of what was found only the best are shown.
func (k *Knowledge) rowsFor(tx *db.Tx, a *account.Actor, q deskAsk) (out []Article, next string, err error) {
	switch q.show {
	case showDue:
		out, err = dueIn(tx, ranges(a), deskShown)
		return out, "", err
	case showMine:
		f := ownFilter{state: q.state, topic: q.topic, audience: q.audience, limit: deskShown + 1}
		f.after, _ = strconv.ParseInt(q.after, 10, 64)
		if q.state == "expired" {
			f.state, f.over = Valid, true
		}
		if out, err = ownedIn(tx, ranges(a), f); len(out) > deskShown {
			out = out[:deskShown]
			next = itoa(out[deskShown-1].ID)
		}
		return out, next, err
	}
	rows, err := holding(tx, query{place: q.place, words: q.words, topic: q.topic, staff: true, all: true, after: keyOf(q.after), limit: deskShown + 1})
	if len(rows) > deskShown {
		rows = rows[:deskShown]
		if last := rows[deskShown-1]; q.words == "" {
			next = key{last.Region, last.Topic, last.ID}.String()
		}
	}
	for _, x := range rows {
		if knows(a, &x.Article) {
			out = append(out, x.Article)
		}
	}
	return out, next, err
}

func (k *Knowledge) deskRow(tx *db.Tx, n *names, x *Article, show string) ([]ui.Cell, error) {
	ctx := tx.Ctx
	u, err := n.unit(tx, x.Agency)
	if err != nil {
		return nil, err
	}
	place, err := n.place(tx, x.Region)
	if err != nil {
		return nil, err
	}
	day := i18n.Date(ctx, x.To)
	if show != showHere {
		day = i18n.Date(ctx, x.Review)
	}
	if day == "" {
		day = word(ctx, "no_end")
	}
	return []ui.Cell{{Text: x.Title, Href: href(ctx, deskPath(x.Province, x.ID))}, {Text: k.topic(ctx, x.Topic)}, {Text: place}, {Text: shortName(u)}, {Of: stateTags(tags(tx, x))}, {Text: day}}, nil
}

func shortName(u agency.Agency) string {
	if u.ShortName != "" {
		return u.ShortName
	}
	return u.Name
}

// tag is a state in words.
type tag struct {
	Kind  ui.TagKind
	Words string
}

// tags are what is to be known of an article at a glance.
func tags(tx *db.Tx, x *Article) (out []tag) {
	ctx := tx.Ctx
	switch {
	case x.State == Valid && x.over(today(tx)):
		out = append(out, tag{ui.TagDanger, word(ctx, "state_expired")})
	case x.State == Valid && x.From.After(today(tx)):
		out = append(out, tag{ui.TagWaiting, word(ctx, "state_early")})
	default:
		out = append(out, tag{tagKind(x.State), word(ctx, "state_"+x.State)})
	}
	if x.Audience == ForStaff {
		out = append(out, tag{ui.TagReview, word(ctx, "audience_staff")})
	}
	if x.State == Valid && !x.Review.After(today(tx)) {
		out = append(out, tag{ui.TagDanger, word(ctx, "review_late")})
	} else if x.State == Valid && !x.Review.After(today(tx).AddDays(ahead)) {
		out = append(out, tag{ui.TagWaiting, word(ctx, "due_review")})
	}
	if x.Standing != 0 && x.Working != 0 {
		out = append(out, tag{ui.TagReview, word(ctx, "being_revised_tag")})
	}
	return out
}

// exportMost bounds a sheet.
const exportMost = 2000

// allFor is every page of what an address asks for.
func (k *Knowledge) allFor(tx *db.Tx, a *account.Actor, q deskAsk) (out []Article, err error) {
	for {
		rows, next, err := k.rowsFor(tx, a, q)
		out = append(out, rows...)
		if err != nil || next == "" || len(out) >= exportMost {
			return out, err
		}
		q.after = next
	}
}

// export gives what the address lists as a sheet.
func (k *Knowledge) export(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), account.From(r.Context())
	q := k.askOf(r)
	var rows [][]string
	if err := k.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := k.allFor(tx, a, q)
		if err != nil {
			return err
		}
		for _, x := range found {
			v, err := versionOf(tx, x.Province, x.ID, max(x.Standing, 1))
			if err != nil {
				return err
			}
			rows = append(rows, k.cells(ctx, &standingArticle{Article: x, Version: *v}))
		}
		return nil
	}); err != nil {
		return err
	}
	b, err := k.workbook(ctx, rows)
	if err != nil {
		return err
	}
	return web.Download(w, word(ctx, "nav")+".xlsx", xlsxType, b)
}

// template gives the empty sheet.
func (k *Knowledge) template(w http.ResponseWriter, r *http.Request) error {
	b, err := k.workbook(r.Context(), nil)
	if err != nil {
		return err
	}
	return web.Download(w, word(r.Context(), "template")+".xlsx", xlsxType, b)
}
