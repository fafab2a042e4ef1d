package portal

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

func pathEscape(s string) string { return url.PathEscape(s) }

func queryEscape(s string) string { return url.QueryEscape(s) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// itemPart answers what lies below an item's address. One pattern takes them
// all, since /c/{slug} stands at the same place of the address.
func (p *Portal) itemPart(w http.ResponseWriter, r *http.Request) error {
	first, rest, _ := strings.Cut(r.PathValue("part"), "/")
	switch {
	case first == "report" && rest == "":
		return p.reportForm(w, r)
	case first == "report" && rest == "sent":
		return p.reported(w, r)
	case first == "v":
		return p.versionPart(w, r, rest)
	case first == "f":
		id, _, _ := strings.Cut(rest, "/")
		return p.file(w, r, id)
	case rest == "" && (first == proofName || first == contentName):
		return p.proof(w, r, 0, first)
	case rest == "" && strings.HasPrefix(first, "item."):
		return p.download(w, r, first)
	}
	return notFound()
}

// itemPost takes what readers send about an item.
func (p *Portal) itemPost(w http.ResponseWriter, r *http.Request) error {
	if r.PathValue("part") != "report" {
		return notFound()
	}
	return p.report(w, r)
}

// versionPage is a superseded text with what changed since.
type versionPage struct {
	Number    int
	Until     string
	Reason    string
	Current   string
	Content   templ.Component
	HasForm   bool
	Changes   []form.Change
	TitleDiff []ui.DiffLine
	TextDiff  []ui.DiffLine
}

func (p *Portal) versionPage(w http.ResponseWriter, r *http.Request, which string) error {
	ctx := r.Context()
	n, err := strconv.Atoi(which)
	if err != nil {
		return notFound()
	}
	found, crumbs, err := p.find(r, ui.Link{Text: t(ctx, "portal.version_n", n)})
	if err != nil {
		return err
	}
	var old, next *disclosure.Version
	for i := range found.Versions { // the newest first
		if found.Versions[i].Number == n {
			old = &found.Versions[i]
			break
		}
		next = &found.Versions[i]
	}
	if old == nil || found.Version == nil {
		return notFound()
	}
	if old.ID == found.Version.ID {
		return web.Moved(found.Item.Path(found.Unit))
	}
	if old.Closed != "" {
		f := p.Front.Page(r, t(ctx, "portal.version_closed"), crumbs...)
		f.NoIndex, f.Narrow = true, true
		return web.Render(w, r, http.StatusGone, closedView(f, old.Closed, href(ctx, found.Item.Path(found.Unit))))
	}
	pg := versionPage{Number: n, Current: href(ctx, found.Item.Path(found.Unit)), Content: p.content(ctx, old), Reason: next.Reason,
		Until: t(ctx, "portal.old_version_text", i18n.Date(ctx, clock.DateOf(old.PublishedAt)), i18n.Date(ctx, clock.DateOf(next.PublishedAt)))}
	p.compare(r, &pg, old, found.Version)
	f := p.Front.Page(r, old.Title, crumbs...)
	f.NoIndex = true
	return web.Render(w, r, http.StatusOK, versionView(f, pg))
}

func (p *Portal) compare(r *http.Request, pg *versionPage, old, now *disclosure.Version) {
	if old.Title != now.Title {
		pg.TitleDiff = ui.Compare(old.Title, now.Title)
	}
	if f := p.Disclosure.Norm.Form(now.Form); f != nil && old.Form == now.Form {
		before, err1 := form.Decode([]byte(old.Data))
		after, err2 := form.Decode([]byte(now.Data))
		if pg.HasForm = err1 == nil && err2 == nil; pg.HasForm {
			pg.Changes = form.Diff(r.Context(), *f, before, after)
		}
	}
	if old.BodyText != now.BodyText {
		pg.TextDiff = ui.Compare(old.BodyText, now.BodyText)
	}
}

// file answers an attachment of what is published now.
func (p *Portal) file(w http.ResponseWriter, r *http.Request, which string) error {
	id, err := web.Int64(which)
	if err != nil {
		return err
	}
	found, _, err := p.find(r)
	if err != nil {
		return err
	}
	for _, f := range found.Files {
		if f.ID != id {
			continue
		}
		b, err := p.Disclosure.Blobs.Open(r.Context(), f.Hash)
		if err != nil {
			return err
		}
		defer func() { _ = b.Close() }()
		w.Header().Set("Content-Type", f.Kind)
		w.Header().Set("Content-Disposition", web.Attachment(f.Name))
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Etag", `"`+f.Hash[:16]+`"`)
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeContent(w, r, "", found.Item.ChangedAt, b)
		return nil
	}
	return notFound()
}

// reportPage is the form about an error in an item, and its receipt.
type reportPage struct {
	Errors        ui.Errors
	Kind          ui.Input
	Text, Contact ui.Input
	Action, Back  string
	Unit          string
	Days          int
	Token         string
	Slip          ui.Slip
	Status        string // where the report is followed with number and code
}

// Correction is a reader's report about a published item, as the room that
// handles matters of the public takes it.
type Correction struct {
	Unit                agency.Agency
	Path, Title         string // of the item
	Kind, Text, Contact string
	Token               string // of the form: sent twice, it is taken once
}

// Corrected is the receipt of a report: with number and code, shown once, its
// reader follows it at the status address.
type Corrected struct{ Number, Code, Status string }

func (p *Portal) reportForm(w http.ResponseWriter, r *http.Request) error {
	return p.showReport(w, r, http.StatusOK, nil, false)
}

func (p *Portal) reported(w http.ResponseWriter, r *http.Request) error {
	return p.showReport(w, r, http.StatusOK, nil, true)
}

func (p *Portal) showReport(w http.ResponseWriter, r *http.Request, status int, refused error, done bool) error {
	ctx := r.Context()
	found, crumbs, err := p.find(r, ui.Link{Text: t(ctx, "portal.report")})
	if err != nil {
		return err
	}
	if found.Item.State != disclosure.ItemPublished {
		return notFound()
	}
	es, get := ui.ErrorsOf(refused), r.PostForm.Get
	pg := reportPage{Errors: es, Back: href(ctx, found.Item.Path(found.Unit)), Unit: found.Unit.Name, Days: disclosure.ReportSpan.N}
	pg.Action = pg.Back + "/report"
	pg.Kind = ui.Input{Name: "kind", Label: t(ctx, "portal.report_kind"), Value: get("kind"), Error: es.Of(ctx, "kind")}
	for _, k := range disclosure.ReportKinds {
		pg.Kind.Options = append(pg.Kind.Options, ui.Option{Value: k, Text: t(ctx, "disclosure.report_"+k)})
	}
	pg.Text = ui.Input{Name: "text", Label: t(ctx, "portal.report_text"), Help: t(ctx, "portal.report_text_help"), Value: get("text"), Error: es.Of(ctx, "text"), MaxLen: disclosure.MaxReport}
	pg.Contact = ui.Input{Name: "contact", Label: t(ctx, "portal.report_contact"), Help: t(ctx, "portal.report_contact_help"), Value: get("contact"), Error: es.Of(ctx, "contact"), Optional: true, MaxLen: 100}
	f := p.Front.Page(r, t(ctx, "portal.report"), crumbs...)
	f.NoIndex, f.Narrow = true, true
	w.Header().Set("Cache-Control", "no-store")
	if done {
		return web.Render(w, r, status, reportedView(f, pg))
	}
	if pg.Token = get("token"); pg.Token == "" {
		pg.Token, _ = secret.NewToken()
	}
	f.Lead = t(ctx, "portal.report_lead", found.Item.Title)
	if p.Correct != nil {
		f.Lead = t(ctx, "portal.report_lead_unit", found.Item.Title)
	}
	return web.Render(w, r, status, reportView(f, pg))
}

func (p *Portal) report(w http.ResponseWriter, r *http.Request) error {
	found, _, err := p.find(r)
	if err != nil {
		return err
	}
	it := found.Item
	get := r.PostForm.Get
	if p.Correct != nil {
		return p.correct(w, r, found)
	}
	err = p.Disclosure.ReportError(r.Context(), found.Unit, it.Year, it.Serial, get("kind"), get("text"), get("contact"))
	if fault.Is(err, fault.Invalid) {
		return p.showReport(w, r, http.StatusUnprocessableEntity, err, false)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, it.Path(found.Unit)+"/report/sent")
}

// correct gives a report to the room that handles matters, and shows number and
// code: not with a redirect, for the code is told once and stands in no address.
func (p *Portal) correct(w http.ResponseWriter, r *http.Request, found *disclosure.Page) error {
	ctx, get, it := r.Context(), r.PostForm.Get, found.Item
	if it.State != disclosure.ItemPublished {
		return notFound()
	}
	err := disclosure.CheckReport(get("kind"), strings.TrimSpace(get("text")), strings.TrimSpace(get("contact")))
	var c Corrected
	if err == nil {
		c, err = p.Correct(ctx, Correction{Unit: found.Unit, Path: it.Path(found.Unit), Title: it.Title, Kind: get("kind"), Text: strings.TrimSpace(get("text")), Contact: strings.TrimSpace(get("contact")), Token: get("token")})
	}
	if fault.Is(err, fault.Invalid) {
		return p.showReport(w, r, http.StatusUnprocessableEntity, err, false)
	}
	if err != nil {
		return err
	}
	_, crumbs, err := p.find(r, ui.Link{Text: t(ctx, "portal.report")})
	if err != nil {
		return err
	}
	pg := reportPage{Back: href(ctx, it.Path(found.Unit)), Unit: found.Unit.Name, Days: disclosure.ReportSpan.N, Status: c.Status}
	pg.Slip = ui.Slip{Title: t(ctx, "portal.report_done"), Text: t(ctx, "portal.report_taken_text", pg.Unit, pg.Days), Pairs: []ui.Pair{{Term: t(ctx, "portal.report_number"), Text: c.Number}, {Term: t(ctx, "portal.report_code"), Text: secret.Group(c.Code)}}}
	f := p.Front.Page(r, t(ctx, "portal.report"), crumbs...)
	f.NoIndex, f.Narrow = true, true
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, http.StatusOK, reportedView(f, pg))
}
