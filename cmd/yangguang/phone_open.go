package main

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"yangguang/internal/account"
	"yangguang/internal/rtp"
	"yangguang/internal/sip"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/recording"
	"yangguang/supervision/hotline/studio"
	"yangguang/supervision/hotline/switchboard"
)

// openSwitchboard makes the engine of the telephone process as it was set up.
func (h *house) openSwitchboard(ctx context.Context) (*switchboard.Switchboard, error) {
	p := &h.c.phone
	h.hotline.Node, h.hotline.Address = nodeName(h.c.Node), p.Peers
	go h.makePlaceholders(ctx) // it takes a while the first time, and calls do not wait for it
	addr, host, err := p.hosts()
	if err != nil {
		return nil, err
	}
	ports, err := rtp.NewPorts(addr, p.first, p.last)
	if err != nil {
		return nil, err
	}
	browsers, err := h.openBrowsers(addr, host)
	if err != nil {
		return nil, err
	}
	c := sip.Config{Host: p.Host, Trunks: p.trunks, Limits: sip.Limits{Calls: p.Calls}}
	for _, a := range p.SIP {
		transport, at, _ := strings.Cut(a, ":")
		to := map[string]*[]string{"udp": &c.UDP, "tcp": &c.TCP, "tls": &c.TLS}[transport]
		*to = append(*to, at)
	}
	if len(c.TLS) > 0 {
		cert, err := tls.LoadX509KeyPair(p.Cert, p.Key)
		if err != nil {
			return nil, err
		}
		c.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	}
	set := h.promptSet(ctx)
	go set.Run(ctx)
	return switchboard.Open(ctx, switchboard.Config{
		Hotline: h.hotline, Dir: h.c.Data, Prompts: set, PromptsOf: func(l hotline.Line) switchboard.Prompts { return set.Of(l.Agency, l.Lang) }, Script: p.led, Read: h.read, SIP: c, Host: host, Ports: ports, Browsers: browsers, InBand: p.inBand, Clock: h.db.Clock(), Log: h.log,
		Recordings: &recording.Recordings{DB: h.db, Keys: h.keys, Blobs: h.blobs, Dir: filepath.Join(h.c.Data, "recordings"), Node: h.hotline.Node},
	})
}

// makePlaceholders has the placeholder voice say what nobody recorded.
func (h *house) makePlaceholders(ctx context.Context) {
	if _, err := studio.Make(ctx, h.c.prompts()); err != nil && ctx.Err() == nil {
		h.log.WarnContext(ctx, "callers hear tones where no prompt is recorded: install espeak-ng for a placeholder voice", "fault", err.Error())
	}
}

// promptSet is what lines say: recordings in use first. Where the store cannot
// be read, the folder's are heard until it can.
func (h *house) promptSet(ctx context.Context) *studio.Set {
	set := &studio.Set{DB: h.db, Folder: &studio.Voice{Dir: h.c.prompts()}, Log: h.log, Units: func(ctx context.Context) (ids []int64, err error) {
		lines, err := h.hotline.Lines(account.AsSystem(ctx))
		for _, l := range lines {
			ids = append(ids, l.Agency)
		}
		slices.Sort(ids)
		return slices.Compact(ids), err
	}}
	if err := set.Renew(ctx); err != nil {
		h.log.WarnContext(ctx, "recorded prompts cannot be read yet; callers hear placeholders", "fault", err.Error())
	}
	return set
}

// nodeName is what a telephone process is called among the others on its store.
func nodeName(node int) string { return "phone-" + strconv.Itoa(node) }

// hosts are the address voice is heard at, and the one parties are told.
func (p *phoning) hosts() (listen, told netip.Addr, err error) {
	_, at, _ := strings.Cut(p.SIP[0], ":")
	host, _, err := net.SplitHostPort(at)
	if err != nil {
		return listen, told, err
	}
	if listen, err = netip.ParseAddr(host); err != nil {
		listen, err = netip.IPv4Unspecified(), nil
	}
	told = listen
	if p.Host != "" {
		if a, err := netip.ParseAddr(p.Host); err == nil {
			told = a
		}
	}
	if told.IsUnspecified() {
		told = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return listen, told, err
}
