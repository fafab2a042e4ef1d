package coverage

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
)

// Version numbers the definitions of the indicators. A change of one of them is
// a new version, said on the page of definitions.
const Version = "1"

// Coverage serves the pages of figures.
type Coverage struct {
	Front *front.Front
	DB    *db.DB
	Norm  *norm.Profile
	// Waiting, where set, counts the readers' reports of errors that another room
	// handles: those within a division without an answer, and those from before a day.
	Waiting func(tx *db.Tx, c agency.Code, before time.Time) (waiting, old int64, err error)
}

// Routes are the sub-room's routes.
func (c *Coverage) Routes() []web.Route {
	out := []web.Route{
		{Pattern: "GET /coverage", Handler: c.home, Copied: true},
		{Pattern: "GET /coverage/definitions", Handler: c.definitions, Cached: true},
		{Pattern: "GET /{division}/coverage", Handler: c.page, Cached: true},
		{Pattern: "GET /{division}/self-check", Handler: c.selfCheck, Copied: true},
		{Pattern: "GET /{division}/coverage/met", Handler: c.metPage, Copied: true},
		{Pattern: "GET /{division}/coverage.xlsx", Handler: c.workbook, Copied: true, Limit: web.Rate{N: 30, Per: time.Minute}},
	}
	for i := range out {
		out[i].Access = web.Public
	}
	return out
}

// home forwards to the figures of the installation's own division.
func (c *Coverage) home(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, href(r.Context(), "/", c.Front.Home.Short(), "/coverage"), http.StatusSeeOther)
	return nil
}

// place reads the division of an address with those above it.
func (c *Coverage) place(tx *db.Tx, r *http.Request) (d agency.Division, above []agency.Division, err error) {
	s := r.PathValue("division")
	code, err := agency.ParseCode(s)
	if err != nil || code.Short() != s || !c.Front.Home.Contains(code) && !code.Contains(c.Front.Home) {
		return d, nil, fault.Say(fault.NotFound, "fault.not_found")
	}
	if d, err = agency.FindDivision(tx, code); err != nil {
		return d, nil, err
	}
	above, err = agency.Ancestors(tx, code)
	return d, above, err
}

// crumbs is the way down through the figures of the divisions above.
func (c *Coverage) crumbs(ctx context.Context, above []agency.Division, last ...ui.Link) []ui.Link {
	out := []ui.Link{{Text: t(ctx, "front.home"), Href: href(ctx, "/")}}
	for _, d := range above {
		out = append(out, ui.Link{Text: t(ctx, "coverage.title", d.Name), Href: href(ctx, "/", d.Code.Short(), "/coverage")})
	}
	return append(out, last...)
}

func t(ctx context.Context, key string, args ...any) string { return i18n.T(ctx, key, args...) }

func href(ctx context.Context, parts ...string) string { return web.URL(ctx, strings.Join(parts, "")) }

func itoa(n int) string { return strconv.Itoa(n) }
