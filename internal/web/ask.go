package web

import (
	"bytes"
	"context"
	"net/http"
	"net/url"

	"yangguang/internal/account"
)

// Answer is what the site says to one question asked by the program itself.
type Answer struct {
	Status   int
	Kind     string // Content-Type
	Location string // where a forwarding answer points
	Body     []byte
}

type directKey struct{}

// direct answers whether a request was made by the program, with Ask.
func direct(ctx context.Context) bool { return ctx.Value(directKey{}) != nil }

// Ask reads a public page in process, as somebody who is not signed in would
// see it. It passes the same routes and handlers as a reader's request, so that
// what may be seen is decided in one place; only what protects the server from
// readers is left out: the limits, the memory of pages, the log, the metrics.
// path is an address of the site with its query; mode a word of ModeCookie.
func (a *App) Ask(ctx context.Context, path, mode string) (Answer, error) {
	u, err := url.ParseRequestURI(path)
	if err != nil {
		return Answer{}, err
	}
	ctx = account.With(context.WithValue(ctx, directKey{}, true), nil)
	r := (&http.Request{Method: http.MethodGet, URL: u, RequestURI: path, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: http.NoBody, RemoteAddr: "127.0.0.1:0"}).WithContext(ctx)
	if mode != "" {
		r.AddCookie(&http.Cookie{Name: ModeCookie, Value: mode}) //nolint:gosec // of a request made here, not of an answer
	}
	w := &capture{ResponseWriter: &nowhere{h: http.Header{}}, status: http.StatusOK}
	withReader(a.recovered(http.HandlerFunc(a.route))).ServeHTTP(w, r)
	if err := ctx.Err(); err != nil {
		return Answer{}, err
	}
	return Answer{Status: w.status, Kind: w.Header().Get("Content-Type"), Location: w.Header().Get("Location"), Body: bytes.Clone(w.body.Bytes())}, nil
}

// nowhere holds the headers of an answer that goes to nobody.
type nowhere struct{ h http.Header }

// Header are the headers.
func (n *nowhere) Header() http.Header { return n.h }

// Write drops the bytes; capture has them.
func (n *nowhere) Write(b []byte) (int, error) { return len(b), nil }

// WriteHeader drops the status; capture has it.
func (n *nowhere) WriteHeader(int) {}
