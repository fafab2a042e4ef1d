package answers

import (
	"encoding/xml"
	"net/http"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/web"
)

// feedLength is how many answers the feed carries.
const feedLength = 50

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
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Author  string   `xml:"author>name"`
	Link    atomLink `xml:"link"`
	Summary string   `xml:"summary"`
}

// atom is the log as a feed. Its times are the first of a month: a day would say
// when a request was answered.
func (s *Answers) atom(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f := atomFeed{Lang: string(i18n.LangOf(ctx)), ID: "urn:yangguang:answers", Title: word(ctx, "title"), Author: s.Front.Organiser.In(ctx), Updated: stamp("1970-01"),
		Links: []atomLink{{Rel: "self", Type: "application/atom+xml", Href: s.Front.Domain + href(ctx, publicRoot, "/feed.atom")}, {Rel: "alternate", Type: "text/html", Href: s.Front.Domain + href(ctx, publicRoot)}}}
	err := s.read(ctx, func(tx *db.Tx) error {
		all, err := list(tx, Query{Within: s.Front.Home, Limit: feedLength})
		if err != nil {
			return err
		}
		for _, x := range all {
			u, err := agency.Find(tx, x.Agency)
			if err != nil {
				return err
			}
			f.Entries = append(f.Entries, atomEntry{ID: "urn:yangguang:answer:" + itoa(x.ID), Title: x.Text.Title, Updated: stamp(x.Published), Author: u.Name,
				Link: atomLink{Rel: "alternate", Type: "text/html", Href: s.Front.Domain + href(ctx, pathOf(u, x.ID))}, Summary: x.Text.Summary})
		}
		if len(all) > 0 {
			f.Updated = stamp(all[0].Published)
		}
		return nil
	})
	if err != nil {
		return err
	}
	b, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return err
	}
	return web.Write(w, http.StatusOK, "application/atom+xml; charset=utf-8", append([]byte(xml.Header), b...))
}

func stamp(month string) string {
	return monthStart(month).In(clock.Shanghai).Format("2006-01-02T15:04:05-07:00")
}
