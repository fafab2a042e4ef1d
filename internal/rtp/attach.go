package rtp

import (
	"net"
	"net/netip"
	"time"

	"github.com/pion/srtp/v3"
)

// Attach is a stream without a socket of its own, for lines that share one: send
// carries its packets, and whoever owns the socket hands what came for it to
// Receive, and closes it when the party is gone, since Settings.Silence counts
// for nothing here. It speaks to nobody until Retarget says to whom. ended is
// called once, when it is closed.
func Attach(send func(b []byte, to netip.AddrPort) (int, error), ended func(), set Settings) *Stream {
	return build(lent(send), 0, ended, set)
}

// Receive handles a datagram that came for the stream; none can end the process.
// It must not be called by two goroutines at a time.
func (s *Stream) Receive(b []byte, from netip.AddrPort) { s.guarded(b, from) }

// Source is the number our packets bear (SSRC), for the SDP body of a browser.
func (s *Stream) Source() uint32 { return s.ssrc }

// lent is the part of somebody's socket one may send by.
type lent func([]byte, netip.AddrPort) (int, error)

func (l lent) WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error) { return l(b, to) }

func (l lent) ReadFromUDPAddrPort([]byte) (int, netip.AddrPort, error) {
	return 0, netip.AddrPort{}, net.ErrClosed
}

func (l lent) SetReadDeadline(time.Time) error { return nil }

func (l lent) Close() error { return nil }

// HandshakeKeys are the keys a DTLS handshake agreed on (RFC 5764) in which we
// were the server.
func HandshakeKeys(profile srtp.ProtectionProfile, state srtp.KeyingMaterialExporter) (theirs, ours *Key, err error) {
	if n, err := profile.KeyLen(); err != nil || n != keyLen {
		return nil, nil, errSuite
	}
	c := srtp.Config{Profile: profile}
	if err := c.ExtractSessionKeysFromDTLS(state, false); err != nil {
		return nil, nil, err
	}
	theirs, ours = &Key{profile: profile}, &Key{profile: profile}
	copy(theirs.bytes[copy(theirs.bytes[:], c.Keys.RemoteMasterKey):], c.Keys.RemoteMasterSalt)
	copy(ours.bytes[copy(ours.bytes[:], c.Keys.LocalMasterKey):], c.Keys.LocalMasterSalt)
	return theirs, ours, nil
}
