package sdp

import (
	"math/rand/v2"
	"net/netip"
	"slices"
)

// A Local is our side of a call: where we hear, and how we like it.
type Local struct {
	Addr      netip.Addr // what the party is told, perhaps not the address bound
	Port      uint16
	Codecs    []uint8 // the preferred first; PCMA and PCMU when empty
	Direction Direction
	Secure    bool // offers keys; an answer has them when they were offered
}

// eventType is the payload type of telephone-event we propose. sipp's recorded
// digits carry it, and most telephones.
const eventType = 101

func (l Local) codecs() []uint8 {
	if len(l.Codecs) == 0 {
		return []uint8{PCMA, PCMU}
	}
	return l.Codecs
}

// Offer is what we propose.
func Offer(l Local) Session {
	s := Session{
		ID: rand.Uint64() >> 2, Version: 1, Addr: l.Addr, Port: l.Port, Proto: "RTP/AVP", //nolint:gosec // a number unlike others, not a secret
		Payloads: slices.Clone(l.codecs()), Events: eventType, Direction: l.Direction, PTime: 20,
	}
	if l.Secure {
		s.Proto = "RTP/SAVP"
		s.Crypto = []Crypto{NewCrypto(1, AES80), NewCrypto(2, AES32)}
	}
	return s
}

// Answer is what we say to an offer: the codecs of both in our order, its number
// for events, never more than the other side wants, and a key of our own where
// it offered one.
func Answer(offer Session, l Local) (Session, error) {
	s := Session{
		ID: rand.Uint64() >> 2, Version: 1, Addr: l.Addr, Port: l.Port, Proto: offer.Proto, //nolint:gosec // as above
		Events: offer.Events, PTime: 20, audio: offer.audio, media: offer.media,
		Direction: direction(l.Direction.Sends() && offer.Direction.Receives(), l.Direction.Receives() && offer.Direction.Sends()),
	}
	for _, pt := range l.codecs() {
		if offer.Has(pt) {
			s.Payloads = append(s.Payloads, pt)
		}
	}
	if len(s.Payloads) == 0 {
		return Session{}, ErrNoCodec
	}
	if offer.Secure() {
		if len(offer.Crypto) == 0 {
			return Session{}, ErrNoCrypto
		}
		s.Crypto = []Crypto{NewCrypto(offer.Crypto[0].Tag, offer.Crypto[0].Suite)}
	}
	return s, nil
}

// Again is the session said once more, in a later description of the same call:
// its number is kept and its version counts on. Keys are kept where the kind of
// audio is the same.
func (s Session) Again(next Session) Session {
	next.ID, next.Version = s.ID, s.Version+1
	if next.Secure() && s.Secure() && len(s.Crypto) > 0 && len(next.Crypto) > 0 &&
		s.Crypto[0].Suite == next.Crypto[0].Suite {
		next.Crypto[0].Key = s.Crypto[0].Key
	}
	return next
}
