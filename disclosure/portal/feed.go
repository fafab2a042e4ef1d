package portal

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// feedLength is how many items a feed carries.
const feedLength = 50

// feedsOf are the alternate forms a page names in its head.
func feedsOf(ctx context.Context, path, name string) []ui.Feed {
	if path == "/" {
		path = ""
	}
	return []ui.Feed{{Title: name, Type: "application/atom+xml", Href: href(ctx, path, "/feed.atom")},
		{Title: name, Type: "application/feed+json", Href: href(ctx, path, "/feed.json")}}
}

// feed is what one feed carries.
type feed struct {
	Title, Page, Self string // Page and Self are paths in the reader's language
	Author            string
	Entries           []disclosure.Entry
}

// feedOf reads the feed of the unit, the division or the installation that the
// address names.
func (p *Portal) feedOf(r *http.Request) (f feed, err error) {
	ctx := r.Context()
	q := disclosure.Query{Within: p.Front.Home, Limit: feedLength}
	f = feed{Title: p.Front.Name.In(ctx), Page: href(ctx, "/"), Self: href(ctx, r.URL.Path), Author: p.Front.Organiser.In(ctx)}
	err = p.read(ctx, func(tx *db.Tx) error {
		switch {
		case r.PathValue("agency") != "":
			u, err := p.unit(tx, r)
			if err != nil {
				return err
			}
			q.Within, q.Agency = agency.Nation, u.ID
			f.Title, f.Author, f.Page = u.Name, u.Name, href(ctx, "/", u.Path())
		case r.PathValue("division") != "":
			c, err := code(r)
			if err != nil {
				return err
			}
			d, err := agency.FindDivision(tx, c)
			if err != nil {
				return err
			}
			q.Within, f.Title, f.Page = c, d.Name, href(ctx, "/", c.Short())
		}
		rows, err := disclosure.List(tx, q)
		if err != nil {
			return err
		}
		f.Entries, err = p.Disclosure.WithTexts(tx, rows)
		return err
	})
	f.Title = t(ctx, "portal.feed_title", f.Title)
	return f, err
}

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string   `xml:"id"`
	Title     string   `xml:"title"`
	Updated   string   `xml:"updated"`
	Published string   `xml:"published"`
	Author    string   `xml:"author>name"`
	Link      atomLink `xml:"link"`
	Summary   string   `xml:"summary"`
	// Notice is where a 公示 stands, so that a reader who follows learns that it ended.
	Notice *atomCategory `xml:"category,omitempty"`
}

type atomCategory struct {
	Term  string `xml:"term,attr"`
	Label string `xml:"label,attr"`
}

// itemURN names an item for ever, whatever its address becomes.
func itemURN(it *disclosure.Item) string {
	return "urn:yangguang:item:" + strconv.FormatInt(it.ID, 10)
}

func (p *Portal) atom(w http.ResponseWriter, r *http.Request) error {
	f, err := p.feedOf(r)
	if err != nil {
		return err
	}
	a := atomFeed{Lang: "zh-CN", ID: "urn:yangguang:feed:" + strings.Trim(f.Page, "/"), Title: xmlText(f.Title), Author: xmlText(f.Author), Updated: stamp(newest(f.Entries, p.today())),
		Links: []atomLink{{Rel: "self", Type: "application/atom+xml", Href: p.absolute(f.Self)}, {Rel: "alternate", Type: "text/html", Href: p.absolute(f.Page)}}}
	for i := range f.Entries {
		e := &f.Entries[i]
		a.Entries = append(a.Entries, atomEntry{ID: itemURN(&e.Item), Title: xmlText(e.Title), Updated: stamp(e.TouchedAt(p.today())), Notice: noticeOf(r.Context(), &e.Item, p.today()), Published: stamp(e.PublishedAt), Author: xmlText(e.Unit),
			Link: atomLink{Rel: "alternate", Type: "text/html", Href: p.absolute(href(r.Context(), e.Href()))}, Summary: xmlText(e.Summary)})
	}
	b, err := xml.MarshalIndent(a, "", " ")
	if err != nil {
		return err
	}
	return web.Write(w, http.StatusOK, "application/atom+xml; charset=utf-8", append([]byte(xml.Header), b...))
}

// xmlText drops what XML 1.0 cannot carry.
func xmlText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}

// noticeOf is where a 公示 stands, in both kinds of feed.
func noticeOf(ctx context.Context, it *disclosure.Item, today clock.Date) *atomCategory {
	words := it.NoticeWords(ctx, today)
	switch {
	case words == "":
		return nil
	case it.NoticeOver(today):
		return &atomCategory{"notice-ended", words}
	}
	return &atomCategory{"notice-running", words}
}

func tagsOf(ctx context.Context, it *disclosure.Item, today clock.Date) []string {
	if c := noticeOf(ctx, it, today); c != nil {
		return []string{c.Label}
	}
	return nil
}

func newest(es []disclosure.Entry, today clock.Date) (at time.Time) {
	at = time.UnixMilli(0)
	for _, e := range es {
		if x := e.TouchedAt(today); x.After(at) {
			at = x
		}
	}
	return at
}

func stamp(at time.Time) string { return at.In(clock.Shanghai).Format(timeISO) }

type jsonFeedDoc struct {
	Version  string         `json:"version"`
	Title    string         `json:"title"`
	HomePage string         `json:"home_page_url"`
	FeedURL  string         `json:"feed_url"`
	Language string         `json:"language"`
	Items    []jsonFeedItem `json:"items"`
}

type jsonFeedItem struct {
	ID        string           `json:"id"`
	URL       string           `json:"url"`
	Title     string           `json:"title"`
	Text      string           `json:"content_text"`
	Published string           `json:"date_published"`
	Modified  string           `json:"date_modified"`
	Authors   []jsonFeedAuthor `json:"authors"`
	Tags      []string         `json:"tags,omitempty"`
}

type jsonFeedAuthor struct {
	Name string `json:"name"`
}

func (p *Portal) jsonFeed(w http.ResponseWriter, r *http.Request) error {
	f, err := p.feedOf(r)
	if err != nil {
		return err
	}
	doc := jsonFeedDoc{Version: "https://jsonfeed.org/version/1.1", Title: f.Title, HomePage: p.absolute(f.Page), FeedURL: p.absolute(f.Self), Language: "zh-CN", Items: []jsonFeedItem{}}
	for i := range f.Entries {
		e := &f.Entries[i]
		doc.Items = append(doc.Items, jsonFeedItem{ID: itemURN(&e.Item), URL: p.absolute(href(r.Context(), e.Href())), Title: e.Title, Text: e.Summary,
			Published: stamp(e.PublishedAt), Modified: stamp(e.TouchedAt(p.today())), Authors: []jsonFeedAuthor{{e.Unit}}, Tags: tagsOf(r.Context(), &e.Item, p.today())})
	}
	b, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	return web.Write(w, http.StatusOK, "application/feed+json; charset=utf-8", b)
}
