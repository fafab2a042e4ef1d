package portal

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/search"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// searchPage is the one question every portal must answer.
type searchPage struct {
	question
	Box     ui.Search
	Ask     questions
	Sort    []ui.Link
	Places  []ui.Entry // units and places of that name
	Hits    []ui.Entry
	Answers []ui.Entry // to requests, made public
	In      results
	Pages   ui.Pages
	Asked   bool
	Wider   []string // other names that were looked for too
	Exact   string   // the question as it was typed only
	Meant   ui.Link  // what the reader may have meant
	Missing []ui.Entry
	Suggest []ui.Link
	Drop    string // the same words without filters
}

func (p *Portal) searchPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var pg searchPage
	var narrowed []string
	err := p.read(ctx, func(tx *db.Tx) error {
		fl, err := p.filterOf(tx, r)
		if err != nil {
			return err
		}
		narrowed = p.narrowed(r, fl)
		if pg.question, err = p.questionOf(tx, r.URL.Query().Get("q"), r.URL.Query().Get("exact") != ""); err != nil {
			return err
		}
		if pg.Ask, err = p.questionsOf(tx, fl, href(ctx, "/search"), "unit", "category", "days"); err != nil {
			return err
		}
		return p.fillSearch(tx, r, &pg, fl)
	})
	if err != nil {
		return err
	}
	title := t(ctx, "portal.search")
	if pg.Typed != "" {
		title = t(ctx, "portal.search_title", pg.Typed)
	}
	f := p.Front.Page(r, title, append(p.Front.Crumbs(r, nil, nil), ui.Link{Text: t(ctx, "portal.search")})...)
	f.NoIndex = true
	if r.URL.Query().Get("exact") != "" {
		f.Of = append(f.Of, t(ctx, "portal.exact", pg.Typed))
	}
	f.Of = append(f.Of, narrowed...)
	if r.URL.Query().Get("sort") == "best" {
		f.Of = append(f.Of, t(ctx, "portal.best_first"))
	}
	return web.Render(w, r, http.StatusOK, searchView(f, pg))
}

func (p *Portal) fillSearch(tx *db.Tx, r *http.Request, pg *searchPage, fl filter) (err error) {
	ctx, path := tx.Ctx, href(tx.Ctx, "/search")
	pg.Box = ui.Search{Action: path, Value: pg.Typed, Label: t(ctx, "portal.search_label"), Placeholder: t(ctx, "portal.search_hint"), Suggest: href(ctx, "/search/suggest"), SuggestLabel: t(ctx, "portal.suggested")}
	for _, k := range slices.Sorted(maps.Keys(fl.Query)) {
		pg.Box.Hidden = append(pg.Box.Hidden, ui.Pair{Term: k, Text: fl.Query.Get(k)})
	}
	pg.Asked = pg.Typed != "" || fl.set()
	pg.Suggest = p.suggestions(ctx)
	if !pg.Asked {
		return nil
	}
	rank := r.URL.Query().Get("sort") == "best"
	if r.URL.Query().Get("exact") != "" {
		fl.Query.Set("exact", "1")
	}
	fl.Query.Set("q", pg.Typed)
	pg.Ask.Form.Hidden = append(pg.Ask.Form.Hidden, ui.Pair{Term: "q", Text: pg.Typed})
	pg.widen(path, fl)
	pg.Sort = sorts(ctx, path, fl.Query, rank)
	pg.Drop = path + "?q=" + queryEscape(pg.Typed)
	first := r.URL.Query().Get("before") == ""
	if first && pg.Typed != "" {
		if err := p.fillPlaces(tx, pg); err != nil {
			return err
		}
	}
	if first && pg.Typed != "" && p.Answers != nil && fl.Unit == nil && fl.Category == "" && !fl.dated() {
		if pg.Answers, err = p.Answers(tx, pg.Typed, fl.within(), answersShown); err != nil {
			return err
		}
	}
	var found search.Survey
	looked := first && !fl.dated()
	if looked {
		if found, err = search.Look(tx, fl.asked(pg.question), countMost+1); err != nil {
			return err
		}
	}
	hits, next := firstOf(found.Hits)
	if rank || !looked {
		if hits, next, err = p.hits(tx, pg.question, fl, rank, keyOf(r)); err != nil {
			return err
		}
	}
	if first {
		if err := p.aside(tx, pg, fl, found, len(hits)); err != nil {
			return err
		}
	}
	if keyOf(r) != 0 {
		pg.Pages.Newer = withQuery(path, fl.Query)
	}
	if next != 0 {
		fl.Query.Set("before", itoa(next))
		fl.Query.Set("page", itoa(int64(pageNumber(r)+1)))
		pg.Pages.Older = withQuery(path, fl.Query)
	}
	pg.Hits, err = p.hitEntries(tx, hits, pg.question)
	return err
}

// answersShown is how many answers to requests stand among what was found.
const answersShown = 3

// sorts are the two orders, each a link to the other.
func sorts(ctx context.Context, path string, query url.Values, rank bool) []ui.Link {
	best := cloneQuery(query)
	best.Set("sort", "best")
	return []ui.Link{{Text: t(ctx, "portal.newest_first"), Href: withQuery(path, query), Current: !rank},
		{Text: t(ctx, "portal.best_first"), Href: withQuery(path, best), Current: rank}}
}

func cloneQuery(q url.Values) url.Values { return maps.Clone(q) }

// widen says which other names were looked for, and where the exact search is.
func (pg *searchPage) widen(path string, fl filter) {
	if pg.Wider = pg.widened(); len(pg.Wider) == 0 {
		return
	}
	query := cloneQuery(fl.Query)
	query.Set("exact", "1")
	pg.Exact = withQuery(path, query)
}

// aside is what the first page says beside its hits: how many and where, and
// what else to try when there are few.
func (p *Portal) aside(tx *db.Tx, pg *searchPage, fl filter, found search.Survey, hits int) (err error) {
	path := href(tx.Ctx, "/search")
	if pg.In, err = p.results(tx, found, pg.question, fl, path); err != nil {
		return err
	}
	if hits >= fewHits || pg.Typed == "" {
		return nil
	}
	other, err := p.meant(tx, pg.question, fl)
	if err != nil {
		return err
	}
	if other != "" {
		query := cloneQuery(fl.Query)
		query.Set("q", other)
		pg.Meant = ui.Link{Text: other, Href: withQuery(path, query)}
	}
	if hits == 0 {
		pg.Missing, err = p.missing(tx, pg.question, fl)
	}
	return err
}

// How many overdue entries are looked at and shown.
const (
	missingLooked = 200
	missingShown  = 5
)

// missing are entries past their day in a category that the words name: what
// was looked for ought to be there, and the reader may ask for it.
func (p *Portal) missing(tx *db.Tx, q question, fl filter) (out []ui.Entry, err error) {
	ctx := tx.Ctx
	named := map[string]bool{}
	for _, cg := range p.Disclosure.Norm.Catalogues {
		for _, c := range cg.Categories {
			if n := q.Words.Len(); n > 0 && (q.Words.In(c.Title.Zh+"。"+c.Content.Zh) == n || q.Words.In(c.Title.En+". "+c.Content.En) == n) {
				named[c.ID] = true
			}
		}
	}
	if len(named) == 0 {
		return nil, nil
	}
	due, err := catalogue.Overdue(tx, fl.within(), fl.agency(), catalogue.Due{}, missingLooked)
	if err != nil {
		return nil, err
	}
	for _, d := range due {
		if !named[d.Category] || len(out) == missingShown {
			continue
		}
		u, err := agency.Find(tx, d.Agency)
		if err != nil {
			return nil, err
		}
		cat := p.Disclosure.Norm.Category(d.Category)
		out = append(out, ui.Entry{Title: t(ctx, "portal.missing_entry", u.Name, cat.Title.In(ctx)), Href: href(ctx, "/", u.Path(), "/c/", cat.Slug, "/nudge"),
			Meta: p.Disclosure.Norm.Label("urge").In(ctx), Tag: ui.TagDanger, TagWords: t(ctx, "portal.overdue")})
	}
	return out, nil
}

func keyOf(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// hits finds a page of items; next is where the following page begins.
func (p *Portal) hits(tx *db.Tx, asked question, fl filter, rank bool, before int64) (out []search.Hit, next int64, err error) {
	q := fl.asked(asked)
	q.Before, q.Limit, q.ByRank = before, perPage+1, rank
	if rank {
		q.Limit = search.Newest
	}
	if !fl.To.IsZero() && !rank { // the order is by time: begin where the days end
		if end := clock.Millis(fl.To.End()) << 20; q.Before == 0 || end < q.Before {
			q.Before = end
		}
	}
	all, err := search.Find(tx, q)
	if err != nil {
		return nil, 0, err
	}
	for _, h := range all {
		if (!fl.From.IsZero() && h.At.Before(fl.From.Start())) || (!fl.To.IsZero() && !h.At.Before(fl.To.End())) {
			continue
		}
		if len(out) == perPage {
			if !rank {
				next = out[perPage-1].Key
			}
			break
		}
		out = append(out, h)
	}
	return out, next, nil
}

// firstOf is the first page of hits; next is where the following page begins.
func firstOf(hits []search.Hit) (out []search.Hit, next int64) {
	if len(hits) <= perPage {
		return hits, 0
	}
	return hits[:perPage], hits[perPage-1].Key
}

// rows reads what was found from the rows of what is published: the index
// alone never decides what a reader sees.
func (p *Portal) rows(tx *db.Tx, hits []search.Hit) ([]disclosure.Row, error) {
	byProvince := map[int][]int64{}
	for _, h := range hits {
		byProvince[int(h.Province)] = append(byProvince[int(h.Province)], h.ID)
	}
	found := map[int64]disclosure.Row{}
	for _, province := range slices.Sorted(maps.Keys(byProvince)) {
		rows, err := disclosure.ByIDs(tx, province, byProvince[province])
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			found[r.ID] = r
		}
	}
	var list []disclosure.Row
	for _, h := range hits {
		if r, ok := found[h.ID]; ok {
			list = append(list, r)
		}
	}
	return list, nil
}

// found is a hit with the text around the words, and the attachment it is in.
type found struct {
	disclosure.Row
	Excerpt    search.Excerpt
	Attachment string
}

func (p *Portal) found(tx *db.Tx, hits []search.Hit, q question) ([]found, error) {
	list, err := p.rows(tx, hits)
	if err != nil {
		return nil, err
	}
	texts, err := p.Disclosure.WithTexts(tx, list)
	if err != nil {
		return nil, err
	}
	left := filesMost
	out := make([]found, len(list))
	for i := range list {
		out[i].Row = list[i]
		in, around, err := p.foundIn(tx, &list[i], strings.TrimSpace(texts[i].Text), q, &left)
		if err != nil {
			return nil, err
		}
		out[i].Attachment, out[i].Excerpt = in, q.Words.Snippet(around, 120)
	}
	return out, nil
}

func (p *Portal) hitEntries(tx *db.Tx, hits []search.Hit, q question) ([]ui.Entry, error) {
	all, err := p.found(tx, hits, q)
	if err != nil {
		return nil, err
	}
	list := make([]disclosure.Row, len(all))
	for i := range all {
		list[i] = all[i].Row
	}
	out := Entries(tx.Ctx, today(tx), list, true)
	for i := range out {
		lead := ""
		if all[i].Attachment != "" {
			lead = t(tx.Ctx, "portal.in_attachment", all[i].Attachment)
		}
		out[i].Excerpt = excerpt(lead, all[i].Excerpt)
		if c := p.Disclosure.Norm.Category(list[i].Category); c != nil {
			out[i].Meta = t(tx.Ctx, "portal.hit_meta", out[i].Meta, c.Title.In(tx.Ctx))
		}
	}
	return out, nil
}

// excerpt shows a snippet with its marks; nothing stands between a mark and
// the words around it, which a template cannot promise.
func excerpt(lead string, e search.Excerpt) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		if lead != "" {
			b.WriteString("<strong>" + templ.EscapeString(lead) + "</strong>")
		}
		cut := func(left bool) {
			if left {
				b.WriteString("…")
			}
		}
		cut(e.Before)
		at := 0
		for _, m := range e.Marks {
			b.WriteString(templ.EscapeString(e.Text[at:m.Start]) + "<mark>" + templ.EscapeString(e.Text[m.Start:m.End]) + "</mark>")
			at = m.End
		}
		b.WriteString(templ.EscapeString(e.Text[at:]))
		cut(e.After)
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// fillPlaces finds units and places whose name begins with what was typed.
func (p *Portal) fillPlaces(tx *db.Tx, pg *searchPage) error {
	ctx := tx.Ctx
	us, err := agency.Search(tx, p.Front.Home, pg.Typed, 5)
	if err != nil {
		return err
	}
	for _, m := range us {
		e := ui.Entry{Title: m.Name, Href: href(ctx, "/", m.Path()), Meta: t(ctx, m.Kind.Key())}
		if m.Former != "" {
			e.Meta = t(ctx, "portal.formerly", m.Former)
		}
		pg.Places = append(pg.Places, e)
	}
	ds, err := agency.SearchDivisions(tx, p.Front.Home, pg.Typed, 5)
	for _, d := range ds {
		pg.Places = append(pg.Places, ui.Entry{Title: d.Name, Href: href(ctx, "/", d.Code.Short()), Meta: t(ctx, d.Level.Key())})
	}
	return err
}

// suggestions are ways on for a reader who does not know what to ask.
func (p *Portal) suggestions(ctx context.Context) []ui.Link {
	out := []ui.Link{{Text: t(ctx, "portal.catalogue"), Href: href(ctx, "/catalogue")}, {Text: t(ctx, "portal.overdue"), Href: href(ctx, "/overdue")}, {Text: t(ctx, "portal.guide"), Href: href(ctx, "/guide")}}
	for _, k := range []agency.Kind{agency.Authority, agency.Institution} {
		if cg := p.Disclosure.Norm.Catalogue(string(k)); cg != nil {
			for _, c := range cg.Categories[:min(4, len(cg.Categories))] {
				out = append(out, ui.Link{Text: c.Title.In(ctx), Href: href(ctx, "/catalogue?category=", c.ID)})
			}
		}
	}
	return out
}
