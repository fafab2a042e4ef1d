package knowledge

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// publicShown is how many articles the public page lists at once; ofTopic, how
// many of a topic where all topics are shown.
const (
	publicShown = 200
	ofTopic     = 5
)

// column is the column of the guideline for government websites.
const column = "问答知识库"

// allPage is 政策问答: what people ask, by topic.
type allPage struct {
	Box    ui.Search
	Filter ui.Filter
	Place  ui.Input
	Topic  ui.Input
	Groups []topicGroup
	Found  bool // something was looked for
	Words  []string
	Ask    string
}

type topicGroup struct {
	ID, Title string
	Entries   []ui.Entry
	More      ui.Link // to all of the topic
}

// all lists what may be relied on for a place, the nearest level first.
func (k *Knowledge) all(w http.ResponseWriter, r *http.Request) error {
	ctx, v := r.Context(), r.URL.Query()
	q := query{place: k.Front.Home, words: strings.TrimSpace(v.Get("q")), topic: v.Get("topic"), limit: publicShown}
	if r := []rune(q.words); len(r) > MaxTitle {
		q.words = string(r[:MaxTitle])
	}
	if c, err := agency.ParseCode(v.Get("within")); err == nil && k.Front.Home.Contains(c) {
		q.place = c
	}
	p := allPage{Found: q.words != "", Words: strings.Fields(q.words), Filter: ui.Filter{Action: href(ctx, publicRoot)}, Ask: href(ctx, "/matters")}
	p.Box = ui.Search{Action: href(ctx, publicRoot), Value: q.words, Label: word(ctx, "search_label"), Placeholder: word(ctx, "search_hint"), Suggest: href(ctx, publicRoot, "/suggest"), SuggestLabel: word(ctx, "suggested")}
	p.Topic = ui.Input{Name: "topic", Label: word(ctx, "f_topic"), Value: q.topic, Free: true, Options: k.topicOptions(ctx, "all")}
	f := k.Front.Page(r, word(ctx, "title"), append(k.Front.Crumbs(r, nil, nil), ui.Link{Text: word(ctx, "title")})...)
	if err := k.DB.Read(ctx, func(tx *db.Tx) error { return k.fillAll(tx, &p, &f, q) }); err != nil {
		return err
	}
	p.keep(q, k.Front.Home)
	f.Lead, f.Description, f.NoIndex = word(ctx, "lead"), word(ctx, "lead"), f.NoIndex || r.URL.RawQuery != ""
	f.Meta = append(f.Meta, ui.Meta{Name: "ColumnName", Content: f.Title}, ui.Meta{Name: "ColumnType", Content: column})
	return web.Render(w, r, http.StatusOK, allView(f, p))
}

// Mapped are the public pages for the site map: the list, and each article.
func (k *Knowledge) Mapped(tx *db.Tx, limit int) ([]string, error) {
	ids, err := mapped(tx, k.Front.Home, limit-1)
	out := []string{publicRoot}
	for _, id := range ids {
		out = append(out, publicRoot+"/"+itoa(id))
	}
	return out, err
}

// keep has each form keep what the other asked.
func (p *allPage) keep(q query, home agency.Code) {
	if q.words != "" {
		p.Filter.Hidden = append(p.Filter.Hidden, ui.Pair{Term: "q", Text: q.words})
	}
	if q.topic != "" {
		p.Box.Hidden = append(p.Box.Hidden, ui.Pair{Term: "topic", Text: q.topic})
	}
	if q.place != home {
		p.Box.Hidden = append(p.Box.Hidden, ui.Pair{Term: "within", Text: q.place.Short()})
	}
	if q.words != "" || q.topic != "" || q.place != home {
		p.Filter.Reset = p.Filter.Action
	}
}

func (k *Knowledge) fillAll(tx *db.Tx, p *allPage, f *ui.Frame, q query) error {
	ctx := tx.Ctx
	n := newNames()
	name, err := n.place(tx, q.place)
	if fault.Is(err, fault.NotFound) {
		return notFound()
	}
	if err != nil {
		return err
	}
	places, err := placeOptions(tx, q.place, k.Front.Home)
	if err != nil {
		return err
	}
	p.Place = ui.Input{Name: "within", Label: word(ctx, "f_within"), Value: q.place.Short(), Free: true, Options: places}
	rows, err := holding(tx, q)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(x standingArticle) bool { return i18n.LangOf(ctx) == i18n.ZH && x.Lang != "zh" })
	if q.words != "" {
		f.Of = append(f.Of, q.words)
	}
	if q.topic != "" {
		f.Of = append(f.Of, k.topic(ctx, q.topic))
	}
	if q.place != k.Front.Home {
		f.Of = append(f.Of, name)
	}
	if p.Found { // best first, not by topic
		es, err := k.entries(tx, n, rows, p.Words)
		p.Groups = []topicGroup{{Title: word(ctx, "found_n", len(rows)), Entries: es}}
		return err
	}
	ids, of := k.byTopic(rows)
	for _, id := range ids {
		g := topicGroup{ID: id, Title: k.topic(ctx, id)}
		if q.topic != "" {
			g.Entries, err = k.entries(tx, n, of[id], nil)
		} else {
			err = k.overview(tx, n, &g, of[id], q)
		}
		if err != nil {
			return err
		}
		p.Groups = append(p.Groups, g)
	}
	return nil
}

// overview is a topic among the others: the first questions alone.
func (k *Knowledge) overview(tx *db.Tx, n *names, g *topicGroup, rows []standingArticle, q query) error {
	ctx := tx.Ctx
	if len(rows) > ofTopic {
		v := url.Values{"topic": {g.ID}}
		if q.place != k.Front.Home {
			v.Set("within", q.place.Short())
		}
		g.More = ui.Link{Text: word(ctx, "more_n", len(rows)), Href: href(ctx, publicRoot) + "?" + v.Encode()}
		rows = rows[:ofTopic]
	}
	for _, x := range rows {
		place, err := n.place(tx, x.Region)
		if err != nil {
			return err
		}
		g.Entries = append(g.Entries, ui.Entry{Title: x.Title, Href: href(ctx, publicRoot, "/", itoa(x.ID)), Meta: word(ctx, "holds_for", place)})
	}
	return nil
}

func (k *Knowledge) entries(tx *db.Tx, n *names, rows []standingArticle, words []string) (out []ui.Entry, err error) {
	ctx := tx.Ctx
	for i := range rows {
		x := &rows[i]
		u, err := n.unit(tx, x.Agency)
		if err != nil {
			return nil, err
		}
		place, err := n.place(tx, x.Region)
		if err != nil {
			return nil, err
		}
		e := ui.Entry{Title: x.Title, Href: href(ctx, publicRoot, "/", itoa(x.ID)), Meta: word(ctx, "entry_meta", shortName(u), place), Excerpt: ui.Highlight(excerpt(x.Version.Answer), words)}
		out = append(out, e)
	}
	return out, nil
}

// onePage is one article for everybody.
type onePage struct {
	Article   *Article
	Version   *Version
	Facts     []ui.Pair
	Law       ui.Link
	Link      ui.Link // the published item
	Base      string
	Said      string
	Errors    ui.Errors
	Copy      bool // a static copy: nothing can be sent
	Why, Kind ui.Input
	All       ui.Link
	Gone      string
}

func (k *Knowledge) show(w http.ResponseWriter, r *http.Request) error {
	return k.showPublic(w, r, http.StatusOK, nil)
}

func (k *Knowledge) showPublic(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	id, err := web.PathID(r, "article")
	if err != nil {
		return err
	}
	p := onePage{Base: href(ctx, publicRoot, "/", itoa(id)), Errors: bad, All: ui.Link{Text: word(ctx, "all_articles"), Href: href(ctx, publicRoot)}}
	if said := r.URL.Query().Get("said"); said == "yes" || said == "no" || said == "reported" {
		p.Said = word(ctx, "thanks_"+said)
	}
	if err := k.DB.Read(ctx, func(tx *db.Tx) error { return k.fillPublic(tx, id, &p) }); err != nil {
		return err
	}
	crumbs := append(k.Front.Crumbs(r, nil, nil), ui.Link{Text: word(ctx, "title"), Href: href(ctx, publicRoot)})
	if p.Gone != "" {
		f := k.Front.Page(r, word(ctx, "gone"), append(crumbs, ui.Link{Text: word(ctx, "gone")})...)
		f.NoIndex, f.Narrow = true, true
		return web.Render(w, r, http.StatusGone, goneView(f, p))
	}
	f := k.Front.Page(r, p.Version.Title, append(crumbs, ui.Link{Text: p.Version.Title})...)
	p.Copy = f.Copy.Href != ""
	f.Narrow, f.Description, f.NoIndex = true, excerpt(p.Version.Answer), f.NoIndex || p.Said != "" || len(bad) > 0
	f.Meta = append(f.Meta, ui.Meta{Name: "ColumnName", Content: word(ctx, "title")}, ui.Meta{Name: "ColumnType", Content: column})
	p.Why = ui.Input{Name: "reason", Label: word(ctx, "f_no_reason"), Value: r.PostFormValue("reason"), Options: options(ctx, "", "no_", unsolvedReasons...), Error: bad.Of(ctx, "reason")}
	p.Kind = ui.Input{Name: "kind", Label: word(ctx, "f_kind"), Value: r.PostFormValue("kind"), Options: options(ctx, "", "kind_", reportKinds...), Error: bad.Of(ctx, "kind")}
	return web.Render(w, r, status, oneView(f, p))
}

func (k *Knowledge) fillPublic(tx *db.Tx, id int64, p *onePage) (err error) {
	ctx := tx.Ctx
	if p.Article, err = k.shown(tx, id); err != nil {
		return err
	}
	x := p.Article
	if p.Version, err = versionOf(tx, x.Province, x.ID, x.Standing); err != nil {
		return err
	}
	v := p.Version
	switch {
	case x.State == Retired:
		p.Gone = word(ctx, "gone_retired", v.Reason)
		return nil
	case x.over(today(tx)):
		p.Gone = word(ctx, "gone_expired", i18n.Date(ctx, x.To))
		return nil
	}
	n := newNames()
	u, err := n.unit(tx, x.Agency)
	if err != nil {
		return err
	}
	place, err := n.place(tx, x.Region)
	if err != nil {
		return err
	}
	if p.Link, err = linked(tx, v.Link); err != nil {
		return err
	}
	p.Law = ui.Link{Text: v.Basis(), Href: v.LawURL}
	until := word(ctx, "until_changed")
	if !v.To.IsZero() {
		until = i18n.Date(ctx, v.To)
	}
	p.Facts = []ui.Pair{{Term: word(ctx, "f_law"), Of: lawOf(p.Law)}, {Term: word(ctx, "owner"), Text: u.Name, Href: href(ctx, "/", u.Path())}, {Term: word(ctx, "f_holds"), Text: place},
		{Term: word(ctx, "f_from"), Text: i18n.Date(ctx, v.From)}, {Term: word(ctx, "f_to"), Text: until}, {Term: word(ctx, "checked_by"), Text: i18n.Date(ctx, v.Review)}}
	return nil
}

// said counts whether the answer helped.
func (k *Knowledge) said(w http.ResponseWriter, r *http.Request) error {
	yes := r.PostForm.Get("said") == "yes"
	return k.publicAct(w, r, map[bool]string{true: "yes", false: "no"}[yes], func(ctx context.Context, id int64) error {
		return k.Said(ctx, id, yes, r.PostForm.Get("reason"))
	})
}

// reported counts that a reader finds the article wrong or outdated.
func (k *Knowledge) reported(w http.ResponseWriter, r *http.Request) error {
	return k.publicAct(w, r, "reported", func(ctx context.Context, id int64) error {
		return k.ReportPublic(ctx, id, r.PostForm.Get("kind"))
	})
}

func (k *Knowledge) publicAct(w http.ResponseWriter, r *http.Request, said string, do func(ctx context.Context, id int64) error) error {
	id, err := web.PathID(r, "article")
	if err != nil {
		return err
	}
	err = do(r.Context(), id)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return k.showPublic(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, publicRoot+"/"+itoa(id)+"?"+url.Values{"said": {said}}.Encode())
}

// CountPublic tells how many articles everybody may rely on at a place.
func CountPublic(tx *db.Tx, place agency.Code) (int64, error) { return countHolding(tx, place) }
