package desk_test

import (
	"bytes"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"yangguang/agency/agencytest"
	"yangguang/agency/front"
	"yangguang/agency/office"
	"yangguang/disclosure/desk"
	"yangguang/disclosure/disclosuretest"
	"yangguang/disclosure/form"
	"yangguang/disclosure/portal"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

func TestMain(m *testing.M) {
	i18n.MustLoad(append(disclosuretest.Locales, desk.Locale, office.Locale, portal.Locale, front.Locale, ui.Locale, web.Locale)...)
	os.Exit(m.Run())
}

func TestLocale(t *testing.T) {
	t.Parallel()
	for _, wrong := range i18n.Check(desk.Locale) {
		t.Error(wrong)
	}
}

// bureau is a house with its desk, used as a browser uses it.
type bureau struct {
	*disclosuretest.House
	Desk *desk.Desk
	app  *web.App
	t    *testing.T
}

type person = disclosuretest.Person

func newOffice(t *testing.T) *bureau {
	t.Helper()
	return officeOf(t, disclosuretest.New(t))
}

func officeOf(t *testing.T, h *disclosuretest.House) *bureau {
	t.Helper()
	f := &front.Front{Site: front.Site{Home: agencytest.County, Name: i18n.Text{Zh: "示例站", En: "Example"}, Contact: i18n.Text{Zh: "000-0000", En: "000-0000"}, Demo: true}}
	d := &desk.Desk{Disclosure: h.Disclosure, Front: f, Help: i18n.Text{Zh: "热线一", En: "line one"}}
	d.Join(f)
	app := web.New(web.Options{DB: h.DB, Clock: h.Clock, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), ShowError: showError}, d.Routes())
	o := &bureau{House: h, Desk: d, app: app, t: t}
	o.name(h.Author, h.Reviewer, h.Second, h.Approver, h.Clerk, h.Supervisor, h.Head)
	return o
}

// name writes the staff's names, which pages show.
func (o *bureau) name(ps ...person) {
	o.t.Helper()
	disclosuretest.Check(o.t, o.DB.Write(o.t.Context(), func(tx *db.Tx) error {
		for _, p := range ps {
			if _, err := tx.Exec("insert into person (id, name, created_at) values ($1, $2, 0)", p.ID, p.Name); err != nil {
				return err
			}
		}
		return nil
	}))
}

func showError(w http.ResponseWriter, r *http.Request, err error) {
	key, args, _ := fault.Sentence(err)
	http.Error(w, i18n.T(r.Context(), key, args...), fault.KindOf(err).Status())
}

// answer is a page as it came back.
type answer struct {
	status   int
	location string
	header   http.Header
	body     string
}

func (o *bureau) do(p person, r *http.Request) answer {
	o.t.Helper()
	w := httptest.NewRecorder()
	o.app.ServeHTTP(w, r.WithContext(o.As(p)))
	return answer{w.Code, w.Header().Get("Location"), w.Header(), w.Body.String()}
}

func (o *bureau) get(p person, path string) answer {
	o.t.Helper()
	return o.do(p, httptest.NewRequest(http.MethodGet, path, nil))
}

func (o *bureau) post(p person, path string, v url.Values) answer {
	o.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return o.do(p, r)
}

// send posts a form with files, as the editor does.
func (o *bureau) send(p person, path string, v url.Values, field, name string, content []byte) answer {
	o.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, vs := range v {
		for _, s := range vs {
			_ = m.WriteField(k, s)
		}
	}
	if name != "" {
		f, _ := m.CreateFormFile(field, name)
		_, _ = f.Write(content)
	}
	_ = m.Close()
	r := httptest.NewRequest(http.MethodPost, path, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return o.do(p, r)
}

// ok fails unless the page came back with the status; it returns the body.
func (a answer) ok(t *testing.T, status int) string {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d\n%s", a.status, status, words(a.body))
	}
	return a.body
}

// to fails unless the answer leads on, and gives the address without query.
func (a answer) to(t *testing.T) string {
	t.Helper()
	if a.status != http.StatusSeeOther {
		t.Fatalf("status %d, want a redirect\n%s", a.status, words(a.body))
	}
	path, _, _ := strings.Cut(a.location, "?")
	return path
}

var tags = regexp.MustCompile(`<[^>]*>`)

func words(body string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(body, " "))), " ")
}

// says fails unless the page says each sentence.
func says(t *testing.T, body string, sentences ...string) {
	t.Helper()
	text := words(body)
	for _, s := range sentences {
		if !strings.Contains(text, s) {
			t.Errorf("the page does not say %q\n%.1500s", s, text)
		}
	}
}

// filled reads the form that posts to an address (or the first one) the way a
// browser would send it: every control with its present value.
func filled(t *testing.T, body, action string) url.Values {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var form *html.Node
	walk(doc, func(n *html.Node) {
		if n.Data == "form" && form == nil && attr(n, "method") == "post" && (action == "" && strings.Contains(attr(n, "action"), "/desk/") || action != "" && attr(n, "action") == action) {
			form = n
		}
	})
	if form == nil {
		t.Fatalf("no form to %q", action)
	}
	out := url.Values{}
	walk(form, func(n *html.Node) { control(n, out) })
	return out
}

func control(n *html.Node, out url.Values) {
	name := attr(n, "name")
	switch {
	case name == "":
	case n.Data == "textarea":
		out.Add(name, strings.TrimPrefix(text(n), "\n"))
	case n.Data == "select":
		walk(n, func(c *html.Node) {
			if c.Data == "option" && (has(c, "selected") || !out.Has(name)) {
				out.Set(name, attr(c, "value"))
			}
		})
	case n.Data == "input" && (attr(n, "type") == "checkbox" || attr(n, "type") == "radio"):
		if has(n, "checked") {
			out.Add(name, attr(n, "value"))
		}
	case n.Data == "input" && attr(n, "type") != "file":
		out.Add(name, attr(n, "value"))
	}
}

func walk(n *html.Node, f func(*html.Node)) {
	if n.Type == html.ElementNode {
		f(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, f)
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(text(c))
	}
	return b.String()
}

// with sets further answers in a form.
func with(v url.Values, kv ...string) url.Values {
	for i := 0; i+1 < len(kv); i += 2 {
		v.Set(kv[i], kv[i+1])
	}
	return v
}

// answers puts a filled form into posted values.
func answers(v url.Values, d form.Data) url.Values {
	for id, s := range d.Fields {
		v.Set(form.FieldName(id), s)
	}
	for i, r := range d.Rows {
		for id, s := range r.Cells {
			v.Set(form.CellName(i, id), s)
		}
	}
	return v
}
