package linkcheck_test

import (
	"net/netip"
	"testing"

	"yangguang/disclosure/coverage/linkcheck"
)

func TestOnlyAddressesOfTheInternetAreAsked(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"114.114.114.114": true, "8.8.8.8": true, "2400:3200::1": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "127.9.9.9": false, "::1": false, "::ffff:127.0.0.1": false,
		"10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "fd00:ec2::254": false, "::ffff:10.1.2.3": false,
		"169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "100.100.100.200": false, "168.63.129.16": false,
		"0.0.0.0": false, "0.1.2.3": false, "::": false, "224.0.0.1": false, "ff02::1": false, "255.255.255.255": false, "240.0.0.1": false,
		"192.0.2.1": false, "198.18.0.1": false, "203.0.113.9": false, "64:ff9b::a01:203": false, "2002:a01:203::1": false, "2001:0:1::1": false,
		"2001:db8::1": false, "fec0::1": false, "::10.1.2.3": false,
	} {
		if got := linkcheck.OnInternet(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s may be asked: %v, want %v", address, got, want)
		}
	}
}
