package main

import (
	"context"
	"fmt"
	"net/netip"

	"yangguang/internal/rtp"
	"yangguang/internal/rtp/softphone"
	"yangguang/supervision/hotline/switchboard"
)

// browserPort is where browsers send their voice when nobody says another.
const browserPort = 21000

// browsers are the seats' browsers as the switchboard has them.
type browsers struct{ *softphone.Phones }

func (b browsers) Answer(ctx context.Context, offer string) (rtp.Line, string, error) {
	line, answer, err := b.Phones.Answer(ctx, offer)
	if err != nil {
		return nil, "", err
	}
	return line, answer, nil
}

// openBrowsers listens for browsers' voice; nil when there are to be none. addr
// is where telephones are listened to, host what they are told.
func (h *house) openBrowsers(addr, host netip.Addr) (switchboard.Browsers, error) {
	at := netip.AddrPortFrom(addr, browserPort)
	set := h.c.phone.Browser
	if set == "none" {
		return nil, nil //nolint:nilnil // none
	}
	if set != "" {
		var err error
		if at, err = netip.ParseAddrPort(set); err != nil {
			return nil, usageError{fmt.Errorf("--browser-voice %q is not like 192.0.2.10:21000, nor none", set)}
		}
	}
	c := softphone.Config{Addr: at, Hosts: []netip.Addr{host}, Clock: h.db.Clock(), Log: h.log}
	phones, err := softphone.Open(c)
	if err != nil && set == "" { // another process has the usual port; the page is told ours
		h.log.Warn("the usual port of browsers' voice is taken, another is used; name one by --browser-voice", "port", browserPort)
		c.Addr = netip.AddrPortFrom(addr, 0)
		phones, err = softphone.Open(c)
	}
	if err != nil {
		return nil, fmt.Errorf("listen for browsers' voice: %w", err)
	}
	return browsers{phones}, nil
}
