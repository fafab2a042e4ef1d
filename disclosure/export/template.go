package export

import (
	"bytes"
	_ "embed" // the column's own style
	"errors"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
)

//go:embed column.css
var columnCSS []byte

// columnStyle is the file of the column's style, at the root of the copy.
const columnStyle = "yg-column.css"

// Template is a page of another site with places for a column's parts:
//
//	{{title}}       the page's title as text
//	{{meta}}        the tags of 政府网站发展指引, the site's own name in them
//	{{style}}       the link to the column's style, for the head
//	{{content}}     the column itself
//	{{breadcrumb}}  the way inside the column, as links
//
// Title and content must be there. What the template leads to itself is that
// site's business; its addresses should begin with / or https://.
type Template struct {
	text     string
	encoding encoding.Encoding // nil for UTF-8
	// Site is what the pages say of the site around them.
	Site TemplateSite
}

// TemplateSite is the site a column stands in; what is empty stays the
// installation's own.
type TemplateSite struct{ Name, Domain, IDCode string }

var charsetShape = regexp.MustCompile(`(?i)<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)`)

// ParseTemplate reads a template in UTF-8, GB2312, GBK or GB18030, as its own
// meta element says.
func ParseTemplate(b []byte) (*Template, error) {
	t := &Template{}
	charset := "utf-8"
	if m := charsetShape.FindSubmatch(b); m != nil {
		charset = strings.ToLower(string(m[1]))
	}
	switch charset {
	case "utf-8", "utf8":
	case "gb2312", "gbk": // browsers read both as GBK
		t.encoding = simplifiedchinese.GBK
	case "gb18030":
		t.encoding = simplifiedchinese.GB18030
	default:
		return nil, fmt.Errorf("the template is in %s; templates in UTF-8, GB2312, GBK and GB18030 can be used", charset)
	}
	if t.encoding != nil {
		out, err := t.encoding.NewDecoder().Bytes(b)
		if err != nil {
			return nil, fmt.Errorf("the template is not in %s as it says: %w", charset, err)
		}
		b = out
	}
	t.text = string(bytes.TrimPrefix(b, []byte("\ufeff")))
	if strings.ContainsRune(t.text, '\ufffd') {
		return nil, fmt.Errorf("the template is not in %s as it says", charset)
	}
	for _, need := range []string{"{{title}}", "{{content}}", "{{style}}"} {
		if !strings.Contains(t.text, need) {
			return nil, errors.New("the template has no " + need)
		}
	}
	return t, nil
}

// parts are what a column page gives to a template, already safe as HTML.
type parts struct{ title, meta, style, content, crumbs string }

func (t *Template) fill(x parts) ([]byte, error) {
	s := strings.NewReplacer("{{title}}", x.title, "{{meta}}", x.meta, "{{style}}", x.style, "{{content}}", x.content, "{{breadcrumb}}", x.crumbs).Replace(t.text)
	if t.encoding == nil {
		return []byte(s), nil
	}
	// What the encoding does not know is written as a character reference.
	return encoding.HTMLEscapeUnsupported(t.encoding.NewEncoder()).Bytes([]byte(s))
}

// column puts a page made for a frame into the template.
func (p *place) column(body []byte) ([]byte, error) {
	x, tags := readColumn(p.page(body))
	lang := string(p.at.lang)
	x.content = `<div id="yg-column" class="yg" lang="` + lang + `">` + x.content + `</div>`
	x.style = `<link rel="stylesheet" href="` + relative(p.file, columnStyle) + `">`
	x.meta = p.o.Columns.tags(tags)
	return p.o.Columns.fill(x)
}

type tag struct{ name, content string }

// tags are the page's tags, with the name of the site the reader is on.
func (t *Template) tags(all []tag) string {
	own := map[string]string{"SiteName": t.Site.Name, "SiteDomain": t.Site.Domain, "SiteIDCode": t.Site.IDCode}
	var b strings.Builder
	for _, x := range all {
		if v := own[x.name]; v != "" {
			x.content = v
		}
		b.WriteString(`<meta name="` + html.EscapeString(x.name) + `" content="` + html.EscapeString(x.content) + "\">\n")
	}
	return b.String()
}

// readColumn takes a framed page apart. It is a page of ours, so its shape is
// known: title and tags in the head, the way as nav.crumbs, the rest in main.
func readColumn(body []byte) (x parts, tags []tag) {
	s := string(body)
	x.title = between(s, "<title>", "</title>")
	x.crumbs = between(between(s, `<nav class="crumbs"`, "</nav>"), ">", "")
	if i, j := strings.Index(s, "<main>"), strings.LastIndex(s, "</main>"); i >= 0 && j > i {
		x.content = s[i : j+len("</main>")]
	}
	head, _, _ := strings.Cut(s, "</head>")
	for z := html.NewTokenizer(strings.NewReader(head)); ; {
		tt := z.Next()
		if tt == html.ErrorToken {
			return x, tags
		}
		if tt != html.StartTagToken && tt != html.SelfClosingTagToken {
			continue
		}
		t := z.Token()
		switch name := attr(&t, "name"); {
		case t.Data != "meta" || name == "" || name == "viewport":
		case name == "robots": // the site around decides who may list it
		default:
			tags = append(tags, tag{name, attr(&t, "content")})
		}
	}
}

// between is the text after from and before to; to "" for the end.
func between(s, from, to string) string {
	_, rest, ok := strings.Cut(s, from)
	if !ok {
		return ""
	}
	if to == "" {
		return rest
	}
	out, _, _ := strings.Cut(rest, to)
	return out
}
