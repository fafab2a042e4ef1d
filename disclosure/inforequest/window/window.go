// Package window is the public side of clause 1.1.b, 依申请公开: what it is and
// whom to ask, the search of what is public already, the form, the receipt, and
// the page on which whoever asked follows his request with number and code.
//
// It stores nothing: what is filed is the room's (disclosure/inforequest), and
// sealed there. The code stands in no address; pages that show a request are
// neither kept nor indexed. Everybody may use these pages, without an account.
package window

import (
	"context"
	"embed"
	"net/http"
	"strings"
	"time"

	"yangguang/agency/front"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/answers"
	"yangguang/disclosure/portal"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
)

// Locale holds the pages' sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Window is the applicant's pages.
type Window struct {
	Front    *front.Front
	Portal   *portal.Portal
	Requests *inforequest.Requests
	Answers  *answers.Answers // the public log
}

// Join adds the public navigation's entry.
func Join(f *front.Front) { f.Nav("window.nav", "/requests") }

// How often one caller may send the form, and try a number and a code. A form
// with errors is sent twice, and an office's people share one address.
var (
	filings = web.Rate{N: 20, Per: time.Minute}
	guesses = web.Rate{N: 30, Per: time.Minute}
)

const (
	askPath    = "/{division}/{agency}/request"
	statusPath = "/requests/status"
	// uploadMost is the form with its files.
	uploadMost = inforequest.MaxFiledFile*2 + 8<<20
)

// Routes are the pages' routes.
func (w *Window) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /requests", Access: web.Public, Handler: w.home, Cached: true},
		{Pattern: "GET /requests/rules", Access: web.Public, Handler: w.rules, Cached: true},
		{Pattern: "GET " + askPath, Access: web.Public, Handler: w.ask},
		{Pattern: "POST " + askPath, Access: web.Public, Handler: w.file, Limit: filings, Upload: uploadMost},
		{Pattern: "GET " + statusPath, Access: web.Public, Handler: w.statusForm},
		{Pattern: "POST " + statusPath, Access: web.Public, Handler: w.status, Limit: guesses},
		{Pattern: "POST " + statusPath + "/clarify", Access: web.Public, Handler: w.clarify, Limit: guesses},
		{Pattern: "POST " + statusPath + "/reasons", Access: web.Public, Handler: w.reasons, Limit: guesses},
		{Pattern: "POST " + statusPath + "/withdraw", Access: web.Public, Handler: w.withdraw, Limit: guesses},
		{Pattern: "POST " + statusPath + "/hand-on", Access: web.Public, Handler: w.handOn, Limit: guesses},
		{Pattern: "POST " + statusPath + "/consent", Access: web.Public, Handler: w.consent, Limit: guesses},
		{Pattern: "POST " + statusPath + "/suggest", Access: web.Public, Handler: w.suggest, Limit: guesses},
		{Pattern: "POST " + statusPath + "/letter", Access: web.Public, Handler: w.letter, Limit: guesses},
		{Pattern: "POST " + statusPath + "/file", Access: web.Public, Handler: w.released, Limit: guesses},
	}
}

func (w *Window) read(ctx context.Context, f func(tx *db.Tx) error) error {
	return w.Requests.DB.Read(ctx, f)
}

func (w *Window) today() clock.Date { return clock.DateOf(w.Requests.DB.Clock().Now()) }

// page is the frame of a page below /requests.
func (w *Window) page(r *http.Request, title string) ui.Frame {
	ctx := r.Context()
	f := w.Front.Page(r, title, append(w.Front.Crumbs(r, nil, nil), ui.Link{Text: t(ctx, "nav"), Href: href(ctx, "/requests")}, ui.Link{Text: title})...)
	f.Narrow = true
	return f
}

// private keeps a page out of every memory but the reader's.
func private(rw http.ResponseWriter, f *ui.Frame) {
	rw.Header().Set("Cache-Control", "no-store")
	f.NoIndex = true
}

func t(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "window."+key, args...)
}

func href(ctx context.Context, parts ...string) string { return web.URL(ctx, strings.Join(parts, "")) }
