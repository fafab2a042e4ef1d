// Package sdp reads and writes what two telephones say about their media (RFC
// 4566, RFC 3264): one stream of audio, its address, payload types, direction
// and keys. It is our own parser and not pion/sdp, because what telephony needs
// is a tenth of it and everything else must be refused or kept out, not kept.
//
// A description holds addresses and keys: it is never logged and not stored.
package sdp

import (
	"errors"
	"net/netip"
	"slices"
)

// Why a description cannot be used. Each is answered with 488, but the first,
// which is answered with 400.
var (
	ErrMalformed = errors.New("sdp: not a session description")
	ErrNoAudio   = errors.New("sdp: no audio stream")
	ErrNoCodec   = errors.New("sdp: no codec in common")
	ErrDTLS      = errors.New("sdp: DTLS-SRTP is for browsers; telephones offer RTP/AVP or SDES keys")
	ErrNoCrypto  = errors.New("sdp: no key suite in common")
)

// A Direction is which way the audio goes, seen by who wrote the description.
type Direction uint8

const (
	SendRecv Direction = iota
	SendOnly
	RecvOnly
	Inactive
)

var directions = [...]string{"sendrecv", "sendonly", "recvonly", "inactive"}

func (d Direction) String() string { return directions[d] }

// Sends is whether who wrote it sends audio.
func (d Direction) Sends() bool { return d == SendRecv || d == SendOnly }

// Receives is whether who wrote it wants audio.
func (d Direction) Receives() bool { return d == SendRecv || d == RecvOnly }

func direction(sends, receives bool) Direction {
	switch {
	case sends && receives:
		return SendRecv
	case sends:
		return SendOnly
	case receives:
		return RecvOnly
	}
	return Inactive
}

// Payload types of G.711 (RFC 3551).
const (
	PCMU uint8 = 0
	PCMA uint8 = 8
)

// A Session is one party's description of the call's audio.
type Session struct {
	ID, Version uint64 // of the o= line
	Addr        netip.Addr
	Port        uint16
	Proto       string    // RTP/AVP, RTP/SAVP or one with feedback
	Payloads    []uint8   // of audio, the preferred one first, without events
	Events      uint8     // payload type of telephone-event, 0 when it is not understood
	Direction   Direction // where it says nothing, SendRecv
	PTime       int       // milliseconds in a packet, 0 when it says nothing
	Crypto      []Crypto

	audio int      // which m= line it is
	media []string // kinds and formats of the other m= lines, to be refused in place
}

// Secure is whether the audio is encrypted (SRTP).
func (s Session) Secure() bool { return s.Proto == "RTP/SAVP" || s.Proto == "RTP/SAVPF" }

// Held is whether the party put the call on hold: it does not want our audio.
// An address of zeros is how telephones did before RFC 3264.
func (s Session) Held() bool {
	return !s.Direction.Receives() || s.Addr.IsUnspecified()
}

// Codec is the payload type to send to the party: the first it names.
func (s Session) Codec() uint8 {
	if len(s.Payloads) == 0 {
		return PCMA
	}
	return s.Payloads[0]
}

// Has is whether the party names the payload type.
func (s Session) Has(pt uint8) bool { return slices.Contains(s.Payloads, pt) }
