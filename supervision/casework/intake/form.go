package intake

import (
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"yangguang/agency"
	"yangguang/disclosure/portal"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
	"yangguang/supervision/casework"
)

// asked are the form's questions; the check page carries their answers on, and
// a draft keeps them.
var asked = []string{"type", "text", "place", "when", "wanted", "about", "about_unit", "about_whom", "name", "phone", "email", "address", "ack", "helper", "helper_tie", "helper_unit", "topic", "draft", "token"}

// typed are the answers of a form as they came.
func typed(r *http.Request) url.Values {
	v := url.Values{}
	for _, name := range asked {
		if s := r.PostFormValue(name); s != "" {
			v.Set(name, s)
		}
	}
	return v
}

// formPage is the form.
type formPage struct {
	Unit   agency.Agency
	Kind   norm.CaseType
	Errors ui.Errors
	Action string
	Draft  string // the code a draft of it is kept under
	Kept   bool   // it was kept already
	Token  string
	Other  string // leads to the choice of another type
	Ways   []ui.Pair
	Text, Place, When, Wanted,
	About, AboutUnit, AboutWhom,
	Name, Phone, Email, Address, Ack,
	Helper, Tie, HelperUnit ui.Input
}

// helped answers whether something was said of a helper, or refused.
func (p *formPage) helped() bool {
	for _, x := range []ui.Input{p.Helper, p.Tie, p.HelperUnit} {
		if x.Value != "" || x.Error != "" {
			return true
		}
	}
	return false
}

// form shows the form; without a type in the address, the types first.
func (i *Intake) form(rw http.ResponseWriter, r *http.Request) error {
	kind := r.URL.Query().Get("type")
	return i.showForm(rw, r, http.StatusOK, url.Values{"type": {kind}}, nil)
}

// showForm shows the form of the unit of the address with what was typed.
func (i *Intake) showForm(rw http.ResponseWriter, r *http.Request, status int, v url.Values, bad ui.Errors) error {
	ctx := r.Context()
	p := formPage{Errors: bad, Draft: v.Get("draft"), Kept: v.Get("kept") != "", Token: v.Get("token")}
	var crumbs []ui.Link
	if err := i.read(ctx, func(tx *db.Tx) (err error) {
		p.Unit, crumbs, err = i.Portal.UnitOf(tx, r, ui.Link{Text: t(ctx, "nav")})
		return err
	}); err != nil {
		return err
	}
	f := i.Front.Page(r, t(ctx, "form_of", p.Unit.Name), crumbs...)
	f.Narrow = true
	p.Action = href(ctx, "/", p.Unit.Path(), "/matter")
	if !casework.Takes(p.Unit) {
		return web.Render(rw, r, http.StatusOK, noneView(f, href(ctx, newPath)))
	}
	k := i.kind(v.Get("type"))
	if k == nil {
		f.Lead = t(ctx, "choose_type")
		return web.Render(rw, r, status, typeView(f, i.types(ctx, p.Action)))
	}
	if !tokenFits(p.Token) {
		p.Token, _ = secret.NewToken()
	}
	if p.Draft == "" { // made here, so that what a script keeps late is found and dropped too
		p.Draft = secret.Code(draftCode)
	}
	p.Kind, p.Other = *k, p.Action
	i.questions(ctx, &p, v)
	f.Title, f.Lead = t(ctx, "form_title", k.Title.In(ctx), p.Unit.Name), t(ctx, "form_lead")
	if k.Protected {
		f.Lead = t(ctx, "form_lead_about")
	}
	private(rw, &f)
	at(ctx, &f, "/"+p.Unit.Path()+"/matter?type="+k.ID)
	return web.Render(rw, r, status, formView(f, p))
}

// questions are the form's, each with what was typed and what was wrong.
func (i *Intake) questions(ctx context.Context, p *formPage, v url.Values) {
	in := func(name string, most int) ui.Input {
		x := ui.Input{Name: name, Label: t(ctx, "f_"+name), Value: v.Get(name), Error: p.Errors.Of(ctx, name), MaxLen: most}
		if i18n.Has(i18n.ZH, "intake.f_"+name+"_help") {
			x.Help = t(ctx, "f_"+name+"_help")
		}
		return x
	}
	may := func(name string, most int) ui.Input {
		x := in(name, most)
		x.Optional = true
		return x
	}
	p.Text = in("text", casework.MaxText)
	p.Text.Rows = 8
	if key := "f_text_" + p.Kind.ID; i18n.Has(i18n.ZH, "intake."+key) {
		p.Text.Help = t(ctx, key)
	}
	p.Place, p.When, p.Wanted = may("place", 200), may("when", 200), may("wanted", 200)
	p.About = in("about", 0)
	p.About.Options = []ui.Option{{Value: "none", Text: t(ctx, "f_about_none")}, {Value: "this", Text: t(ctx, "f_about_this", p.Unit.Name), Help: t(ctx, "f_about_this_help", p.Unit.Name)}, {Value: "other", Text: t(ctx, "f_about_other"), Help: t(ctx, "f_about_other_help")}}
	p.AboutUnit, p.AboutWhom = may("about_unit", 100), may("about_whom", 200)
	p.Name, p.Phone, p.Email, p.Address = may("name", 60), may("phone", 20), may("email", 100), may("address", 200)
	p.Phone.Type, p.Email.Type = "tel", "email"
	p.Name.Autocomplete, p.Phone.Autocomplete, p.Email.Autocomplete, p.Address.Autocomplete = "name", "tel", "email", "street-address"
	p.Ack = in("ack", 0)
	for _, way := range []string{"none", "sms", "email"} {
		p.Ack.Options = append(p.Ack.Options, ui.Option{Value: way, Text: t(ctx, "f_ack_"+way)})
	}
	if p.Ack.Value == "" {
		p.Ack.Value = "none"
	}
	p.Helper, p.Tie, p.HelperUnit = may("helper", 60), may("helper_tie", 60), may("helper_unit", 100)
	p.Ways = portal.Reach(ctx, p.Unit)
}

// tokenFits refuses a form without the token of a page, so that no two people
// can meet on one.
func tokenFits(s string) bool { return len(s) >= 32 && len(s) <= 100 }

// send takes the form on: to be checked, changed again, or filed. Only the last
// files; it answers with the receipt itself and not with a redirect, for the
// code is told once and stands in no address.
func (i *Intake) send(rw http.ResponseWriter, r *http.Request) error {
	ctx, v, do := r.Context(), typed(r), r.PostFormValue("do")
	var u agency.Agency
	var f casework.Filing
	var bad ui.Errors
	if err := i.read(ctx, func(tx *db.Tx) (err error) {
		if u, _, err = i.Portal.UnitOf(tx, r); err != nil {
			return err
		}
		f, bad, err = i.filing(tx, u, v)
		return err
	}); err != nil {
		return err
	}
	if do == "edit" || i.kind(f.Type) == nil {
		return i.showForm(rw, r, http.StatusOK, v, nil)
	}
	to, err := i.Cases.Check(ctx, f)
	if fields := ui.ErrorsOf(err); len(fields) > 0 || len(bad) > 0 {
		return i.showForm(rw, r, http.StatusUnprocessableEntity, v, append(bad, fields...))
	}
	if err != nil {
		return err
	}
	if do != "send" {
		return i.check(rw, r, http.StatusOK, u, to, f, v, nil)
	}
	if f.Files, err = filesOf(r, "file"); err != nil {
		return err
	}
	m, code, err := i.Cases.File(ctx, f)
	if fields := ui.ErrorsOf(err); len(fields) > 0 {
		return i.check(rw, r, http.StatusUnprocessableEntity, u, to, f, v, fields)
	}
	if err != nil {
		return err
	}
	if err := i.Cases.DropDraft(ctx, v.Get("draft")); err != nil {
		return err
	}
	return i.receipt(rw, r, u, to, m, code, "filed")
}

// filing is a form as the room takes it. The same page sent twice files once; a
// page one went back to and changed is another matter.
func (i *Intake) filing(tx *db.Tx, u agency.Agency, v url.Values) (f casework.Filing, bad ui.Errors, err error) {
	get := v.Get
	f = casework.Filing{Agency: u.ID, Channel: "web", Type: get("type"), Topic: get("topic"), Lang: i18n.LangOf(tx.Ctx),
		Told: casework.Told{Text: get("text"), Place: get("place"), When: get("when"), Wanted: get("wanted"), About: get("about_whom")},
		Who:  casework.Contact{Name: get("name"), Phone: get("phone"), Email: get("email"), Address: get("address"), Helper: get("helper"), HelperTie: get("helper_tie")}}
	if ack := get("ack"); ack != "none" {
		f.Ack = ack
	}
	if token := get("token"); tokenFits(token) {
		f.Token = strings.Join([]string{token, f.Type, f.Told.Text}, "\x00")
	}
	wrong := func(name, key string, args ...any) {
		bad = append(bad, fault.Field{Name: name, Key: "intake." + key, Args: args})
	}
	unit := func(name string) (id int64) {
		if err == nil && strings.TrimSpace(get(name)) != "" {
			var key string
			var args []any
			if id, key, args, err = i.unitCalled(tx, get(name)); key != "" {
				wrong(name, key, args...)
			}
		}
		return id
	}
	if k := i.kind(f.Type); k != nil && k.Protected {
		switch get("about") {
		case "none":
		case "this":
			f.About = u.ID
		case "other":
			if strings.TrimSpace(get("about_unit")) == "" {
				wrong("about_unit", "need_about_unit")
			}
			f.About = unit("about_unit")
		default:
			wrong("about", "need_about")
		}
	}
	if f.Who.Helper != "" {
		f.Who.HelperUnit = unit("helper_unit")
	}
	return f, bad, err
}

// manyUnits is how many names a refusal lists for a name that several bear.
const manyUnits = 6

// unitCalled finds the unit somebody means; key and args say why it cannot.
func (i *Intake) unitCalled(tx *db.Tx, name string) (id int64, key string, args []any, err error) {
	name = strings.TrimSpace(name)
	found, err := i.named(tx, i.Front.Home, name, manyUnits)
	if err == nil && len(found) == 0 { // above the site's own division, or beside it
		found, err = i.named(tx, agency.Nation, name, manyUnits)
	}
	if err != nil {
		return 0, "", nil, err
	}
	found = slices.DeleteFunc(found, func(u agency.Agency) bool { return u.State != agency.Active })
	if n := slices.IndexFunc(found, func(u agency.Agency) bool { return u.Name == name }); n >= 0 {
		return found[n].ID, "", nil, nil
	}
	switch len(found) {
	case 0:
		return 0, "unit_unknown", nil, nil
	case 1:
		return found[0].ID, "", nil, nil
	}
	var names []string
	for _, u := range found {
		names = append(names, u.Name)
	}
	return 0, "unit_many", []any{strings.Join(names, t(tx.Ctx, "comma"))}, nil
}

// filesOf are the files that came with a form.
func filesOf(r *http.Request, field string) (out []casework.FiledFile, err error) {
	if r.MultipartForm == nil {
		return nil, nil
	}
	for _, h := range r.MultipartForm.File[field] {
		if h.Filename == "" && h.Size == 0 {
			continue
		}
		b, err := bytesOf(h)
		if err != nil {
			return nil, err
		}
		out = append(out, casework.FiledFile{Name: h.Filename, Bytes: b})
	}
	return out, nil
}

func bytesOf(h *multipart.FileHeader) ([]byte, error) {
	x, err := h.Open()
	if err != nil {
		return nil, fault.As(fault.Invalid, err)
	}
	b, err := io.ReadAll(io.LimitReader(x, casework.MaxFiledFile+1))
	if cerr := x.Close(); err == nil {
		err = cerr
	}
	return b, err
}
