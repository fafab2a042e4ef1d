package portal

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/db"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
)

// perPage is how many items a list shows at once.
const perPage = 20

// categoryPage is one category of a unit: what must be disclosed, on which
// basis, and what was.
type categoryPage struct {
	Unit     agency.Agency
	Category norm.Category
	Duty     duty
	Facts    []ui.Pair
	Items    []ui.Entry
	Pages    ui.Pages
	Above    []ui.Link // the units an inherited category is shown from
	Deadline string
	Page     int // of the list, the first being 1
}

// category finds a category of a unit's catalogue by its address word, also
// one that is retired.
func (p *Portal) category(u agency.Agency, slug string) (*norm.Category, error) {
	cg := p.Disclosure.Norm.Catalogue(string(u.Kind))
	if cg == nil {
		return nil, notFound()
	}
	cat := cg.BySlug(slug)
	if cat == nil {
		return nil, notFound()
	}
	return cat, nil
}

func (p *Portal) categoryPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var pg categoryPage
	var crumbs []ui.Link
	err := p.read(ctx, func(tx *db.Tx) error {
		u, err := p.unit(tx, r)
		if err != nil {
			return err
		}
		cat, err := p.category(u, r.PathValue("slug"))
		if err != nil {
			return err
		}
		pg.Unit, pg.Category = u, *cat
		pg.Page = pageNumber(r)
		if err := p.fillCategory(tx, &pg, cursor(r)); err != nil {
			return err
		}
		crumbs, err = p.crumbs(r, tx, u, true, ui.Link{Text: cat.Title.In(ctx)})
		return err
	})
	if err != nil {
		return err
	}
	f := p.Front.Page(r, pg.Category.Title.In(ctx), crumbs...)
	f.Lead = pg.Category.Content.In(ctx)
	f.NoIndex, f.Of = f.NoIndex || pg.Page > 1, pageWords(ctx, pg.Page)
	kind := columnCatalogue
	if pg.Category.Inherited {
		kind = columnPolicy
	}
	column(&f, pg.Category.Title.In(ctx), kind, t(ctx, "portal.category_description", pg.Unit.Name, pg.Category.Title))
	return web.Render(w, r, http.StatusOK, categoryView(f, pg))
}

func (p *Portal) fillCategory(tx *db.Tx, pg *categoryPage, before disclosure.Cursor) error {
	ctx, u, cat := tx.Ctx, pg.Unit, pg.Category
	pg.Facts = p.facts(ctx, &cat)
	pg.Duty = duty{ID: cat.ID, Number: cat.Number, Title: cat.Title.In(ctx), Href: href(ctx, "/", u.Path(), "/c/", cat.Slug)}
	due, err := p.dueOf(tx, u, cat.ID)
	if err != nil {
		return err
	}
	if pg.Duty.Due = due; due != nil {
		pg.Deadline = pg.Duty.Href + "/deadline"
	}
	p.state(ctx, &pg.Duty, cat, u, today(tx), !cat.ActiveOn(today(tx)))
	agencies, categories := []int64{u.ID}, []string{cat.ID}
	if cat.Inherited {
		above, err := agency.Superiors(tx, u.ID)
		if err != nil {
			return err
		}
		for _, a := range above {
			if same, err := p.category(a, cat.Slug); err == nil {
				agencies, categories = append(agencies, a.ID), append(categories, same.ID)
				pg.Above = append(pg.Above, ui.Link{Text: a.Name, Href: href(ctx, "/", a.Path(), "/c/", same.Slug)})
			}
		}
	}
	rows, err := disclosure.ListAmong(tx, agencies, categories, before, perPage+1)
	if err != nil {
		return err
	}
	pg.Items, pg.Pages = pageOf(tx, rows, cat.Inherited, pg.Duty.Href, nil, pg.Page)
	return nil
}

func (p *Portal) dueOf(tx *db.Tx, u agency.Agency, category string) (*catalogue.Due, error) {
	return p.Disclosure.Catalogue.OfCategory(tx, u, category)
}

// facts are what the norm says of a category: the columns of a standard
// catalogue (基层政务公开标准目录).
func (p *Portal) facts(ctx context.Context, cat *norm.Category) []ui.Pair {
	n := p.Disclosure.Norm
	var basis []string
	for _, b := range cat.Basis {
		basis = append(basis, n.Cite(b).In(ctx))
	}
	out := []ui.Pair{{Term: t(ctx, "portal.basis"), Of: paragraphs(basis)},
		{Term: t(ctx, "portal.period"), Text: n.Label("period." + cat.Period).In(ctx)}}
	if cat.Within.N > 0 {
		out = append(out, ui.Pair{Term: t(ctx, "portal.within"), Text: t(ctx, "portal.within_"+since(cat), n.Within(cat.Within))})
	}
	out = append(out, ui.Pair{Term: t(ctx, "portal.bearer"), Text: cat.Bearer.In(ctx)}, ui.Pair{Term: t(ctx, "portal.audience"), Text: cat.Audience.In(ctx)})
	words := t(ctx, "portal.rich_text")
	if f := n.Form(cat.Form); f != nil {
		words = f.Title.In(ctx)
	}
	return append(out, ui.Pair{Term: t(ctx, "portal.form"), Text: words}, ui.Pair{Term: t(ctx, "portal.openness"), Text: t(ctx, "disclosure.openness_proactive")})
}

// since names the event a category's time runs from.
func since(cat *norm.Category) string {
	switch {
	case !cat.Periodic():
		return "change"
	case cat.Since == "start":
		return "start"
	}
	return "end"
}

// cursor reads where a page of a list begins: ?before=ms.id
func cursor(r *http.Request) disclosure.Cursor { return cursorOf(r.URL.Query().Get("before")) }

func cursorOf(word string) disclosure.Cursor {
	at, id, ok := strings.Cut(word, ".")
	ms, err1 := strconv.ParseInt(at, 10, 64)
	n, err2 := strconv.ParseInt(id, 10, 64)
	if !ok || err1 != nil || err2 != nil || n <= 0 {
		return disclosure.Cursor{}
	}
	return disclosure.Cursor{At: ms, ID: n}
}

// pageNumber is which page of a list an address asks for. The place in the list
// is the cursor; the number only tells the reader where he is.
func pageNumber(r *http.Request) int {
	q := r.URL.Query()
	if q.Get("before") == "" && q.Get("after") == "" {
		return 1
	}
	n, err := strconv.Atoi(q.Get("page"))
	if err != nil || n < 2 || n > 1_000_000 {
		return 2
	}
	return n
}

// pageWords name a later page in the window's title.
func pageWords(ctx context.Context, page int) []string {
	if page < 2 {
		return nil
	}
	return []string{t(ctx, "portal.page_number", strconv.Itoa(page))}
}

func cursorWord(c disclosure.Cursor) string {
	return strconv.FormatInt(c.At, 10) + "." + strconv.FormatInt(c.ID, 10)
}

// pageOf cuts the one row too many off a list and links to what follows.
func pageOf(tx *db.Tx, rows []disclosure.Row, withUnit bool, path string, q url.Values, page int) ([]ui.Entry, ui.Pages) {
	var pages ui.Pages
	if q == nil {
		q = url.Values{}
	}
	if page > 1 {
		pages.Newer = withQuery(path, q)
	}
	if len(rows) > perPage {
		rows = rows[:perPage]
		q.Set("before", cursorWord(rows[perPage-1].After()))
		q.Set("page", strconv.Itoa(page+1))
		pages.Older = withQuery(path, q)
	}
	return Entries(tx.Ctx, today(tx), rows, withUnit), pages
}

func withQuery(path string, q url.Values) string {
	if s := q.Encode(); s != "" {
		return path + "?" + s
	}
	return path
}
