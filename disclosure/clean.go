package disclosure

import (
	"html"
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
	p.AllowAttrs("colspan", "rowspan").Matching(bluemonday.Integer).OnElements("td", "th")
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

// blockEnds are the tags after which plain text continues on a new line.
var blockEnds = strings.NewReplacer("</p>", "\n", "<br>", "\n", "<br/>", "\n", "</li>", "\n", "</tr>", "\n", "</h3>", "\n", "</h4>", "\n",
	"</td>", "\t", "</th>", "\t", "</blockquote>", "\n", "</caption>", "\n")

// PlainText is the words of cleaned HTML, cells apart by tabs and blocks by
// lines, for search and for the privacy gate.
func PlainText(s string) string {
	var b strings.Builder
	in := false
	for _, r := range blockEnds.Replace(s) {
		switch {
		case r == '<':
			in = true
		case r == '>' && in:
			in = false
		case !in:
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(html.UnescapeString(b.String()))
}
