package office

import (
	"encoding/base32"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"yangguang/internal/account"
	"yangguang/internal/secret"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// activateForm asks for the code on the slip.
func (o *Office) activateForm(w http.ResponseWriter, r *http.Request) error {
	return o.askSlip(w, r, nil, nil)
}

func (o *Office) askSlip(w http.ResponseWriter, r *http.Request, vals url.Values, err error) error {
	ctx := r.Context()
	status, errs, top, ok := refusal(ctx, err)
	if !ok {
		return err
	}
	a := ask{ctx, vals, errs}
	return o.open(w, r, status, o.quiet(r, say(ctx, "activate"), say(ctx, "activate_lead")), top, formView(form{
		Action: "/activate", Send: say(ctx, "go_on"),
		Fields: []templ.Component{a.text("slip", func(in *ui.Input) { in.Autocomplete, in.MaxLen = "off", 40 })},
	}))
}

// quiet is a public page in one column that no search machine keeps.
func (o *Office) quiet(r *http.Request, title, lead string) ui.Frame {
	f := o.Front.Page(r, title)
	f.NoIndex, f.Narrow, f.Lead = true, true, lead
	return f
}

// activate opens a slip and shows whose account it is, the rules of passwords
// and the second factor to scan. The code travels in the form, not in the
// address, so that no history or log keeps it.
func (o *Office) activate(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	st, err := o.Accounts.OpenSlip(r.Context(), r.PostForm.Get("slip"), o.Remote(r))
	if err != nil {
		return o.askSlip(w, r, r.PostForm, err)
	}
	return o.askSetup(w, r, st, nil)
}

func (o *Office) askSetup(w http.ResponseWriter, r *http.Request, st account.Setup, err error) error {
	ctx := r.Context()
	status, errs, top, ok := refusal(ctx, err)
	if !ok {
		return err
	}
	a := ask{ctx, url.Values{"code": r.PostForm["code"]}, errs}
	code := a.text("code", typed("number", "one-time-code"), short)
	if !st.NeedsTOTP {
		code = a.text("code", typed("number", "one-time-code"), short, optional, func(in *ui.Input) { in.Help = say(ctx, "code_demo") })
	}
	typedSecret := secret.Group(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(st.TOTP))
	return o.open(w, r, status, o.quiet(r, say(ctx, "activate_hello", st.Name), say(ctx, "activate_"+string(st.Kind))), top,
		ui.DescriptionList([]ui.Pair{{Term: say(ctx, "f_login"), Text: st.Login}}),
		formView(form{Action: "/activate/finish", Send: say(ctx, "activate_do"), Hidden: []ui.Pair{{Term: "slip", Text: r.PostForm.Get("slip")}},
			Fields: []templ.Component{bullets(say(ctx, "step_password"), o.rules(r)), a.text("password", typed("password", "new-password")), a.text("again", typed("password", "new-password")),
				bullets(say(ctx, "step_factor"), nil), factor(st.TOTPURL, typedSecret), code}}))
}

// rules are told before anybody types a password.
func (o *Office) rules(r *http.Request) []string {
	ctx := r.Context()
	out := []string{say(ctx, "rule_length"), say(ctx, "rule_common"), say(ctx, "rule_name")}
	// A long password of one kind of character is refused only where the mix is asked for.
	if o.Accounts.CheckPasswordRules("", "veranda lantern mosaic") != nil {
		out = append(out, say(ctx, "rule_mix"))
	}
	return out
}

// finish chooses the password and takes the first code of the telephone.
func (o *Office) finish(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	w.Header().Set("Cache-Control", "no-store")
	p, slip := r.PostForm.Get("password"), r.PostForm.Get("slip")
	err := error(nil)
	if p != r.PostForm.Get("again") {
		err = wrong("again", "again_differs")
	} else {
		err = o.Accounts.UseSlip(ctx, slip, p, r.PostForm.Get("code"), o.Remote(r))
	}
	if err == nil {
		return web.See(w, r, "/activate/done")
	}
	st, gone := o.Accounts.OpenSlip(ctx, slip, o.Remote(r))
	if gone != nil {
		return o.askSlip(w, r, r.PostForm, gone)
	}
	return o.askSetup(w, r, st, err)
}

func (o *Office) activated(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return o.open(w, r, http.StatusOK, o.quiet(r, say(ctx, "activated"), ""), notice("good", say(ctx, "activated_words")),
		buttons(ui.Action{Text: say(ctx, "to_sign_in"), Href: web.URL(ctx, "/sign-in")}))
}
