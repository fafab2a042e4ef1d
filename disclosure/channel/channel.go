package channel

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
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

// Channel brings what is public onto paper.
type Channel struct {
	Front      *front.Front
	Disclosure *disclosure.Disclosure
}

// printRate is how often one caller may have a sheet drawn that is not kept.
var printRate = web.Rate{N: 60, Per: time.Minute}

// Routes are the room's pages. The words stand in the path, not in a query,
// so that a drawn sheet is kept like a published page.
func (c *Channel) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /{division}/{agency}/print/{sheet}", Handler: c.printed, Cached: true, Limit: printRate},
		{Pattern: "GET /{division}/{agency}/board-a4.pdf", Handler: c.whole4, Cached: true, Limit: printRate},
		{Pattern: "GET /{division}/{agency}/board-a3.pdf", Handler: c.whole3, Cached: true, Limit: printRate},
		{Pattern: "GET /{division}/{agency}/leaflet.pdf", Handler: c.folded, Cached: true, Limit: printRate},
	}
}

func notFound() error { return fault.Say(fault.NotFound, "fault.not_found") }

func (c *Channel) today() clock.Date { return clock.DateOf(c.Disclosure.DB.Clock().Now()) }

// demo answers whether a sheet must bear the mark of demonstration data.
func (c *Channel) demo(u agency.Agency) bool { return c.Front.Demo || u.Demo }

// unit finds the agency of an address; the rest of the address follows it.
func (c *Channel) unit(r *http.Request) (u agency.Agency, err error) {
	code, err := agency.ParseCode(r.PathValue("division"))
	if err != nil {
		return u, notFound()
	}
	err = c.Disclosure.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		u, err = agency.FindByPath(tx, code, r.PathValue("agency"))
		return err
	})
	if err != nil {
		return u, err
	}
	if u.Path() != r.PathValue("division")+"/"+r.PathValue("agency") {
		rest := strings.SplitN(web.PathOf(r.Context()), "/", 4)
		return u, web.Moved("/" + u.Path() + "/" + rest[len(rest)-1])
	}
	return u, nil
}

var (
	sheetShape  = regexp.MustCompile(`^([0-9A-Za-z-]{1,80})-(a[34])\.pdf$`)
	numberShape = regexp.MustCompile(`^(\d{4})-(\d{5,9})$`)
)

// printed is one item, or a set of them: a category's, a quarter's.
func (c *Channel) printed(w http.ResponseWriter, r *http.Request) error {
	m := sheetShape.FindStringSubmatch(r.PathValue("sheet"))
	if m == nil {
		return notFound()
	}
	u, err := c.unit(r)
	if err != nil {
		return err
	}
	n := numberShape.FindStringSubmatch(m[1])
	if n == nil {
		return c.showBoard(w, r, u, m[1], m[2])
	}
	year, _ := strconv.Atoi(n[1])
	serial, _ := strconv.Atoi(n[2])
	if (&disclosure.Item{Year: year, Serial: serial}).Slug() != m[1] {
		return notFound()
	}
	pg, err := c.Disclosure.Public(r.Context(), u, year, serial)
	if err != nil {
		return err
	}
	if pg.Version == nil {
		return c.gone(w, r, pg)
	}
	b, err := c.itemPDF(r.Context(), pg, m[2])
	return answer(w, b, err)
}

// gone answers for what was taken down: the tombstone, never the text.
func (c *Channel) gone(w http.ResponseWriter, r *http.Request, pg *disclosure.Page) error {
	ctx := r.Context()
	f := c.Front.Page(r, i18n.T(ctx, "channel.gone"))
	f.NoIndex, f.Narrow = true, true
	to := ui.Link{Text: i18n.T(ctx, "channel.gone_link"), Href: web.URL(ctx, pg.Item.Path(pg.Unit))}
	return web.Render(w, r, http.StatusGone, goneView(f, i18n.T(ctx, "channel.gone_text", pg.Item.Number), to))
}

func (c *Channel) whole4(w http.ResponseWriter, r *http.Request) error { return c.all(w, r, "a4") }

func (c *Channel) whole3(w http.ResponseWriter, r *http.Request) error { return c.all(w, r, "a3") }

func (c *Channel) all(w http.ResponseWriter, r *http.Request, size string) error {
	u, err := c.unit(r)
	if err != nil {
		return err
	}
	return c.showBoard(w, r, u, "", size)
}

func (c *Channel) showBoard(w http.ResponseWriter, r *http.Request, u agency.Agency, word, size string) error {
	st, err := c.setOf(r.Context(), u, word)
	if err != nil {
		return err
	}
	found, err := c.board(r.Context(), u, st)
	if err != nil {
		return err
	}
	b, err := c.boardPDF(r.Context(), found, size)
	return answer(w, b, err)
}

// folded is the leaflet.
func (c *Channel) folded(w http.ResponseWriter, r *http.Request) error {
	u, err := c.unit(r)
	if err != nil {
		return err
	}
	l, err := c.leaflet(r.Context(), u)
	if err != nil {
		return err
	}
	b, err := c.leafletPDF(r.Context(), l)
	return answer(w, b, err)
}

func answer(w http.ResponseWriter, b []byte, err error) error {
	if err != nil {
		return err
	}
	return web.Write(w, http.StatusOK, "application/pdf", b)
}
