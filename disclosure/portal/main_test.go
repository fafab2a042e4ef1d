package portal_test

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"yangguang/agency"
	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/disclosure/coverage"
	"yangguang/disclosure/form"
	"yangguang/disclosure/portal"
	"yangguang/disclosure/portal/portaltest"
	"yangguang/internal/calendar"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

func TestMain(m *testing.M) {
	i18n.MustLoad(fault.Locale, calendar.Locale, web.Locale, ui.Locale, agency.Locale, front.Locale, form.Locale, disclosure.Locale, coverage.Locale, portal.Locale)
	os.Exit(m.Run())
}

// site is a house with its public pages.
type site struct {
	*portaltest.House
	App   *web.App
	front *front.Front
}

func newSite(t testing.TB) *site {
	t.Helper()
	return siteOf(portaltest.New(t))
}

func siteOf(h *portaltest.House) *site {
	f := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "永春县演示公开平台", En: "Yongchun Demo Disclosure"},
		Organiser: i18n.Text{Zh: "永春县演示局", En: "Yongchun Demo Bureau"}, IDCode: "bm00000000", Domain: "https://demo.example", Demo: true}}
	p := &portal.Portal{Front: f, Disclosure: h.Disclosure, EmbedIn: []string{"https://county.example"}}
	s := &site{House: h, front: f}
	s.App = web.New(web.Options{DB: h.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: showError,
		CanonicalMode: func(c string) string { return ui.ParseMode(c).String() }},
		p.Routes(), []web.Route{{Pattern: "GET /assets/{file}", Handler: func(w http.ResponseWriter, r *http.Request) error { ui.Assets().ServeHTTP(w, r); return nil }},
			{Pattern: "GET /preferences-for-test", Handler: setMode}})
	return s
}

// setMode is the front door's /preferences, which stands further right.
func setMode(w http.ResponseWriter, r *http.Request) error {
	http.SetCookie(w, &http.Cookie{Name: web.ModeCookie, Value: r.FormValue("mode"), Path: "/"})
	return nil
}

func showError(w http.ResponseWriter, r *http.Request, err error) {
	key, args, _ := fault.Sentence(err)
	text := i18n.T(r.Context(), key, args...)
	if strings.HasPrefix(r.URL.Path, "/api/") {
		_ = web.JSON(w, fault.KindOf(err).Status(), map[string]string{"error": fault.KindOf(err).String(), "message": text})
		return
	}
	if fault.KindOf(err) == fault.Internal {
		text = err.Error() // tests want to know
	}
	http.Error(w, text, fault.KindOf(err).Status())
}

type answer struct {
	*httptest.ResponseRecorder
	Statements int64
}

func (s *site) do(t testing.TB, r *http.Request) answer {
	t.Helper()
	ctx, n := db.CountStatements(r.Context())
	w := httptest.NewRecorder()
	s.App.ServeHTTP(w, r.WithContext(ctx))
	return answer{w, n.Load()}
}

func (s *site) get(t testing.TB, path string) answer {
	t.Helper()
	return s.do(t, httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil))
}

func (s *site) post(t testing.TB, path string, v url.Values) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(t, r)
}

// want asserts the status and that the page holds the words.
func (a answer) want(t testing.TB, status int, words ...string) answer {
	t.Helper()
	if a.Code != status {
		t.Fatalf("status %d, want %d: %.600s", a.Code, status, a.Body.String())
	}
	for _, w := range words {
		if !strings.Contains(a.Body.String(), w) {
			t.Errorf("the page does not say %q", w)
		}
	}
	return a
}

func (a answer) not(t testing.TB, words ...string) answer {
	t.Helper()
	for _, w := range words {
		if strings.Contains(a.Body.String(), w) {
			t.Errorf("the page says %q", w)
		}
	}
	return a
}

func (a answer) sent(t testing.TB, status int, to string) {
	t.Helper()
	if a.Code != status || a.Header().Get("Location") != to {
		t.Errorf("%d to %q, want %d to %q: %.300s", a.Code, a.Header().Get("Location"), status, to, a.Body.String())
	}
}

func TestLocalesHaveTheSameKeysAndOrder(t *testing.T) {
	t.Parallel()
	for _, fault := range i18n.Check(fs.FS(portal.Locale)) {
		t.Error(fault)
	}
}
