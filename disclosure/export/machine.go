package export

import (
	"bytes"
	"encoding/json"
	"html"
	"regexp"
	"strings"
)

// Files for programs name pages by whole addresses: those of the copy where it
// is known where the copy will be served, else those of the site, and where
// neither is known addresses relative to the file.

var (
	hrefShape = regexp.MustCompile(`href="([^"]*)"`)
	lineShape = regexp.MustCompile(`<(url|sitemap)><loc>([^<]*)</loc>(<lastmod>[^<]*</lastmod>)?</(?:url|sitemap)>`)
)

// whole is the address of a page for programs.
func (p *place) whole(v string) string {
	local := p.local(v)
	if local == "" {
		return v
	}
	a, _, ok := addressOf(local)
	held := ok && p.scope.holds(a)
	if held {
		p.found = append(p.found, a)
	}
	switch {
	case held && p.o.Address != "":
		return p.o.Address + "/" + strings.TrimSuffix(escaped(p.fileOf(a, "")), "index.html")
	case p.o.Domain != "":
		return p.o.Domain + local
	case held:
		return relative(p.file, p.fileOf(a, ""))
	}
	return relative(p.file, p.fileOf(address{lang: p.at.lang, path: copyPath}, ""))
}

func (p *place) atom(body []byte) []byte {
	return hrefShape.ReplaceAllFunc(body, func(m []byte) []byte {
		return []byte(`href="` + html.EscapeString(p.whole(html.UnescapeString(string(m[6:len(m)-1])))) + `"`)
	})
}

// jsonFeed rewrites the addresses of a JSON Feed, whose keys are known.
func (p *place) jsonFeed(body []byte) []byte {
	var doc map[string]any
	if json.Unmarshal(body, &doc) != nil {
		return body
	}
	for _, k := range []string{"home_page_url", "feed_url"} {
		if s, ok := doc[k].(string); ok {
			doc[k] = p.whole(s)
		}
	}
	items, _ := doc["items"].([]any)
	for _, x := range items {
		if it, ok := x.(map[string]any); ok {
			if s, ok := it["url"].(string); ok {
				it["url"] = p.whole(s)
			}
		}
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if e.Encode(doc) != nil {
		return body
	}
	return out.Bytes()
}

// siteMap keeps the lines of pages the copy holds. The protocol knows whole
// addresses only, so a copy that does not know its own has no site map.
func (p *place) siteMap(body []byte) []byte {
	return lineShape.ReplaceAllFunc(body, func(m []byte) []byte {
		x := lineShape.FindSubmatch(m)
		local := p.local(html.UnescapeString(string(x[2])))
		a, _, ok := addressOf(local)
		if !ok || !p.scope.holds(a) {
			return nil
		}
		p.found = append(p.found, a)
		loc := p.o.Address + "/" + strings.TrimSuffix(escaped(p.fileOf(a, "")), "index.html")
		return []byte("<" + string(x[1]) + "><loc>" + html.EscapeString(loc) + "</loc>" + string(x[3]) + "</" + string(x[1]) + ">")
	})
}

// local is an address of the site itself, without its domain; "" for all else.
func (p *place) local(v string) string {
	if p.o.Domain != "" {
		if rest, ok := strings.CutPrefix(v, p.o.Domain); ok && (rest == "" || rest[0] == '/') {
			v = "/" + strings.TrimPrefix(rest, "/")
		}
	}
	if !strings.HasPrefix(v, "/") || strings.HasPrefix(v, "//") {
		return ""
	}
	return v
}
