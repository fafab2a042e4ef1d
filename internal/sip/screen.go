package sip

import (
	"bytes"
	"net/netip"

	sipgo "github.com/emiago/sipgo/sip"
)

// A peer is who sent a message, by its address.
type peer struct {
	addr  netip.Addr
	trunk *trunk
	phone bool // a desk phone registered from there
}

func (p peer) known() bool { return p.trunk != nil || p.phone }

func (s *Server) peerAt(source string) peer {
	ap, err := netip.ParseAddrPort(source)
	if err != nil {
		return peer{}
	}
	a := ap.Addr().Unmap()
	return peer{addr: a, trunk: s.trunkAt(a), phone: s.bindings.at(a)}
}

// mayRegister is whether phones may register from the address.
func (s *Server) mayRegister(a netip.Addr) bool {
	if s.cfg.Phones == nil {
		return false
	}
	for _, p := range s.cfg.PhoneNets {
		if p.Contains(a) {
			return true
		}
	}
	return len(s.cfg.PhoneNets) == 0
}

// unwelcome is whether nothing from the address can be of use: its connections
// are closed unread.
func (s *Server) unwelcome(a netip.Addr) bool {
	return s.trunkAt(a) == nil && !s.mayRegister(a)
}

// screen sees what was received before sipgo does. A datagram of a stranger is
// dropped here, before sipgo keeps its address or answers what it cannot read;
// so is what is no SIP, which sipgo would log whole. A stream comes in pieces
// that nobody can read yet: door and handle do this for it.
func (s *Server) screen(p sipgo.TransportReadProps, data []byte) (out []byte, err error) {
	if p.Transport != "UDP" {
		return data, nil
	}
	s.guard("datagram", func() {
		if s.admits(p.RemoteAddr.String(), data) {
			out = data
		}
	}, nil)
	return out, nil
}

func (s *Server) admits(source string, data []byte) bool {
	if len(bytes.TrimSpace(data)) == 0 {
		return false // a phone keeping its way through NAT open
	}
	from := s.peerAt(source)
	mine := from.known() || bytes.HasPrefix(data, []byte("SIP/2.0 "))
	if !mine && bytes.HasPrefix(data, []byte("REGISTER ")) {
		if mine = s.mayRegister(from.addr); !mine {
			s.count.strangers.Add(1)
			return false
		}
	}
	msg, err := s.parser.ParseSIP(data)
	if err != nil {
		s.count.unreadable.Add(1)
		return false
	}
	if !mine && s.calls.of(msg) == nil {
		s.count.strangers.Add(1)
		return false
	}
	return true
}
