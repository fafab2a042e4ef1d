// Package intake is what the public sees of clause 3.1.3, 诉求办理: what can be
// brought and how it goes, the form without an account, the receipt, and the
// page on which whoever brought a matter follows it with number and code.
//
// It stores nothing: what is filed or kept as a draft is the room's
// (supervision/casework), and sealed there. Neither code stands in an address;
// pages that show what a person wrote are neither kept nor indexed. Everybody
// may use these pages, and nothing of a form stays on his device.
package intake

import (
	"context"
	"embed"
	"net/http"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/disclosure/portal"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/ui"
	"yangguang/internal/web"
	"yangguang/norm"
	"yangguang/supervision/casework"
)

// Locale holds the pages' sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Answer is something public that may already answer a matter.
type Answer struct{ Title, Href string }

// Intake is the public's pages.
type Intake struct {
	Front  *front.Front
	Portal *portal.Portal
	Cases  *casework.Casework
	// Answers, where set, finds what may answer a text in a division before it is sent.
	Answers func(ctx context.Context, division agency.Code, text string) ([]Answer, error)
}

// Join adds the public navigation's entry.
func Join(f *front.Front) { f.Nav("intake.nav", "/matters") }

// How often one caller may send a form, try a code, and keep a draft, which a
// script does each time the writer pauses. An office's people share one address.
var (
	filings = web.Rate{N: 20, Per: time.Minute}
	guesses = web.Rate{N: 30, Per: time.Minute}
	keeps   = web.Rate{N: 60, Per: time.Minute}
)

const (
	homePath   = "/matters"
	newPath    = homePath + "/new"
	draftPath  = homePath + "/draft"
	statusPath = homePath + "/status"
	formPath   = "/{division}/{agency}/matter"
	// uploadMost is a form with its files.
	uploadMost = uploadMB << 20
	uploadMB   = 26
)

// Routes are the pages' routes.
func (i *Intake) Routes() []web.Route {
	out := []web.Route{
		{Pattern: "GET " + homePath, Access: web.Public, Handler: i.home, Cached: true},
		{Pattern: "GET " + newPath, Access: web.Public, Handler: i.choose, Cached: true},
		{Pattern: "GET " + formPath, Access: web.Public, Handler: i.form},
		{Pattern: "POST " + formPath, Access: web.Public, Handler: i.send, Limit: filings, Upload: uploadMost},
		{Pattern: "GET " + draftPath, Access: web.Public, Handler: i.draftForm},
		{Pattern: "POST " + draftPath, Access: web.Public, Handler: i.keepDraft, Limit: keeps},
		{Pattern: "POST " + draftPath + "/open", Access: web.Public, Handler: i.openDraft, Limit: guesses},
		{Pattern: "POST " + draftPath + "/drop", Access: web.Public, Handler: i.dropDraft, Limit: guesses},
		{Pattern: "GET " + statusPath, Access: web.Public, Handler: i.statusForm},
		{Pattern: "POST " + statusPath, Access: web.Public, Handler: i.status, Limit: guesses},
		{Pattern: "POST " + statusPath + "/file", Access: web.Public, Handler: i.file, Limit: guesses},
	}
	for _, x := range []struct {
		name   string
		f      web.Handler
		upload int64
	}{{"supplement", i.supplement, uploadMost}, {"add", i.add, uploadMost}, {"withdraw", i.withdraw, 0}, {"rate", i.rate, 0}, {"release", i.release, 0}, {"remedy", i.remedy, 0}} {
		out = append(out, web.Route{Pattern: "POST " + statusPath + "/" + x.name, Access: web.Public, Handler: x.f, Limit: guesses, Upload: x.upload})
	}
	return out
}

func (i *Intake) read(ctx context.Context, f func(tx *db.Tx) error) error {
	return i.Cases.DB.Read(ctx, f)
}

// page is the frame of a page below /matters.
func (i *Intake) page(r *http.Request, title string) ui.Frame {
	ctx := r.Context()
	f := i.Front.Page(r, title, append(i.Front.Crumbs(r, nil, nil), ui.Link{Text: t(ctx, "nav"), Href: href(ctx, homePath)}, ui.Link{Text: title})...)
	f.Narrow = true
	return f
}

// private keeps a page out of every memory but the reader's.
func private(rw http.ResponseWriter, f *ui.Frame) {
	rw.Header().Set("Cache-Control", "no-store")
	f.NoIndex = true
}

// at says where a page answered to a post is found again: its address takes
// posts alone, and the tools and the other language lead to pages that are there.
func at(ctx context.Context, f *ui.Frame, path string) {
	f.URL, f.AltURL = href(ctx, path), path
	if i18n.LangOf(ctx) == i18n.ZH {
		f.AltURL = i18n.Prefix(i18n.EN) + path
	}
}

// norm is what the norm says of matters.
func (i *Intake) norm() *norm.Casework { return &i.Cases.Norm.Casework }

// kind is the type a form is about, when the public may bring it; nil otherwise.
func (i *Intake) kind(id string) *norm.CaseType {
	k := i.norm().Type(id)
	if k == nil || k.Inner {
		return nil
	}
	return k
}

func t(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "intake."+key, args...)
}

func href(ctx context.Context, parts ...string) string { return web.URL(ctx, strings.Join(parts, "")) }
