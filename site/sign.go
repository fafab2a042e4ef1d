package site

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/a-h/templ"

	"yangguang/internal/account"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// signInRate is generous: the account's own limits are the strict ones.
var signInRate = web.Rate{N: 30, Per: time.Minute}

// signInPage is what the sign-in form shows.
type signInPage struct {
	Name, Next string
	Message    string
	Wrong      ui.Errors
	Demo       []DemoAccount
	Other      templ.Component
}

func (s *Site) signInForm(w http.ResponseWriter, r *http.Request) error {
	next := web.LocalPath(r.URL.Query().Get("next"))
	if account.From(r.Context()) != nil {
		return web.See(w, r, deskUnless(next))
	}
	return s.showSignIn(w, r, http.StatusOK, signInPage{Next: next})
}

func deskUnless(next string) string {
	if next == "/" {
		return "/desk"
	}
	return next
}

func (s *Site) showSignIn(w http.ResponseWriter, r *http.Request, status int, p signInPage) error {
	f := s.Front.Page(r, i18n.T(r.Context(), "site.sign_in"))
	f.NoIndex, f.Narrow = true, true
	p.Demo, p.Other = s.DemoAccounts, s.OtherMeans
	f.Scripts = append(f.Scripts, "passkey.js")
	w.Header().Set("Cache-Control", "no-store")
	return web.Render(w, r, status, signInView(f, p))
}

func (s *Site) signIn(w http.ResponseWriter, r *http.Request) error {
	ctx, next := r.Context(), web.LocalPath(r.PostForm.Get("next"))
	token, err := s.Accounts.SignIn(ctx, r.PostForm.Get("name"), r.PostForm.Get("password"), r.PostForm.Get("code"), s.Remote(r))
	if wrong := ui.ErrorsOf(err); len(wrong) > 0 {
		return s.showSignIn(w, r, fault.KindOf(err).Status(), signInPage{Name: r.PostForm.Get("name"), Next: next, Wrong: wrong})
	}
	if k := fault.KindOf(err); err != nil && (k == fault.Invalid || k == fault.TooMany) {
		key, args, _ := fault.Sentence(err)
		return s.showSignIn(w, r, k.Status(), signInPage{Name: r.PostForm.Get("name"), Next: next, Message: i18n.T(ctx, key, args...)})
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, s.Accounts.Cookie(token))
	w.Header().Set("Cache-Control", "no-store")
	return web.See(w, r, deskUnless(next))
}

func (s *Site) signOut(w http.ResponseWriter, r *http.Request) error {
	if token := account.TokenFrom(r); token != "" {
		if err := s.Accounts.SignOut(r.Context(), token); err != nil {
			return err
		}
	}
	http.SetCookie(w, s.Accounts.Cookie(""))
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	w.Header().Set("Cache-Control", "no-store")
	return web.See(w, r, "/")
}

// preferences sets how pages are shown and goes back to the page.
func (s *Site) preferences(w http.ResponseWriter, r *http.Request) error {
	mode := ui.ParseMode(r.URL.Query().Get("mode"))
	//nolint:gosec // says how pages look and nothing of the reader; works without TLS too
	c := &http.Cookie{Name: web.ModeCookie, Value: mode.String(), Path: "/", MaxAge: 365 * 24 * 3600, SameSite: http.SameSiteLaxMode, HttpOnly: true}
	if mode == (ui.Mode{}) {
		c.Value, c.MaxAge = "", -1
	}
	http.SetCookie(w, c)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, web.LocalPath(r.URL.Query().Get("back")), http.StatusSeeOther) //nolint:gosec // LocalPath keeps it here
	return nil
}

// secrets are the fields no page repeats: passwords old and new, codes.
var secrets = []string{"password", "old", "code", "slip"}

// kept turns what was posted into hidden fields, so that nothing typed is lost
// when a post could not be taken; secrets are not repeated.
func kept(form url.Values) []ui.Pair {
	var out []ui.Pair
	for name, vs := range form {
		if slices.Contains(secrets, name) || name == "again" && form.Has("password") {
			continue
		}
		for _, v := range vs {
			out = append(out, ui.Pair{Term: name, Text: v})
		}
	}
	return out
}
