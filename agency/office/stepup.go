package office

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"yangguang/internal/account"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// keptPrefix marks the fields of a post that waits for the second factor.
const keptPrefix = "kept."

func (o *Office) stepUpForm(w http.ResponseWriter, r *http.Request) error {
	return o.askStepUp(w, r, nil)
}

// askStepUp asks for the second factor. A post that needed it comes along in
// hidden fields and is sent again by one button afterwards; what is secret is
// typed anew.
func (o *Office) askStepUp(w http.ResponseWriter, r *http.Request, err error) error {
	ctx := r.Context()
	status, errs, top, ok := refusal(ctx, err)
	if !ok {
		return err
	}
	here := r.URL.Path == "/step-up"
	hidden, next := []ui.Pair{}, web.LocalPath(r.URL.Query().Get("next"))
	switch {
	case here && r.Method == http.MethodPost:
		next = web.LocalPath(r.PostForm.Get("next"))
		hidden = append(keep(r.PostForm, true), ui.Pair{Term: "again", Text: r.PostForm.Get("again")})
	case !here && r.Method == http.MethodPost:
		hidden = append(keep(r.PostForm, false), ui.Pair{Term: "again", Text: r.URL.Path})
	case !here:
		next = web.PathOf(ctx)
	}
	a := ask{ctx, nil, errs}
	f := o.frame(r, say(ctx, "step_up"))
	f.Narrow, f.Lead = true, say(ctx, "step_up_lead")
	if status == http.StatusOK && !here {
		status = http.StatusForbidden
	}
	return o.desk(w, r, status, f, top, formView(form{Action: "/step-up", Send: say(ctx, "go_on"),
		Hidden: append(hidden, ui.Pair{Term: "next", Text: next}),
		Fields: []templ.Component{a.text("code", typed("password", "one-time-code"), short, label(say(ctx, "proof")), func(in *ui.Input) { in.Help = say(ctx, "proof_help") })}}))
}

// keep puts a form's fields under the prefix, or passes on those that have it.
func keep(vals url.Values, prefixed bool) (out []ui.Pair) {
	secrets := []string{"password", "again", "old", "code", "slip"} // never repeated in a page
	for name, vs := range vals {
		if !prefixed && slices.Contains(secrets, name) || prefixed && !strings.HasPrefix(name, keptPrefix) {
			continue
		}
		if !prefixed {
			name = keptPrefix + name
		}
		for _, v := range vs {
			out = append(out, ui.Pair{Term: name, Text: v})
		}
	}
	slices.SortStableFunc(out, func(a, b ui.Pair) int { return strings.Compare(a.Term, b.Term) })
	return out
}

func (o *Office) stepUp(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	token, err := o.Accounts.StepUp(ctx, account.TokenFrom(r), strings.TrimSpace(r.PostForm.Get("code")), o.Remote(r))
	if err != nil {
		return o.askStepUp(w, r, err)
	}
	http.SetCookie(w, o.Accounts.Cookie(token))
	again := r.PostForm.Get("again")
	if again == "" || web.LocalPath(again) != again {
		return web.See(w, r, web.LocalPath(r.PostForm.Get("next")))
	}
	var hidden []ui.Pair
	for _, p := range keep(r.PostForm, true) {
		hidden = append(hidden, ui.Pair{Term: strings.TrimPrefix(p.Term, keptPrefix), Text: p.Text})
	}
	f := o.frame(r, say(ctx, "step_up_ok"))
	f.Narrow = true
	return o.desk(w, r, http.StatusOK, f, notice("good", say(ctx, "step_up_again")), formView(form{Action: again, Send: say(ctx, "send_again"), Hidden: hidden}))
}
