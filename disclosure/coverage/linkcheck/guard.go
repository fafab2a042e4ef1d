package linkcheck

import (
	"errors"
	"net/netip"
	"syscall"
)

// errPrivate says that an address is not of the public internet.
var errPrivate = errors.New("the address is not of the public internet")

// special are ranges that count as global unicast and still lead into somebody's
// own network, or nowhere: documents, tests, tunnels, and the address at which a
// cloud tells its guests their secrets.
var special = prefixes("0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")

// assigned is the part of the sixth protocol that is in use on the internet.
var assigned = netip.MustParsePrefix("2000::/3")

func prefixes(all ...string) (out []netip.Prefix) {
	for _, s := range all {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// onInternet answers whether an address is one anybody on the internet reaches.
func onInternet(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Is6() && (a.Zone() != "" || !assigned.Contains(a)) {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// guard is asked by the dialer before each connection, with the address the
// name led to: a name that changes its mind between look-up and connection
// gains nothing.
func guard(allowed func(netip.Addr) bool) func(network, address string, c syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		if err != nil || !allowed(a.Addr()) {
			return errPrivate
		}
		return nil
	}
}
