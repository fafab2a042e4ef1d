package portal

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// Portal serves the public pages.
type Portal struct {
	Front      *front.Front
	Disclosure *disclosure.Disclosure
	// EmbedIn are the sites that may show the embedded pages in a frame, as
	// CSP sources: "https://www.example.gov.cn". None: nobody may.
	EmbedIn []string
	// Correct, where set, takes readers' reports of errors as matters of the
	// unit; without it they are kept here, without number or code.
	Correct func(ctx context.Context, c Correction) (Corrected, error)
	// Answers, where set, finds answers to requests that were made public, at
	// most a few, to stand among what a search finds.
	Answers func(tx *db.Tx, words string, within agency.Code, most int) ([]ui.Entry, error)
	// Mapped are public pages of other rooms that the site map names, at most
	// limit; nil where there are none.
	Mapped func(tx *db.Tx, limit int) (paths []string, err error)

	suggested suggested
	changes   atomic.Int64 // how often something public changed: what was suggested before is old
}

func (p *Portal) read(ctx context.Context, f func(tx *db.Tx) error) error {
	return p.Disclosure.DB.Read(ctx, f)
}

// place is a division with what stands above it.
type place struct {
	agency.Division
	Above []agency.Division
}

func notFound() error { return fault.Say(fault.NotFound, "fault.not_found") }

// code reads the division of an address; the long form forwards to the short.
func code(r *http.Request) (agency.Code, error) {
	s := r.PathValue("division")
	c, err := agency.ParseCode(s)
	if err == nil && c.Short() == s {
		return c, nil
	}
	if c, err := agency.ParseCode(strings.TrimRight(s, "0")); err == nil && len(s) == 12 && c != agency.Nation {
		return c, web.Moved("/" + c.Short() + rest(r, 1))
	}
	if c, err := agency.ParseCode(s); err == nil {
		return c, web.Moved("/" + c.Short() + rest(r, 1))
	}
	return 0, notFound()
}

// rest is what follows the first n parts of the address, with its query.
func rest(r *http.Request, n int) string {
	parts := strings.SplitN(r.URL.EscapedPath(), "/", n+2)
	out := ""
	if len(parts) == n+2 {
		out = "/" + parts[n+1]
	}
	if r.URL.RawQuery != "" {
		out += "?" + r.URL.RawQuery
	}
	return out
}

func findPlace(tx *db.Tx, c agency.Code) (pl place, err error) {
	if pl.Division, err = agency.FindDivision(tx, c); err != nil {
		return pl, err
	}
	pl.Above, err = agency.Ancestors(tx, c)
	return pl, err
}

// unit finds the agency of an address. One that moved or was given another
// address word forwards the reader.
func (p *Portal) unit(tx *db.Tx, r *http.Request) (agency.Agency, error) {
	c, err := code(r)
	if err != nil {
		return agency.Agency{}, err
	}
	u, err := agency.FindByPath(tx, c, r.PathValue("agency"))
	if err != nil {
		return u, err
	}
	if u.Division != c || u.Slug != r.PathValue("agency") {
		return u, web.Moved("/" + u.Path() + rest(r, 2))
	}
	return u, nil
}

// crumbs is the way from home down to a unit and a page below it.
func (p *Portal) crumbs(r *http.Request, tx *db.Tx, u agency.Agency, own bool, last ...ui.Link) ([]ui.Link, error) {
	pl, err := findPlace(tx, u.Division)
	if err != nil {
		return nil, err
	}
	above := append(pl.Above, pl.Division)
	if u.Kind == agency.Village {
		above = pl.Above // the village's page is its committee's
	}
	if own {
		return append(p.Front.Crumbs(r, above, &u), last...), nil
	}
	return append(p.Front.Crumbs(r, above, nil), last...), nil
}

// today is for what is shown without a transaction at hand.
func (p *Portal) today() clock.Date { return clock.DateOf(p.Disclosure.DB.Clock().Now()) }

func today(tx *db.Tx) clock.Date { return clock.DateOf(tx.Now) }

func t(ctx context.Context, key string, args ...any) string { return i18n.T(ctx, key, args...) }

func href(ctx context.Context, parts ...string) string { return web.URL(ctx, strings.Join(parts, "")) }

// absolute is a page's whole address; without a configured domain, its path.
func (p *Portal) absolute(path string) string { return p.Front.Domain + path }

// postRate is how often one caller may send something from a public page.
var postRate = web.Rate{N: 10, Per: time.Minute}

// fileRate is how often one caller may have a large file made.
var fileRate = web.Rate{N: 30, Per: time.Minute}

// column adds the tags of a column page (政府网站发展指引, 国办发〔2017〕47号).
func column(f *ui.Frame, name, kind, description string) {
	f.Description = description
	f.Meta = append(f.Meta, ui.Meta{Name: "ColumnName", Content: name}, ui.Meta{Name: "ColumnDescription", Content: description},
		ui.Meta{Name: "ColumnKeywords", Content: name}, ui.Meta{Name: "ColumnType", Content: kind})
}

// The column types of the guideline that the portal's pages are of.
const (
	columnGuide     = "信息公开指南"
	columnCatalogue = "信息公开目录"
	columnPolicy    = "政策文件"
	columnAbout     = "概况信息"
	columnData      = "数据开放"
	columnNews      = "工作动态"
)
