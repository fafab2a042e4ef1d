package importer

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

const (
	batchPath = "/desk/import/{province}/{batch}"
	rowPath   = batchPath + "/rows/{row}"
	xlsxType  = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// Join adds import to the staff navigation.
func (m *Importer) Join(f *front.Front) {
	f.DeskNav(front.Publishing, "importer.nav", "/desk/import", disclosure.Importing)
}

// Routes are the pages of import and the way from old addresses to new ones.
// Which batch a person may work on is decided by the use cases.
func (m *Importer) Routes() []web.Route {
	may, end := web.May(disclosure.Importing), web.May(disclosure.TakingDown)
	return []web.Route{
		{Pattern: "GET /desk/import", Access: may, Handler: m.list},
		{Pattern: "POST /desk/import", Access: may, Handler: m.upload, Upload: MaxUpload + 1<<20},
		{Pattern: "GET /desk/import/template.xlsx", Access: may, Handler: m.template},
		{Pattern: "GET " + batchPath, Access: web.SignedIn, Handler: m.batch},
		{Pattern: "GET " + batchPath + "/report.xlsx", Access: web.SignedIn, Handler: m.report},
		{Pattern: "POST " + batchPath + "/adopt", Access: may, Handler: m.act(m.doAdopt)},
		{Pattern: "POST " + batchPath + "/submit", Access: may, Handler: m.act(m.doSubmit)},
		{Pattern: "POST " + batchPath + "/accept", Access: may, Handler: m.act(m.doAccept)},
		{Pattern: "POST " + batchPath + "/return", Access: may, Handler: m.act(m.doReturn)},
		{Pattern: "POST " + batchPath + "/drop", Access: may, Handler: m.act(m.doDrop)},
		{Pattern: "POST " + batchPath + "/confirm", Access: may, Handler: m.act(m.doConfirm)},
		{Pattern: "POST " + batchPath + "/drop-wrong", Access: may, Handler: m.act(m.doDropWrong)},
		{Pattern: "POST " + batchPath + "/undo", Access: end, Handler: m.act(m.doUndo)},
		{Pattern: "GET " + rowPath, Access: may, Handler: m.row},
		{Pattern: "POST " + rowPath, Access: may, Handler: m.fix, Upload: 8 << 20},
		{Pattern: "GET /old/{path...}", Access: web.Public, Handler: m.old},
	}
}

func pathOf(b *Batch, more string) string {
	return "/desk/import/" + strconv.Itoa(b.Province) + "/" + strconv.FormatInt(b.ID, 10) + more
}

// numbers reads province and batch of a path.
func numbers(r *http.Request) (province int, batch int64, err error) {
	p, err := web.PathID(r, "province")
	if err != nil || p > 99 {
		return 0, 0, fault.Say(fault.NotFound, "fault.not_found")
	}
	batch, err = web.PathID(r, "batch")
	return int(p), batch, err
}

func (m *Importer) frame(r *http.Request, title string, crumbs ...ui.Link) ui.Frame {
	ctx := r.Context()
	f := m.Front.Desk(r, title, append([]ui.Link{{Text: i18n.T(ctx, "importer.desk"), Href: web.URL(ctx, "/desk")},
		{Text: i18n.T(ctx, "importer.nav"), Href: web.URL(ctx, "/desk/import")}}, crumbs...)...)
	return f
}

// template gives the empty sheet.
func (m *Importer) template(w http.ResponseWriter, r *http.Request) error {
	b, err := Template(r.Context())
	if err != nil {
		return err
	}
	return web.Download(w, i18n.T(r.Context(), "importer.template_name")+".xlsx", xlsxType, b)
}

type listPage struct {
	Unit     ui.Input
	File     ui.Input
	Errors   ui.Errors
	Batches  ui.Grid
	Pages    ui.Pages
	Template string
}

func (m *Importer) list(w http.ResponseWriter, r *http.Request) error {
	return m.showList(w, r, http.StatusOK, nil)
}

func (m *Importer) showList(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	bs, units, err := m.Batches(ctx, before, perPage+1)
	if err != nil {
		return err
	}
	t := func(key string) string { return i18n.T(ctx, "importer."+key) }
	p := listPage{Errors: bad, Template: web.URL(ctx, "/desk/import/template.xlsx")}
	if len(bs) > perPage {
		bs = bs[:perPage]
		p.Pages.Older = web.URL(ctx, "/desk/import") + "?before=" + strconv.FormatInt(bs[perPage-1].ID, 10)
	}
	p.Batches = ui.Grid{Caption: t("batches"), Cards: true, Nothing: t("no_batches"), Columns: []ui.Column{{Title: t("batch_number")}, {Title: t("unit")},
		{Title: t("file")}, {Title: t("state")}, {Title: t("entries"), Number: true}, {Title: t("since")}}}
	for i := range bs {
		b := &bs[i]
		p.Batches.Rows = append(p.Batches.Rows, []ui.Cell{{Text: b.Number, Href: web.URL(ctx, pathOf(b, ""))}, {Text: units[b.Agency].Name}, {Text: b.Name},
			{Text: t("state_" + b.State), Tag: tagOf(b.State)}, {Text: i18n.Number(ctx, int64(b.Total))}, {Text: i18n.Time(ctx, b.Created)}})
	}
	if p.Unit, err = m.unitInput(ctx, r.FormValue("unit"), bad); err != nil {
		return err
	}
	p.File = ui.Input{Name: "file", Label: t("file"), Help: t("file_help"), Accept: ".zip,.xlsx,.csv,.xml,.rss,.atom,.html,.htm", Error: bad.Of(ctx, "file")}
	f := m.frame(r, t("title"))
	f.Lead = t("lead")
	return web.Render(w, r, status, listView(f, p))
}

// unitInput asks for the agency the history belongs to.
func (m *Importer) unitInput(ctx context.Context, chosen string, bad ui.Errors) (ui.Input, error) {
	in := ui.Input{Name: "unit", Label: i18n.T(ctx, "importer.unit"), Value: chosen, Error: bad.Of(ctx, "unit")}
	err := m.Disclosure.DB.Read(ctx, func(tx *db.Tx) error {
		us, err := unitsOf(tx, account.From(ctx).Scope(disclosure.Importing))
		for _, u := range us {
			in.Options = append(in.Options, ui.Option{Value: strconv.FormatInt(u.ID, 10), Text: u.Name})
		}
		return err
	})
	return in, err
}

func (m *Importer) upload(w http.ResponseWriter, r *http.Request) error {
	b, err := m.take(r)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return m.showList(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, pathOf(b, ""))
}

func (m *Importer) take(r *http.Request) (*Batch, error) {
	need := fault.Fields(fault.Field{Name: "file", Key: "importer.need_file"})
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 || r.MultipartForm.File["file"][0].Filename == "" {
		return nil, need
	}
	unit, err := web.Int64(r.PostForm.Get("unit"))
	if err != nil {
		return nil, fault.Fields(fault.Field{Name: "unit", Key: "importer.need_unit"})
	}
	h := r.MultipartForm.File["file"][0]
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return m.Upload(r.Context(), unit, h.Filename, f)
}

// act runs one use case on a batch and leads back to it.
func (m *Importer) act(do func(r *http.Request, province int, batch int64) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		province, id, err := numbers(r)
		if err != nil {
			return err
		}
		err = do(r, province, id)
		if bad := ui.ErrorsOf(err); len(bad) > 0 {
			return m.showBatch(w, r, http.StatusUnprocessableEntity, bad)
		}
		if err != nil {
			return err
		}
		return web.See(w, r, pathOf(&Batch{Province: province, ID: id}, ""))
	}
}

func (m *Importer) doSubmit(r *http.Request, p int, b int64) error {
	return m.Submit(r.Context(), p, b)
}
func (m *Importer) doAccept(r *http.Request, p int, b int64) error {
	return m.Accept(r.Context(), p, b, r.PostForm.Get("released"))
}
func (m *Importer) doReturn(r *http.Request, p int, b int64) error {
	return m.Return(r.Context(), p, b, r.PostForm.Get("reason"))
}
func (m *Importer) doAdopt(r *http.Request, p int, b int64) error {
	return m.Adopt(r.Context(), p, b)
}
func (m *Importer) doDrop(r *http.Request, p int, b int64) error { return m.Drop(r.Context(), p, b) }
func (m *Importer) doConfirm(r *http.Request, p int, b int64) error {
	_, err := m.Confirm(r.Context(), p, b, "")
	return err
}
func (m *Importer) doDropWrong(r *http.Request, p int, b int64) error {
	_, err := m.DropWrong(r.Context(), p, b)
	return err
}
func (m *Importer) doUndo(r *http.Request, p int, b int64) error {
	return m.Undo(r.Context(), p, b, r.PostForm.Get("reason"))
}

// old leads from an address of an earlier site to where the item is now.
func (m *Importer) old(w http.ResponseWriter, r *http.Request) error {
	path := r.PathValue("path")
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	return m.lead(w, r, "/"+path, "http://"+path)
}

// lead answers 301 when one of the addresses is known, else Not Found.
func (m *Importer) lead(w http.ResponseWriter, r *http.Request, addresses ...string) error {
	var href string
	err := m.Disclosure.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		var known []string
		for _, a := range addresses {
			known = append(known, disclosure.OldAddress(a))
		}
		href, err = disclosure.OldHref(tx, known...)
		return err
	})
	if err != nil {
		return err
	}
	http.Redirect(w, r, web.URL(r.Context(), href), http.StatusMovedPermanently)
	return nil
}

// Elsewhere answers a request for a page that is not here by leading to the
// item that had the address on the earlier site; false when there is none. The
// front door asks it before it says Not Found.
func (m *Importer) Elsewhere(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || strings.HasPrefix(r.URL.Path, "/desk") || strings.HasPrefix(r.URL.Path, "/static/") {
		return false
	}
	at := (&url.URL{Path: r.URL.Path, RawQuery: r.URL.RawQuery}).String()
	return m.lead(w, r, "http://"+r.Host+at, at) == nil
}

func tagOf(state string) ui.TagKind {
	switch state {
	case Done:
		return ui.TagPublished
	case Submitted, Accepted, Checking:
		return ui.TagReview
	case Reading, Writing, Undoing:
		return ui.TagWaiting
	case Failed:
		return ui.TagDanger
	}
	return ui.TagWithdrawn
}

func rowTag(state string) ui.TagKind {
	switch state {
	case RowWritten, RowReady:
		return ui.TagPublished
	case RowWrong, RowFailed:
		return ui.TagDanger
	}
	return ui.TagWithdrawn
}

// categoryInput asks for a category of an agency's catalogue.
func (m *Importer) categoryInput(ctx context.Context, u agency.Agency, value string) ui.Input {
	in := ui.Input{Name: "category", Label: i18n.T(ctx, "importer.col_category"), Value: value, Options: []ui.Option{{Value: "", Text: i18n.T(ctx, "importer.choose")}}}
	if cg := m.Disclosure.Norm.Catalogue(string(u.Kind)); cg != nil {
		for _, c := range cg.Categories {
			in.Options = append(in.Options, ui.Option{Value: c.ID, Text: c.Title.In(ctx)})
		}
	}
	return in
}

func (m *Importer) categoryTitle(ctx context.Context, id string) string {
	if c := m.Disclosure.Norm.Category(id); c != nil {
		return c.Title.In(ctx)
	}
	return id
}

// sentence is a problem in the reader's language. The argument of a refused
// file is itself a sentence's key.
func (p Problem) sentence(ctx context.Context) string {
	args := make([]any, len(p.Args))
	for i, a := range p.Args {
		args[i] = a
		if p.Key == "importer.file_refused" && i == 1 {
			args[i] = i18n.T(ctx, a)
		}
	}
	return i18n.T(ctx, p.Key, args...)
}

func problemWords(ctx context.Context, ps []Problem) (out []string) {
	for _, p := range ps {
		where := ""
		if slices.Contains(columns, p.Field) {
			where = i18n.T(ctx, "importer.col_"+p.Field) + i18n.T(ctx, "importer.colon")
		}
		out = append(out, where+p.sentence(ctx))
	}
	return out
}
