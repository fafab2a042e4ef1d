package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"yangguang/internal/i18n"
)

// ModeCookie is the cookie that holds how the reader likes pages shown, such as
// "elder.dark"; nothing else about the reader is kept.
const ModeCookie = "yg-mode"

type modeKey struct{}
type pathKey struct{}

// ModeWord is the reader's mode as one word, "" for the usual one; the pages'
// own room reads it.
func ModeWord(ctx context.Context) string {
	m, _ := ctx.Value(modeKey{}).(string)
	return m
}

// PathOf is the path asked for, without the language prefix: escaped and below
// this site's root, so that it may stand in a link.
func PathOf(ctx context.Context) string {
	p, _ := ctx.Value(pathKey{}).(string)
	return p
}

// URL is a path of the product in the reader's language.
func URL(ctx context.Context, path string) string {
	if strings.HasPrefix(path, "/") {
		return i18n.Prefix(i18n.LangOf(ctx)) + path
	}
	return path
}

// OtherURL is the page being read in Chinese, and of a Chinese page the English
// one.
func OtherURL(ctx context.Context) string {
	if i18n.LangOf(ctx) == i18n.ZH {
		return i18n.Prefix(i18n.EN) + PathOf(ctx)
	}
	return PathOf(ctx)
}

// LocalPath makes a "back to" parameter safe: only a path of this site.
func LocalPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n") {
		return "/"
	}
	return s
}

// See answers a post: look there next (303), in the reader's language.
func See(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, URL(r.Context(), path), http.StatusSeeOther)
	return nil
}

// Moved is the answer when a page has another address now: there for good.
func Moved(path string) error { return moved(path) }

type moved string

// Error says where to.
func (m moved) Error() string { return "moved to " + string(m) }

// withReader takes the language from the path and the mode from the cookie.
func withReader(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lang, path := splitLang(r.URL.Path)
		ctx := i18n.With(r.Context(), lang)
		_, full := splitLang(r.URL.EscapedPath())
		full = "/" + strings.TrimLeft(full, "/")
		if r.URL.RawQuery != "" {
			full += "?" + r.URL.RawQuery
		}
		ctx = context.WithValue(ctx, pathKey{}, full)
		if c, err := r.Cookie(ModeCookie); err == nil {
			ctx = context.WithValue(ctx, modeKey{}, c.Value)
		}
		r2 := r.WithContext(ctx)
		if path != r.URL.Path {
			u := *r.URL
			u.Path, u.RawPath = path, ""
			r2.URL = &u
		}
		next.ServeHTTP(w, r2)
	})
}

func splitLang(path string) (i18n.Lang, string) {
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if lang, ok := i18n.OfPrefix("/" + first); ok {
		return lang, "/" + rest
	}
	return i18n.ZH, path
}
