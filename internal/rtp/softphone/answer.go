package softphone

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
)

// answer writes what the browser is told (RFC 8829, 5.3): where we are, how it
// proves itself to us and we to it, and that we speak A-law.
func (p *Phones) answer(o offered, l *Line) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	family, host := address(p.set.Hosts[0])
	say("v=0")
	say("o=- %d 1 IN %s %s", session(), family, host)
	say("s=-")
	say("t=0 0")
	say("a=ice-lite")
	if o.mid != "" {
		say("a=group:BUNDLE %s", o.mid)
	}
	for i, m := range o.media {
		if i != o.audio {
			say("m=%s 0 %s %s", m.kind, m.proto, m.format)
			say("c=IN %s %s", family, host)
			if m.mid != "" {
				say("a=mid:%s", m.mid)
			}
			say("a=inactive")
			continue
		}
		say("m=audio %d %s %s", p.port, m.proto, strings.TrimSpace("8 "+number(o.event)))
		say("c=IN %s %s", family, host)
		if o.mid != "" {
			say("a=mid:%s", o.mid)
		}
		p.voice(say, o, l)
	}
	return b.String()
}

func (p *Phones) voice(say func(string, ...any), o offered, l *Line) {
	say("a=%s", o.ours)
	say("a=rtcp-mux")
	say("a=rtpmap:8 PCMA/8000")
	if o.event != 0 {
		say("a=rtpmap:%d telephone-event/8000", o.event)
		say("a=fmtp:%d 0-15", o.event)
	}
	say("a=ptime:20")
	say("a=msid:line voice")
	say("a=ssrc:%d cname:line", l.Source())
	say("a=ice-ufrag:%s", l.name)
	say("a=ice-pwd:%s", l.secret)
	say("a=fingerprint:sha-256 %s", p.print)
	say("a=setup:passive")
	for i, h := range p.set.Hosts {
		_, host := address(h)
		say("a=candidate:%d 1 udp %d %s %d typ host", i+1, 126<<24|(65535-i)<<8|255, host, p.port)
	}
	say("a=end-of-candidates")
}

func address(a netip.Addr) (family, host string) {
	a = a.Unmap()
	if a.Is4() {
		return "IP4", a.String()
	}
	return "IP6", a.WithZone("").String()
}

func number(n uint8) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// session is a number no other answer has, below 2^62.
func session() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return binary.BigEndian.Uint64(b[:]) >> 2
}
