package switchboard

import (
	"encoding/base64"
	"net/netip"
	"strconv"

	"yangguang/internal/rtp"
	"yangguang/internal/sip"
	"yangguang/internal/sip/sdp"
)

// local is our side of a call over a stream.
func (s *Switchboard) local(v *rtp.Stream) sdp.Local {
	return sdp.Local{Addr: s.Host, Port: uint16(v.Port()), Secure: false} //nolint:gosec // a port
}

// answer opens a voice for a call that came in and answers it: from then on both
// hear each other.
func (s *Switchboard) answer(leg *sip.Call) (*rtp.Stream, error) {
	offer, offered := leg.Offer()
	v, err := s.Ports.Open(rtp.Remote{}, rtp.Settings{Clock: s.Clock, InBand: s.InBand[leg.Trunk], Log: s.Log})
	if err != nil {
		return nil, err
	}
	local := sdp.Offer(s.local(v))
	if offered {
		if local, err = sdp.Answer(offer, s.local(v)); err == nil {
			err = retarget(v, offer, offer, local)
		}
	}
	if err == nil {
		err = leg.Answer(local)
	}
	if err != nil {
		_ = v.Close()
		return nil, err
	}
	if !offered {
		go func() { // their side stands in the ACK
			select {
			case <-leg.Confirmed():
				_ = retarget(v, leg.Remote(), local, leg.Remote())
			case <-leg.Done():
			}
		}()
	}
	s.follow(leg, v)
	return v, nil
}

// follow has a voice follow what its party says later, until one of the two ends.
func (s *Switchboard) follow(leg *sip.Call, v *rtp.Stream) {
	s.hear(leg, v, nil)
	go func() {
		for {
			select {
			case d := <-leg.Digits():
				v.Key(d)
			case <-leg.Done():
				_ = v.Close()
				return
			case <-v.Done():
				leg.Hangup()
				return
			}
		}
	}()
}

// hear takes what a party says anew of its voice: another address, hold. held,
// unless nil, is told of each.
func (s *Switchboard) hear(leg *sip.Call, v *rtp.Stream, held func(bool)) {
	leg.OnOffer(func(offer sdp.Session) (sdp.Session, error) {
		local, err := sdp.Answer(offer, s.local(v))
		if err != nil {
			return local, err
		}
		local = leg.Local().Again(local)
		if err := retarget(v, offer, offer, local); err != nil {
			return local, err
		}
		if held != nil {
			held(offer.Held())
		}
		return local, nil
	})
}

// retarget sends a voice where a party's description says. offer and answer are
// what was agreed, for the keys.
func retarget(v *rtp.Stream, theirs, offer, answer sdp.Session) error {
	r := rtp.Remote{Codec: rtp.Codec(theirs.Codec()), Event: theirs.Events, Mute: !theirs.Direction.Sends()}
	if theirs.Direction.Receives() {
		r.Addr = netip.AddrPortFrom(theirs.Addr, theirs.Port)
	}
	if first, second, secure := sdp.Keys(offer, answer); secure {
		theirKey, ourKey := first, second
		if theirs.ID == answer.ID && theirs.ID != offer.ID { // we offered
			theirKey, ourKey = second, first
		}
		var err error
		if r.Theirs, err = keyOf(theirKey); err != nil {
			return err
		}
		if r.Ours, err = keyOf(ourKey); err != nil {
			return err
		}
	}
	return v.Retarget(r)
}

func keyOf(c sdp.Crypto) (*rtp.Key, error) {
	return rtp.ParseKey(strconv.Itoa(c.Tag) + " " + c.Suite + " inline:" + base64.StdEncoding.EncodeToString(c.Key))
}
