package export

import (
	"bytes"
	"context"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"yangguang/internal/i18n"
)

// place is a page of the copy while its links are written.
type place struct {
	*maker
	ctx  context.Context // in the page's language
	at   address
	mode string
	file string
	// absolute is the prefix of links of a page that answers for any address
	// (404.html); "" for links relative to the file.
	absolute string
	found    []address // what the page leads to and the copy holds
	skip     string    // element being left out
	depth    int       // of elements of that name inside it
}

// linked are the attributes that lead to another address.
var linked = map[string]bool{"href": true, "src": true, "action": true, "formaction": true, "poster": true, "data": true}

// page writes a page's links anew: what the copy holds by its file, the rest at
// the site itself, and without a known site to the page that says why.
func (p *place) page(body []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(body) + len(body)/8)
	z := html.NewTokenizer(bytes.NewReader(body))
	for {
		tt := z.Next()
		if tt == html.ErrorToken {
			return out.Bytes() // the end; a reader of bytes has no other error
		}
		raw := bytes.Clone(z.Raw())
		if p.skip != "" {
			p.skipping(tt, z)
			continue
		}
		if tt != html.StartTagToken && tt != html.SelfClosingTagToken {
			out.Write(raw)
			continue
		}
		t := z.Token()
		changed, drop := p.element(&t)
		switch {
		case drop != "":
			if tt == html.StartTagToken && !void[t.Data] {
				p.skip, p.depth = t.Data, 1
			}
			if drop != "-" {
				out.WriteString(drop)
			}
		case changed:
			out.WriteString(t.String())
		default:
			out.Write(raw)
		}
	}
}

var void = map[string]bool{"link": true, "meta": true, "img": true, "input": true, "br": true, "hr": true, "source": true}

func (p *place) skipping(tt html.TokenType, z *html.Tokenizer) {
	name, _ := z.TagName()
	if string(name) != p.skip {
		return
	}
	switch tt {
	case html.StartTagToken:
		p.depth++
	case html.EndTagToken:
		if p.depth--; p.depth == 0 {
			p.skip = ""
		}
	}
}

// element rewrites one start tag; drop says that the element is left out, and
// what stands in its place ("-" for nothing).
func (p *place) element(t *html.Token) (changed bool, drop string) {
	if t.Data == "form" && p.o.Base == "" {
		return false, `<p class="muted">` + html.EscapeString(i18n.T(p.ctx, "export.no_form")) + `</p>`
	}
	if t.Data == "script" && p.o.Base == "" && attr(t, "type") == "application/ld+json" && p.o.Domain == "" {
		return false, "-" // its addresses would name nothing
	}
	if t.Data == "link" && attr(t, "rel") == "canonical" {
		return false, ""
	}
	for i, a := range t.Attr {
		switch {
		case linked[a.Key]:
			v, keep := p.link(t, a.Val)
			if !keep {
				return false, "-"
			}
			changed = changed || v != a.Val
			t.Attr[i].Val = v
		case a.Key == "srcset":
			t.Attr[i].Val, changed = p.srcset(a.Val), true
		}
	}
	return changed, ""
}

func attr(t *html.Token, key string) string {
	for _, a := range t.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func (p *place) srcset(v string) string {
	parts := strings.Split(v, ",")
	for i, s := range parts {
		where, size, _ := strings.Cut(strings.TrimSpace(s), " ")
		if strings.HasPrefix(where, "/") {
			where, _ = p.target(where)
		}
		parts[i] = strings.TrimSpace(where + " " + size)
	}
	return strings.Join(parts, ", ")
}

// link is where an attribute leads in the copy; keep is false for a way that a
// copy does not have: another mode or language that was not exported.
func (p *place) link(t *html.Token, v string) (string, bool) {
	if !strings.HasPrefix(v, "/") || strings.HasPrefix(v, "//") {
		return v, true // also the site's whole addresses: they mean the site itself
	}
	local := v
	if strings.HasPrefix(local, "/preferences?") {
		return p.modeLink(local)
	}
	if t.Data == "form" {
		return p.o.Base + local, true
	}
	to, held := p.target(local)
	if !held && p.o.Base == "" && (t.Data == "link" || attr(t, "hreflang") != "" || p.o.Columns != nil) {
		return "", false
	}
	return to, true
}

// target is where an address of the site is in the copy, or else at the site.
func (p *place) target(local string) (to string, held bool) {
	a, fragment, ok := addressOf(local)
	if ok && p.scope.holds(a) {
		p.found = append(p.found, a)
		to = p.name(a, p.mode)
		if fragment != "" {
			to += "#" + url.PathEscape(fragment)
		}
		return to, true
	}
	if p.o.Base != "" {
		return p.o.Base + local, false
	}
	return p.name(address{lang: p.at.lang, path: copyPath}, p.mode), false
}

// name is an address of the copy as a link of this page.
func (p *place) name(a address, mode string) string {
	file := p.fileOf(a, mode)
	if p.absolute != "" {
		return p.absolute + escaped(file)
	}
	return relative(p.file, file)
}

// modeLink leads to the same page in another way of showing it.
func (p *place) modeLink(local string) (string, bool) {
	u, err := url.Parse(local)
	if err != nil {
		return "", false
	}
	mode := u.Query().Get("mode")
	if mode == "standard" {
		mode = ""
	}
	for _, m := range p.o.Modes {
		if m == mode && p.absolute == "" {
			return p.name(p.at, mode), true
		}
	}
	return "", false
}
