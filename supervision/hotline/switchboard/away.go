package switchboard

import (
	"context"
	"time"

	"yangguang/internal/rtp"
	"yangguang/internal/sip"
	"yangguang/supervision/hotline"
)

// withoutStore is a call that comes in while the store is away: the duty phone
// rings, and what was lies in the journal until the store is back. Who reached
// nobody is called back then.
func (s *Switchboard) withoutStore(ctx context.Context, leg *sip.Call, line hotline.Line, k hotline.Kept, at time.Time) {
	ref := k.Call
	s.arrived(k, at)
	number, word := duty(line)
	if number == "" {
		_ = leg.Reject(503, "", 10*time.Second)
		s.missed(ref, at, hotline.Ending{By: "system", Why: "interrupted"})
		return
	}
	v, err := s.answer(leg)
	if err != nil {
		_ = leg.Reject(488, "", 0)
		s.ended(ref, hotline.Ending{By: "system", Why: "failed"})
		return
	}
	defer func() {
		leg.Hangup()
		_ = v.Close()
	}()
	music := s.media.Play(v, true, s.music())
	p, err := s.dial(ctx, leg.Done(), s.outward(leg.Trunk, number), passTime, sip.DialOptions{})
	music.Stop()
	if err != nil {
		s.missed(ref, at, who(leg, "interrupted"))
		return
	}
	defer p.close()
	s.transferred(ref, word)
	bridge := rtp.NewBridge(v, p.v, nil)
	defer bridge.Close()
	select {
	case <-leg.Done():
	case <-p.done():
	}
	s.ended(ref, hotline.Ending{By: "system", Why: "transferred"})
}

// missed is a caller who wanted a person and reached nobody.
func (s *Switchboard) missed(ref hotline.Ref, from time.Time, e hotline.Ending) {
	s.waited(ref, from)
	s.ended(ref, e)
}

// who ended a call: the caller by hanging up, else we, for the reason given.
func who(leg *sip.Call, why string) hotline.Ending {
	select {
	case <-leg.Done():
		return hotline.Ending{By: "caller", Why: "hangup"}
	default:
		return hotline.Ending{By: "system", Why: why}
	}
}
