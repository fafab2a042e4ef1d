package web_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/web"
)

// app is a small surface with one route of each sort.
type app struct {
	*web.App
	clock *clock.Fake
	log   *bytes.Buffer
	runs  int
}

func newApp(t *testing.T) *app {
	t.Helper()
	a := &app{clock: clock.NewFake(clock.MustDate("2026-11-23").Start()), log: &bytes.Buffer{}}
	say := func(w http.ResponseWriter, r *http.Request) error {
		a.runs++
		return web.Write(w, http.StatusOK, "text/html; charset=utf-8", []byte(string(i18n.LangOf(r.Context()))+" "+web.ModeWord(r.Context())+" "+web.URL(r.Context(), "/x")+strings.Repeat(" 公开", 400)))
	}
	a.App = web.New(web.Options{Clock: a.clock, Log: slog.New(slog.NewJSONHandler(a.log, nil)), CanonicalMode: func(s string) string {
		if s == "elder" {
			return s
		}
		return ""
	}}, []web.Route{
		{Pattern: "GET /page", Access: web.Public, Handler: say, Cached: true},
		{Pattern: "GET /plain", Access: web.Public, Handler: say},
		{Pattern: "GET /desk", Access: web.SignedIn, Handler: say},
		{Pattern: "GET /desk/approve", Access: web.May("x.approve"), Handler: say},
		{Pattern: "GET /{division}/{agency}", Access: web.Public, Handler: say},
		{Pattern: "GET /spoken", Access: web.Public, Handler: say, Voice: true},
		{Pattern: "GET /broken", Access: web.Public, Handler: func(http.ResponseWriter, *http.Request) error { return errors.New("secret detail 13800000000") }},
		{Pattern: "GET /panics", Access: web.Public, Handler: func(http.ResponseWriter, *http.Request) error { panic("boom") }},
		{Pattern: "POST /form", Access: web.Public, Handler: say, Limit: web.Rate{N: 3, Per: time.Minute}},
		{Pattern: "POST /upload", Access: web.Public, Handler: say, Upload: 4 << 20},
	})
	return a
}

func (a *app) do(r *http.Request) *http.Response {
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w.Result()
}

func (a *app) get(path string, header ...string) *http.Response {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return a.do(r)
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEveryAnswerCarriesTheHeaders(t *testing.T) {
	a := newApp(t)
	for _, path := range []string{"/page", "/page", "/plain", "/broken", "/none", "/panics", "/desk", "/350525/wjj"} {
		h := a.get(path).Header
		if got := h.Get("Content-Security-Policy"); got != web.CSP || strings.Contains(got, "unsafe") {
			t.Errorf("%s: CSP %q", path, got)
		}
		for _, name := range []string{"X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Permissions-Policy"} {
			if h.Get(name) == "" {
				t.Errorf("%s lacks %s", path, name)
			}
		}
		if h.Get("Server") != "" {
			t.Errorf("%s names its server", path)
		}
	}
}

func TestRefusalsHaveTheirStatus(t *testing.T) {
	a := newApp(t)
	post := func(path, kind, form string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form))
		r.Header.Set("Content-Type", kind)
		return r
	}
	cross := post("/form", "application/x-www-form-urlencoded", "a=b")
	cross.Header.Set("Sec-Fetch-Site", "cross-site")
	foreign := post("/form", "application/x-www-form-urlencoded", "a=b")
	foreign.Header.Set("Origin", "https://elsewhere.example")
	approver := httptest.NewRequest(http.MethodGet, "/desk/approve", nil)
	approver = approver.WithContext(account.With(approver.Context(), &account.Actor{Person: 1}))
	for _, c := range []struct {
		name string
		r    *http.Request
		want int
	}{
		{"a page nobody wrote", httptest.NewRequest(http.MethodGet, "/none", nil), 404},
		{"a known path with another method", httptest.NewRequest(http.MethodDelete, "/plain", nil), 404},
		{"a place path nobody wrote", httptest.NewRequest(http.MethodGet, "/350525/a/b/c/d", nil), 404},
		{"the desk without signing in", httptest.NewRequest(http.MethodGet, "/desk", nil), 401},
		{"a grant one does not hold", approver, 403},
		{"a failure of ours", httptest.NewRequest(http.MethodGet, "/broken", nil), 500},
		{"a panic", httptest.NewRequest(http.MethodGet, "/panics", nil), 500},
		{"a post from another site", cross, 403},
		{"a post with a foreign origin", foreign, 403},
		{"a form over its limit", post("/form", "application/x-www-form-urlencoded", "a="+strings.Repeat("x", web.MaxForm+1)), 413},
		{"a body that is no form", post("/form", "multipart/form-data; boundary=x", "nonsense"), 422},
	} {
		if got := a.do(c.r).StatusCode; got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestUploadsEndAtTheirLimit(t *testing.T) {
	a := newApp(t)
	for size, want := range map[int]int{1 << 20: 200, 5 << 20: 413} {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		f, err := m.CreateFormFile("file", "a.txt")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write(bytes.Repeat([]byte("x"), size))
		_ = m.Close()
		r := httptest.NewRequest(http.MethodPost, "/upload", &b)
		r.Header.Set("Content-Type", m.FormDataContentType())
		if got := a.do(r).StatusCode; got != want {
			t.Errorf("%d bytes: %d, want %d", size, got, want)
		}
	}
}

func TestPublishedPagesComeFromMemoryUntilSomethingChanges(t *testing.T) {
	a := newApp(t)
	first := a.get("/page", "Accept-Encoding", "br")
	tag := first.Header.Get("Etag")
	if first.Header.Get("Content-Encoding") != "br" || tag == "" {
		t.Fatalf("headers %v", first.Header)
	}
	if got := a.get("/page", "Accept-Encoding", "br", "If-None-Match", tag).StatusCode; got != 304 || a.runs != 1 {
		t.Errorf("status %d after %d renderings, want 304 after 1", got, a.runs)
	}
	if zip := a.get("/page", "Accept-Encoding", "gzip"); zip.Header.Get("Content-Encoding") != "gzip" || zip.Header.Get("Etag") == tag {
		t.Error("gzip must have its own tag")
	}
	if plain := body(t, a.get("/page")); !strings.HasPrefix(plain, "zh-CN  /x") {
		t.Errorf("plain page is %.20q", plain)
	}
	if en := body(t, a.get("/en/page")); !strings.HasPrefix(en, "en  /en/x") || a.runs != 2 {
		t.Errorf("English page is %.20q after %d renderings", en, a.runs)
	}
	a.get("/page", "Cookie", web.ModeCookie+"=elder")
	a.get("/page", "Cookie", web.ModeCookie+"=elder")
	a.get("/page", "Cookie", web.ModeCookie+"=made-up")
	if a.runs != 3 {
		t.Errorf("%d renderings, want one more for the elder mode and none for a made-up one", a.runs)
	}
	a.Cache().Empty()
	a.get("/page")
	a.clock.Advance(24 * time.Hour) // what is overdue changes at midnight
	a.get("/page")
	a.get("/page?q=1")
	a.get("/page?q=1")
	if a.runs != 7 {
		t.Errorf("%d renderings, want 7", a.runs)
	}
}

func TestLimitsAreByCallerAndComeBack(t *testing.T) {
	a := newApp(t)
	post := func(from string) int {
		r := httptest.NewRequest(http.MethodPost, "/form", strings.NewReader(url.Values{"a": {"b"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Forwarded-For", "203.0.113.9") // no proxy is trusted here
		r.RemoteAddr = from + ":1234"
		return a.do(r).StatusCode
	}
	got := []int{post("192.0.2.1"), post("192.0.2.1"), post("192.0.2.1"), post("192.0.2.1"), post("192.0.2.2")}
	a.clock.Advance(time.Minute)
	got = append(got, post("192.0.2.1"))
	for i, want := range []int{200, 200, 200, 429, 200, 200} {
		if got[i] != want {
			t.Errorf("post %d: %d, want %d", i+1, got[i], want)
		}
	}
}

func TestLogsHoldRoutesNotReaders(t *testing.T) {
	a := newApp(t)
	r := httptest.NewRequest(http.MethodGet, "/plain?q=张三13800000000", nil)
	r.RemoteAddr = "192.0.2.77:1"
	r.Header.Set("User-Agent", "marked-agent")
	a.do(r)
	for _, bad := range []string{"192.0.2.77", "13800000000", "marked-agent", "q="} {
		if strings.Contains(a.log.String(), bad) {
			t.Errorf("the log holds %q", bad)
		}
	}
	if !strings.Contains(a.log.String(), `"route":"GET /plain"`) {
		t.Errorf("the log lacks the route: %s", a.log)
	}
}

func TestLocalPathKeepsReadersHere(t *testing.T) {
	for in, want := range map[string]string{"/desk?a=1": "/desk?a=1", "https://evil.example/": "/", "//evil.example": "/", "": "/", "/\\evil": "/", "desk": "/", "/a\r\nb": "/"} {
		if got := web.LocalPath(in); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPathIDsThatNameNothingAreNotFound(t *testing.T) {
	for _, s := range []string{"", "x", "-1", "9223372036854775808"} {
		if _, err := web.Int64(s); !fault.Is(err, fault.NotFound) {
			t.Errorf("Int64(%q) = %v", s, err)
		}
	}
	if got := web.Attachment(`表"../x\一.xlsx`); strings.Contains(got, `\`) || !strings.Contains(got, "filename*=UTF-8''") {
		t.Errorf("Attachment = %s", got)
	}
}

func TestLocale(t *testing.T) {
	for _, s := range i18n.Check(web.Locale) {
		t.Error(s)
	}
}

// A page somebody speaks at may ask for the microphone, and no other may.
func TestTheMicrophoneIsForPagesSomebodySpeaksAt(t *testing.T) {
	a := newApp(t)
	for path, want := range map[string]string{"/spoken": "microphone=(self)", "/plain": "microphone=()", "/page": "microphone=()", "/nowhere": "microphone=()"} {
		res := a.do(httptest.NewRequest(http.MethodGet, path, nil))
		if got := res.Header.Get("Permissions-Policy"); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %s", path, got, want)
		}
		if csp := res.Header.Get("Content-Security-Policy"); csp != web.CSP {
			t.Errorf("%s: %q", path, csp)
		}
	}
}
