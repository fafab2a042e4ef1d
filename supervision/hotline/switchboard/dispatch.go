package switchboard

import (
	"context"
	"errors"
	"time"

	"yangguang/internal/fault"
	"yangguang/internal/rtp"
	"yangguang/internal/sip"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/seatwire"
)

// dispatch has the store ring seats for whoever waits, and rings those of the
// calls this process holds.
func (s *Switchboard) dispatch(ctx context.Context) error {
	if _, err := s.Hotline.Expire(ctx); err != nil {
		return err
	}
	if !s.Draining() {
		if _, err := s.Hotline.Assign(ctx); err != nil {
			return err
		}
	}
	offers, err := s.Hotline.RingingHere(ctx)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range offers {
		if s.ringing[o.ID] {
			continue
		}
		s.ringing[o.ID] = true
		s.busy++
		go func() {
			defer s.done()
			s.ring(context.WithoutCancel(ctx), o)
			s.mu.Lock()
			delete(s.ringing, o.ID)
			s.mu.Unlock()
			s.soon()
		}()
	}
	return nil
}

// ring rings a seat for an offer.
func (s *Switchboard) ring(ctx context.Context, o hotline.Offer) {
	c := s.holding(o.Call)
	gone := make(<-chan struct{})
	if c != nil {
		gone = c.gone()
		var stop context.CancelFunc
		ctx, stop = c.unlessSealed(ctx)
		defer stop()
	} else if !o.CallBack {
		return // ended meanwhile
	}
	p, heard, err := s.reachSeat(ctx, gone, o)
	if err != nil {
		select {
		case <-gone: // the caller hung up, which is not the seat's doing: the call's end takes the offer back
		default:
			s.decline(ctx, o, err)
		}
		return
	}
	err = s.Hotline.Take(ctx, o.Ref())
	heard(err)
	if err != nil {
		p.close()
		return
	}
	if seat, err := s.Hotline.Seat(ctx, o.Seat); err == nil {
		p.person = seat.Person
	}
	if o.CallBack {
		s.callOut(ctx, o, p)
		return
	}
	select {
	case c.taken <- p:
	case <-c.gone():
		p.close()
	}
}

// reachSeat rings a seat's desk phone or browser until it answers. heard must be
// told what came of the answer.
func (s *Switchboard) reachSeat(ctx context.Context, gone <-chan struct{}, o hotline.Offer) (p *party, heard func(error), err error) {
	most := max(o.Until.Sub(s.Hotline.DB.Clock().Now()), time.Second)
	b := s.boothOf(o.Seat)
	if o.Reach != "phone" {
		ctx, cancel := context.WithTimeout(ctx, most)
		defer cancel()
		return b.ring(ctx, gone, seatwire.Offer{Ref: o.Ref(), Call: o.Call, CallBack: o.CallBack, Until: o.Until})
	}
	if p, err = s.dial(ctx, gone, s.phone(ctx, o.Phone), most, sip.DialOptions{Hidden: true}); err != nil {
		return nil, nil, err
	}
	p.seat, p.booth = o.Seat, b
	return p, func(error) {}, nil
}

// decline says why a phone did not answer; the seat is away, the next is rung.
func (s *Switchboard) decline(ctx context.Context, o hotline.Offer, err error) {
	why := why(err)
	if why == seatwire.Refused {
		why = "declined"
	}
	if err := s.Hotline.Decline(ctx, o.Ref(), why); err != nil && !fault.Is(err, fault.Conflict) {
		s.Log.WarnContext(ctx, "an offer was not given back", "fault", err.Error())
	}
}

// phone is where a desk phone is reached: as the store knows it, when it
// registered before this process began.
func (s *Switchboard) phone(ctx context.Context, user string) sip.Target {
	t := sip.Target{Phone: user}
	if p, err := s.Hotline.PhoneOf(ctx, user); err == nil && p.Reachable(s.Clock.Now()) {
		t.Registration = &sip.Registration{User: user, Contact: p.Contact, Source: p.Source, Transport: p.Transport, Expires: p.Expires}
	}
	return t
}

func (s *Switchboard) holding(ref hotline.Ref) *call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[ref]
}

// outTime is how long a person who is called back may take to answer.
const outTime = 45 * time.Second

// callOut calls a person back, for the seat that took the call-back and already
// has its telephone at the ear. The number is read from the store by this machine
// and shown to nobody.
func (s *Switchboard) callOut(ctx context.Context, o hotline.Offer, seat *party) {
	defer seat.close()
	s.live.Add(1)
	defer s.live.Add(-1)
	fail := func(why string) { s.ended(o.Call, hotline.Ending{By: "system", Why: why}) }
	number, err := s.Hotline.Dial(ctx, o.Call)
	if err != nil || number == "" {
		fail("failed")
		return
	}
	row, err := s.Hotline.Find(ctx, o.Call)
	if err != nil {
		fail("failed")
		return
	}
	line, err := s.Hotline.Line(ctx, hotline.Ref{Province: row.Province, ID: row.Line})
	if err != nil {
		fail("failed")
		return
	}
	music := s.media.Play(seat.v, true, s.music())
	defer music.Stop()
	p, err := s.dial(ctx, seat.done(), s.outward("", number), outTime, sip.DialOptions{From: line.Number})
	if err != nil {
		why := "no_answer"
		if r, ok := errors.AsType[sip.Refused](err); ok && r.Code == 486 {
			why = "busy"
		}
		fail(why)
		return
	}
	c := &call{s: s, ref: o.Call, line: line, leg: p.leg, v: p.v.(*rtp.Stream), row: row, taken: make(chan *party), asked: make(chan struct{}), quit: make(chan struct{})}
	s.hold(c)
	defer s.drop(c)
	if c.noticeFor(ctx, seat) {
		return
	}
	music.Stop()
	c.talk(ctx, seat)
}

// noticeFor is the notice to somebody who is called, while the seat that called
// him waits with music in its ear.
func (c *call) noticeFor(ctx context.Context, seat *party) (over bool) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-seat.done():
			c.leave("seat", "hangup")
			stop()
		case <-ctx.Done():
		}
	}()
	return c.notice(ctx, "called")
}
