package account

import (
	"net"
	"net/http"
	"strings"
)

// The session cookie's names: the browser itself guarantees that a __Host- cookie came over TLS from this very
// host; the plain one exists only for a server on the machine's own loopback.
const (
	cookieName      = "__Host-yg"
	plainCookieName = "yg"
)

// Cookie carries a session's token until the browser closes; an empty token takes it away.
func (a *Accounts) Cookie(token string) *http.Cookie {
	return a.cookie(cookieName, plainCookieName, token, http.SameSiteStrictMode)
}

func (a *Accounts) cookie(name, plain, value string, site http.SameSite) *http.Cookie {
	c := &http.Cookie{Name: plain, Value: value, Path: "/", HttpOnly: true, SameSite: site} //nolint:gosec // Secure below; without TLS there is only loopback
	if a.o.Secure {
		c.Name, c.Secure = name, true
	}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

// TokenFrom is the session's token a request carries, "" for none. The plain cookie counts only on loopback:
// elsewhere a neighbouring host could have planted it.
func TokenFrom(r *http.Request) string { return cookieValue(r, cookieName, plainCookieName) }

func cookieValue(r *http.Request, name, plain string) string {
	if c, err := r.Cookie(name); err == nil {
		return c.Value
	}
	if r.TLS != nil || !loopback(r.Host) {
		return ""
	}
	if c, err := r.Cookie(plain); err == nil {
		return c.Value
	}
	return ""
}

func loopback(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
