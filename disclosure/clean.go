package disclosure

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
)

// policy keeps what a notice needs, headings, lists, tables, emphasis and
// links, and drops the rest of what Word pastes.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "h3", "h4", "strong", "b", "em", "i", "u", "s", "sub", "sup", "ul", "ol", "li", "blockquote", "hr",
		"table", "caption", "thead", "tbody", "tfoot", "tr")
	p.AllowAttrs("colspan", "rowspan").Matching(regexp.MustCompile(`^[0-9]{1,3}$`)).OnElements("td", "th")
	p.AllowElements("td", "th")
	p.AllowAttrs("scope").Matching(bluemonday.Paragraph).OnElements("th")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.AllowRelativeURLs(true)
	p.RequireNoFollowOnLinks(false)
	return p
})

// headings of a pasted text begin below the page's own h1 and h2.
var lowered = strings.NewReplacer("<h1", "<h3", "</h1", "</h3", "<h2", "<h3", "</h2", "</h3", "<h5", "<h4", "</h5", "</h4", "<h6", "<h4", "</h6", "</h4")

// CleanHTML makes pasted text safe and plain. Text without any tag becomes
// paragraphs at its line breaks.
func CleanHTML(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if !strings.ContainsRune(s, '<') {
		return paragraphs(s)
	}
	return strings.TrimSpace(policy().Sanitize(lowered.Replace(s)))
}

func paragraphs(s string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString("<p>" + html.EscapeString(html.UnescapeString(line)) + "</p>\n")
		}
	}
	return strings.TrimSpace(b.String())
}

// PlainText is the words of cleaned HTML, cells apart by tabs and blocks by
// lines, for search and for the privacy gate. Within a cell paragraphs are
// joined by blanks, as Word wraps every cell in one: a row stays a line.
func PlainText(s string) string {
	var b strings.Builder
	cells := 0
	for s != "" {
		text, rest, tagged := strings.Cut(s, "<")
		b.WriteString(oneLine(html.UnescapeString(text)))
		if !tagged {
			break
		}
		tag, after, _ := strings.Cut(rest, ">")
		s = after
		switch name := tagName(tag); name {
		case "td", "th":
			cells++
		case "/td", "/th":
			cells = max(0, cells-1)
			b.WriteByte('\t')
		case "/tr", "/table":
			cells = 0
			b.WriteByte('\n')
		case "/p", "br", "br/", "/li", "/h3", "/h4", "/blockquote", "/caption":
			if cells > 0 {
				b.WriteByte(' ')
			} else {
				b.WriteByte('\n')
			}
		}
	}
	return strings.TrimSpace(tidyCells.Replace(b.String()))
}

var tidyCells = strings.NewReplacer(" \t", "\t", " \n", "\n", "\n ", "\n", "\t ", "\t")

func tagName(tag string) string {
	name, _, _ := strings.Cut(tag, " ")
	return strings.ToLower(name)
}

// oneLine makes every run of blanks and line ends one blank, as a browser
// does; a no-break space stays.
func oneLine(s string) string {
	var b strings.Builder
	blank := false
	for _, r := range s {
		if r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' {
			blank = true
			continue
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		b.WriteRune(r)
	}
	if blank {
		b.WriteByte(' ')
	}
	return b.String()
}

// links are the addresses in cleaned HTML as people read them; a telephone
// hides there as well.
func links(s string) []string {
	out := hrefs(s)
	for i, address := range out {
		if plain, err := url.PathUnescape(address); err == nil {
			out[i] = plain
		}
	}
	return out
}

// hrefs are the addresses in cleaned HTML as a browser follows them.
func hrefs(s string) (out []string) {
	for {
		_, rest, ok := strings.Cut(s, `href="`)
		if !ok {
			return out
		}
		address, after, _ := strings.Cut(rest, `"`)
		s = after
		out = append(out, html.UnescapeString(address))
	}
}
