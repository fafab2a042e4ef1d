package main

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"

	"yangguang/internal/ivr"
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
	h.hotline.Node = nodeName(h.c.Node)
	script, err := ivr.Usual()
	if err != nil {
		return nil, err
	}
	prompts := filepath.Join(h.c.Data, "prompts")
	if _, err := studio.Make(ctx, prompts); err != nil {
		h.log.WarnContext(ctx, "callers hear tones where no prompt is recorded: install espeak-ng for a placeholder voice", "fault", err.Error())
	}
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
	return switchboard.Open(ctx, switchboard.Config{
		Hotline: h.hotline, Dir: h.c.Data, Prompts: &studio.Voice{Dir: prompts}, Script: script, Answers: h.spokenAnswers(prompts), SIP: c, Host: host, Ports: ports, Browsers: browsers, InBand: p.inBand, Clock: h.db.Clock(), Log: h.log,
		Recordings: &recording.Recordings{DB: h.db, Keys: h.keys, Blobs: h.blobs, Dir: filepath.Join(h.c.Data, "recordings"), Node: h.hotline.Node},
	})
}

// spokenAnswers are the answers in force where a line is whose sounds are made.
func (h *house) spokenAnswers(prompts string) func(context.Context, hotline.Line) ([]ivr.Entry, error) {
	reading := &studio.Reading{Dir: prompts}
	return func(ctx context.Context, l hotline.Line) ([]ivr.Entry, error) {
		answers, err := h.knowledge.Spoken(ctx, l.Region, "")
		return reading.Entries(spokenTexts(answers)), err
	}
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
