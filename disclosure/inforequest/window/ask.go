package window

import (
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"yangguang/agency"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/portal"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// columnType is the column of the guideline for government websites.
const columnType = "依申请公开"

// askPage is the way to a request at one agency: what is looked for, what is
// public on it already, then the form.
type askPage struct {
	Unit    agency.Agency
	Search  ui.Search
	Typed   string
	Hits    []ui.Entry
	Answers []ui.Entry // what was answered to others
	All     string
	Person  string // the form for a person, and for an organisation
	Org     string
	Ways    []ui.Pair
	Others  []ui.Entry // an agency that takes no requests leads to these
	Status  string
}

// publicShown is how many items of what is public already one page shows.
const publicShown = 6

func meta(ctx context.Context, u agency.Agency) string { return i18n.T(ctx, u.Kind.Key()) }

// ask shows the step that the address names: without a question the first, with
// one what is public on it, and with as the form.
func (w *Window) ask(rw http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	p := askPage{Typed: strings.TrimSpace(q.Get("q")), Status: href(ctx, statusPath)}
	var crumbs []ui.Link
	if err := w.read(ctx, func(tx *db.Tx) (err error) {
		if p.Unit, crumbs, err = w.Portal.UnitOf(tx, r, ui.Link{Text: t(ctx, "nav")}); err != nil {
			return err
		}
		return w.fillAsk(tx, &p)
	}); err != nil {
		return err
	}
	f := w.Front.Page(r, t(ctx, "ask_of", p.Unit.Name), crumbs...)
	f.NoIndex = p.Typed != ""
	as := q.Get("as")
	switch {
	case !w.Requests.Takes(p.Unit):
		f.Lead, f.Narrow = t(ctx, "takes_none"), true
		return web.Render(rw, r, http.StatusOK, elsewhereView(f, p))
	case as == "person" || as == "org":
		return w.form(rw, r, http.StatusOK, nil)
	case p.Typed == "":
		f.Lead = t(ctx, "step_look_lead")
		return web.Render(rw, r, http.StatusOK, lookView(f, p))
	}
	f.Of, f.Lead = []string{p.Typed}, t(ctx, "step_public_lead")
	return web.Render(rw, r, http.StatusOK, publicView(f, p))
}

func (w *Window) fillAsk(tx *db.Tx, p *askPage) (err error) {
	ctx, path := tx.Ctx, href(tx.Ctx, "/", p.Unit.Path(), "/request")
	if !w.Requests.Takes(p.Unit) {
		p.Others, err = w.elsewhere(tx, p.Unit)
		return err
	}
	p.Search = ui.Search{Action: path, Value: p.Typed, Label: t(ctx, "look_label"), Placeholder: t(ctx, "look_hint"), Suggest: href(ctx, "/search/suggest"), SuggestLabel: t(ctx, "suggested")}
	p.Ways = portal.Reach(ctx, p.Unit)
	query := url.Values{"q": {p.Typed}, "as": {"person"}}
	p.Person = path + "?" + query.Encode()
	query.Set("as", "org")
	p.Org = path + "?" + query.Encode()
	if p.Typed == "" {
		return nil
	}
	if p.Hits, p.All, err = w.Portal.Already(tx, p.Unit, p.Typed, publicShown); err != nil {
		return err
	}
	p.Answers, err = w.Answers.Found(tx, p.Unit, p.Typed, publicShown)
	return err
}

// elsewhere are the agencies above that take requests; without one, those of
// the county.
func (w *Window) elsewhere(tx *db.Tx, u agency.Agency) (out []ui.Entry, err error) {
	if u.State == agency.Merged {
		if u, err = agency.Resolve(tx, u.ID); err != nil {
			return nil, err
		}
	}
	above, err := agency.Superiors(tx, u.ID)
	if err != nil {
		return nil, err
	}
	above = append([]agency.Agency{u}, above...)
	if c := u.Division.County(); c != agency.Nation {
		more, err := agency.List(tx, agency.Filter{Within: c, Here: true, Limit: unitsShown})
		if err != nil {
			return nil, err
		}
		above = append(above, more...)
	}
	seen := map[int64]bool{}
	for _, a := range above {
		if w.Requests.Takes(a) && !seen[a.ID] {
			seen[a.ID] = true
			out = append(out, ui.Entry{Title: a.Name, Href: href(tx.Ctx, "/", a.Path(), "/request"), Meta: meta(tx.Ctx, a)})
		}
	}
	return out, nil
}

// formPage is the form.
type formPage struct {
	Unit     agency.Agency
	Org      bool
	Token    string
	Errors   ui.Errors
	Switch   ui.Link
	Action   string
	Subject  ui.Input
	Detail   ui.Input
	Kind     ui.Input // of organisation
	Name     ui.Input
	IDKind   ui.Input
	IDNumber ui.Input
	Speaker  ui.Input
	Image    ui.Input
	Phone    ui.Input
	Email    ui.Input
	Address  ui.Input
	Delivery ui.Input
	Medium   ui.Input
	Agreed   ui.Input // own_record, open_answer
	Needs    ui.Input
	Helper   ui.Input
	Tie      ui.Input
	Enclosed ui.Input
	Files    bool // a refused form had files: they must be chosen again
}

// images are what an identity document may come as.
const images = "image/jpeg,image/png,application/pdf"

// form shows the form with what was typed; a new one begins with the question
// that was looked for.
func (w *Window) form(rw http.ResponseWriter, r *http.Request, status int, bad ui.Errors) error {
	ctx := r.Context()
	p := formPage{Errors: bad, Org: r.FormValue("as") == "org", Token: r.PostFormValue("token")}
	var crumbs []ui.Link
	if err := w.read(ctx, func(tx *db.Tx) (err error) {
		p.Unit, crumbs, err = w.Portal.UnitOf(tx, r, ui.Link{Text: t(ctx, "nav")})
		return err
	}); err != nil {
		return err
	}
	if !w.Requests.Takes(p.Unit) {
		return fault.Say(fault.Conflict, "inforequest.takes_none")
	}
	if !tokenFits(p.Token) {
		p.Token, _ = secret.NewToken()
	}
	w.questions(r, &p)
	f := w.Front.Page(r, t(ctx, "ask_of", p.Unit.Name), crumbs...)
	f.Lead, f.Narrow = t(ctx, "form_lead"), true
	private(rw, &f)
	return web.Render(rw, r, status, formView(f, p))
}

// questions are the form's, each with what was typed and what was wrong.
func (w *Window) questions(r *http.Request, p *formPage) {
	ctx := r.Context()
	in := func(name string, most int) ui.Input {
		i := ui.Input{Name: name, Label: t(ctx, "f_"+name), Value: r.PostFormValue(name), Error: p.Errors.Of(ctx, name), MaxLen: most}
		if i18n.Has(i18n.ZH, "window.f_"+name+"_help") {
			i.Help = t(ctx, "f_"+name+"_help")
		}
		return i
	}
	may := func(name string, most int) ui.Input {
		i := in(name, most)
		i.Optional = true
		return i
	}
	of := func(name string, first bool, values ...string) ui.Input {
		i := in(name, 0)
		for _, v := range values {
			o := ui.Option{Value: v, Text: t(ctx, "f_"+name+"_"+v)}
			if i18n.Has(i18n.ZH, "window.f_"+name+"_"+v+"_help") {
				o.Help = t(ctx, "f_"+name+"_"+v+"_help")
			}
			i.Options = append(i.Options, o)
		}
		if i.Value == "" && first {
			i.Value = values[0]
		}
		return i
	}
	path := href(ctx, "/", p.Unit.Path(), "/request")
	p.Subject, p.Detail = in("subject", inforequest.MaxSubject), may("detail", inforequest.MaxDetail)
	if r.Method == http.MethodGet {
		p.Subject.Value = strings.TrimSpace(r.URL.Query().Get("q"))
	}
	p.Detail.Rows = 5
	p.Name, p.IDNumber = in("name", 60), in("id_number", 30)
	p.Name.Autocomplete, p.IDNumber.Autocomplete = "name", "off"
	p.IDKind = of("id_kind", true, "resident", "passport", "other")
	other := "org"
	if p.Org {
		other = "person"
		p.Kind = in("applicant", 0)
		for _, a := range w.Requests.Norm.Requests.Applicants[1:] {
			p.Kind.Options = append(p.Kind.Options, ui.Option{Value: a.ID, Text: a.Title.In(ctx)})
		}
		p.Name.Label, p.Name.Autocomplete = t(ctx, "f_name_org"), "organization"
		p.IDNumber.Label, p.IDNumber.Help = t(ctx, "f_credit"), ""
		p.Speaker = in("representative", 60)
	}
	p.Switch, p.Action = ui.Link{Text: t(ctx, "switch_"+other), Href: path + "?" + url.Values{"q": {p.Subject.Value}, "as": {other}}.Encode()}, path
	p.Image, p.Enclosed = may(inforequest.IdentityImage+"_file", 0), may(inforequest.AskedFile+"_file", 0)
	p.Image.Accept, p.Enclosed.Multiple = images, true
	p.Phone, p.Email, p.Address = may("phone", 20), may("email", 100), may("address", 200)
	p.Phone.Type, p.Email.Type, p.Phone.Autocomplete, p.Email.Autocomplete, p.Address.Autocomplete = "tel", "email", "tel", "email", "street-address"
	p.Delivery, p.Medium = of("delivery", true, inforequest.Deliveries...), of("medium", true, inforequest.Media...)
	p.Agreed = of("agreed", false, "own_record", "open_answer")
	p.Agreed.Optional, p.Agreed.Value, p.Agreed.Values = true, "", r.PostForm["agreed"]
	p.Needs, p.Helper, p.Tie = may("needs", 200), may("helper", 60), may("helper_tie", 60)
	p.Files = len(p.Errors) > 0 && r.MultipartForm != nil && len(r.MultipartForm.File) > 0
}

// tokenFits refuses a form without the token of a page, so that no two people
// can meet on one.
func tokenFits(s string) bool { return len(s) >= 32 && len(s) <= 100 }

// file answers with the receipt itself and not with a redirect: the code is told
// once and stands in no address.
func (w *Window) file(rw http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var u agency.Agency
	if err := w.read(ctx, func(tx *db.Tx) (err error) {
		u, _, err = w.Portal.UnitOf(tx, r)
		return err
	}); err != nil {
		return err
	}
	f, err := filing(r, u)
	if err != nil {
		return err
	}
	q, code, err := w.Requests.File(ctx, f)
	if bad := ui.ErrorsOf(err); len(bad) > 0 {
		return w.form(rw, r, http.StatusUnprocessableEntity, bad)
	}
	if err != nil {
		return err
	}
	return w.receipt(rw, r, u, q, code)
}

// filing is a form as the room takes it. The same page sent twice files once;
// a page one went back to and changed is another request.
func filing(r *http.Request, u agency.Agency) (f inforequest.Filing, err error) {
	get := r.PostForm.Get
	agreed := func(s string) bool {
		for _, v := range r.PostForm["agreed"] {
			if v == s {
				return true
			}
		}
		return false
	}
	f = inforequest.Filing{Agency: u.ID, Channel: "web", Applicant: get("applicant"), Asked: inforequest.Asked{Subject: get("subject"), Detail: get("detail")},
		Who: inforequest.Identity{Name: get("name"), IDKind: get("id_kind"), IDNumber: get("id_number"), Representative: get("representative"), Phone: get("phone"), Email: get("email"),
			Address: get("address"), Helper: get("helper"), HelperTie: get("helper_tie")},
		Delivery: get("delivery"), Medium: get("medium"), OwnRecord: agreed("own_record"), OpenAnswer: agreed("open_answer"), Needs: get("needs"), Lang: i18n.LangOf(r.Context())}
	if get("as") == "person" {
		f.Applicant = "natural"
	} else {
		f.Who.IDKind = "credit"
	}
	if token := get("token"); tokenFits(token) {
		f.Token = strings.Join([]string{token, f.Asked.Subject, f.Asked.Detail}, "\x00")
	}
	for _, purpose := range []string{inforequest.IdentityImage, inforequest.AskedFile} {
		if r.MultipartForm == nil {
			break
		}
		for _, h := range r.MultipartForm.File[purpose+"_file"] {
			if h.Filename == "" && h.Size == 0 {
				continue
			}
			b, err := bytesOf(h)
			if err != nil {
				return f, err
			}
			f.Files = append(f.Files, inforequest.FiledFile{Purpose: purpose, Name: h.Filename, Bytes: b})
		}
	}
	return f, nil
}

func bytesOf(h *multipart.FileHeader) ([]byte, error) {
	x, err := h.Open()
	if err != nil {
		return nil, fault.As(fault.Invalid, err)
	}
	b, err := io.ReadAll(io.LimitReader(x, inforequest.MaxFiledFile+1))
	if cerr := x.Close(); err == nil {
		err = cerr
	}
	return b, err
}

// receiptPage is shown once.
type receiptPage struct {
	Slip  ui.Slip
	Next  []string
	QR    string
	Href  string
	Files int
}

func (w *Window) receipt(rw http.ResponseWriter, r *http.Request, u agency.Agency, q *inforequest.Request, code string) error {
	ctx := r.Context()
	cal, err := w.Requests.Calendars.For(ctx, int64(q.Region))
	if err != nil {
		return err
	}
	answer := inforequest.RulesOf(&w.Requests.Norm.Requests).Answer
	p := receiptPage{Href: href(ctx, statusPath) + "?" + url.Values{"number": {q.Number}}.Encode()}
	p.Slip = ui.Slip{Title: t(ctx, "filed_title"), Text: t(ctx, "filed_text", u.Name), Pairs: []ui.Pair{{Term: t(ctx, "number"), Text: q.Number}, {Term: t(ctx, "code"), Text: secret.Group(code)}}}
	if q.State == inforequest.Filed {
		p.Next = []string{t(ctx, "next_confirm", i18n.DateWeekday(ctx, q.ReplyBy)), t(ctx, "next_answer", answer.N, i18n.DateWeekday(ctx, cal.Deadline(w.today(), answer, nil).Due))}
	}
	p.Next = append(p.Next, t(ctx, "next_follow"), t(ctx, "next_contact", u.Name, strings.TrimSpace(u.Phone+" "+u.Address)))
	p.QR = w.whole(r, p.Href)
	f := w.page(r, t(ctx, "filed"))
	private(rw, &f)
	return web.Render(rw, r, http.StatusOK, receiptView(f, p))
}

// whole is an address with its site: as configured, or as the reader wrote it.
func (w *Window) whole(r *http.Request, path string) string {
	if w.Front.Domain != "" {
		return w.Front.Domain + path
	}
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	return scheme + r.Host + path
}
