package importer

import (
	"encoding/xml"
	"io"
	"net/url"
	"path"
	"strconv"
	"strings"

	"yangguang/internal/fault"
)

// feedXML holds the parts of RSS 2.0, RSS 1.0 and Atom that tell an entry.
type feedXML struct {
	Items   []feedItem `xml:"channel>item"`
	Loose   []feedItem `xml:"item"` // RSS 1.0
	Entries []feedItem `xml:"entry"`
}

type feedItem struct {
	Title     string     `xml:"title"`
	Links     []feedLink `xml:"link"`
	GUID      string     `xml:"guid"`
	ID        string     `xml:"id"`
	PubDate   string     `xml:"pubDate"`
	Date      string     `xml:"http://purl.org/dc/elements/1.1/ date"`
	Published string     `xml:"published"`
	Updated   string     `xml:"updated"`
	Category  []feedTerm `xml:"category"`
	Encoded   string     `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
	Content   feedText   `xml:"http://www.w3.org/2005/Atom content"`
	Summary   feedText   `xml:"summary"`
	Describes string     `xml:"description"`
	Enclosure []feedLink `xml:"enclosure"`
}

type feedLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
	URL  string `xml:"url,attr"`
	Text string `xml:",chardata"`
}

type feedTerm struct {
	Term string `xml:"term,attr"`
	Text string `xml:",chardata"`
}

type feedText struct {
	Type  string `xml:"type,attr"`
	Text  string `xml:",chardata"`
	Inner string `xml:",innerxml"`
}

func (t feedText) html() string {
	if t.Type == "xhtml" {
		return t.Inner
	}
	return t.Text
}

// ReadFeed reads an RSS or Atom file. The first MaxEntries entries count.
func ReadFeed(name string, b []byte) ([]Entry, error) {
	bad := fault.Fields(fault.Field{Name: "file", Key: "importer.bad_feed"})
	s, ok := Decode(b)
	if !ok {
		return nil, bad
	}
	dec := xml.NewDecoder(strings.NewReader(s))
	dec.Strict = false
	dec.Entity = xml.HTMLEntity
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // decoded already
	var f feedXML
	if err := dec.Decode(&f); err != nil {
		return nil, bad
	}
	var out []Entry
	for i, it := range append(append(f.Items, f.Loose...), f.Entries...) {
		if i >= MaxEntries {
			break
		}
		out = append(out, it.entry(name, i+1))
	}
	if len(out) == 0 {
		return nil, bad
	}
	return out, nil
}

func (it feedItem) entry(name string, n int) Entry {
	e := Entry{Source: path.Base(name) + " #" + strconv.Itoa(n), Title: squeeze(it.Title)}
	e.Body = pick(it.Encoded, it.Content.html(), it.Describes, it.Summary.html())
	when := first(it.PubDate, it.Published, it.Date, it.Updated)
	if d, ok := instant(when); ok {
		e.Published = d
	} else if when != "" {
		e.wrong("published", "importer.bad_date", cut(when, 40))
	}
	for _, c := range it.Category {
		e.Category = first(e.Category, c.Term, c.Text)
		e.Words += " " + squeeze(c.Term+" "+c.Text)
	}
	for _, l := range it.Links {
		if l.Rel == "enclosure" {
			it.Enclosure = append(it.Enclosure, l)
		} else if e.Old == "" && (l.Rel == "" || l.Rel == "alternate") {
			e.Old = first(l.Href, l.Text)
		}
	}
	if e.Old == "" && strings.HasPrefix(it.GUID, "http") {
		e.Old = strings.TrimSpace(it.GUID)
	}
	for _, l := range it.Enclosure {
		if u, err := url.Parse(first(l.URL, l.Href)); err == nil && u.Path != "" {
			e.Files = append(e.Files, strings.TrimPrefix(path.Clean("/"+u.Path), "/"))
		}
	}
	return e
}

// pick is the first text that is one, kept as it stands.
func pick(ss ...string) string {
	for _, s := range ss {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}
