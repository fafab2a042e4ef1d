package ui

import (
	"bytes"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"yangguang/internal/i18n"
)

// Site is the agency a page speaks for. The software's own name never takes
// its place.
type Site struct {
	Name      string // 示例县阳光政务公开与监督平台
	Organiser string // 主办单位
	Contact   string // 联系方式: telephone, address, hours
	IDCode    string // 网站标识码
	Record    string // 备案号
	Police    string // 公安备案号; may be empty
	Home      string // address of the front page; "/" when empty
	ErrorURL  string // 网站纠错
}

// Link is a word that leads somewhere, with a count where something waits.
type Link struct {
	Text, Href string
	Current    bool
	Count      int64
	ShowCount  bool
	CountWords string // in place of the number: 99+
	Late       bool   // the count is of overdue things
	Lang       string // of the target, where it differs
	Under      []Link // of a group of the navigation: its entries
}

// Meta is one <meta name content> in the head, such as SiteIDCode.
type Meta struct{ Name, Content string }

// Feed is an alternate form of the page: Atom, JSON Feed.
type Feed struct{ Title, Type, Href string }

// UserBox is who is signed in at the desk.
type UserBox struct {
	Name, Unit string
	Links      []Link
	SignOut    string // address to POST to
}

// SideGroup is one block of the desk's left column.
type SideGroup struct {
	Title string
	Links []Link
}

// Frame is everything around a page's own content.
type Frame struct {
	Title       string   // heading and window title
	Of          []string // what narrows the page beyond its heading: a filter, a page of a list
	Description string   // for search machines
	Lead        string   // what can be done here, one sentence
	Site        Site
	Lang        i18n.Lang // the reader's language when empty
	AltURL      string    // this page in the other language
	URL         string    // this page, path and query: where mode links return
	Canonical   string
	Mode        Mode
	Demo        bool // 演示数据
	Copy        Link // a static copy: what it cannot do, and where that is done
	NoIndex     bool
	Nav         []Link
	Crumbs      []Link
	Footer      []Link // 目录 指南 开放数据 公开日志 无障碍 隐私
	Meta        []Meta
	Feeds       []Feed
	JSONLD      []byte
	User        *UserBox
	Side        []SideGroup // desk only
	Scripts     []string    // plain names beyond the frame's own, such as "blur.js"
	Styles      []string    // likewise: what only one room's pages need
	Notice      templ.Component
	Hero        templ.Component // replaces the plain title by a band, on front pages
	BareTitle   bool            // the page writes its own h1
	Narrow      bool            // text and forms: one comfortable column
	Home        bool            // window title is the site's name alone
}

func (f Frame) lang(ctx context.Context) string {
	if f.Lang != "" {
		return string(f.Lang)
	}
	return string(i18n.LangOf(ctx))
}

// windowTitle tells this page from every other: its heading, what narrows it,
// what it lies under (two steps of the way, such as unit and place) and the
// site. Who has ten tabs open, or hears them, knows which is which.
func (f Frame) windowTitle(ctx context.Context) string {
	if f.Home || f.Title == "" {
		return f.Site.Name
	}
	title := f.Title
	join := func(more string) {
		if more != "" && !strings.Contains(title, more) {
			title = i18n.T(ctx, "ui.window_title", title, more)
		}
	}
	for _, o := range f.Of {
		join(o)
	}
	for i, n := len(f.Crumbs)-1, 0; i > 0 && n < 2; i-- { // the first is home
		if f.Crumbs[i].Href != "" {
			join(f.Crumbs[i].Text)
			n++
		}
	}
	join(f.Site.Name)
	return title
}

func (f Frame) robots() string {
	if f.NoIndex || f.Demo || f.User != nil {
		return "noindex"
	}
	return ""
}

// grouped answers whether the navigation has groups: the desk's has.
func (f Frame) grouped() bool {
	return slices.ContainsFunc(f.Nav, func(l Link) bool { return len(l.Under) > 0 })
}

// group is the group the page lies in, where there is more than one way to go.
func (f Frame) group() (l Link, ok bool) {
	i := slices.IndexFunc(f.Nav, func(l Link) bool { return l.Current && len(l.Under) > 1 })
	if i < 0 {
		return l, false
	}
	return f.Nav[i], true
}

func (f Frame) home() string {
	if f.Site.Home == "" {
		return "/"
	}
	return f.Site.Home
}

// jsonLD makes data safe to stand inside a script element: no "<" survives.
func (f Frame) jsonLD() string {
	b := bytes.ReplaceAll(f.JSONLD, []byte("<"), []byte(`\u003c`))
	return `<script type="application/ld+json">` + string(b) + `</script>`
}

func (f Frame) modeURL(m Mode) templ.SafeURL {
	q := url.Values{"mode": {m.String()}, "back": {f.URL}}
	return templ.SafeURL("/preferences?" + q.Encode())
}

func wrapClass(narrow bool) string {
	if narrow {
		return "wrap narrow"
	}
	return "wrap"
}
