package yearly

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

func href(ctx context.Context, parts ...string) string { return web.URL(ctx, strings.Join(parts, "")) }

func notFound() error { return fault.Say(fault.NotFound, "fault.not_found") }

// yearPath is the address of a unit's report of a year.
func yearPath(u agency.Agency, year int) string {
	return "/" + u.Path() + "/yearly-reports/" + strconv.Itoa(year)
}

// unitOf finds the agency of an address; one that has another address now
// forwards the reader.
func unitOf(tx *db.Tx, r *http.Request) (agency.Agency, error) {
	c, err := agency.ParseCode(r.PathValue("division"))
	if err != nil {
		return agency.Agency{}, notFound()
	}
	u, err := agency.FindByPath(tx, c, r.PathValue("agency"))
	if err != nil {
		return u, err
	}
	if u.Division.Short() != r.PathValue("division") || u.Slug != r.PathValue("agency") {
		_, rest, _ := strings.Cut(r.URL.EscapedPath(), "/yearly-reports")
		return u, web.Moved("/" + u.Path() + "/yearly-reports" + rest)
	}
	return u, nil
}

// crumbs is the way from home down to a unit's reports.
func (y *Yearly) crumbs(tx *db.Tx, r *http.Request, u agency.Agency, last ...ui.Link) ([]ui.Link, error) {
	above, err := agency.Ancestors(tx, u.Division)
	if err != nil {
		return nil, err
	}
	if u.Kind != agency.Village { // the village's page is its committee's
		d, err := agency.FindDivision(tx, u.Division)
		if err != nil {
			return nil, err
		}
		above = append(above, d)
	}
	return append(y.Front.Crumbs(r, above, &u), last...), nil
}

// list shows the years of a unit's reports.
func (y *Yearly) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var u agency.Agency
	var crumbs []ui.Link
	g := ui.Grid{Caption: word(ctx, "years"), Nothing: word(ctx, "no_years"), Columns: []ui.Column{{Title: word(ctx, "year")}, {Title: word(ctx, "published_on")}, {Title: word(ctx, "row_new"), Number: true}, {Title: word(ctx, "row_done"), Number: true}}}
	err := y.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if u, err = unitOf(tx, r); err != nil {
			return err
		}
		if crumbs, err = y.crumbs(tx, r, u, ui.Link{Text: word(ctx, "title")}); err != nil {
			return err
		}
		rs, err := reportsOf(tx, u, true)
		if err != nil {
			return err
		}
		for _, x := range rs {
			v, err := findRevision(tx.Of(tagOf(u.ID)), x.province, x.current)
			if err != nil {
				return err
			}
			g.Rows = append(g.Rows, []ui.Cell{{Text: word(ctx, "year_n", strconv.Itoa(x.year)), Href: href(ctx, yearPath(u, x.year))}, {Text: i18n.Date(ctx, clock.DateOf(v.PublishedAt))},
				{Text: i18n.Number(ctx, v.Figures.Three.At(New, Total))}, {Text: i18n.Number(ctx, v.Figures.Three.At(Done, Total))}})
		}
		return nil
	})
	if err != nil {
		return err
	}
	f := y.Front.Page(r, word(ctx, "title_of", u.Name), crumbs...)
	f.Lead = word(ctx, "list_lead")
	column(&f, word(ctx, "title"), word(ctx, "description", u.Name))
	return web.Render(w, r, http.StatusOK, listView(f, g))
}

// columnKind is the column type the guideline for government sites gives yearly
// reports (政府网站发展指引, 国办发〔2017〕47号).
const columnKind = "信息公开年报"

func column(f *ui.Frame, name, description string) {
	f.Description = description
	f.Meta = append(f.Meta, ui.Meta{Name: "ColumnName", Content: name}, ui.Meta{Name: "ColumnDescription", Content: description},
		ui.Meta{Name: "ColumnKeywords", Content: name}, ui.Meta{Name: "ColumnType", Content: columnKind})
}

// reportPage is one report as the public, and those who review it, read it.
type reportPage struct {
	Unit      string
	Year      int
	Text      Text
	Tables    []printed
	Sources   []ui.Pair
	Chart     ui.Share
	Compared  ui.Grid
	Facts     []ui.Pair
	Revisions []ui.Event
	Later     ui.Link // the revision that replaced this one
	Reason    string  // of this correction
	Changed   ui.Grid // what this correction changed
	Texts     []diffOf
	Files     []ui.Action
	Lines     func(string) []string
}

// lines keeps the paragraphs of what a person typed.
func lines(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' })
}

// page fills what any reader of a revision sees.
func (y *Yearly) page(ctx context.Context, u agency.Agency, v, before *Revision, last *Figures) reportPage {
	f := y.Form()
	p := reportPage{Unit: u.Name, Year: v.Year, Text: v.Text, Tables: f.printed(ctx, v.Figures), Chart: f.chart(ctx, v.Figures), Reason: v.Reason, Lines: lines}
	for _, id := range Entered {
		if e := v.Text.Two[id]; e.Source != "" {
			p.Sources = append(p.Sources, ui.Pair{Term: f.RowTitle(ctx, id), Text: e.Source})
		}
	}
	if last != nil {
		p.Compared = f.comparison(ctx, v.Year, v.Figures, *last)
	}
	if before != nil {
		p.Changed, p.Texts = f.changed(ctx, before.Figures, v.Figures), textChanges(ctx, before.Text, v.Text)
	}
	return p
}

// public is what a public address leads to.
type public struct {
	u      agency.Agency
	crumbs []ui.Link
	v      *Revision
	before *Revision
	all    []Revision // published ones, the newest first
	last   *Figures
}

// open reads the report of an address: its current revision, or the numbered
// one.
func (y *Yearly) open(r *http.Request) (p public, err error) {
	year, err := strconv.Atoi(r.PathValue("year"))
	if err != nil || year < firstYear {
		return p, notFound()
	}
	number := 0
	if s := r.PathValue("revision"); s != "" {
		if number, err = strconv.Atoi(s); err != nil || number < 1 {
			return p, notFound()
		}
	}
	err = y.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		if p.u, err = unitOf(tx, r); err != nil {
			return err
		}
		x, err := reportOf(tx, p.u, year)
		if err != nil {
			return err
		}
		if p.all, err = revisionsOf(tx, x, true); err != nil {
			return err
		}
		for i := range p.all {
			if number == 0 && p.all[i].State == Published || p.all[i].Number == number && number != 0 {
				p.v = &p.all[i]
				if i+1 < len(p.all) {
					p.before = &p.all[i+1]
				}
			}
		}
		if p.v == nil {
			return notFound()
		}
		if p.last, err = y.lastYear(tx, p.u, year); err != nil {
			return err
		}
		p.crumbs, err = y.crumbs(tx, r, p.u, ui.Link{Text: word(r.Context(), "title"), Href: href(r.Context(), "/", p.u.Path(), "/yearly-reports")}, ui.Link{Text: word(r.Context(), "year_n", strconv.Itoa(year))})
		return err
	})
	return p, err
}

func (y *Yearly) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, err := y.open(r)
	if err != nil {
		return err
	}
	v := x.v
	p := y.page(ctx, x.u, v, x.before, x.last)
	base := yearPath(x.u, v.Year)
	first := x.all[len(x.all)-1]
	p.Facts = []ui.Pair{{Term: word(ctx, "unit"), Text: x.u.Name, Href: href(ctx, "/", x.u.Path())}, {Term: word(ctx, "published_on"), Text: i18n.Date(ctx, clock.DateOf(first.PublishedAt))}}
	if due := dueOn(x.u.Kind, v.Year); !due.IsZero() {
		p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, "due"), Text: i18n.Date(ctx, due)})
	}
	if v.Number != first.Number {
		p.Facts = append(p.Facts, ui.Pair{Term: word(ctx, "corrected_on"), Text: i18n.Date(ctx, clock.DateOf(v.PublishedAt))})
	}
	if len(x.all) > 1 {
		for _, o := range x.all {
			p.Revisions = append(p.Revisions, revisionEvent(ctx, base, o, v.ID))
		}
	}
	if v.State == Superseded {
		p.Later = ui.Link{Text: word(ctx, "see_current"), Href: href(ctx, base)}
	} else {
		for _, kind := range []string{"docx", "xlsx"} {
			p.Files = append(p.Files, ui.Action{Text: word(ctx, "file_"+kind), Kind: "secondary", Icon: "download", Href: href(ctx, base, "/report.", kind)})
		}
	}
	f := y.Front.Page(r, word(ctx, "title_year", strconv.Itoa(v.Year), x.u.Name), x.crumbs...)
	column(&f, word(ctx, "title"), word(ctx, "description", x.u.Name))
	if v.State == Superseded {
		f.Of = []string{word(ctx, "revision_n", v.Number)}
	}
	return web.Render(w, r, http.StatusOK, reportView(f, p))
}

func revisionEvent(ctx context.Context, base string, v Revision, shown int64) ui.Event {
	e := ui.Event{When: i18n.Date(ctx, clock.DateOf(v.PublishedAt)), WhenISO: clock.DateOf(v.PublishedAt).String(), Title: word(ctx, "revision_n", v.Number), Text: v.Reason, Kind: ui.TagWithdrawn}
	if v.State == Published {
		e.Kind = ui.TagPublished
	}
	if v.ID != shown {
		to := href(ctx, base, "/revisions/", strconv.Itoa(v.Number))
		if v.State == Published {
			to = href(ctx, base)
		}
		e.Of = linkTo(to, word(ctx, "read"))
	}
	return e
}

// workbook is the report's three tables as XLSX.
func (y *Yearly) workbook(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, err := y.open(r)
	if err != nil {
		return err
	}
	b, err := book(ctx, word(ctx, "title_year", strconv.Itoa(x.v.Year), x.u.Name), y.mark(ctx), y.Form().printed(ctx, x.v.Figures))
	if err != nil {
		return err
	}
	return web.Download(w, fileName(ctx, x.v, x.u.Name, "xlsx"), xlsxType, b)
}

// document is the whole report as DOCX.
func (y *Yearly) document(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	x, err := y.open(r)
	if err != nil {
		return err
	}
	b, err := document(ctx, word(ctx, "title_year", strconv.Itoa(x.v.Year), x.u.Name), y.mark(ctx), y.page(ctx, x.u, x.v, x.before, x.last), x.v.PublishedAt)
	if err != nil {
		return err
	}
	return web.Download(w, fileName(ctx, x.v, x.u.Name, "docx"), docxType, b)
}

// mark says on files that the data is a demonstration.
func (y *Yearly) mark(ctx context.Context) string {
	if y.Front.Demo {
		return i18n.T(ctx, "ui.demo")
	}
	return ""
}
