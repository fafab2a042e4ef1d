package web

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/fault"
)

// CSP is the one policy of every page; the kiosk, display and softphone rooms
// add what they need and no more.
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; media-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'"

var fixedHeaders = [][2]string{
	{"Content-Security-Policy", CSP},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
}

// voicePolicy is that of a page somebody speaks at (Route.Voice).
const voicePolicy = "camera=(), geolocation=(), microphone=(self), payment=(), usb=()"

// chain is the way of a request: answered from memory where it can be, else
// headers, reader, origin check, session, route.
func (a *App) chain() http.Handler {
	var h http.Handler = http.HandlerFunc(a.route)
	h = a.withSession(h)
	h = a.sameOrigin(h)
	h = withReader(h)
	h = a.recovered(h)
	h = a.fromCache(h)
	return a.observed(h)
}

func setFixedHeaders(h http.Header, secure bool) {
	for _, kv := range fixedHeaders {
		h[kv[0]] = []string{kv[1]}
	}
	if secure {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
}

func (a *App) route(w http.ResponseWriter, r *http.Request) {
	m := a.mux(r.URL.Path)
	if _, pattern := m.Handler(r); pattern == "" {
		a.noRoute(w, r)
		return
	}
	m.ServeHTTP(w, r)
}

// noRoute answers what no room claims; a known path with another method too,
// since which methods a path knows is nobody's business.
func (a *App) noRoute(w http.ResponseWriter, r *http.Request) {
	setPattern(w, "none")
	a.fail(w, r, fault.Say(fault.NotFound, "fault.not_found"))
}

func (a *App) sameOrigin(next http.Handler) http.Handler {
	p := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := p.Check(r); err != nil {
			a.fail(w, r, fault.Say(fault.Forbidden, "web.cross_origin"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (a *App) withSession(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := account.TokenFrom(r)
		if token == "" || a.o.Accounts == nil {
			next.ServeHTTP(w, r)
			return
		}
		actor, err := a.o.Accounts.ActorOf(r.Context(), token)
		switch {
		case err == nil && actor != nil:
			r = r.WithContext(account.With(r.Context(), actor))
		case err != nil && !fault.Is(err, fault.Unauthenticated) && !fault.Is(err, fault.NotFound):
			// Deny rather than let a failing store make somebody nobody.
			a.fail(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (a *App) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setFixedHeaders(w.Header(), a.o.Secure)
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				a.fail(w, r, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// observed counts and logs every request once it is answered.
func (a *App) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		start := time.Now() // a duration, never stored
		next.ServeHTTP(rec, r)
		took := time.Since(start)
		a.metrics.observe(rec.pattern, rec.status, took)
		a.o.Log.LogAttrs(r.Context(), levelOf(rec.status), "request", attrs(rec, r, took)...)
	})
}

// recorder remembers what the log and the metrics need of an answer.
type recorder struct {
	http.ResponseWriter
	pattern  string
	cacheKey string // where a cached route's page is kept; "" for nowhere
	status   int
	bytes    int64
	wrote    bool
}

// WriteHeader notes the status.
func (w *recorder) WriteHeader(status int) {
	if !w.wrote {
		w.status, w.wrote = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write notes the size.
func (w *recorder) Write(b []byte) (int, error) {
	w.wrote = true
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func setPattern(w http.ResponseWriter, p string) {
	if rec, ok := w.(*recorder); ok {
		rec.pattern = p
	}
}

func patternOf(w http.ResponseWriter) string {
	if rec, ok := w.(*recorder); ok {
		return rec.pattern
	}
	return ""
}

func statusClass(status int) string { return strconv.Itoa(status/100) + "xx" }
