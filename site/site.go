// Package site is the front door: home, signing in, the reader's preferences,
// the clauses with their evidence, the staff inbox gathered from every room,
// and the page that answers a failure.
//
// It stores nothing; the reader's preference is a cookie of one word.
package site

import (
	"context"
	"embed"
	"net/http"

	"github.com/a-h/templ"

	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/web"
	"yangguang/norm"
)

// Locale holds the front door's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Site joins the rooms.
type Site struct {
	Front      *front.Front
	DB         *db.DB
	Norm       *norm.Profile
	Accounts   *account.Accounts
	Disclosure *disclosure.Disclosure
	// Inbox is what waits for the person acting, a source from every room, in
	// the order of the norm.
	Inbox []func(ctx context.Context) ([]front.Waiting, error)
	// DemoAccounts are shown on the sign-in page of the demonstration only.
	DemoAccounts []DemoAccount
	Remote       func(*http.Request) string
	// OtherMeans are the further ways to sign in, shown below the form.
	OtherMeans templ.Component
}

// Evidence is one count with the list behind it.
type Evidence struct {
	Words string
	Count int64
	Href  string
}

// DemoAccount is one account of the demonstration.
type DemoAccount struct{ Role, Login, Password string }

// Routes are the front door's routes.
func (s *Site) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /{$}", Access: web.Public, Handler: s.home, Cached: true},
		{Pattern: "GET /sign-in", Access: web.Public, Handler: s.signInForm},
		{Pattern: "POST /sign-in", Access: web.Public, Handler: s.signIn, Limit: signInRate},
		{Pattern: "POST /sign-out", Access: web.Public, Handler: s.signOut},
		{Pattern: "GET /preferences", Access: web.Public, Handler: s.preferences},
		{Pattern: "GET /desk", Access: web.SignedIn, Handler: s.desk},
		{Pattern: "GET /clauses", Access: web.Public, Handler: s.clauses, Cached: true},
		{Pattern: "GET /privacy", Access: web.Public, Handler: s.privacy, Cached: true},
		{Pattern: "GET /site-error", Access: web.Public, Handler: s.siteError, Cached: true},
		{Pattern: "GET /accessibility", Access: web.Public, Handler: s.accessibility, Cached: true},
		{Pattern: "GET /assets/{file}", Access: web.Public, Handler: s.asset, Copied: true},
		{Pattern: "GET /favicon.ico", Access: web.Public, Handler: s.favicon},
		{Pattern: "GET /robots.txt", Access: web.Public, Handler: s.robots, Copied: true},
	}
}
