package portal

import (
	"context"
	"encoding/xml"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/web"
)

// mapPart is how many addresses one part of the sitemap holds at most.
const mapPart = 50_000

type mapIndex struct {
	XMLName xml.Name  `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
	Parts   []mapLine `xml:"sitemap"`
}

type mapSet struct {
	XMLName xml.Name  `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	Lines   []mapLine `xml:"url"`
}

type mapLine struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

// sitemap is the index: units by run of prefectures, items by run of days, so
// that a part once full hardly changes again.
func (p *Portal) sitemap(w http.ResponseWriter, r *http.Request) error {
	out := mapIndex{Parts: []mapLine{{Loc: p.absolute("/sitemap/pages.xml")}}}
	err := p.read(r.Context(), func(tx *db.Tx) error {
		units, err := unitPrefectures(tx, p.Front.Home)
		if err != nil {
			return err
		}
		days, err := itemDays(tx, p.Front.Home)
		add := func(name string, runs []slice) {
			for _, s := range runs {
				out.Parts = append(out.Parts, mapLine{Loc: p.absolute("/sitemap/" + name + "-" + itoa(s.From) + "-" + itoa(s.To) + ".xml")})
			}
		}
		add("units", join(units))
		add("items", join(days))
		return err
	})
	if err != nil {
		return err
	}
	return writeXML(w, out)
}

// join makes runs of neighbouring keys that hold at most mapPart rows.
func join(all []slice) (out []slice) {
	for _, s := range all {
		if n := len(out); n > 0 && out[n-1].N+s.N <= mapPart {
			out[n-1].To, out[n-1].N = s.To, out[n-1].N+s.N
			continue
		}
		out = append(out, s)
	}
	return out
}

var partShape = regexp.MustCompile(`^(units|items)-(\d{1,6})-(\d{1,6})\.xml$`)

func (p *Portal) sitemapPart(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("part")
	var out mapSet
	if name == "pages.xml" {
		for _, path := range []string{"/", "/guide", "/catalogue", "/latest", "/overdue", "/open-data", "/" + p.Front.Home.Short()} {
			out.Lines = append(out.Lines, mapLine{Loc: p.absolute(path)})
		}
		if err := p.mapOthers(r.Context(), &out); err != nil {
			return err
		}
		return writeXML(w, out)
	}
	m := partShape.FindStringSubmatch(name)
	if m == nil {
		return notFound()
	}
	from, _ := strconv.ParseInt(m[2], 10, 64)
	to, _ := strconv.ParseInt(m[3], 10, 64)
	err := p.read(r.Context(), func(tx *db.Tx) error {
		find := itemAddresses
		if m[1] == "units" {
			find = unitAddresses
		}
		rows, err := find(tx, p.Front.Home, slice{From: from, To: to})
		for _, a := range rows {
			out.Lines = append(out.Lines, p.mapLine(a))
		}
		return err
	})
	if err != nil {
		return err
	}
	return writeXML(w, out)
}

// mapOthers adds the pages of other rooms.
func (p *Portal) mapOthers(ctx context.Context, out *mapSet) error {
	if p.Mapped == nil {
		return nil
	}
	return p.read(ctx, func(tx *db.Tx) error {
		paths, err := p.Mapped(tx, mapPart-len(out.Lines))
		for _, path := range paths {
			out.Lines = append(out.Lines, mapLine{Loc: p.absolute(path)})
		}
		return err
	})
}

func (p *Portal) mapLine(a address) mapLine {
	u := agency.Agency{Division: a.Region, Slug: a.Slug}
	path := "/" + u.Path()
	if a.Year == 0 {
		return mapLine{Loc: p.absolute(path)}
	}
	it := disclosure.Item{Year: a.Year, Serial: a.Serial}
	return mapLine{Loc: p.absolute(it.Path(u)), LastMod: clock.DateOf(clock.FromMillis(a.Changed)).String()}
}

func writeXML(w http.ResponseWriter, v any) error {
	b, err := xml.Marshal(v)
	if err != nil {
		return err
	}
	return web.Write(w, http.StatusOK, "application/xml; charset=utf-8", []byte(xml.Header+strings.TrimSpace(string(b))))
}
