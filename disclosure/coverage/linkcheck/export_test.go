package linkcheck

import (
	"net/netip"
	"time"
)

// AllowAlso lets a test's own server be connected to besides the internet, and
// asks without pauses. No setting of the program does.
func (l *Links) AllowAlso(port func(netip.Addr) bool) {
	l.allowed = func(a netip.Addr) bool { return onInternet(a) || port(a) }
	l.pause = new(time.Duration)
}

// OnInternet is the guard's rule.
var OnInternet = onInternet

// MostLinks is how many links of one page are asked.
const MostLinks = mostLinks
