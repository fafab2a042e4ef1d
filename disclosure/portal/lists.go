package portal

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"github.com/xuri/excelize/v2"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// listPage is a filtered list: the catalogue 公开目录, the latest, the overdue.
type listPage struct {
	Ask      questions
	Grid     ui.Grid
	Items    []ui.Entry
	Missing  []missing
	Pages    ui.Pages
	Turn     []ui.Link // where the order is not by time
	Total    ui.Figure
	Download string
	Empty    [2]string // what will be here and how
}

// missing is one overdue obligation in a list.
type missing struct {
	Title, Href string
	Unit        ui.Link
	Detail      string
	Days        int
	Nudge       string
}

// cataloguePage is the 公开目录 of a unit or of the installation: index number,
// title, summary and day of formation (政府信息公开条例 art. 12).
func (p *Portal) cataloguePage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var pg listPage
	var f ui.Frame
	err := p.read(ctx, func(tx *db.Tx) error {
		fl, crumbs, action, err := p.listFilter(tx, r, t(ctx, "portal.catalogue"), "/catalogue")
		if err != nil {
			return err
		}
		title, which := t(ctx, "portal.catalogue"), []string{"unit", "category", "days"}
		if r.PathValue("agency") != "" {
			title, which = t(ctx, "portal.catalogue_of", fl.Unit.Name), which[1:]
		}
		if pg.Ask, err = p.questionsOf(tx, fl, action, which...); err != nil {
			return err
		}
		f = p.Front.Page(r, title, crumbs...)
		f.Of = p.narrowed(r, fl)
		return p.fillCatalogue(tx, r, &pg, fl, action)
	})
	if err != nil {
		return err
	}
	f.Lead = t(ctx, "portal.catalogue_lead")
	f.NoIndex = f.NoIndex || r.URL.RawQuery != ""
	column(&f, f.Title, columnCatalogue, f.Lead)
	return web.Render(w, r, http.StatusOK, listView(f, pg))
}

// listFilter is the filter of a list page of a unit or of the installation.
func (p *Portal) listFilter(tx *db.Tx, r *http.Request, title, path string) (f filter, crumbs []ui.Link, action string, err error) {
	ctx := r.Context()
	if f, err = p.filterOf(tx, r); err != nil {
		return f, nil, "", err
	}
	if r.PathValue("agency") == "" {
		return f, append(p.Front.Crumbs(r, nil, nil), ui.Link{Text: title}), href(ctx, path), nil
	}
	u, err := p.unit(tx, r)
	if err != nil {
		return f, nil, "", err
	}
	f.Unit = &u
	f.Query.Del("unit")
	crumbs, err = p.crumbs(r, tx, u, true, ui.Link{Text: title})
	return f, crumbs, href(ctx, "/", u.Path(), path), err
}

func (p *Portal) catalogueRows(tx *db.Tx, fl filter, before disclosure.Cursor, limit int) ([]disclosure.Entry, error) {
	rows, err := disclosure.List(tx, disclosure.Query{Within: fl.within(), Agency: fl.agency(), Category: fl.Category, From: fl.From, To: fl.To, Before: before, Limit: limit})
	if err != nil {
		return nil, err
	}
	return p.Disclosure.WithTexts(tx, rows)
}

func (p *Portal) fillCatalogue(tx *db.Tx, r *http.Request, pg *listPage, fl filter, action string) error {
	ctx, before := tx.Ctx, cursor(r)
	rows, err := p.catalogueRows(tx, fl, before, perPage+1)
	if err != nil {
		return err
	}
	plain := make([]disclosure.Row, len(rows))
	for i := range rows {
		plain[i] = rows[i].Row
	}
	pg.Download = withQuery(action+".xlsx", fl.Query)
	_, pg.Pages = pageOf(tx, plain, false, action, fl.Query, pageNumber(r))
	pg.Grid = ui.Grid{Caption: t(ctx, "portal.catalogue"), Cards: true, Nothing: t(ctx, "portal.catalogue_nothing")}
	for _, h := range catalogueHeads(ctx) {
		pg.Grid.Columns = append(pg.Grid.Columns, ui.Column{Title: h})
	}
	for _, e := range rows[:min(len(rows), perPage)] {
		cells := ui.Text(p.catalogueCells(ctx, &e, today(tx))...)
		cells[1].Href = href(ctx, e.Href())
		cells[3], cells[4] = ui.Cell{Of: whole(cells[3].Text)}, ui.Cell{Of: whole(cells[4].Text)}
		pg.Grid.Rows = append(pg.Grid.Rows, cells)
	}
	return nil
}

func catalogueHeads(ctx context.Context) []string {
	return []string{t(ctx, "portal.index"), t(ctx, "portal.name"), t(ctx, "portal.summary"), t(ctx, "portal.formed_on"), t(ctx, "portal.published_on"), t(ctx, "portal.unit")}
}

func (p *Portal) catalogueCells(ctx context.Context, e *disclosure.Entry, today clock.Date) []string {
	summary := e.Summary
	if summary == "" {
		if c := p.Disclosure.Norm.Category(e.Category); c != nil {
			summary = c.Content.In(ctx)
		}
	}
	title := e.Title
	if e.NoticeOver(today) {
		title = t(ctx, "portal.notice_marked", title, e.NoticeWords(ctx, today))
	}
	return []string{e.Number, title, summary, e.FormedOn.String(), clock.DateOf(e.PublishedAt).String(), e.Unit}
}

// mostExported is how many rows a downloaded catalogue holds.
const mostExported = 5000

// catalogueXLSX is the same list as a workbook.
func (p *Portal) catalogueXLSX(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	name := t(ctx, "portal.catalogue")
	var all []disclosure.Entry
	err := p.read(ctx, func(tx *db.Tx) error {
		fl, _, _, err := p.listFilter(tx, r, "", "/catalogue")
		if err != nil {
			return err
		}
		if fl.Unit != nil {
			name = t(ctx, "portal.catalogue_of", fl.Unit.Name)
		}
		var before disclosure.Cursor
		for len(all) < mostExported {
			rows, err := p.catalogueRows(tx, fl, before, disclosure.MaxList)
			if err != nil {
				return err
			}
			all = append(all, rows...)
			if len(rows) < disclosure.MaxList {
				return nil
			}
			before = rows[len(rows)-1].After()
		}
		return nil
	})
	if err != nil {
		return err
	}
	b, err := p.workbook(ctx, name, all)
	if err != nil {
		return err
	}
	return web.Download(w, name+".xlsx", xlsx, b)
}

func (p *Portal) workbook(ctx context.Context, name string, all []disclosure.Entry) ([]byte, error) {
	x := excelize.NewFile()
	defer func() { _ = x.Close() }()
	sw, err := x.NewStreamWriter("Sheet1")
	if err != nil {
		return nil, err
	}
	if p.Front.Demo {
		name += " " + t(ctx, "ui.demo")
	}
	rows := [][]string{{name}, catalogueHeads(ctx)}
	for i := range all {
		rows = append(rows, p.catalogueCells(ctx, &all[i], p.today()))
	}
	_ = sw.SetColWidth(1, 6, 24) // a bad width is no reason to refuse
	for i, cells := range rows {
		out := make([]any, len(cells))
		for j, c := range cells {
			out[j] = c // strings are written as text, never as formulas
		}
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return nil, err
		}
		if err := sw.SetRow(at, out); err != nil {
			return nil, err
		}
	}
	if err := sw.Flush(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = x.Write(&b)
	return b.Bytes(), err
}

func (p *Portal) latestPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var pg listPage
	f := p.Front.Page(r, t(ctx, "portal.latest"), append(p.Front.Crumbs(r, nil, nil), ui.Link{Text: t(ctx, "portal.latest")})...)
	err := p.read(ctx, func(tx *db.Tx) error {
		fl, err := p.filterOf(tx, r)
		if err != nil {
			return err
		}
		f.Lead, f.Of = t(ctx, "portal.latest_lead", fl.Place), p.narrowed(r, fl)
		if pg.Ask, err = p.questionsOf(tx, fl, href(ctx, "/latest"), "unit", "category"); err != nil {
			return err
		}
		before := cursor(r)
		rows, err := disclosure.List(tx, disclosure.Query{Within: fl.within(), Agency: fl.agency(), Category: fl.Category, Before: before, Limit: perPage + 1})
		pg.Items, pg.Pages = pageOf(tx, rows, true, href(ctx, "/latest"), fl.Query, pageNumber(r))
		return err
	})
	if err != nil {
		return err
	}
	pg.Empty = [2]string{t(ctx, "portal.latest_empty"), t(ctx, "portal.latest_empty_how")}
	f.Feeds = feedsOf(ctx, "/", p.Front.Name.In(ctx))
	f.NoIndex = f.NoIndex || r.URL.RawQuery != ""
	column(&f, f.Title, columnNews, f.Lead)
	return web.Render(w, r, http.StatusOK, listView(f, pg))
}

// overduePage is what is missing, the longest first. 1.1.d
func (p *Portal) overduePage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var pg listPage
	f := p.Front.Page(r, t(ctx, "portal.overdue"), append(p.Front.Crumbs(r, nil, nil), ui.Link{Text: t(ctx, "portal.overdue")})...)
	err := p.read(ctx, func(tx *db.Tx) error {
		fl, err := p.filterOf(tx, r)
		if err != nil {
			return err
		}
		f.Lead, f.Of = t(ctx, "portal.overdue_lead", fl.Place), p.narrowed(r, fl)
		if pg.Ask, err = p.questionsOf(tx, fl, href(ctx, "/overdue"), "unit"); err != nil {
			return err
		}
		if fl.Unit == nil {
			figures, err := catalogue.Total(tx, fl.Within)
			if err != nil {
				return err
			}
			pg.Total = ui.Figure{Label: t(ctx, "portal.overdue_total", fl.Place), Value: i18n.Number(ctx, figures.Overdue), Unit: t(ctx, "portal.share_unit"), Kind: "danger",
				Note: t(ctx, "portal.overdue_of", figures.Fallen()), Definition: href(ctx, "/clauses") + "#c1.1.d"}
		}
		return p.fillOverdue(tx, r, &pg, fl)
	})
	if err != nil {
		return err
	}
	pg.Empty = [2]string{t(ctx, "portal.overdue_empty"), t(ctx, "portal.overdue_empty_how")}
	f.NoIndex = f.NoIndex || r.URL.RawQuery != ""
	column(&f, f.Title, columnCatalogue, f.Lead)
	return web.Render(w, r, http.StatusOK, listView(f, pg))
}

func (p *Portal) fillOverdue(tx *db.Tx, r *http.Request, pg *listPage, fl filter) error {
	ctx := tx.Ctx
	after := afterDue(r)
	rows, err := catalogue.Overdue(tx, fl.within(), fl.agency(), after, perPage+1)
	if err != nil {
		return err
	}
	if after.Agency != 0 {
		pg.Turn = append(pg.Turn, ui.Link{Text: t(ctx, "portal.page_first"), Href: withQuery(href(ctx, "/overdue"), fl.Query)})
	}
	if len(rows) > perPage {
		rows = rows[:perPage]
		fl.Query.Set("after", dueWord(rows[perPage-1]))
		fl.Query.Set("page", itoa(int64(pageNumber(r)+1)))
		pg.Turn = append(pg.Turn, ui.Link{Text: t(ctx, "portal.page_next"), Href: withQuery(href(ctx, "/overdue"), fl.Query)})
	}
	var ids []int64
	for _, x := range rows {
		ids = append(ids, x.Agency)
	}
	units, err := unitsByID(tx, ids)
	if err != nil {
		return err
	}
	for i := range rows {
		x, u := &rows[i], units[rows[i].Agency]
		cat := p.Disclosure.Norm.Category(x.Category)
		if cat == nil {
			continue
		}
		m := missing{Title: cat.Title.In(ctx), Href: href(ctx, "/", u.Path(), "/c/", cat.Slug), Unit: ui.Link{Text: u.Name, Href: href(ctx, "/", u.Path())},
			Days: today(tx).Sub(x.DueOn), Detail: p.periodWords(ctx, x, "portal.overdue_detail", i18n.DateWeekday(ctx, x.DueOn))}
		if u.State == agency.Active {
			m.Nudge = m.Href + "/nudge"
		}
		pg.Missing = append(pg.Missing, m)
	}
	return nil
}

// dueWord is the place in the list of what is overdue: day~province~agency~category.
func dueWord(x catalogue.Due) string {
	return strings.Join([]string{x.DueOn.String(), itoa(int64(x.Province)), itoa(x.Agency), x.Category}, "~")
}

func afterDue(r *http.Request) (x catalogue.Due) {
	parts := strings.Split(r.URL.Query().Get("after"), "~")
	if len(parts) != 4 {
		return x
	}
	day, err1 := clock.ParseDate(parts[0])
	province, err2 := web.Int64(parts[1])
	unit, err3 := web.Int64(parts[2])
	if err1 != nil || err2 != nil || err3 != nil {
		return x
	}
	return catalogue.Due{DueOn: day, Province: int(province), Agency: unit, Category: parts[3]}
}
