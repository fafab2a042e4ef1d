package linkcheck

import "net/netip"

// AllowAlso lets a test's own server be connected to besides the internet, and
// asks without pauses. No setting of the program does.
func (l *Links) AllowAlso(also func(netip.Addr) bool) {
	b := l.within()
	b.allowed, b.pause = func(a netip.Addr) bool { return onInternet(a) || also(a) }, 0
	l.bounds = &b
}

// Bound keeps so many rows of a province and asks so many addresses of other
// sites.
func (l *Links) Bound(rows, outside int) {
	b := l.within()
	b.rows, b.outside = rows, outside
	l.bounds = &b
}

// OnInternet is the guard's rule.
var OnInternet = onInternet

// MostLinks is how many links of one page are asked.
const MostLinks = mostLinks
