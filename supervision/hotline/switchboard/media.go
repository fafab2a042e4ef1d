package switchboard

import (
	"encoding/base64"
	"errors"
	"net/netip"
	"strconv"

	"yangguang/internal/rtp"
	"yangguang/internal/sip"
	"yangguang/internal/sip/sdp"
)

// local is our side of a call over a stream; secure offers keys for it.
func (s *Switchboard) local(v *rtp.Stream, secure bool) sdp.Local {
	return sdp.Local{Addr: s.Host, Port: uint16(v.Port()), Secure: secure} //nolint:gosec // a port
}

// errInClear refuses a description without keys on a trunk that is to be encrypted.
var errInClear = errors.New("the trunk is to be encrypted (srtp), and the other side offers no keys")

// agree answers what a party offers of its voice.
func (s *Switchboard) agree(leg *sip.Call, v *rtp.Stream, offer sdp.Session) (sdp.Session, error) {
	if leg.MustEncrypt() && !offer.Secure() {
		s.Log.Warn("a call is refused", "trunk", leg.Trunk, "fault", errInClear.Error())
		return sdp.Session{}, errInClear
	}
	return sdp.Answer(offer, s.local(v, false))
}

// answer opens a voice for a call that came in and answers it: from then on both
// hear each other.
func (s *Switchboard) answer(leg *sip.Call) (*rtp.Stream, error) {
	offer, offered := leg.Offer()
	v, err := s.Ports.Open(rtp.Remote{}, rtp.Settings{Clock: s.Clock, InBand: s.InBand[leg.Trunk], Log: s.Log})
	if err != nil {
		return nil, err
	}
	local := sdp.Offer(s.local(v, leg.MustEncrypt()))
	if offered {
		if local, err = s.agree(leg, v, offer); err == nil {
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
				if _, _, secure := sdp.Keys(local, leg.Remote()); local.Secure() && !secure {
					s.Log.Warn("a call is hung up", "trunk", leg.Trunk, "fault", errInClear.Error())
					_ = v.Close()
					return
				}
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
		local, err := s.agree(leg, v, offer)
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
