package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/secret"
	"yangguang/norm"
)

const goodPassword = "veranda lantern mosaic 21"

// browser is somebody at a browser without scripts.
type browser struct {
	h     http.Handler
	token string
}

func (b *browser) do(method, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Host = "127.0.0.1"
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.token != "" {
		r.AddCookie(&http.Cookie{Name: "yg", Value: b.token})
	}
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name == "yg" {
			b.token = c.Value
		}
	}
	return w
}

// is checks an answer's status, and parts of its body or of where it points.
func is(t *testing.T, what string, w *httptest.ResponseRecorder, status int, parts ...string) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("%s: %d, want %d", what, w.Code, status)
	}
	for _, p := range parts {
		if !strings.Contains(w.Body.String()+w.Header().Get("Location"), p) {
			t.Errorf("%s: the answer lacks %q", what, p)
		}
	}
}

// opened is a house in the folder of an account opened by the command line.
type opened struct {
	*house
	clock *clock.Fake
	totp  []byte
	login string
}

// openAccount goes from "user add" through /activate.
func openAccount(t *testing.T) *opened {
	t.Helper()
	dir := t.TempDir()
	var out bytes.Buffer
	if err := run(t.Context(), []string{"user", "add", "--data", dir, "--login", "zhangsan", "--name", "张三"}, &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	slip := lines[len(lines)-1]
	clk := clock.NewFake(clock.System().Now())
	d, err := db.Open(t.Context(), db.Options{Dir: dir, Clock: clk})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	o := &opened{house: houseOn(t, d, norm.Builtin()), clock: clk, login: "zhangsan"}
	if o.keys, err = keysIn(dir); err != nil {
		t.Fatal(err)
	}
	o.wire(false)
	o.activate(t, slip)
	return o
}

func (o *opened) activate(t *testing.T, slip string) {
	t.Helper()
	b := &browser{h: o.app}
	is(t, "a wrong code", b.do(http.MethodPost, "/activate", url.Values{"slip": {"ABCD-EFGH-JKLM-NPQ"}}), 422)
	w := b.do(http.MethodPost, "/activate", url.Values{"slip": {slip}})
	is(t, "the code of the command line", w, 200, "张三", "<svg")
	st, err := o.accounts.OpenSlip(t.Context(), slip, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	o.totp = st.TOTP
	form := func(code string) url.Values {
		return url.Values{"slip": {slip}, "password": {goodPassword}, "again": {goodPassword}, "code": {code}}
	}
	is(t, "a wrong second factor", b.do(http.MethodPost, "/activate/finish", form("000000")), 422)
	is(t, "the finish", b.do(http.MethodPost, "/activate/finish", form(o.code())), 303, "/activate/done")
	is(t, "the code again", b.do(http.MethodPost, "/activate", url.Values{"slip": {slip}}), 422)
}

// code is the next number of the telephone.
func (o *opened) code() string {
	o.clock.Advance(30 * time.Second)
	return secret.TOTP(o.totp, o.clock.Now())
}

func (o *opened) signIn(t *testing.T) *browser {
	t.Helper()
	b := &browser{h: o.app}
	is(t, "signing in", b.do(http.MethodPost, "/sign-in", url.Values{"name": {o.login}, "password": {goodPassword}, "code": {o.code()}, "next": {"/"}}), 303, "/desk")
	if b.token == "" {
		t.Fatal("signed in without a session")
	}
	return b
}

// TestAnAccountOfTheCommandLineOpensAndSignsIn: the way of an installation's
// first administrator.
func TestAnAccountOfTheCommandLineOpensAndSignsIn(t *testing.T) {
	o := openAccount(t)
	nobody := &browser{h: o.app}
	is(t, "a wrong password", nobody.do(http.MethodPost, "/sign-in", url.Values{"name": {o.login}, "password": {"not the password"}, "code": {o.code()}}), 422)
	is(t, "without the second factor", nobody.do(http.MethodPost, "/sign-in", url.Values{"name": {o.login}, "password": {goodPassword}}), 422)
	b := o.signIn(t)
	is(t, "the desk", b.do(http.MethodGet, "/desk", nil), 200, "张三")
	is(t, "what the grant opens", b.do(http.MethodGet, "/desk/people", nil), 200)
	is(t, "what it does not open", b.do(http.MethodGet, "/desk/items/new", nil), 403)
	is(t, "signing out", b.do(http.MethodPost, "/sign-out", nil), 303)
	is(t, "the desk after", b.do(http.MethodGet, "/desk", nil), 303, "/sign-in?next=%2Fdesk")
}

// TestAnExpiredSessionAsksToSignInAndKeepsWhatWasTyped: half an hour idle, or
// half a day in all.
func TestAnExpiredSessionAsksToSignInAndKeepsWhatWasTyped(t *testing.T) {
	o := openAccount(t)
	typed := url.Values{"title": {"关于义诊活动的通告"}, "body": {"本周六上午在卫生院义诊。"}, "password": {goodPassword}, "again": {goodPassword}}
	expired := func(why string, b *browser) {
		t.Helper()
		is(t, why+", a page", b.do(http.MethodGet, "/desk", nil), 303, "/sign-in?next=%2Fdesk")
		for _, lang := range []string{"", "/en"} {
			w := b.do(http.MethodPost, lang+"/desk/items/35/1/edit", typed)
			is(t, why+", a post", w, 401, "关于义诊活动的通告", "本周六上午在卫生院义诊。", `href="`+lang+`/sign-in"`, `action="`+lang+`/desk/items/35/1/edit"`)
			if strings.Contains(w.Body.String(), goodPassword) {
				t.Errorf("%s: the page repeats a password", why)
			}
		}
	}
	b := o.signIn(t)
	o.clock.Advance(account.IdleLasts - time.Minute)
	is(t, "29 minutes idle", b.do(http.MethodGet, "/desk", nil), 200)
	o.clock.Advance(account.IdleLasts)
	expired("30 minutes idle", b)

	b = o.signIn(t)
	for range int(account.SessionLasts/(20*time.Minute)) - 1 {
		o.clock.Advance(20 * time.Minute)
		is(t, "at work", b.do(http.MethodGet, "/desk", nil), 200)
	}
	o.clock.Advance(20 * time.Minute)
	expired("12 hours in all", b)
}

// TestAnUnknownAddressIsNotFound in either language, and for whoever asks.
func TestAnUnknownAddressIsNotFound(t *testing.T) {
	h := emptyHouse(t)
	b := &browser{h: h.app}
	for _, path := range []string{"/no-such-page", "/desk/no-such-page", "/350525/no/such/thing/here", "/99", "/350525/bureau/2026-99999", "/healthz/x"} {
		is(t, path, b.do(http.MethodGet, path, nil), 404, "没有找到")
		is(t, "/en"+path, b.do(http.MethodGet, "/en"+path, nil), 404, "Not found")
	}
	w := b.do(http.MethodGet, "/api/v1/no-such-thing", nil)
	is(t, "the API", w, 404)
	is(t, "a method nobody answers", b.do(http.MethodDelete, "/search", nil), 404)
	if m := regexp.MustCompile(`\b(fault|site|web)\.[a-z_]+\b`).FindString(w.Body.String()); m != "" {
		t.Errorf("a key without a sentence: %s", m)
	}
}
