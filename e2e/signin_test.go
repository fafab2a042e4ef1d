package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// password is the one the demonstration prints for all its accounts.
const password = "yangguang-demo"

// signedIn is a reader of plain pages with somebody's session.
func signedIn(t *testing.T, login string) *reader {
	t.Helper()
	r := newReader(t)
	if p := r.post("/sign-in", url.Values{"name": {login}, "password": {password}}); p.status != http.StatusSeeOther {
		t.Fatalf("%s cannot sign in: %d", login, p.status)
	}
	return r
}

// post sends a form as a browser of this site would.
func (r *reader) post(path string, form url.Values) *answer {
	r.t.Helper()
	req, err := http.NewRequest(http.MethodPost, base+path, strings.NewReader(form.Encode()))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return r.do(req)
}

// signIn signs somebody in by the form, keys only; whoever was there before
// has left the window.
func (w *tab) signIn(login string) {
	w.t.Helper()
	w.open("/sign-in")
	w.do(chromedp.SendKeys(`input[name=name]`, login), chromedp.SendKeys(`input[name=password]`, password))
	if got := w.loads("sign in as "+login, chromedp.SendKeys(`input[name=password]`, "\r")); got >= 400 {
		w.t.Fatalf("sign in as %s: %d", login, got)
	}
}

// signOut leaves by the button of the page.
func (w *tab) signOut() {
	w.t.Helper()
	w.loads("sign out", chromedp.Click(`form[action$="/sign-out"] button`))
}
