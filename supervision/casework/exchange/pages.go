package exchange

import (
	_ "embed"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/supervision/casework"
)

//go:embed openapi.yaml
var openAPI []byte

const (
	deskPath  = "/desk/exchange"
	filePath  = deskPath + "/batches/{province}/{batch}"
	keysPath  = deskPath + "/keys"
	mailPath  = deskPath + "/mail"
	ordersAPI = "/api/v1/orders"
)

// files is how often one caller may ask for a whole file.
var files = web.Rate{N: 12, Per: time.Minute}

// Join adds the room to the staff navigation.
func (e *Exchange) Join(f *front.Front) {
	f.DeskNav(front.Casework, "exchange.nav", deskPath, Managing, casework.Registering, casework.Accepting)
}

// Routes are the desk's pages, the interfaces, and the page that describes them.
// Programs show a key: what it opens is decided by the use cases.
func (e *Exchange) Routes() []web.Route {
	manage := web.May(Managing)
	return slices.Concat([]web.Route{
		{Pattern: "GET " + deskPath, Access: web.SignedIn, Handler: e.desk},
		{Pattern: "POST " + deskPath + "/batches", Access: web.SignedIn, Handler: e.upload, Upload: maxUpload + 1<<20},
		{Pattern: "GET " + deskPath + "/templates/{doc}", Access: web.SignedIn, Handler: e.template},
		{Pattern: "GET " + filePath, Access: web.SignedIn, Handler: e.file},
		{Pattern: "POST " + filePath + "/columns", Access: web.SignedIn, Handler: e.columns},
		{Pattern: "POST " + filePath + "/start", Access: web.SignedIn, Handler: e.start},
		{Pattern: "POST " + filePath + "/drop", Access: web.SignedIn, Handler: e.drop},
		{Pattern: "GET " + deskPath + "/worklist/{format}", Access: web.SignedIn, Handler: e.worklist, Limit: files},
		{Pattern: "GET " + deskPath + "/feedback/{format}", Access: web.SignedIn, Handler: e.backFile, Limit: files},
		{Pattern: "GET " + keysPath, Access: manage, Handler: e.keys},
		{Pattern: "POST " + keysPath, Access: manage, Handler: e.makeKey},
		{Pattern: "POST " + keysPath + "/{key}/revoke", Access: manage, Handler: e.revoke},
		{Pattern: "GET " + mailPath, Access: manage, Handler: e.mail},
		{Pattern: "POST " + mailPath + "/{province}/{mail}/seen", Access: manage, Handler: e.seen},
		{Pattern: "GET /open311", Access: web.Public, Handler: e.about},
		{Pattern: "GET /open311/openapi.yaml", Access: web.Public, Handler: e.description},
		{Pattern: "POST " + ordersAPI, Access: web.Public, Handler: e.postOrder, Limit: bringing, Upload: maxOrder + 1024},
		{Pattern: "GET " + ordersAPI, Access: web.Public, Handler: e.getOrders, Limit: bringing},
	}, e.geoRoutes())
}

func (e *Exchange) description(w http.ResponseWriter, _ *http.Request) error {
	return web.Write(w, http.StatusOK, "application/yaml; charset=utf-8", openAPI)
}

func word(r *http.Request) func(key string, args ...any) string {
	return func(key string, args ...any) string { return i18n.T(r.Context(), "exchange."+key, args...) }
}

func (e *Exchange) frame(r *http.Request, title string, crumbs ...ui.Link) ui.Frame {
	ctx := r.Context()
	return e.Front.Desk(r, title, append([]ui.Link{{Text: i18n.T(ctx, "exchange.desk"), Href: web.URL(ctx, "/desk")}, {Text: i18n.T(ctx, "exchange.nav"), Href: web.URL(ctx, deskPath)}}, crumbs...)...)
}

type deskPage struct {
	Upload             bool
	Unit, Kind, File   ui.Input
	Errors             ui.Errors
	Templates, Others  []ui.Link
	Batches            ui.Grid
	View, Since, Place ui.Input
	Exports, Back      bool
	Action             string
	Worklist, Feedback string
}

func (e *Exchange) desk(w http.ResponseWriter, r *http.Request) error {
	return e.showDesk(w, r, http.StatusOK, nil)
}

// mine are the kinds of files the person acting may hand in somewhere.
func mine(tx *db.Tx) (kinds []string, units []agency.Agency, err error) {
	verbs := map[string]bool{}
	for _, k := range Kinds {
		if us, err := unitsFor(tx, rightFor(k)); err != nil {
			return nil, nil, err
		} else if len(us) > 0 {
			kinds = append(kinds, k)
			verbs[rightFor(k)] = true
		}
	}
	all := []string{}
	for v := range verbs {
		all = append(all, v)
	}
	slices.Sort(all)
	units, err = unitsFor(tx, all...)
	return kinds, units, err
}

func (e *Exchange) showDesk(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx, t := r.Context(), word(r)
	var kinds []string
	var units, registering []agency.Agency
	if err := e.db().Read(ctx, func(tx *db.Tx) (err error) {
		if kinds, units, err = mine(tx); err != nil {
			return err
		}
		registering, err = unitsFor(tx, casework.Registering, Managing)
		return err
	}); err != nil {
		return err
	}
	bs, err := e.Batches(ctx)
	if err != nil {
		return err
	}
	p := deskPage{Errors: bad, Upload: len(kinds) > 0, Action: web.URL(ctx, deskPath+"/batches"), Exports: exports(r), Back: len(registering) > 0,
		Worklist: web.URL(ctx, deskPath+"/worklist/"), Feedback: web.URL(ctx, deskPath+"/feedback/"),
		Unit:  unitInput("unit", t("unit"), units, r.PostFormValue("unit"), bad.Of(ctx, "unit")),
		Kind:  ui.Input{Name: "kind", Label: t("kind"), Value: r.PostFormValue("kind"), Error: bad.Of(ctx, "kind")},
		File:  ui.Input{Name: "file", Label: t("file"), Help: t("file_help", maxUpload>>20), Accept: ".csv,.xlsx", Error: bad.Of(ctx, "file")},
		View:  ui.Input{Name: "view", Label: t("view"), Value: casework.All},
		Place: unitInput("unit", t("unit"), registering, "", ""),
		Since: ui.Input{Name: "since", Label: t("since"), Help: t("since_help"), Value: clock.DateOf(e.db().Clock().Now()).AddDays(-7).String(), MaxLen: 10, Short: true}}
	for _, k := range kinds {
		p.Kind.Options = append(p.Kind.Options, ui.Option{Value: k, Text: t("kind_" + k), Help: t("kind_" + k + "_help")})
		p.Templates = append(p.Templates, ui.Link{Text: t("template", t("kind_"+k)), Href: web.URL(ctx, deskPath+"/templates/"+k+".xlsx")})
	}
	if len(kinds) == 1 {
		p.Kind.Value = kinds[0]
	}
	for _, v := range casework.Views {
		p.View.Options = append(p.View.Options, ui.Option{Value: v, Text: t("view_" + v)})
	}
	if manages(r) {
		p.Others = []ui.Link{{Text: t("keys"), Href: web.URL(ctx, keysPath)}, {Text: t("mail"), Href: web.URL(ctx, mailPath)}}
	}
	p.Others = append(p.Others, ui.Link{Text: t("about"), Href: web.URL(ctx, "/open311")})
	p.Batches = ui.Grid{Caption: t("batches"), Cards: true, Nothing: t("no_batches"), Columns: []ui.Column{{Title: t("handed_in")}, {Title: t("kind")}, {Title: t("state")}, {Title: t("rows"), Number: true}, {Title: t("filed"), Number: true}, {Title: t("wrong"), Number: true}}}
	for i := range bs {
		b := &bs[i]
		p.Batches.Rows = append(p.Batches.Rows, []ui.Cell{{Text: i18n.Time(ctx, b.At), Href: web.URL(ctx, pathOf(b))}, {Text: t("kind_" + b.Kind)}, {Text: t("state_" + b.State), Tag: tagOf(b.State)},
			{Text: i18n.Number(ctx, int64(b.Total))}, {Text: i18n.Number(ctx, int64(b.Filed))}, {Text: i18n.Number(ctx, int64(b.Wrong))}})
	}
	f := e.frame(r, t("title"))
	f.Lead = t("lead")
	return web.Render(w, r, status, deskView(f, p))
}

func unitInput(name, label string, units []agency.Agency, chosen, wrong string) ui.Input {
	in := ui.Input{Name: name, Label: label, Value: chosen, Error: wrong}
	for _, u := range units {
		in.Options = append(in.Options, ui.Option{Value: itoa(u.ID), Text: u.Name})
	}
	if len(units) == 1 {
		in.Value = in.Options[0].Value
	}
	return in
}

func tagOf(state string) ui.TagKind {
	switch state {
	case Done:
		return ui.TagPublished
	case Running:
		return ui.TagReview
	case Mapping:
		return ui.TagWaiting
	}
	return ui.TagWithdrawn
}

func pathOf(b *Batch) string {
	return deskPath + "/batches/" + strconv.Itoa(b.Province) + "/" + itoa(b.ID)
}

func (e *Exchange) upload(w http.ResponseWriter, r *http.Request) error {
	b, err := e.taken(r)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return e.showDesk(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, pathOf(b))
}

func (e *Exchange) taken(r *http.Request) (*Batch, error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 || r.MultipartForm.File["file"][0].Filename == "" {
		return nil, badFile("exchange.need_file")
	}
	unit, err := web.Int64(r.PostForm.Get("unit"))
	if err != nil {
		return nil, fault.Fields(fault.Field{Name: "unit", Key: "exchange.need_unit"})
	}
	h := r.MultipartForm.File["file"][0]
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	b, err := e.Upload(r.Context(), unit, r.PostForm.Get("kind"), h.Filename, f)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.Fields(fault.Field{Name: "unit", Key: "exchange.not_at_unit"})
	}
	return b, err
}

// template is the empty sheet of a kind.
func (e *Exchange) template(w http.ResponseWriter, r *http.Request) error {
	kind, format, _ := cutLast(r.PathValue("doc"), ".")
	if !slices.Contains(Kinds, kind) || format != "xlsx" {
		return notFound()
	}
	t := word(r)
	return spool(w, t("template", t("kind_"+kind)), "xlsx", func(out table) error {
		var heads []string
		for _, f := range fields[kind] {
			head := t("col_" + f)
			if slices.Contains(needed[kind], f) {
				head += " *"
			}
			heads = append(heads, head)
		}
		return out.row(heads)
	})
}

func numbers(r *http.Request, what string) (province int, id int64, err error) {
	p, err := web.PathID(r, "province")
	if err != nil || p > 99 {
		return 0, 0, notFound()
	}
	id, err = web.PathID(r, what)
	return int(p), id, err
}

type filePage struct {
	Facts                    []ui.Pair
	Errors                   ui.Errors
	Columns                  []ui.Input
	Base                     string
	Choose, Ready            bool
	Sample, Problems, Result ui.Grid
	Wrong                    string
	Running                  bool
	Next                     string
}

func (e *Exchange) file(w http.ResponseWriter, r *http.Request) error {
	return e.showFile(w, r, http.StatusOK, nil)
}

func (e *Exchange) showFile(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx, t := r.Context(), word(r)
	province, id, err := numbers(r, "batch")
	if err != nil {
		return err
	}
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	b, rows, err := e.Batch(ctx, province, id, after)
	if err != nil {
		return err
	}
	look, err := e.Look(ctx, b)
	if err != nil {
		return err
	}
	n := func(x int) string { return i18n.Number(ctx, int64(x)) }
	p := filePage{Errors: bad, Base: web.URL(ctx, pathOf(b)), Choose: b.State == Mapping, Ready: look != nil, Running: b.State == Running,
		Facts: []ui.Pair{{Term: t("kind"), Text: t("kind_" + b.Kind)}, {Term: t("state"), Of: ui.Tag(tagOf(b.State), t("state_"+b.State))}, {Term: t("handed_in"), Text: i18n.Time(ctx, b.At)},
			{Term: t("rows"), Text: n(b.Total)}, {Term: t("filed"), Text: n(b.Filed)}, {Term: t("seen"), Text: n(b.Seen)}, {Term: t("wrong"), Text: n(b.Wrong)}}}
	if p.Choose {
		p.Columns = columnInputs(r, b, bad)
	}
	if look != nil {
		p.Wrong = t("wrong_rows", n(look.Wrong), n(b.Total))
		p.Sample = ui.Grid{Caption: t("sample"), Long: true}
		for _, f := range look.Fields {
			p.Sample.Columns = append(p.Sample.Columns, ui.Column{Title: t("col_" + f)})
		}
		for _, s := range look.Sample {
			p.Sample.Rows = append(p.Sample.Rows, ui.Text(s...))
		}
		p.Problems = problemGrid(r, look.Rows)
	}
	if len(rows) > 0 {
		p.Result = resultGrid(r, rows)
		if len(rows) == 200 {
			p.Next = p.Base + "?after=" + strconv.Itoa(rows[len(rows)-1].N)
		}
	}
	f := e.frame(r, t("file_title", t("kind_"+b.Kind)), ui.Link{Text: i18n.Time(ctx, b.At)})
	return web.Render(w, r, status, fileView(f, p))
}

func columnInputs(r *http.Request, b *Batch, bad ui.Errors) (out []ui.Input) {
	ctx, t := r.Context(), word(r)
	chosen := b.Columns()
	for _, f := range fields[b.Kind] {
		value := chosen[f]
		if r.Method == http.MethodPost {
			value = r.PostForm.Get("col_" + f)
		}
		in := ui.Input{Name: "col_" + f, Label: t("col_" + f), Value: value, Optional: !slices.Contains(needed[b.Kind], f), Error: bad.Of(ctx, "col_"+f), Options: []ui.Option{{Value: "", Text: t("no_column")}}}
		for _, h := range b.Heads() {
			if h != "" {
				in.Options = append(in.Options, ui.Option{Value: h, Text: h})
			}
		}
		out = append(out, in)
	}
	return out
}

func problemGrid(r *http.Request, rows []Row) ui.Grid {
	t := word(r)
	g := ui.Grid{Caption: t("problems"), Cards: true, Nothing: t("no_problems"), Columns: []ui.Column{{Title: t("row"), Number: true}, {Title: t("column")}, {Title: t("problem")}}}
	for _, row := range rows {
		for _, p := range row.Problems {
			g.Rows = append(g.Rows, ui.Text(strconv.Itoa(row.N), columnOf(r, p), sentenceOf(r, p)))
		}
	}
	return g
}

func columnOf(r *http.Request, p Problem) string {
	if p.Column == "" || !i18n.Has(i18n.ZH, "exchange.col_"+p.Column) {
		return ""
	}
	return word(r)("col_" + p.Column)
}

func sentenceOf(r *http.Request, p Problem) string {
	args := make([]any, len(p.Args))
	for i, a := range p.Args {
		args[i] = a
	}
	return i18n.T(r.Context(), p.Key, args...)
}

func resultGrid(r *http.Request, rows []Row) ui.Grid {
	t := word(r)
	g := ui.Grid{Caption: t("result"), Cards: true, Columns: []ui.Column{{Title: t("row"), Number: true}, {Title: t("outcome")}, {Title: t("number")}, {Title: t("problem")}}}
	for _, row := range rows {
		var words []string
		for _, p := range row.Problems {
			s := sentenceOf(r, p)
			if c := columnOf(r, p); c != "" {
				s = t("beside", c, s)
			}
			words = append(words, s)
		}
		kind := map[string]ui.TagKind{"filed": ui.TagPublished, "seen": ui.TagWithdrawn, "wrong": ui.TagDanger}[row.Outcome]
		g.Rows = append(g.Rows, []ui.Cell{{Text: strconv.Itoa(row.N)}, {Text: t("row_" + row.Outcome), Tag: kind}, {Text: row.Number}, {Text: strings.Join(words, " ")}})
	}
	return g
}

func (e *Exchange) columns(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r, "batch")
	if err != nil {
		return err
	}
	chosen := map[string]string{}
	for name := range r.PostForm {
		if f, ok := strings.CutPrefix(name, "col_"); ok && r.PostForm.Get(name) != "" {
			chosen[f] = r.PostForm.Get(name)
		}
	}
	_, err = e.Choose(r.Context(), province, id, chosen)
	return e.after(w, r, province, id, err)
}

func (e *Exchange) start(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r, "batch")
	if err == nil {
		err = e.Start(r.Context(), province, id)
	}
	return e.after(w, r, province, id, err)
}

func (e *Exchange) drop(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r, "batch")
	if err == nil {
		err = e.Drop(r.Context(), province, id)
	}
	return e.after(w, r, province, id, err)
}

// after leads back to the file, or shows it with what is wrong.
func (e *Exchange) after(w http.ResponseWriter, r *http.Request, province int, id int64, err error) error {
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return e.showFile(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, pathOf(&Batch{Province: province, ID: id}))
}

func (e *Exchange) worklist(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := casework.Filter{View: q.Get("view"), Type: q.Get("type"), Topic: q.Get("topic"), Channel: q.Get("channel")}
	if !slices.Contains(casework.Views, f.View) {
		f.View = casework.All
	}
	t := word(r)
	return spool(w, t("worklist_name")+"-"+clock.DateOf(e.db().Clock().Now()).String(), r.PathValue("format"), func(out table) error { return e.export(r.Context(), f, out) })
}

func (e *Exchange) backFile(w http.ResponseWriter, r *http.Request) error {
	unit, err := web.Int64(r.URL.Query().Get("unit"))
	if err != nil {
		return err
	}
	since, err := clock.ParseDate(r.URL.Query().Get("since"))
	if err != nil {
		return fault.Fields(fault.Field{Name: "since", Key: "exchange.bad_day"})
	}
	t := word(r)
	return spool(w, t("feedback_name")+"-"+since.String(), r.PathValue("format"), func(out table) error { return e.feedback(r.Context(), unit, since, out) })
}
