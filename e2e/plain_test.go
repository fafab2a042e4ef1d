package e2e

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// reader is somebody with a browser that knows neither scripts nor styles.
type reader struct {
	t    *testing.T
	http *http.Client
}

// newReader keeps cookies and follows no redirect by itself.
func newReader(t *testing.T) *reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &reader{t: t, http: &http.Client{Jar: jar, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what a request brought back.
type answer struct {
	path   string // as asked, with the query
	status int
	header http.Header
	body   []byte
	root   *html.Node // nil when it is no HTML
}

func (r *reader) do(req *http.Request) *answer {
	r.t.Helper()
	res, err := r.http.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatalf("%s: %v", req.URL, err)
	}
	p := &answer{path: req.URL.RequestURI(), status: res.StatusCode, header: res.Header, body: body}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		if p.root, err = html.Parse(strings.NewReader(string(body))); err != nil {
			r.t.Fatalf("%s: %v", req.URL, err)
		}
	}
	return p
}

func (r *reader) get(path string) *answer {
	r.t.Helper()
	req, err := http.NewRequest(http.MethodGet, base+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.do(req)
}

// all lists the elements of the names given, in the order of the page.
func all(n *html.Node, names ...string) []*html.Node {
	var out []*html.Node
	if n == nil {
		return nil
	}
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && slices.Contains(names, d.Data) {
			out = append(out, d)
		}
	}
	return out
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// meta is the content of the page's meta tag of a name, and whether there is one.
func (p *answer) meta(name string) (string, bool) {
	for _, m := range all(p.root, "meta") {
		if attr(m, "name") == name {
			return attr(m, "content"), true
		}
	}
	return "", false
}

func (p *answer) title() string {
	for _, n := range all(p.root, "title") {
		return text(n)
	}
	return ""
}

// resolve turns a link of the page into a path of this site, or "".
func (p *answer) resolve(href string) string {
	at, err := url.Parse(base + p.path)
	if err != nil {
		return ""
	}
	to, err := at.Parse(href)
	if err != nil || to.Host != at.Host || to.Scheme != at.Scheme {
		return ""
	}
	return to.RequestURI()
}
