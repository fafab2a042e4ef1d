package portal

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
)

// itemPage is one published item.
type itemPage struct {
	*disclosure.Page
	Path      string // in the reader's language
	Category  *norm.Category
	Facts     []ui.Pair
	Tags      []tagWord
	Content   templ.Component
	Files     []ui.File
	Downloads []ui.Link
	Reviewed  []ui.Event
	History   []ui.Event
	Explains  *ui.Link
	Others    []ui.Entry // interpretations of this document
	Notices   []notice
	Report    string
	Whole     string // address for the QR code; "" when not known
	Log       *logCard
}

type tagWord struct {
	Kind  ui.TagKind
	Words string
}

type notice struct{ Kind, Title, Text string }

var numberShape = regexp.MustCompile(`^(\d{4})-(\d{5,9})$`)

// number reads the last part of an item's address: 2026-00012.
func number(s string) (year, serial int, err error) {
	m := numberShape.FindStringSubmatch(s)
	if m == nil {
		return 0, 0, notFound()
	}
	year, _ = strconv.Atoi(m[1])
	serial, _ = strconv.Atoi(m[2])
	if (&disclosure.Item{Year: year, Serial: serial}).Slug() != s {
		return 0, 0, notFound()
	}
	return year, serial, nil
}

// find reads the item of an address with the way to it.
func (p *Portal) find(r *http.Request, last ...ui.Link) (*disclosure.Page, []ui.Link, error) {
	ctx := r.Context()
	year, serial, err := number(r.PathValue("number"))
	if err != nil {
		return nil, nil, err
	}
	var u agency.Agency
	var crumbs []ui.Link
	err = p.read(ctx, func(tx *db.Tx) (err error) {
		if u, err = p.unit(tx, r); err == nil {
			crumbs, err = p.crumbs(r, tx, u, true)
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	pg, err := p.Disclosure.Public(ctx, u, year, serial)
	if err != nil {
		return nil, nil, err
	}
	if cat := p.Disclosure.Norm.Category(pg.Item.Category); cat != nil {
		crumbs = append(crumbs, ui.Link{Text: cat.Title.In(ctx), Href: href(ctx, "/", u.Path(), "/c/", cat.Slug)})
	}
	if len(last) > 0 {
		crumbs = append(crumbs, ui.Link{Text: pg.Item.Title, Href: href(ctx, pg.Item.Path(u))})
		return pg, append(crumbs, last...), nil
	}
	return pg, append(crumbs, ui.Link{Text: t(ctx, "portal.item")}), nil
}

func (p *Portal) itemPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	found, crumbs, err := p.find(r)
	if err != nil {
		return err
	}
	pg := itemPage{Page: found, Path: href(ctx, found.Item.Path(found.Unit)), Category: p.Disclosure.Norm.Category(found.Item.Category)}
	f := p.Front.Page(r, found.Item.Title, crumbs...)
	pg.Facts = p.itemFacts(ctx, found)
	pg.History = p.history(ctx, &pg)
	if found.Item.State == disclosure.ItemTakenDown {
		if err := p.logged(ctx, &pg); err != nil {
			return err
		}
		f.NoIndex = true
		return web.Render(w, r, http.StatusGone, tombstoneView(f, pg))
	}
	p.fillItem(ctx, &pg)
	if err := p.logged(ctx, &pg); err != nil {
		return err
	}
	p.articleMeta(ctx, &f, &pg)
	f.Feeds = feedsOf(ctx, "/"+found.Unit.Path(), found.Unit.Name)
	f.JSONLD = p.itemLD(ctx, &pg)
	return web.Render(w, r, http.StatusOK, itemView(f, pg))
}

func (p *Portal) fillItem(ctx context.Context, pg *itemPage) {
	it, v := pg.Item, pg.Version
	pg.Content = p.content(ctx, v)
	for _, f := range pg.Page.Files {
		pg.Files = append(pg.Files, ui.File{Name: f.Name, Href: pg.Path + "/f/" + strconv.FormatInt(f.ID, 10) + "/" + pathEscape(f.Name), Kind: extension(f.Name), Size: f.Size, Note: f.Note})
	}
	pg.Downloads = []ui.Link{{Text: t(ctx, "portal.download_html"), Href: pg.Path + "/item.html"}}
	if f := p.Disclosure.Norm.Form(v.Form); f != nil {
		pg.Downloads = append(pg.Downloads, ui.Link{Text: t(ctx, "portal.download_xlsx"), Href: pg.Path + "/item.xlsx"}, ui.Link{Text: t(ctx, "portal.download_csv"), Href: pg.Path + "/item.csv"})
	}
	sheet := href(ctx, "/"+pg.Unit.Path()+"/print/"+it.Slug())
	pg.Downloads = append(pg.Downloads, ui.Link{Text: t(ctx, "portal.print_a4"), Href: sheet + "-a4.pdf"}, ui.Link{Text: t(ctx, "portal.print_a3"), Href: sheet + "-a3.pdf"})
	pg.Tags = append(pg.Tags, validityTag(ctx, it))
	if it.Corrected {
		pg.Tags = append(pg.Tags, tagWord{ui.TagWaiting, t(ctx, "portal.tag_corrected")})
	}
	if it.NoticeOver(p.today()) {
		pg.Tags = append(pg.Tags, tagWord{ui.TagWithdrawn, it.NoticeWords(ctx, p.today())})
	}
	if it.Timely != nil && !*it.Timely {
		pg.Tags = append(pg.Tags, tagWord{ui.TagWaiting, t(ctx, "portal.state_late")})
	}
	pg.Notices = p.notices(ctx, pg)
	pg.Reviewed = p.reviewed(ctx, pg.Page)
	if pg.Page.Explains != nil {
		pg.Explains = &ui.Link{Text: pg.Page.Explains.Title, Href: href(ctx, "/"+pg.Unit.Path()+"/"+pg.Page.Explains.Slug())}
	}
	pg.Others = Entries(ctx, p.today(), pg.ExplainedBy, true)
	pg.Report = pg.Path + "/report"
	if p.Front.Domain != "" {
		pg.Whole = p.absolute(pg.Path)
	}
}

func validityTag(ctx context.Context, it *disclosure.Item) tagWord {
	kind := ui.TagPublished
	if it.Validity != "valid" {
		kind = ui.TagWithdrawn
	}
	return tagWord{kind, t(ctx, "disclosure.validity_"+it.Validity)}
}

func (p *Portal) notices(ctx context.Context, pg *itemPage) (out []notice) {
	if pg.Version.ReviewOwed {
		out = append(out, notice{"waiting", t(ctx, "portal.emergency"), t(ctx, "portal.emergency_text")})
	}
	switch it, today := pg.Item, p.today(); {
	case it.NoticeOver(today):
		out = append(out, notice{"", it.NoticeWords(ctx, today), t(ctx, "portal.notice_over_text", i18n.Date(ctx, it.EndsOn))})
	case it.NoticeRuns(today):
		out = append(out, notice{"", it.NoticeWords(ctx, today), t(ctx, "portal.notice_open_text", i18n.DateWeekday(ctx, it.EndsOn))})
	}
	if pg.Item.Validity != "valid" {
		out = append(out, notice{"waiting", t(ctx, "disclosure.validity_"+pg.Item.Validity), t(ctx, "portal.validity_"+pg.Item.Validity)})
	}
	if pg.Item.Imported != 0 {
		out = append(out, notice{"", t(ctx, "portal.imported"), t(ctx, "portal.imported_text")})
	}
	return out
}

// content shows a version: its form, and its text.
func (p *Portal) content(ctx context.Context, v *disclosure.Version) templ.Component {
	var shown form.View
	f := p.Disclosure.Norm.Form(v.Form)
	if f != nil {
		if data, err := form.Decode([]byte(v.Data)); err == nil {
			shown = form.Table(ctx, *f, data)
		}
	}
	return contentView(f != nil, shown, v.Summary, v.Body)
}

func (p *Portal) itemFacts(ctx context.Context, pg *disclosure.Page) []ui.Pair {
	it := pg.Item
	out := []ui.Pair{{Term: t(ctx, "portal.unit"), Text: pg.Unit.Name, Href: href(ctx, "/", pg.Unit.Path())}, {Term: t(ctx, "portal.index"), Text: it.Number}}
	add := func(key, text string) {
		if text != "" {
			out = append(out, ui.Pair{Term: t(ctx, key), Text: text})
		}
	}
	if pg.Version != nil {
		add("portal.doc_number", pg.Version.DocNumber)
	}
	add("portal.of", p.periodTitle(ctx, it.Category, it.Period))
	add("portal.formed_on", i18n.Date(ctx, it.FormedOn))
	add("portal.published_on", i18n.Date(ctx, clock.DateOf(it.PublishedAt)))
	if words := it.NoticeWords(ctx, p.today()); words != "" {
		add("portal.notice_period", t(ctx, "portal.notice_marked", i18n.Date(ctx, it.EndsOn), words))
	}
	if it.Corrected && it.State == disclosure.ItemPublished {
		add("portal.changed_on", i18n.Date(ctx, clock.DateOf(it.ChangedAt)))
	}
	if it.State == disclosure.ItemTakenDown {
		add("portal.ended_on", i18n.Date(ctx, clock.DateOf(it.EndedAt)))
		add("portal.end_kind", it.EndWords(ctx))
		add("portal.end_reason", it.EndReason)
	}
	return out
}

// reviewed tells who must have looked at the item, by role and day, and never
// by name; whoever was lent, by the agency that lent him and on what basis.
func (p *Portal) reviewed(ctx context.Context, pg *disclosure.Page) (out []ui.Event) {
	rule := p.Disclosure.Norm.Review(pg.Version.Rule)
	for _, s := range pg.Signatures {
		day := clock.DateOf(s.At)
		e := ui.Event{When: i18n.Date(ctx, day), WhenISO: day.String(), Title: t(ctx, "disclosure.verb_"+s.Verb)}
		if rule != nil {
			for _, x := range slices.Concat(rule.Steps, rule.Emergency) {
				if x.ID == s.Step && s.Verb != "submit" {
					e.Title = x.Title.In(ctx)
				}
			}
		}
		if s.LentBy != 0 {
			e.Text = t(ctx, "disclosure.lent_by_clause", s.Lender, p.clauseWords(ctx, disclosure.LendingClause))
		}
		out = append(out, e)
	}
	return out
}

// clauseWords are a clause's number and title.
func (p *Portal) clauseWords(ctx context.Context, clause string) string {
	if c := p.Disclosure.Norm.Clause(clause); c != nil {
		return clause + " " + c.Title.In(ctx)
	}
	return clause
}

// history lists what happened to the item, the newest first, each superseded
// version with its address.
func (p *Portal) history(ctx context.Context, pg *itemPage) (out []ui.Event) {
	for _, e := range slices.Backward(pg.Events) {
		x := ui.Event{When: i18n.Time(ctx, e.At), WhenISO: e.At.Format("2006-01-02T15:04:05-07:00"), Title: t(ctx, "disclosure.event_"+e.Verb), Text: e.Reason}
		switch e.Verb {
		case "published":
			x.Kind = ui.TagPublished
		case "taken_down":
			x.Kind = ui.TagDanger
		default:
			x.Kind = ui.TagWaiting
		}
		for _, v := range pg.Versions {
			if v.Number == e.Version && v.State == disclosure.Superseded {
				x.Of = versionLink(ui.Link{Text: t(ctx, "portal.version_n", v.Number), Href: pg.Path + "/v/" + strconv.Itoa(v.Number)})
			}
		}
		out = append(out, x)
	}
	return out
}

// extension is the form of a file as people say it: PDF, XLSX.
func extension(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 && len(name)-i <= 6 {
		return strings.ToUpper(name[i+1:])
	}
	return ""
}
