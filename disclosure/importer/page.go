package importer

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// ReadPage reads one page of an old site: title, dates, numbers and the main
// text, by the tags government websites must carry (国办发〔2017〕47号) and, where
// they are missing, by what such pages look like. ok is false for a page that
// is none: a list, a frame, a redirect.
func ReadPage(name string, b []byte) (e Entry, ok bool) {
	s, ok := Decode(b)
	if !ok {
		e = Entry{Source: name}
		e.wrong("body", "importer.unreadable")
		return e, true
	}
	root, err := html.Parse(strings.NewReader(s))
	if err != nil || tooDeep(root) {
		return Entry{}, false
	}
	p := page{name: name, meta: map[string]string{}}
	p.scan(root)
	return p.entry(root)
}

// tooDeep refuses trees made to exhaust the stack.
func tooDeep(n *html.Node) bool {
	depth := 0
	for at := n; at != nil; {
		switch {
		case at.FirstChild != nil:
			at, depth = at.FirstChild, depth+1
			if depth > 400 {
				return true
			}
		default:
			for at != nil && at.NextSibling == nil {
				at, depth = at.Parent, depth-1
			}
			if at != nil {
				at = at.NextSibling
			}
		}
	}
	return false
}

type page struct {
	name, title, heading, canonical string
	meta                            map[string]string // by lower-case name
	crumbs                          string
}

// scan takes what stands in the head and the page's own heading.
func (p *page) scan(n *html.Node) {
	for c := range n.Descendants() {
		if c.Type != html.ElementNode {
			continue
		}
		switch c.DataAtom {
		case atom.Meta:
			if k := strings.ToLower(attr(c, "name")); k != "" && p.meta[k] == "" {
				p.meta[k] = squeeze(attr(c, "content"))
			}
		case atom.Title:
			if p.title == "" {
				p.title = squeeze(textOf(c))
			}
		case atom.H1:
			if p.heading == "" {
				p.heading = squeeze(textOf(c))
			}
		case atom.Link:
			if strings.EqualFold(attr(c, "rel"), "canonical") {
				p.canonical = attr(c, "href")
			}
		}
		if p.crumbs == "" && hasWord(c, "crumb", "position", "location", "dqwz", "weizhi") {
			p.crumbs = cut(squeeze(textOf(c)), 200)
		}
	}
}

func (p *page) entry(root *html.Node) (e Entry, ok bool) {
	text := lines(root)
	main := mainOf(root)
	if main == nil {
		return e, false
	}
	body := squeeze(textOf(main))
	p.fill(&e, text)
	if utf8.RuneCountInString(body) < 20 && len(e.Files) == 0 && p.meta["articletitle"] == "" {
		return e, false
	}
	if p.meta["articletitle"] == "" && mostlyLinks(main) {
		return e, false // a list of articles, not one
	}
	e.Files = p.linked(main)
	p.relink(main)
	e.Body = render(main)
	return e, true
}

func (p *page) fill(e *Entry, text string) {
	e.Source = p.name
	e.Title = first(p.meta["articletitle"], p.heading, titlePart(p.title))
	e.Words = strings.Join([]string{p.meta["columnname"], p.crumbs, p.meta["keywords"], path.Dir(p.name)}, " ")
	e.Category = p.meta["columnname"]
	if d, ok := FindDate(p.meta["pubdate"]); ok {
		e.Published = d
	} else if d, ok := FindDate(label(text, "发布日期", "发布时间", "公开日期", "发文日期", "时间", "日期")); ok {
		e.Published = d
	} else if d, ok := FindDate(text); ok {
		e.Published = d
	} else {
		e.Published, _ = FindDate(p.name)
	}
	if d, ok := FindDate(label(text, "成文日期", "生成日期", "生成时间", "形成日期")); ok {
		e.Formed = d
	}
	e.Number = word(label(text, "索引号", "索引号码", "公开索引"))
	e.DocNumber = word(label(text, "发文字号", "文号", "发文文号", "文件编号"))
	if e.DocNumber == "" {
		e.DocNumber = docNumbers.FindString(e.Title)
	}
	e.Old = first(p.canonical, "/"+p.name)
}

var docNumbers = regexp.MustCompile(`\p{Han}{2,12}〔(?:19|20)\d{2}〕\d{1,4}号`)

// titlePart is a window title without the site's name behind it.
func titlePart(s string) string {
	for _, sep := range []string{"_", "|", " - ", "—", "–", "-"} {
		if head, _, ok := strings.Cut(s, sep); ok && utf8.RuneCountInString(strings.TrimSpace(head)) >= 4 {
			return strings.TrimSpace(head)
		}
	}
	return s
}

// label is what stands behind a label, on its line or in the next cell.
func label(text string, names ...string) string {
	for _, name := range names {
		for line := range strings.SplitSeq(text, "\n") {
			tight := strings.ReplaceAll(strings.ReplaceAll(line, " ", ""), "\u3000", "")
			_, rest, ok := strings.Cut(tight, name)
			if !ok {
				continue
			}
			rest = strings.TrimLeft(rest, "：:\t】]")
			if rest, _, _ = strings.Cut(rest, "\t"); rest != "" && utf8.RuneCountInString(rest) <= 60 {
				return rest
			}
		}
	}
	return ""
}

// word is a number as it stands, or nothing for what is no number.
func word(s string) string {
	if utf8.RuneCountInString(s) > 60 || !strings.ContainsAny(s, "0123456789") {
		return ""
	}
	for _, next := range []string{"发布", "主题", "分类", "生成", "成文", "文号", "公开", "名称", "有效"} {
		s, _, _ = strings.Cut(s, next)
	}
	return strings.Trim(s, "，。；;,")
}

func first(ss ...string) string {
	for _, s := range ss {
		if s = squeeze(s); s != "" {
			return s
		}
	}
	return ""
}

// linked are the files of the archive that the text shows or offers; page
// files are articles of their own.
func (p *page) linked(main *html.Node) (out []string) {
	for c := range main.Descendants() {
		ref := ""
		switch {
		case c.Type != html.ElementNode:
		case c.DataAtom == atom.A:
			ref = attr(c, "href")
		case c.DataAtom == atom.Img:
			ref = attr(c, "src")
		}
		target, ok := p.resolve(ref)
		if !ok || slices.Contains(out, target) || slices.Contains([]string{".html", ".htm", ".shtml", ".jsp", ".asp", ".aspx", ".php", ""}, strings.ToLower(path.Ext(target))) {
			continue
		}
		out = append(out, target)
	}
	return out
}

// relink leads links to other pages of the old site by their old addresses;
// links to files lead nowhere, as the files are listed as attachments.
func (p *page) relink(main *html.Node) {
	host := ""
	if u, err := url.Parse(p.canonical); err == nil {
		host = u.Hostname()
	}
	for c := range main.Descendants() {
		if c.Type != html.ElementNode || c.DataAtom != atom.A {
			continue
		}
		ref := attr(c, "href")
		u, err := url.Parse(strings.TrimSpace(ref))
		if err == nil && (u.Host != "" || u.Scheme != "") {
			continue // elsewhere
		}
		target, ok := p.resolve(ref)
		c.Attr = slices.DeleteFunc(c.Attr, func(a html.Attribute) bool { return strings.EqualFold(a.Key, "href") })
		if ok && slices.Contains([]string{".html", ".htm", ".shtml"}, strings.ToLower(path.Ext(target))) {
			c.Attr = append(c.Attr, html.Attribute{Key: "href", Val: (&url.URL{Path: path.Join("/old", host, target)}).String()})
		}
	}
}

// resolve is where a relative reference of the page leads inside the archive.
func (p *page) resolve(ref string) (string, bool) {
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil || u.Path == "" || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return "", false
	}
	if strings.HasPrefix(u.Path, "/") {
		return path.Clean(u.Path)[1:], true
	}
	return strings.TrimPrefix(path.Join(path.Dir(p.name), u.Path), "../"), true
}
