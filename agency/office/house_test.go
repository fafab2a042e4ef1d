package office

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/jobs"
	"yangguang/internal/notify"
	"yangguang/internal/secret"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

func TestMain(m *testing.M) {
	i18n.MustLoad(Locale, fault.Locale, account.Locale, audit.Locale, agency.Locale, calendar.Locale, notify.Locale, front.Locale, ui.Locale, web.Locale)
	os.Exit(m.Run())
}

func TestLocaleIsWhole(t *testing.T) {
	t.Parallel()
	for _, wrong := range i18n.Check(Locale) {
		t.Error(wrong)
	}
}

var migrations = []fs.FS{calendar.Migrations, audit.Migrations, account.Migrations, jobs.Migrations, notify.Migrations, agency.Migrations}

// house is the office over a real store, with a county administrator in it.
type house struct {
	*testing.T
	o     *Office
	app   *web.App
	cast  agencytest.Cast
	clock *clock.Fake
	root  context.Context
	totp  map[string][]byte
	admin *visitor
	boss  int64 // the administrator's person
}

const good = "correct-horse-battery-21"

func newHouse(t *testing.T, demo bool, day string) *house {
	t.Helper()
	c := clock.NewFake(clock.MustDate(day).Start().Add(9 * time.Hour))
	d := dbtest.SQLite(t, c, migrations...)
	h := &house{T: t, cast: agencytest.Seed(t, d), clock: c, root: account.AsSystem(t.Context()), totp: map[string][]byte{}}
	above := func(_ *db.Tx, division int64) (out []int64, _ error) {
		for _, x := range agency.Code(division).Ancestors() {
			if x != agency.Nation {
				out = append(out, int64(x))
			}
		}
		return out, nil
	}
	k := calendar.NewKeeper(d, above)
	if err := k.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := account.New(account.Options{DB: d, Keys: secret.NewKeys(), Cost: secret.Cheap, Demo: demo})
	a.Register("room.draft")
	h.o = &Office{Front: &front.Front{Site: front.Site{Home: agencytest.County, Demo: demo}}, DB: d, Accounts: a, Agencies: agency.New(d), Calendars: k,
		Notices: &notify.Outbox{DB: d, Keys: secret.NewKeys()}, Clock: c}
	h.o.Wire()
	h.app = web.New(web.Options{DB: d, Accounts: a, Clock: c, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: func(w http.ResponseWriter, r *http.Request, err error) {
		if !h.o.Answer(w, r, err) {
			key, args, _ := fault.Sentence(err)
			http.Error(w, i18n.T(r.Context(), key, args...), fault.KindOf(err).Status())
		}
	}}, h.o.Routes())
	h.o.Remote = h.app.Remote
	in := wholeOf(agencytest.County)
	var gs []account.Grant
	for _, v := range []string{account.Managing, account.Recovering, Units, Calendar, Audit, Outbox} {
		gs = append(gs, account.Grant{Verb: v, Lo: in.Lo, Hi: in.Hi})
	}
	h.boss = h.enrol("管理员", "admin1", h.cast.County, gs...)
	h.admin = h.visitor("admin1")
	return h
}

// enrol makes an active colleague with a login.
func (h *house) enrol(name, login string, u agency.Agency, gs ...account.Grant) int64 {
	h.Helper()
	slips, err := h.o.Accounts.Onboard(h.root, []account.NewMember{{Name: name, Login: login, Home: targetOf(u), Grants: gs}})
	if err != nil {
		h.Fatal(err)
	}
	if _, err := h.o.Agencies.Join(h.root, 0, agency.Member{Agency: u.ID, Person: slips[0].Person}); err != nil {
		h.Fatal(err)
	}
	st, err := h.o.Accounts.OpenSlip(h.root, slips[0].Code, "counter")
	if err != nil {
		h.Fatal(err)
	}
	h.totp[login] = st.TOTP
	if err := h.o.Accounts.UseSlip(h.root, slips[0].Code, good, h.code(login), "counter"); err != nil {
		h.Fatal(err)
	}
	return slips[0].Person
}

func (h *house) code(login string) string {
	h.clock.Advance(30 * time.Second)
	return secret.TOTP(h.totp[login], h.clock.Now())
}

// visitor is somebody at a browser without scripts.
type visitor struct {
	h     *house
	token string
}

func (h *house) visitor(login string) *visitor {
	h.Helper()
	token, err := h.o.Accounts.SignIn(h.Context(), login, good, h.code(login), "192.0.2.1")
	if err != nil {
		h.Fatal(err)
	}
	return &visitor{h, token}
}

func (v *visitor) do(r *http.Request) (int, string) {
	v.h.Helper()
	r.Host, r.RemoteAddr = "127.0.0.1", "192.0.2.1:1000"
	if v.token != "" {
		r.AddCookie(&http.Cookie{Name: "yg", Value: v.token})
	}
	w := httptest.NewRecorder()
	v.h.app.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name == "yg" {
			v.token = c.Value
		}
	}
	if w.Code == http.StatusSeeOther {
		return w.Code, w.Header().Get("Location")
	}
	return w.Code, w.Body.String()
}

func (v *visitor) get(path string) (int, string) {
	v.h.Helper()
	return v.do(httptest.NewRequest(http.MethodGet, path, nil))
}

// page gets a page that must be there and whole.
func (v *visitor) page(path string) string {
	v.h.Helper()
	status, body := v.get(path)
	if status != http.StatusOK {
		v.h.Fatalf("GET %s: %d %.300s", path, status, body)
	}
	if m := regexp.MustCompile(`office\.[a-z_]{2,}[<"]`).FindString(strings.ReplaceAll(body, `value="office.`, "")); m != "" {
		v.h.Errorf("GET %s shows a key without a sentence: %s", path, m)
	}
	return body
}

func (v *visitor) post(path string, pairs ...string) (int, string) {
	v.h.Helper()
	f := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(f.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(r)
}

// upload posts a form with a file.
func (v *visitor) upload(path, name string, file []byte, pairs ...string) (int, string) {
	v.h.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		_ = m.WriteField(pairs[i], pairs[i+1])
	}
	if file != nil {
		part, err := m.CreateFormFile("file", name)
		if err != nil {
			v.h.Fatal(err)
		}
		_, _ = part.Write(file)
	}
	_ = m.Close()
	r := httptest.NewRequest(http.MethodPost, path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return v.do(r)
}

// hidden reads a hidden field of a page, for the next step of a form.
func hidden(t *testing.T, body, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("the page has no hidden field %s: %.2000s", name, body)
	}
	return m[1]
}

func (h *house) has(body string, words ...string) {
	h.Helper()
	for _, w := range words {
		if !strings.Contains(body, w) {
			at := strings.Index(body, "<main")
			h.Errorf("the page lacks %q: %.3000s", w, body[max(at, 0):])
		}
	}
}

// is checks an answer's status, and what it says or where it leads.
func (h *house) is(status int, body string, want int, words ...string) {
	h.Helper()
	if status != want {
		at := strings.Index(body, "<main")
		h.Fatalf("status %d, want %d: %.1500s", status, want, body[max(at, 0):])
	}
	h.has(body, words...)
}

var slipCode = regexp.MustCompile(`class="code">([0-9A-Z-]+)</strong>`)
