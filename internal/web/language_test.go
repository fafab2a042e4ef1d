package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"yangguang/internal/i18n"
	"yangguang/internal/web"
)

// TestEveryLanguageHasItsAddress adds a third language, as an operator's file
// would: its pages and their links lie below its own prefix.
func TestEveryLanguageHasItsAddress(t *testing.T) {
	if err := i18n.Add("xq", []byte(`{"ui.language_name": "Xq"}`)); err != nil {
		t.Fatal(err)
	}
	app := web.New(web.Options{}, []web.Route{{Pattern: "GET /page", Access: web.Public, Handler: func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		return web.Write(w, http.StatusOK, "text/plain", []byte(string(i18n.LangOf(ctx))+" "+web.URL(ctx, "/x")+" "+web.OtherURL(ctx)))
	}}})
	for path, want := range map[string]string{
		"/page":       "zh-CN /x /en/page",
		"/en/page":    "en /en/x /page",
		"/xq/page?q=": "xq /xq/x /page?q=",
	} {
		w := httptest.NewRecorder()
		app.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if got := w.Body.String(); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	for _, path := range []string{"/xx/page", "/zh-cn/page", "/english/page"} {
		w := httptest.NewRecorder()
		app.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
