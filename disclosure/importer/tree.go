package importer

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if strings.EqualFold(a.Key, key) {
			return a.Val
		}
	}
	return ""
}

// hasWord answers whether an element's id or class names one of the words.
func hasWord(n *html.Node, words ...string) bool {
	s := strings.ToLower(attr(n, "id") + " " + attr(n, "class"))
	return s != " " && slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// unread are the elements whose content nobody reads as text.
var unread = []atom.Atom{atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Head, atom.Nav, atom.Footer, atom.Form, atom.Select, atom.Button, atom.Iframe, atom.Svg}

func skipped(n *html.Node) bool {
	return n.Type == html.CommentNode || n.Type == html.ElementNode && slices.Contains(unread, n.DataAtom)
}

// textOf is all text below a node.
func textOf(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if !skipped(c) || n.DataAtom == atom.Head {
				walk(c)
			}
		}
	}
	walk(n)
	return b.String()
}

var blocks = []atom.Atom{atom.P, atom.Div, atom.Li, atom.Tr, atom.H1, atom.H2, atom.H3, atom.Br, atom.Table, atom.Section, atom.Dd, atom.Dt}

// lines is the text a reader sees, a line for each block and a tab between
// cells, so that a label can be told from its value.
func lines(root *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			if s := squeeze(n.Data); s != "" {
				b.WriteString(s + " ")
			}
			return
		case skipped(n) && n.DataAtom != atom.Form:
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		switch {
		case n.DataAtom == atom.Td || n.DataAtom == atom.Th:
			b.WriteByte('\t')
		case slices.Contains(blocks, n.DataAtom):
			b.WriteByte('\n')
		}
	}
	walk(root)
	return b.String()
}

// known are the names the systems of government sites give to the text.
var known = []string{"ucap-content", "trs_editor", "trs_ueditor", "article-content", "articlecontent", "zoom", "con_text", "news_content", "article_content", "pages_content", "vsb_content", "conttext"}

// mainOf is the element that holds the article: one with a known name, else
// the smallest that still has most of the text that is not links.
func mainOf(root *html.Node) *html.Node {
	var body *html.Node
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if hasWord(n, known...) && weigh(n) > 20 {
			return n
		}
		if n.DataAtom == atom.Body && body == nil {
			body = n
		}
	}
	if body == nil {
		return nil
	}
	weights := map[*html.Node]int{}
	weighAll(body, weights)
	return descend(body, weights)
}

// descend goes down while one child has nearly all of what its parent has.
func descend(n *html.Node, weights map[*html.Node]int) *html.Node {
	for {
		var best *html.Node
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode && !skipped(c) && (best == nil || weights[c] > weights[best]) {
				best = c
			}
		}
		if best == nil || weights[best]*4 < weights[n]*3 || slices.Contains([]atom.Atom{atom.P, atom.Span, atom.Tr, atom.Strong, atom.Font, atom.Ul, atom.Ol}, best.DataAtom) {
			return n
		}
		n = best
	}
}

func weigh(n *html.Node) int { return weighAll(n, map[*html.Node]int{}) }

// weighAll counts, for every element, the characters that are not in links
// less twice those that are: a menu weighs nothing.
func weighAll(n *html.Node, weights map[*html.Node]int) int {
	total := 0
	switch {
	case n.Type == html.TextNode:
		return utf8.RuneCountInString(squeeze(n.Data))
	case skipped(n):
		return 0
	case n.DataAtom == atom.A:
		return -2 * utf8.RuneCountInString(squeeze(textOf(n)))
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		total += weighAll(c, weights)
	}
	weights[n] = max(0, total)
	return weights[n]
}

// mostlyLinks answers whether an element is a list of other pages.
func mostlyLinks(n *html.Node) bool {
	in, all := 0, utf8.RuneCountInString(squeeze(textOf(n)))
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.DataAtom == atom.A {
			in += utf8.RuneCountInString(squeeze(textOf(c)))
		}
	}
	return in*2 > all
}

// render writes the inside of an element as HTML, without what is not read.
func render(n *html.Node) string {
	var drop []*html.Node
	for c := range n.Descendants() {
		if skipped(c) {
			drop = append(drop, c)
		}
	}
	for _, c := range drop {
		if c.Parent != nil {
			c.Parent.RemoveChild(c)
		}
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if err := html.Render(&b, c); err != nil {
			return textOf(n)
		}
	}
	return strings.TrimSpace(b.String())
}
