package softphone

import (
	"bytes"
	"crypto/rand"
	"errors"
	"net"
	"net/netip"
	"strings"

	"github.com/pion/stun/v4"
)

// secret is a password of ICE: 130 random bits.
func secret() string { return rand.Text() }

// receive reads the port until it is closed.
func (p *Phones) receive() {
	b := make([]byte, 2048)
	for bad := 0; ; {
		n, from, err := p.conn.ReadFromUDPAddrPort(b)
		switch {
		case err == nil:
			bad = 0
			p.guarded(b[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
		case errors.Is(err, net.ErrClosed):
			return
		default: // an ICMP message about something we sent, most likely
			if bad++; bad > 1000 {
				p.mistake("the browsers' port can no longer be read")
				return
			}
		}
	}
}

// guarded handles a datagram so that none can end the process.
func (p *Phones) guarded(b []byte, from netip.AddrPort) {
	defer p.recovered("a datagram of a browser could not be handled")
	p.datagram(b, from)
}

// recovered is deferred where something from outside is handled.
func (p *Phones) recovered(what string) {
	if recover() != nil {
		p.mistake(what)
	}
}

// mistake logs the first of our mistakes; a thousand more would say no more.
func (p *Phones) mistake(what string) {
	p.logged.Do(func() {
		if p.set.Log != nil {
			p.set.Log.Error(what) //nolint:sloglint // each is a constant
		}
	})
}

// datagram tells by the first octet what came (RFC 7983). DTLS and voice count
// only from where a browser was proved to be.
func (p *Phones) datagram(b []byte, from netip.AddrPort) {
	if len(b) < 2 {
		return
	}
	if b[0] < 4 {
		p.check(b, from)
		return
	}
	p.mu.RLock()
	l := p.from[from]
	p.mu.RUnlock()
	switch {
	case l == nil:
	case b[0] >= 20 && b[0] < 64:
		_, _ = l.records.Write(b, nil) // full: it is sent again
	case b[0] >= 128 && b[0] < 192:
		l.voice(b)
	}
}

// check answers a browser's check of connectivity, by which it finds us, proves
// itself and chooses an address, and later sees that we are still there. We are
// the lite side (RFC 8445): we ask nothing. What is not proved is not answered.
func (p *Phones) check(b []byte, from netip.AddrPort) {
	m := &stun.Message{Raw: bytes.Clone(b)}
	if m.Decode() != nil || m.Type != stun.BindingRequest || stun.Fingerprint.Check(m) != nil {
		return
	}
	var user stun.Username
	if user.GetFrom(m) != nil {
		return
	}
	name, _, _ := strings.Cut(user.String(), ":")
	p.mu.RLock()
	l := p.named[name]
	p.mu.RUnlock()
	if l == nil {
		return
	}
	proof := stun.NewShortTermIntegrity(l.secret)
	if proof.Check(m) != nil {
		return
	}
	answer := []stun.Setter{m, stun.BindingSuccess, &stun.XORMappedAddress{IP: from.Addr().AsSlice(), Port: int(from.Port())}, proof, stun.Fingerprint}
	if m.Contains(stun.AttrICEControlled) { // the full side controls; let it see its mistake
		answer = []stun.Setter{m, stun.BindingError, stun.CodeRoleConflict, proof, stun.Fingerprint}
	} else {
		l.found(from, m.Contains(stun.AttrUseCandidate))
	}
	if out, err := stun.Build(answer...); err == nil {
		_, _ = p.conn.WriteToUDPAddrPort(out.Raw, from)
	}
}
