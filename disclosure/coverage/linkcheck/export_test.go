package linkcheck

import (
	"context"
	"net/netip"
	"net/url"
)

// AllowAlso lets a test's own server be connected to besides the internet, and
// asks without pauses. No setting of the program does.
func (l *Links) AllowAlso(also func(netip.Addr) bool) {
	b := l.within()
	b.allowed, b.pause = func(a netip.Addr) bool { return onInternet(a) || also(a) }, 0
	l.bounds = &b
}

// Unhurried asks without pauses, and is otherwise as the program is sold.
func (l *Links) Unhurried() {
	b := l.within()
	b.pause = 0
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

// AskAfterHours asks an address when the night's time for other sites is over.
func AskAfterHours(ctx context.Context, u *url.URL) (map[string]string, error) {
	o := newOutside("test", func(netip.Addr) bool { return true }, 0)
	o.spent.Store(true)
	return o.askAll(ctx, []*url.URL{u})
}
