package portal

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/search"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// searchPage is the one question every portal must answer.
type searchPage struct {
	Typed   string
	Box     ui.Search
	Ask     questions
	Sort    []ui.Link
	Places  []ui.Entry // units and places of that name
	Hits    []ui.Entry
	Pages   ui.Pages
	Asked   bool
	Suggest []ui.Link
	Drop    string // the same words without filters
}

// maxTyped is the most characters of a question that are looked for.
const maxTyped = 100

func (p *Portal) searchPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	pg := searchPage{Typed: strings.TrimSpace(r.URL.Query().Get("q"))}
	if utf8.RuneCountInString(pg.Typed) > maxTyped {
		pg.Typed = string([]rune(pg.Typed)[:maxTyped])
	}
	var narrowed []string
	err := p.read(ctx, func(tx *db.Tx) error {
		fl, err := p.filterOf(tx, r)
		if err != nil {
			return err
		}
		narrowed = p.narrowed(r, fl)
		if pg.Ask, err = p.questionsOf(tx, fl, href(ctx, "/search"), "unit", "category", "days"); err != nil {
			return err
		}
		return p.fillSearch(tx, r, &pg, fl)
	})
	if err != nil {
		return err
	}
	f := p.Front.Page(r, t(ctx, "portal.search"), append(p.Front.Crumbs(r, nil, nil), ui.Link{Text: t(ctx, "portal.search")})...)
	f.NoIndex = true
	if pg.Typed != "" {
		f.Of = append(f.Of, pg.Typed)
	}
	f.Of = append(f.Of, narrowed...)
	if r.URL.Query().Get("sort") == "best" {
		f.Of = append(f.Of, t(ctx, "portal.best_first"))
	}
	return web.Render(w, r, http.StatusOK, searchView(f, pg))
}

func (p *Portal) fillSearch(tx *db.Tx, r *http.Request, pg *searchPage, fl filter) error {
	ctx, path := tx.Ctx, href(tx.Ctx, "/search")
	pg.Box = ui.Search{Action: path, Value: pg.Typed, Label: t(ctx, "portal.search_label"), Placeholder: t(ctx, "portal.search_hint")}
	for k := range fl.Query {
		pg.Box.Hidden = append(pg.Box.Hidden, ui.Pair{Term: k, Text: fl.Query.Get(k)})
	}
	pg.Asked = pg.Typed != "" || fl.set()
	pg.Suggest = p.suggestions(ctx)
	if !pg.Asked {
		return nil
	}
	rank := r.URL.Query().Get("sort") == "best"
	fl.Query.Set("q", pg.Typed)
	pg.Ask.Form.Hidden = append(pg.Ask.Form.Hidden, ui.Pair{Term: "q", Text: pg.Typed})
	newest := ui.Link{Text: t(ctx, "portal.newest_first"), Href: withQuery(path, fl.Query), Current: !rank}
	fl.Query.Set("sort", "best")
	best := ui.Link{Text: t(ctx, "portal.best_first"), Href: withQuery(path, fl.Query), Current: rank}
	fl.Query.Del("sort")
	pg.Sort = []ui.Link{newest, best}
	pg.Drop = path + "?q=" + queryEscape(pg.Typed)
	if r.URL.Query().Get("before") == "" && pg.Typed != "" {
		if err := p.fillPlaces(tx, pg); err != nil {
			return err
		}
	}
	hits, next, err := p.hits(tx, pg.Typed, fl, rank, keyOf(r))
	if err != nil {
		return err
	}
	if keyOf(r) != 0 {
		pg.Pages.Newer = withQuery(path, fl.Query)
	}
	if next != 0 {
		fl.Query.Set("before", itoa(next))
		fl.Query.Set("page", itoa(int64(pageNumber(r)+1)))
		pg.Pages.Older = withQuery(path, fl.Query)
	}
	pg.Hits, err = p.hitEntries(tx, hits, pg.Typed)
	return err
}

func keyOf(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// hits finds a page of items; next is where the following page begins.
func (p *Portal) hits(tx *db.Tx, typed string, fl filter, rank bool, before int64) (out []search.Hit, next int64, err error) {
	q := search.Q{Text: typed, Kinds: []string{"item"}, Before: before, Limit: perPage + 1, ByRank: rank}
	if fl.Unit != nil {
		q.Scopes = append(q.Scopes, "u"+itoa(fl.Unit.ID))
	} else if fl.Within != agency.Nation {
		q.Scopes = append(q.Scopes, "d"+fl.Within.Short())
	}
	if fl.Category != "" {
		q.Scopes = append(q.Scopes, "c"+fl.Category)
	}
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

// hitEntries reads what was found, from the rows of what is published: the
// index alone never decides what a reader sees.
func (p *Portal) hitEntries(tx *db.Tx, hits []search.Hit, typed string) ([]ui.Entry, error) {
	byProvince := map[int][]int64{}
	for _, h := range hits {
		byProvince[int(h.Province)] = append(byProvince[int(h.Province)], h.ID)
	}
	rows := map[int64]disclosure.Row{}
	for province, ids := range byProvince {
		found, err := disclosure.ByIDs(tx, province, ids)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			rows[r.ID] = r
		}
	}
	var list []disclosure.Row
	for _, h := range hits {
		if r, ok := rows[h.ID]; ok {
			list = append(list, r)
		}
	}
	texts, err := p.Disclosure.WithTexts(tx, list)
	if err != nil {
		return nil, err
	}
	out := Entries(tx.Ctx, list, true)
	for i := range out {
		out[i].Excerpt = excerpt(search.Snippet(strings.TrimSpace(texts[i].Text), typed, 120))
	}
	return out, nil
}

// excerpt shows a snippet with its marks; nothing stands between a mark and
// the words around it, which a template cannot promise.
func excerpt(e search.Excerpt) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
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
	out := []ui.Link{{Text: t(ctx, "portal.catalogue"), Href: href(ctx, "/catalogue")}, {Text: t(ctx, "portal.overdue"), Href: href(ctx, "/overdue")}}
	for _, k := range []agency.Kind{agency.Authority, agency.Institution} {
		if cg := p.Disclosure.Norm.Catalogue(string(k)); cg != nil {
			for _, c := range cg.Categories[:min(4, len(cg.Categories))] {
				out = append(out, ui.Link{Text: c.Title.In(ctx), Href: href(ctx, "/catalogue?category=", c.ID)})
			}
		}
	}
	return out
}
