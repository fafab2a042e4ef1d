package keeping

import (
	"net/http"
	"strconv"
	"time"

	"yangguang/agency/front"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// Join adds requests to the staff navigation.
func (k *Keeping) Join(f *front.Front) {
	f.DeskNav(front.House, "keeping.nav", "/desk/privacy", Answering)
}

const requestPath = "/desk/privacy/{province}/{request}"

// guesses is how often one caller may try a number and a code.
var guesses = web.Rate{N: 10, Per: time.Minute}

// Routes are the room's pages.
func (k *Keeping) Routes() []web.Route {
	may := web.May(Answering)
	return []web.Route{
		{Pattern: "GET /privacy/retention", Access: web.Public, Handler: k.table, Copied: true},
		{Pattern: "GET /privacy/request", Access: web.Public, Handler: k.askForm},
		{Pattern: "POST /privacy/request", Access: web.Public, Handler: k.ask, Limit: guesses},
		{Pattern: "GET /privacy/status", Access: web.Public, Handler: k.statusForm},
		{Pattern: "POST /privacy/status", Access: web.Public, Handler: k.status, Limit: guesses},
		{Pattern: "GET /desk/privacy", Access: may, Handler: k.list},
		{Pattern: "GET " + requestPath, Access: may, Handler: k.cover},
		{Pattern: "POST " + requestPath + "/open", Access: may, Handler: k.open},
		{Pattern: "POST " + requestPath + "/answer", Access: may, Handler: k.answer},
	}
}

// table shows what is kept, why and for how long, and when it was last
// carried out.
func (k *Keeping) table(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var ran map[string]Ran
	if err := k.DB.Read(ctx, func(tx *db.Tx) (err error) {
		ran, err = runs(tx)
		return err
	}); err != nil {
		return err
	}
	t := func(key string) string { return i18n.T(ctx, "keeping."+key) }
	g := ui.Grid{Caption: t("table"), Cards: true, Columns: []ui.Column{{Title: t("record")}, {Title: t("why")}, {Title: t("basis")}, {Title: t("long")}, {Title: t("then")}, {Title: t("room")}, {Title: t("last")}}}
	for _, rec := range Table() {
		last := ""
		if x, ok := ran[rec.ID]; ok {
			last = i18n.Date(ctx, clock.DateOf(x.At))
		} else if rec.Carrier != "" {
			last = t("not_yet")
		}
		g.Rows = append(g.Rows, ui.Text(rec.Title.In(ctx), rec.Why.In(ctx), rec.Basis.In(ctx), rec.Long.In(ctx), t("then_"+rec.Then), t("room_"+rec.Room), last))
	}
	f := k.page(r, t("retention"))
	f.Lead = t("retention_lead")
	return web.Render(w, r, http.StatusOK, tableView(f, g, web.URL(ctx, "/privacy/request")))
}

func (k *Keeping) page(r *http.Request, title string) ui.Frame {
	ctx := r.Context()
	return k.Front.Page(r, title, ui.Link{Text: i18n.T(ctx, "keeping.home"), Href: web.URL(ctx, "/")}, ui.Link{Text: i18n.T(ctx, "keeping.privacy"), Href: web.URL(ctx, "/privacy")}, ui.Link{Text: title})
}

func (k *Keeping) askForm(w http.ResponseWriter, r *http.Request) error {
	return k.showAsk(w, r, http.StatusOK, nil)
}

func (k *Keeping) showAsk(w http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	t := func(key string, args ...any) string { return i18n.T(ctx, "keeping."+key, args...) }
	in := func(name string) ui.Input {
		return ui.Input{Name: name, Label: t("ask_" + name), Help: t("ask_" + name + "_help"), Value: r.PostFormValue(name), Error: bad.Of(ctx, name)}
	}
	p := askPage{Kind: in("kind"), Body: in("body"), Contact: in("contact"), Errors: bad, Status: web.URL(ctx, "/privacy/status"), Table: web.URL(ctx, "/privacy/retention")}
	for _, kind := range Kinds {
		p.Kind.Options = append(p.Kind.Options, ui.Option{Value: kind, Text: t("kind_" + kind), Help: t("kind_" + kind + "_help")})
	}
	p.Body.Rows, p.Body.MaxLen, p.Contact.MaxLen = 8, maxBody, maxContact
	f := k.page(r, t("request"))
	f.Lead, f.Narrow, f.NoIndex = t("request_lead"), true, true
	return web.Render(w, r, status, askView(f, p))
}

type askPage struct {
	Kind, Body, Contact ui.Input
	Errors              ui.Errors
	Status, Table       string
}

// ask answers with the receipt itself and not with a redirect: the code is
// told once and stands in no address.
func (k *Keeping) ask(w http.ResponseWriter, r *http.Request) error {
	ctx, get := r.Context(), r.PostForm.Get
	q, code, err := k.Ask(ctx, get("kind"), get("body"), get("contact"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return k.showAsk(w, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	t := func(key string, args ...any) string { return i18n.T(ctx, "keeping."+key, args...) }
	f := k.page(r, t("received"))
	f.Narrow, f.NoIndex = true, true
	w.Header().Set("Cache-Control", "no-store")
	slip := ui.Slip{Title: t("received_title"), Text: t("received_text", i18n.Date(ctx, q.DueOn)), Pairs: []ui.Pair{{Term: t("number"), Text: q.Number}, {Term: t("code"), Text: code}}}
	return web.Render(w, r, http.StatusOK, receiptView(f, slip, web.URL(ctx, "/privacy/status")))
}

type statusPage struct {
	Number, Code ui.Input
	Errors       ui.Errors
	Facts        []ui.Pair
	Answer       string
	Gone         bool
}

func (k *Keeping) statusForm(w http.ResponseWriter, r *http.Request) error {
	return k.showStatus(w, r, http.StatusOK, nil, nil)
}

func (k *Keeping) status(w http.ResponseWriter, r *http.Request) error {
	q, err := k.Status(r.Context(), r.PostForm.Get("number"), r.PostForm.Get("code"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return k.showStatus(w, r, http.StatusUnprocessableEntity, nil, bad)
	}
	if err != nil {
		return err
	}
	return k.showStatus(w, r, http.StatusOK, q, nil)
}

func (k *Keeping) showStatus(w http.ResponseWriter, r *http.Request, status int, q *Request, bad ui.Errors) error {
	ctx := r.Context()
	t := func(key string) string { return i18n.T(ctx, "keeping."+key) }
	p := statusPage{Errors: bad, Number: ui.Input{Name: "number", Label: t("number"), Help: t("number_help"), Value: r.PostFormValue("number"), Error: bad.Of(ctx, "number"), MaxLen: 40, Autocomplete: "off"},
		Code: ui.Input{Name: "code", Label: t("code"), Help: t("code_help"), Error: bad.Of(ctx, "code"), MaxLen: 20, Autocomplete: "off"}}
	if q != nil {
		p.Facts, p.Answer, p.Gone = k.facts(r, q), q.Answer, q.Destroyed
	}
	f := k.page(r, t("status"))
	f.Lead, f.Narrow, f.NoIndex = t("status_lead"), true, true
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, status, statusView(f, p))
}

func (k *Keeping) facts(r *http.Request, q *Request) []ui.Pair {
	ctx := r.Context()
	t := func(key string) string { return i18n.T(ctx, "keeping."+key) }
	word, tag := k.state(r, q)
	out := []ui.Pair{{Term: t("number"), Text: q.Number}, {Term: t("asked_for"), Text: t("kind_" + q.Kind)}, {Term: t("state"), Of: ui.Tag(tag, word)},
		{Term: t("asked"), Text: i18n.Date(ctx, clock.DateOf(q.At))}, {Term: t("due"), Text: i18n.Date(ctx, q.DueOn)}}
	if !q.AnsweredAt.IsZero() {
		out = append(out, ui.Pair{Term: t("answered_on"), Text: i18n.Date(ctx, clock.DateOf(q.AnsweredAt))})
	}
	return out
}

func (k *Keeping) state(r *http.Request, q *Request) (string, ui.TagKind) {
	t := func(key string) string { return i18n.T(r.Context(), "keeping."+key) }
	switch {
	case q.State == "answered":
		return t("state_answered"), ui.TagPublished
	case q.Late(clock.DateOf(k.DB.Clock().Now())):
		return t("state_late"), ui.TagDanger
	}
	return t("state_open"), ui.TagWaiting
}

func (k *Keeping) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	qs, err := k.Requests(ctx)
	if err != nil {
		return err
	}
	t := func(key string) string { return i18n.T(ctx, "keeping."+key) }
	g := ui.Grid{Caption: t("requests"), Cards: true, Nothing: t("no_requests"), Columns: []ui.Column{{Title: t("number")}, {Title: t("asked_for")}, {Title: t("state")}, {Title: t("asked")}, {Title: t("due")}}}
	for i := range qs {
		q := &qs[i]
		word, tag := k.state(r, q)
		g.Rows = append(g.Rows, []ui.Cell{{Text: q.Number, Href: web.URL(ctx, pathOf(q.Province, q.ID))}, {Text: t("kind_" + q.Kind)}, {Text: word, Tag: tag},
			{Text: i18n.Date(ctx, clock.DateOf(q.At))}, {Text: i18n.Date(ctx, q.DueOn)}})
	}
	f := k.desk(r, t("nav"))
	f.Lead = t("desk_lead")
	return web.Render(w, r, http.StatusOK, listView(f, g))
}

func (k *Keeping) desk(r *http.Request, title string, crumbs ...ui.Link) ui.Frame {
	ctx := r.Context()
	return k.Front.Desk(r, title, append([]ui.Link{{Text: i18n.T(ctx, "keeping.desk"), Href: web.URL(ctx, "/desk")}, {Text: i18n.T(ctx, "keeping.nav"), Href: web.URL(ctx, "/desk/privacy")}}, crumbs...)...)
}

func pathOf(province int, id int64) string {
	return "/desk/privacy/" + strconv.Itoa(province) + "/" + strconv.FormatInt(id, 10)
}

func numbers(r *http.Request) (province int, id int64, err error) {
	p, err := web.PathID(r, "province")
	if err != nil || p > 99 {
		return 0, 0, fault.Say(fault.NotFound, "fault.not_found")
	}
	id, err = web.PathID(r, "request")
	return int(p), id, err
}

type coverPage struct {
	Facts  []ui.Pair
	Open   *Request // opened: what the person wrote
	Reason ui.Input
	Answer ui.Input
	Errors ui.Errors
	Base   string
	May    bool // still to be answered
	Gone   bool
}

func (k *Keeping) cover(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	return k.showCover(w, r, http.StatusOK, province, id, nil, nil)
}

func (k *Keeping) showCover(w http.ResponseWriter, r *http.Request, status int, province int, id int64, opened *Request, bad ui.Errors) error {
	ctx := r.Context()
	q, err := k.Find(ctx, province, id)
	if err != nil {
		return err
	}
	t := func(key string) string { return i18n.T(ctx, "keeping."+key) }
	p := coverPage{Facts: k.facts(r, q), Open: opened, Errors: bad, Base: web.URL(ctx, pathOf(province, id)), May: q.State == "open", Gone: q.Destroyed,
		Reason: ui.Input{Name: "reason", Label: t("reason"), Help: t("reason_help"), Value: r.PostFormValue("reason"), Error: bad.Of(ctx, "reason"), MaxLen: 200},
		Answer: ui.Input{Name: "answer", Label: t("answer"), Help: t("answer_help"), Value: r.PostFormValue("answer"), Error: bad.Of(ctx, "answer"), MaxLen: maxBody, Rows: 8}}
	return web.Render(w, r, status, coverView(k.desk(r, t("desk_request")+" "+q.Number, ui.Link{Text: q.Number}), p))
}

func (k *Keeping) open(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	q, err := k.Open(r.Context(), province, id, r.PostForm.Get("reason"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return k.showCover(w, r, http.StatusUnprocessableEntity, province, id, nil, bad)
	}
	if err != nil {
		return err
	}
	return k.showCover(w, r, http.StatusOK, province, id, q, nil)
}

func (k *Keeping) answer(w http.ResponseWriter, r *http.Request) error {
	province, id, err := numbers(r)
	if err != nil {
		return err
	}
	err = k.Answer(r.Context(), province, id, r.PostForm.Get("answer"))
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return k.showCover(w, r, http.StatusUnprocessableEntity, province, id, nil, bad)
	}
	if err != nil {
		return err
	}
	return web.See(w, r, pathOf(province, id))
}
