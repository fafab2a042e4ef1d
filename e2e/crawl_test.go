package e2e

import (
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"
)

const (
	crawlPages = 400 // a language
	crawlKind  = 24  // pages of one kind: the thousandth village says no more than the tenth
)

var numbers = regexp.MustCompile(`[0-9]+`)

// kind is a path without what tells two pages of one kind apart.
func kind(path string) string {
	path, query, _ := strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for i, p := range parts {
		switch {
		case i > 1 && parts[i-1] == "c":
			parts[i] = "SLUG"
		case i > 1 && parts[i-1] == "N" && i < len(parts)-1: // the unit's short name
			parts[i] = "unit"
		default:
			parts[i] = numbers.ReplaceAllString(p, "N")
		}
	}
	var keys []string
	for kv := range strings.SplitSeq(query, "&") {
		if k, v, _ := strings.Cut(kv, "="); v != "" {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return strings.Join(parts, "/") + "?" + strings.Join(keys, "&")
}

// TestEveryLinkOfThePublicPagesLeadsSomewhere walks the public pages in both
// languages and holds every page against the rules all pages keep.
func TestEveryLinkOfThePublicPagesLeadsSomewhere(t *testing.T) {
	for _, lang := range []string{"zh-CN", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			crawl(t, lang)
		})
	}
}

func crawl(t *testing.T, lang string) {
	first := map[string]string{"zh-CN": "/", "en": "/en/"}[lang]
	r := newReader(t)
	from := map[string]string{first: "the address line"}
	queue, seen, titles := []string{first}, map[string]int{}, map[string][]string{}
	bodies := map[string]string{} // what the page of a title says
	visited := 0
	for len(queue) > 0 && visited < crawlPages {
		path := queue[0]
		queue = queue[1:]
		visited++
		p := r.get(path)
		if fault := answered(p); fault != "" {
			t.Errorf("%s, linked from %s: %s", path, from[path], fault)
			continue
		}
		if p.root == nil || p.status != http.StatusOK || strings.HasPrefix(p.header.Get("Content-Disposition"), "attachment") {
			continue
		}
		for _, fault := range slices.Concat(wellFormed(p, lang), calm(p), governmentTags(p), unmarked(p.root)) {
			t.Errorf("%s: %s", path, fault)
		}
		// A village's code shows its committee's page, and a list narrowed to
		// the whole county is the list: one page at two addresses.
		if body := text(all(p.root, "main")[0]); bodies[p.title()] != body {
			bodies[p.title()] = body
			titles[p.title()] = append(titles[p.title()], path)
		}
		for _, to := range links(p, lang) {
			k := kind(to)
			if _, known := from[to]; known || seen[k] >= crawlKind {
				continue
			}
			seen[k]++
			from[to] = path
			queue = append(queue, to)
		}
	}
	for title, paths := range titles {
		if len(paths) > 1 {
			t.Errorf("%d pages bear the title %q: %s", len(paths), title, strings.Join(paths[:min(len(paths), 4)], " "))
		}
	}
	if visited < 100 {
		t.Errorf("only %d pages were found", visited)
	}
	t.Logf("%d pages of %d kinds", visited, len(seen))
}

// answered tells what is wrong with the answer to a link. A link may lead to
// the sign-in page (303) and to the note on something withdrawn (410).
func answered(p *answer) string {
	switch p.status {
	case http.StatusOK, http.StatusGone:
		return ""
	case http.StatusSeeOther, http.StatusMovedPermanently:
		if p.resolve(p.header.Get("Location")) == "" {
			return "leads off the site to " + p.header.Get("Location")
		}
		return ""
	}
	return fmt.Sprintf("answered %d", p.status)
}

// links are the links of a page that stay on the site and in the language. How
// pages are shown is a setting of the reader, not a page.
func links(p *answer, lang string) []string {
	var out []string
	for _, a := range all(p.root, "a", "area") {
		to := p.resolve(attr(a, "href"))
		if to == "" || strings.HasPrefix(attr(a, "href"), "#") || strings.Contains(to, "/preferences?") {
			continue
		}
		if english := strings.HasPrefix(to, "/en/") || to == "/en"; english != (lang == "en") {
			continue
		}
		out = append(out, to)
	}
	return out
}

// wellFormed holds what a screen reader and a search engine need of any page.
func wellFormed(p *answer, lang string) []string {
	var faults []string
	say := func(f string, a ...any) { faults = append(faults, fmt.Sprintf(f, a...)) }
	if n := len(all(p.root, "h1")); n != 1 {
		say("%d headings of the first level", n)
	}
	if n := len(all(p.root, "main")); n != 1 {
		say("%d main parts", n)
	}
	if got := attr(all(p.root, "html")[0], "lang"); got != lang {
		say("lang is %q", got)
	}
	if p.title() == "" {
		say("no title")
	}
	ids, level := map[string]bool{}, 1
	for d := range p.root.Descendants() {
		if d.Type != html.ElementNode {
			continue
		}
		if id := attr(d, "id"); id != "" {
			if ids[id] {
				say("id %q twice", id)
			}
			ids[id] = true
		}
		if len(d.Data) == 2 && d.Data[0] == 'h' && d.Data[1] >= '1' && d.Data[1] <= '6' {
			if h := int(d.Data[1] - '0'); h > level+1 {
				say("heading %q jumps from level %d to %d", text(d), level, h)
			}
			level = int(d.Data[1] - '0')
		}
	}
	return faults
}

// spoken are the attributes a screen reader speaks.
var spoken = []string{"alt", "aria-label", "aria-description", "label", "placeholder", "title"}

// foreign are three English words or more in a row; fewer are abbreviations
// and names that Chinese readers say in their own voice.
var foreign = regexp.MustCompile(`[A-Za-z]{2,}(?: [A-Za-z]{2,}){2,}`)

// unmarked finds Chinese words on an English page and English phrases on a
// Chinese one that no lang attribute announces: a screen reader would spell
// them. What can carry one language only, a title or a choice, must carry that
// of most of its words.
func unmarked(root *html.Node) []string {
	var faults []string
	misspoken := func(lang, words string) bool {
		if lang == "en" {
			return strings.ContainsFunc(words, han)
		}
		return lang == "zh-CN" && foreign.MatchString(words)
	}
	var walk func(n *html.Node, lang string)
	walk = func(n *html.Node, lang string) {
		if n.Type == html.ElementNode {
			if slices.Contains([]string{"script", "style", "code"}, n.Data) {
				return
			}
			lang = cmp.Or(attr(n, "lang"), lang)
			for _, name := range spoken {
				if words := attr(n, name); misspoken(lang, words) && (lang != "en" || !strings.ContainsFunc(words, latin)) {
					faults = append(faults, fmt.Sprintf("the %s of %s.%s is not marked as the other language: %q", name, n.Data, attr(n, "class"), words))
				}
			}
		}
		if n.Type == html.TextNode && misspoken(lang, n.Data) {
			single := slices.Contains([]string{"title", "option", "textarea", "text"}, n.Parent.Data)
			if !single || !strings.ContainsFunc(n.Data, latin) {
				faults = append(faults, fmt.Sprintf("not marked as the other language in %s.%s: %q", n.Parent.Data, attr(n.Parent, "class"), strings.TrimSpace(n.Data)))
			}
		}
		for c := range n.ChildNodes() {
			walk(c, lang)
		}
	}
	walk(root, "")
	return faults[:min(len(faults), 3)]
}

func han(r rune) bool { return unicode.Is(unicode.Han, r) }

func latin(r rune) bool { return unicode.Is(unicode.Latin, r) }

// calm holds that a page needs nothing from elsewhere and nothing inline, and
// says that the data are invented.
func calm(p *answer) []string {
	var faults []string
	say := func(f string, a ...any) { faults = append(faults, fmt.Sprintf(f, a...)) }
	marked := false
	for d := range p.root.Descendants() {
		if d.Type != html.ElementNode {
			continue
		}
		for _, a := range d.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				say("inline %s on %s", a.Key, d.Data)
			}
		}
		switch {
		case d.Data == "style":
			say("a style element")
		case d.Data == "script" && attr(d, "src") == "" && attr(d, "type") != "application/ld+json":
			say("a script inside the page")
		case slices.Contains([]string{"script", "img", "iframe", "source", "video", "audio", "embed"}, d.Data) && attr(d, "src") != "" && p.resolve(attr(d, "src")) == "",
			d.Data == "link" && slices.Contains([]string{"stylesheet", "icon", "preload", "manifest"}, attr(d, "rel")) && p.resolve(attr(d, "href")) == "":
			say("asks for %s%s", attr(d, "src"), attr(d, "href"))
		}
		marked = marked || strings.Contains(attr(d, "class"), "demo") && text(d) != ""
	}
	if !marked {
		say("does not say that the data are invented")
	}
	if robots, _ := p.meta("robots"); !strings.Contains(robots, "noindex") {
		say("a demonstration may be indexed")
	}
	return faults
}

// governmentTags holds the meta tags of 政府网站发展指引: the site's on every
// page, the column's on columns, the article's on articles.
func governmentTags(p *answer) []string {
	want := []string{"SiteName", "SiteDomain", "SiteIDCode"}
	_, article := p.meta("ArticleTitle")
	_, column := p.meta("ColumnName")
	if article {
		want = append(want, "PubDate", "ContentSource")
	}
	if article || column {
		want = append(want, "ColumnName", "ColumnType")
	}
	k := kind(strings.TrimPrefix(p.path, "/en"))
	if k == "/N/unit/N-N?" && !article {
		want = append(want, "ArticleTitle")
	}
	if (k == "/catalogue?" || k == "/N/unit/c/SLUG?") && !column {
		want = append(want, "ColumnName")
	}
	var faults []string
	for _, name := range want {
		if _, ok := p.meta(name); !ok {
			faults = append(faults, "lacks the tag "+name)
		}
	}
	return faults
}

// TestTheFirstPageIsLight weighs the first page as a telephone receives it:
// the page, its styles, scripts and pictures, compressed.
func TestTheFirstPageIsLight(t *testing.T) {
	t.Parallel()
	const most = 60_000
	for _, first := range []string{"/", "/en/"} {
		r := newReader(t)
		p := r.get(first)
		total := weigh(t, first)
		for _, n := range all(p.root, "link", "script", "img") {
			src := cmp.Or(attr(n, "src"), attr(n, "href"))
			if n.Data == "link" && !slices.Contains([]string{"stylesheet", "icon", "preload", "manifest"}, attr(n, "rel")) || src == "" {
				continue
			}
			total += weigh(t, p.resolve(src))
		}
		t.Logf("%s weighs %d bytes", first, total)
		if total > most {
			t.Errorf("%s weighs %d bytes, more than %d", first, total, most)
		}
	}
}

// weigh is the length of an answer's body as sent, compressed with gzip.
func weigh(t *testing.T, path string) int64 {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := (&http.Transport{DisableCompression: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		t.Errorf("%s: %d", path, res.StatusCode)
	}
	var counted counter
	body := io.TeeReader(res.Body, &counted)
	if res.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(body); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	if _, err := io.Copy(io.Discard, body); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return int64(counted)
}

type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
