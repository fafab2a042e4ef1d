package web_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"

	"yangguang/internal/account"
	"yangguang/internal/i18n"
	"yangguang/internal/web"
)

// answerOf serves one request and returns what stands in the body.
func answerOf(a *web.App, r *http.Request) string {
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w.Body.String()
}

func TestAKeptPageIsMadeForNobodyInParticular(t *testing.T) {
	a := web.New(web.Options{}, []web.Route{{Pattern: "GET /page", Cached: true, Handler: func(w http.ResponseWriter, r *http.Request) error {
		who := "everybody"
		if actor := account.From(r.Context()); actor != nil {
			who = actor.Name
		}
		return web.Write(w, http.StatusOK, "text/plain; charset=utf-8", []byte(who))
	}}})
	r := httptest.NewRequest(http.MethodGet, "/page", nil)
	r = r.WithContext(account.With(r.Context(), &account.Actor{Person: 1, Name: "张三"}))
	if got := answerOf(a, r); got != "everybody" {
		t.Errorf("the page kept for all was made for %q", got)
	}
}

func TestAPageForSomeIsNeverKeptForAll(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a route that is both signed-in and cached was taken")
		}
	}()
	web.New(web.Options{}, []web.Route{{Pattern: "GET /desk", Access: web.SignedIn, Cached: true}})
}

func TestAnUnusualSpellingOfAPathDoesNotTakeAnotherPagesPlace(t *testing.T) {
	name := func(v string) web.Handler {
		return func(w http.ResponseWriter, _ *http.Request) error {
			return web.Write(w, http.StatusOK, "text/plain; charset=utf-8", []byte(v))
		}
	}
	a := web.New(web.Options{CanonicalMode: func(s string) string { return s }},
		[]web.Route{{Pattern: "GET /a/{name}", Cached: true, Handler: name("one name")}, {Pattern: "GET /a/b/{name}", Cached: true, Handler: name("below b")}})
	for _, path := range []string{"/a/b%2Fc", "/a/b/c%00elder"} {
		answerOf(a, httptest.NewRequest(http.MethodGet, path, nil))
	}
	if got := answerOf(a, httptest.NewRequest(http.MethodGet, "/a/b/c", nil)); got != "below b" {
		t.Errorf("/a/b/c shows %q", got)
	}
}

func TestLinksToThePageBeingReadStayHere(t *testing.T) {
	var path, other string
	a := web.New(web.Options{ShowError: func(_ http.ResponseWriter, r *http.Request, _ error) {
		path, other = web.PathOf(r.Context()), web.OtherURL(r.Context())
	}})
	for in, want := range map[string][2]string{
		"/en//evil.example/x": {"/evil.example/x", "/evil.example/x"},
		`/en/%5Cevil.example`: {"/%5Cevil.example", "/%5Cevil.example"},
		"/a%3Fb?c=1":          {"/a%3Fb?c=1", "/en/a%3Fb?c=1"},
		"/en":                 {"/", "/"},
	} {
		answerOf(a, httptest.NewRequest(http.MethodGet, in, nil))
		if path != want[0] || other != want[1] {
			t.Errorf("%s: PathOf %q, OtherURL %q, want %q", in, path, other, want)
		}
	}
}

func TestACallerIsKnownByTheNearestAddressWeTrust(t *testing.T) {
	a := web.New(web.Options{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	for _, c := range []struct {
		name, from, want string
		forwarded        []string
	}{
		{"no proxy", "192.0.2.1:1", "192.0.2.1", []string{"203.0.113.9"}},
		{"a proxy that appends", "10.0.0.1:1", "192.0.2.1", []string{"203.0.113.9, 192.0.2.1"}},
		{"a proxy that adds a line", "10.0.0.1:1", "192.0.2.1", []string{"203.0.113.9", "192.0.2.1"}},
		{"two proxies of ours", "10.0.0.1:1", "192.0.2.1", []string{"192.0.2.1, 10.0.0.2"}},
		{"one household of IPv6", "[2001:db8:1:2::7]:1", "2001:db8:1:2::/64", nil},
		{"its other address", "[2001:db8:1:2:ffff::9]:1", "2001:db8:1:2::/64", nil},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.from
		r.Header["X-Forwarded-For"] = c.forwarded
		if got := a.Remote(r); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAPageThatMovedForwardsInTheReadersLanguage(t *testing.T) {
	a := web.New(web.Options{}, []web.Route{{Pattern: "GET /old", Cached: true, Handler: func(http.ResponseWriter, *http.Request) error { return web.Moved("/new") }}})
	for in, want := range map[string]string{"/old": "/new", "/en/old": "/en/new"} {
		for range 2 { // the second time too, from memory or not
			w := httptest.NewRecorder()
			a.ServeHTTP(w, httptest.NewRequest(http.MethodGet, in, nil))
			if w.Code != http.StatusMovedPermanently || w.Header().Get("Location") != want {
				t.Errorf("%s: %d to %q", in, w.Code, w.Header().Get("Location"))
			}
		}
	}
}

func TestNothingOfAnUploadIsLeftOnTheDisk(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	if err := i18n.Load(web.Locale); err != nil {
		t.Fatal(err)
	}
	spilled := 0
	a := web.New(web.Options{}, []web.Route{{Pattern: "POST /upload", Upload: 40 << 20, Handler: func(w http.ResponseWriter, r *http.Request) error {
		in, err := os.ReadDir(os.TempDir())
		spilled = len(in)
		_, _ = io.WriteString(w, "taken")
		return err
	}}})
	srv := httptest.NewServer(a)
	defer srv.Close()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	f, err := m.CreateFormFile("file", "a.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(f, strings.Repeat("x", 15<<20))
	_ = m.Close()
	res, err := http.Post(srv.URL+"/upload", m.FormDataContentType(), &b)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	srv.Close() // waits for the request to end
	left, err := os.ReadDir(os.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if spilled == 0 || len(left) != 0 {
		t.Errorf("%d files while the handler ran, %d left behind", spilled, len(left))
	}
}
