// Package web is the front door's machinery: routes with the permission beside
// each, one answer for every failure, security headers, the reader's language
// and mode, limits, metrics, and published pages kept compressed in memory.
//
// It stores nothing. Its log lines carry the route, the status and the time
// taken, never an address, a query or anything a person typed.
package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/fresh"
)

// Handler answers a request or says why not; the edge turns the error into a
// page in the reader's language.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Access is who may use a route at all. What a person may do with the object
// behind it is checked again inside the use case.
type Access struct {
	Verb   string // a grant of this verb somewhere is needed
	Signed bool   // anybody signed in
}

// Public is a route for everybody.
var Public = Access{}

// SignedIn is a route for whoever is signed in.
var SignedIn = Access{Signed: true}

// May is a route for holders of a grant of the verb.
func May(verb string) Access { return Access{Verb: verb, Signed: true} }

// String is how the access is written in the reviewed table of routes.
func (a Access) String() string {
	switch {
	case a.Verb != "":
		return a.Verb
	case a.Signed:
		return "signed-in"
	}
	return "public"
}

// Route is one method and path of the product.
type Route struct {
	Pattern string // as of net/http: "GET /desk/items/{id}"
	Access  Access
	Handler Handler
	Cached  bool  // a published page, the same for every reader of a language and mode; part of a static copy
	Copied  bool  // not kept in memory, yet part of a static copy of the site: files, parts of the site map
	Limit   Rate  // how often one caller may; zero means the default for its method
	Upload  int64 // bytes of body allowed; zero means MaxForm
	Voice   bool  // a page that may ask for the microphone; every other may not
}

// Options of an App.
type Options struct {
	DB       *db.DB
	Accounts *account.Accounts
	Clock    clock.Clock
	Log      *slog.Logger
	Secure   bool           // served over TLS or behind a TLS proxy: HSTS, __Host- cookies
	Trusted  []netip.Prefix // proxies whose X-Forwarded-For is believed
	// CanonicalMode makes one word of a mode cookie, so that made-up cookies do
	// not multiply the pages kept.
	CanonicalMode func(cookie string) string
	// ShowError renders a failure as a page. The request's context carries
	// language, mode and actor.
	ShowError func(w http.ResponseWriter, r *http.Request, err error)
}

// App is the whole web surface.
type App struct {
	o       Options
	fixed   *http.ServeMux // paths that begin with a word: /desk, /search
	places  *http.ServeMux // paths that begin with a division code: /350525/…
	routes  []Route
	copied  map[string]bool // patterns of the routes a static copy holds
	cache   *Cache
	limits  *limiter
	metrics *Metrics
	handler http.Handler
}

// New makes an App of the rooms' routes.
func New(o Options, routes ...[]Route) *App {
	if o.Clock == nil {
		o.Clock = clock.System()
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	a := &App{o: o, copied: map[string]bool{}, fixed: http.NewServeMux(), places: http.NewServeMux(), cache: NewCache(64 << 20), limits: newLimiter(o.Clock), metrics: NewMetrics()}
	for _, rs := range routes {
		for _, r := range rs {
			a.add(r)
		}
	}
	a.handler = a.chain()
	a.cache.lost = func(why string, n int) { a.metrics.lost[why].Add(n) }
	if o.DB != nil {
		fresh.Hear(o.DB, a.cache.Forget)
	}
	return a
}

func (a *App) add(r Route) {
	method, path, ok := strings.Cut(r.Pattern, " ")
	if !ok {
		panic(fmt.Sprintf("route %q has no method", r.Pattern))
	}
	if (r.Cached || r.Copied) && r.Access.Signed {
		panic(fmt.Sprintf("route %q is for some, yet kept for everybody", r.Pattern))
	}
	if r.Limit == (Rate{}) && method != http.MethodGet {
		r.Limit = defaultPostRate
	}
	a.routes = append(a.routes, r)
	if r.Cached || r.Copied {
		a.copied[r.Pattern] = true
	}
	h := a.endpoint(r)
	if strings.HasPrefix(path, "/{division}") {
		a.places.Handle(r.Pattern, h)
		return
	}
	a.fixed.Handle(r.Pattern, h)
}

// Routes lists every route, for the test that compares them with the reviewed
// table.
func (a *App) Routes() []Route { return a.routes }

// Copied answers whether the page at a path, without the prefix of a language,
// belongs into a static copy of the site.
func (a *App) Copied(path string) bool {
	r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}, Host: "localhost"}
	_, pattern := a.mux(path).Handler(r)
	return a.copied[pattern]
}

// Cache is the memory of published pages. It forgets by itself what is changed
// in the app's store (internal/fresh).
func (a *App) Cache() *Cache { return a.cache }

// Metrics are the app's counters.
func (a *App) Metrics() *Metrics { return a.metrics }

// ServeHTTP answers one request.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

func (a *App) mux(path string) *http.ServeMux {
	if len(path) > 1 && path[1] >= '0' && path[1] <= '9' {
		return a.places
	}
	return a.fixed
}

// endpoint checks the permission, runs the handler and answers its error.
func (a *App) endpoint(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setPattern(w, route.Pattern)
		// The server forgets the files of its own request, not of this copy.
		defer func() {
			if r.MultipartForm != nil {
				_ = r.MultipartForm.RemoveAll()
			}
		}()
		err := a.admit(route, w, r)
		if err == nil && route.Voice {
			w.Header().Set("Permissions-Policy", voicePolicy)
		}
		switch {
		case err == nil && route.Cached && !direct(r.Context()):
			err = a.rendered(route.Handler, w, r)
		case err == nil:
			err = route.Handler(w, r)
		}
		if err != nil {
			a.fail(w, r, err)
		}
	})
}

func (a *App) admit(route Route, w http.ResponseWriter, r *http.Request) error {
	posted := r.Method == http.MethodPost || r.Method == http.MethodPut
	if err := a.allowed(route, w, r); err != nil {
		if posted && fault.KindOf(err) != fault.Forbidden {
			// Whoever must sign in again or wait gets back what was typed; what
			// cannot be read was not typed.
			_ = parseForm(w, r, 0)
		}
		return err
	}
	if posted {
		return parseForm(w, r, route.Upload)
	}
	return nil
}

func (a *App) allowed(route Route, w http.ResponseWriter, r *http.Request) error {
	if route.Access.Signed {
		w.Header().Set("Cache-Control", "no-store")
		actor := account.From(r.Context())
		if actor == nil {
			return fault.Say(fault.Unauthenticated, "fault.unauthenticated")
		}
		if route.Access.Verb != "" && !actor.Holds(route.Access.Verb) {
			return fault.Say(fault.Forbidden, "fault.forbidden")
		}
	}
	if direct(r.Context()) {
		return nil
	}
	return a.limits.take(route, a.Remote(r))
}

func (a *App) fail(w http.ResponseWriter, r *http.Request, err error) {
	var m moved
	if errors.As(err, &m) {
		http.Redirect(w, r, URL(r.Context(), string(m)), http.StatusMovedPermanently)
		return
	}
	kind := fault.KindOf(err)
	if kind == fault.Internal && r.Context().Err() != nil {
		return // the reader went away
	}
	if kind == fault.Internal || kind == fault.Unavailable {
		a.o.Log.ErrorContext(r.Context(), "request failed", "route", patternOf(w), "kind", kind.String(), "err", err)
	}
	w.Header().Set("Cache-Control", "no-store")
	if a.o.ShowError == nil {
		http.Error(w, kind.String(), kind.Status())
		return
	}
	a.o.ShowError(w, r, err)
}
