package export

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/internal/i18n"
)

// address is one page of the site: language, path without its prefix, query.
type address struct {
	lang  i18n.Lang
	path  string // decoded
	query string // sorted by key
}

// addressOf reads a path of the site with its query.
func addressOf(s string) (a address, fragment string, ok bool) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.Contains(u.Path, "//") {
		return a, "", false
	}
	a = address{lang: i18n.ZH, path: u.Path, query: u.Query().Encode()}
	if u.Path == "/en" {
		a.lang, a.path = i18n.EN, "/"
	} else if rest, ok := strings.CutPrefix(u.Path, "/en/"); ok {
		a.lang, a.path = i18n.EN, "/"+rest
	}
	for _, s := range a.segments() {
		if s == "." || s == ".." {
			return a, "", false
		}
	}
	return a, u.Fragment, true
}

// String is the address as a reader asks for it.
func (a address) String() string {
	u := url.URL{Path: a.path, RawQuery: a.query}
	if a.lang == i18n.EN {
		u.Path = "/en" + strings.TrimSuffix(a.path, "/")
	}
	return u.String()
}

func (a address) segments() []string {
	return strings.Split(strings.Trim(a.path, "/"), "/")
}

func (a address) values() url.Values {
	q, err := url.ParseQuery(a.query)
	if err != nil {
		return url.Values{}
	}
	return q
}

// isPage answers whether the address is a page to read rather than a file; the
// site's pages have no extension, its files have one.
func (a address) isPage() bool {
	if strings.HasPrefix(a.path, "/api/") || a.attached() {
		return false
	}
	return path.Ext(a.path) == ""
}

// attached answers whether the address is an attachment, whose name people gave.
func (a address) attached() bool {
	s := a.segments()
	return len(s) >= 5 && s[3] == "f"
}

// file is where a plain file server finds the address: a folder's index.html
// for a page; a query becomes part of the name. Pages have one file a mode.
func (a address) file(mode string) string {
	var out []string
	if a.isPage() && mode != "" {
		out = append(out, strings.ReplaceAll(mode, ".", "-"))
	}
	if a.lang == i18n.EN {
		out = append(out, "en")
	}
	for _, s := range a.segments() {
		if s != "" {
			out = append(out, fileName(s))
		}
	}
	last := ""
	if n := len(out); n > 0 && a.path != "/" {
		last, out = out[n-1], out[:n-1]
	}
	ext := ""
	if !a.isPage() {
		ext = path.Ext(last)
		last = strings.TrimSuffix(last, ext)
		if ext == "" && !a.attached() {
			ext = ".json"
		}
	}
	if last = shorten(last+a.queryWord(), 200); last+ext != "" {
		out = append(out, last+ext)
	}
	if a.isPage() {
		out = append(out, "index.html")
	}
	return path.Join(out...)
}

// queryWord is a query as part of a file's name: ~within-350525.
func (a address) queryWord() string {
	q := a.values()
	var b strings.Builder
	for _, k := range sortedKeys(q) {
		b.WriteString("~" + fileName(k+"-"+q.Get(k)))
	}
	return b.String()
}

// fileName makes a part of a path a name every file system takes.
func fileName(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`"\/:*?<>|`, r) {
			return '_'
		}
		return r
	}, s)
}

// shorten keeps a name within what file systems allow, different names different.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	cut := []rune(s)
	for len(string(cut)) > most-17 {
		cut = cut[:len(cut)-1]
	}
	return string(cut) + "~" + hex.EncodeToString(sum[:8])
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// relative is how a file's page names another file.
func relative(from, to string) string {
	f, t := strings.Split(from, "/"), strings.Split(to, "/")
	for len(f) > 1 && len(t) > 1 && f[0] == t[0] {
		f, t = f[1:], t[1:]
	}
	return strings.Repeat("../", len(f)-1) + escaped(strings.Join(t, "/"))
}

// escaped is a file's name as part of a link.
func escaped(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	if len(parts) == 1 || !strings.Contains(parts[0], ":") {
		return strings.Join(parts, "/")
	}
	return "./" + strings.Join(parts, "/")
}

// scope is which addresses a copy holds.
type scope struct {
	copied  func(path string) bool // by the site's table of routes
	langs   []i18n.Lang
	home    agency.Code
	unit    string   // "350525/bureau" for one unit alone, "" for all of home
	columns []string // units of a column copy: their pages below /embed, and files
	year    int
	gone    map[address]bool // asked for and not there
	maps    bool             // the copy's address is known, so that it can have a site map
}

// holds answers whether the copy has a file for the address.
func (s *scope) holds(a address) bool {
	if !slices.Contains(s.langs, a.lang) || s.gone[a] || !s.copied(a.path) || !s.asks(a) {
		return false
	}
	seg := a.segments()
	if s.columns != nil {
		return s.holdsColumn(seg)
	}
	if c, err := agency.ParseCode(seg[0]); err == nil && seg[0] != "" {
		return s.holdsPlace(c, seg)
	}
	switch seg[0] {
	case "embed":
		return false
	case "sitemap.xml", "sitemap":
		return s.maps
	case "assets", "robots.txt", "copy", "privacy", "accessibility", "site-error", "clauses", "calendar":
		return true
	}
	return s.unit == ""
}

// holdsPlace answers for the pages below a division's code. What units above
// publish is shown below without being retyped, so their pages come along.
func (s *scope) holdsPlace(c agency.Code, seg []string) bool {
	if len(seg) > 3 && seg[3] == "report" {
		return false
	}
	if s.unit != "" {
		return len(seg) > 1 && seg[0]+"/"+seg[1] == s.unit
	}
	if len(seg) == 1 || len(seg) == 2 && strings.HasPrefix(seg[1], "feed.") {
		return s.home.Contains(c)
	}
	return s.home.Contains(c) || c.Contains(s.home)
}

func (s *scope) holdsColumn(seg []string) bool {
	if seg[0] == "embed" {
		return len(seg) > 2 && slices.Contains(s.columns, seg[1]+"/"+seg[2]) && seg[len(seg)-1] != "push.json"
	}
	return len(seg) > 4 && seg[3] == "f" && slices.Contains(s.columns, seg[0]+"/"+seg[1])
}

// asks answers whether a query is one of the few a copy follows: the next page
// of a list, a list of one place or category, a year of the calendar.
func (s *scope) asks(a address) bool {
	for k, v := range a.values() {
		switch k {
		case "before", "after", "category", "limit":
		case "within", "division":
			c, err := agency.ParseCode(v[0])
			if err != nil || !s.home.Contains(c) {
				return false
			}
		case "year":
			if y, err := strconv.Atoi(v[0]); err != nil || y < s.year-2 || y > s.year+1 {
				return false
			}
		default:
			return false
		}
	}
	return true
}
