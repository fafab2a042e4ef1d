package handling

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/inforequesttest"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/web"
)

var check = disclosuretest.Check

// office is a house with the desk's pages, read as a browser reads them.
type office struct {
	*inforequesttest.House
	app *web.App
	t   *testing.T
}

func open(t *testing.T) *office {
	t.Helper()
	h := inforequesttest.New(t)
	f := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Demo: true}}
	d := &Desk{Requests: h.Requests, Front: f}
	d.Join(f)
	app := web.New(web.Options{DB: h.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: func(w http.ResponseWriter, r *http.Request, err error) {
		key, args, _ := fault.Sentence(err)
		http.Error(w, i18n.T(r.Context(), key, args...), fault.KindOf(err).Status())
	}}, d.Routes())
	return &office{House: h, app: app, t: t}
}

func (o *office) ask(ctx context.Context, method, path string, form url.Values, status int) *httptest.ResponseRecorder {
	o.t.Helper()
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	o.app.ServeHTTP(w, r)
	if w.Code != status {
		o.t.Fatalf("%s %s: %d, want %d\n%.600s", method, path, w.Code, status, w.Body.String())
	}
	if i := strings.Index(w.Body.String(), "handling."); i >= 0 && strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		o.t.Errorf("%s lacks words: %.60s", path, w.Body.String()[i:])
	}
	return w
}

func (o *office) has(page string, words ...string) {
	o.t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			o.t.Errorf("the page lacks %q", w)
		}
	}
}

// audited counts the audit rows of a verb.
func (o *office) audited(verb string) (n int) {
	o.t.Helper()
	check(o.t, o.DB.Read(o.t.Context(), func(tx *db.Tx) error {
		return tx.Row("select count(*) from audit where province = $1 and verb = $2", o.County.Province(), "inforequest."+verb).Scan(&n)
	}))
	return n
}

// decided is a request whose answer waits for delivery.
func decided(t *testing.T, h *inforequesttest.House, change func(*inforequest.Filing)) *inforequest.Request {
	t.Helper()
	q, _ := h.Decided(t, change)
	return q
}

// 1.1.b: an office words its own letters; what the law asks for stays in them.
func TestAnOfficeWordsItsOwnLetters(t *testing.T) {
	t.Parallel()
	o := open(t)
	head, path := o.As(o.Head), templates+"/granted"
	unit := strconv.FormatInt(o.County.ID, 10)
	o.has(o.ask(head, http.MethodGet, templates, nil, http.StatusOK).Body.String(), "答复书：予以公开", "征求第三方意见书", "平台范本")
	page := o.ask(head, http.MethodGet, path, nil, http.StatusOK).Body.String()
	o.has(page, "{{申请人}}", "[复议前置]", "{{provided}}", "现用平台范本")
	o.has(o.ask(head, http.MethodGet, "/en"+path, nil, http.StatusOK).Body.String(), "Back to the templates", "Filled in")
	o.ask(o.As(o.Desk), http.MethodPost, path, url.Values{"agency": {unit}}, http.StatusForbidden)
	o.ask(o.As(o.Stranger), http.MethodPost, path, url.Values{"agency": {unit}, "text": {"x"}}, http.StatusNotFound)
	o.ask(head, http.MethodGet, templates+"/nothing", nil, http.StatusNotFound)

	house := o.text(head, "granted")
	broken := strings.Replace(house, "{{provided}}", "{{提供了什么}}", 1)
	page = o.ask(head, http.MethodPost, path, url.Values{"agency": {unit}, "text": {broken}}, http.StatusUnprocessableEntity).Body.String()
	o.has(page, "第6行", "提供了什么")
	own := strings.Replace(house, "{{provided}}", "随函寄上：\r\n{{provided}}", 1)
	w := o.ask(head, http.MethodPost, path+"/try", url.Values{"agency": {unit}, "text": {own}, "delivery": {"post"}}, http.StatusOK)
	if !strings.HasPrefix(w.Body.String(), "%PDF-") {
		t.Errorf("the preview is %.20q", w.Body.String())
	}
	if n := o.audited("set_template"); n != 0 {
		t.Errorf("a preview left %d audit rows", n)
	}
	o.ask(head, http.MethodPost, path+"/try", url.Values{"agency": {unit}, "text": {broken}}, http.StatusUnprocessableEntity)
	o.ask(head, http.MethodPost, path, url.Values{"agency": {unit}, "text": {own}}, http.StatusSeeOther)
	o.has(o.ask(head, http.MethodGet, path, nil, http.StatusOK).Body.String(), "随函寄上", "本机关自拟")
	if n := o.audited("set_template"); n != 1 {
		t.Errorf("%d audit rows of the new wording", n)
	}

	q := decided(t, o.House, nil)
	c, err := o.Requests.Open(head, q.Province, q.ID)
	check(t, err)
	said := ""
	for _, b := range c.Letters[len(c.Letters)-1].Content.Merged.Body {
		said += b.Text
	}
	if !strings.Contains(said, "随函寄上") {
		t.Errorf("the answer does not use the office's wording: %s", said)
	}
	o.ask(head, http.MethodPost, path+"/house", url.Values{"agency": {unit}}, http.StatusSeeOther)
	if o.text(head, "granted") != house || o.audited("drop_template") != 1 {
		t.Error("the house's wording is not back, or nobody recorded it")
	}
}

func (o *office) text(ctx context.Context, kind string) string {
	o.t.Helper()
	all, err := o.Requests.Templates(ctx, o.County.ID)
	check(o.t, err)
	for _, x := range all {
		if string(x.Kind) == kind {
			return x.Text
		}
	}
	o.t.Fatalf("no template of %s", kind)
	return ""
}
