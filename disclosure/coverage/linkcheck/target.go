package linkcheck

import (
	"net/url"
	"strings"

	"yangguang/agency"
)

// Bounds of what one page is asked about.
const (
	mostLinks   = 200  // of one page
	mostAddress = 1000 // bytes of an address that is looked at
)

// page is something public with what it leads to: an item, or a unit's own page
// when item is 0.
type page struct {
	province              int
	agency, item, version int64
	region                agency.Code
	targets               []target
}

// target is one thing a page leads to.
type target struct {
	address string   // as it was published
	path    string   // of this site
	out     *url.URL // of another
	hash    string   // of an attachment
	code    string   // why it cannot even be asked
}

// aim reads the addresses of a page, each once. Telephone numbers, mail and
// places within the page are no links to check.
func aim(domain, path string, addresses []string) (out []target) {
	seen := map[string]bool{}
	for _, a := range addresses {
		a = strings.TrimSpace(a)
		if seen[a] || a == "" || len(a) > mostAddress || len(out) == mostLinks {
			continue
		}
		seen[a] = true
		if t, ok := aimAt(domain, path, a); ok {
			out = append(out, t)
		}
	}
	return out
}

func aimAt(domain, from, address string) (t target, ok bool) {
	t.address = address
	u, err := url.Parse(address)
	switch {
	case err != nil:
		t.code = codeMalformed
		return t, true
	case u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https", strings.HasPrefix(address, "#"):
		return t, false
	case u.Host == "" && u.Scheme != "":
		t.code = codeMalformed
		return t, true
	case u.Host == "" || ours(domain, u):
		u = (&url.URL{Path: from}).ResolveReference(u)
		t.path = (&url.URL{Path: "/" + strings.TrimPrefix(u.Path, "/"), RawPath: u.RawPath, RawQuery: u.RawQuery}).RequestURI()
		return t, true
	case u.Scheme == "":
		u.Scheme = "https"
	}
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	t.out = u
	return t, true
}

// ours answers whether an address is of the site itself.
func ours(domain string, u *url.URL) bool {
	d, err := url.Parse(domain)
	return err == nil && d.Host != "" && strings.EqualFold(d.Hostname(), u.Hostname()) && port(d) == port(u)
}

// port is the port of an address; the usual ones are one, since a site answers
// on both.
func port(u *url.URL) string {
	if p := u.Port(); p != "80" && p != "443" {
		return p
	}
	return ""
}
