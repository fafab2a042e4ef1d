package switchboard

import (
	"context"
	"errors"

	"yangguang/internal/fault"
	"yangguang/internal/rtp"
	"yangguang/internal/sip"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/seatwire"
)

// Order implements seatwire.Exchange.
func (s *Switchboard) Order(ctx context.Context, seat hotline.Ref, c seatwire.Command) error {
	b := s.boothOf(seat)
	switch c.Act {
	case seatwire.Take, seatwire.Decline:
		return b.answer(ctx, c.Act == seatwire.Take)
	case seatwire.Dial:
		return s.callNow(ctx, b, c.Target)
	case seatwire.Listen, seatwire.Whisper, seatwire.Barge:
		if c.Target == nil {
			return fault.Say(fault.Invalid, "fault.invalid")
		}
		return s.boothOf(*c.Target).tell(ctx, order{Command: c, from: b})
	case seatwire.StopWatch:
		b.mu.Lock()
		t := b.hears
		b.mu.Unlock()
		return t.tell(ctx, order{Command: c, from: b})
	case seatwire.StepOut:
		b.mu.Lock()
		t := b.beside
		b.mu.Unlock()
		return t.tell(ctx, order{Command: c, from: b})
	}
	return b.tell(ctx, order{Command: c, from: b})
}

// tell gives an order to the conversation a seat is in.
func (b *booth) tell(ctx context.Context, o order) error {
	b.mu.Lock()
	t := b.talk
	b.mu.Unlock()
	return t.tell(ctx, o)
}

func (t *talk) tell(ctx context.Context, o order) error {
	if t == nil {
		return errTaken
	}
	o.done = make(chan error, 2) // some answer before they begin, and again
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	select {
	case t.orders <- o:
	case <-t.over:
		return errTaken
	case <-ctx.Done():
		return fault.As(fault.Unavailable, ctx.Err())
	}
	select {
	case err := <-o.done:
		return err
	case <-ctx.Done():
		return fault.As(fault.Unavailable, ctx.Err())
	}
}

// do carries out an order of the seat or of the shift lead.
func (t *talk) do(ctx context.Context, o order) (next, error) {
	switch o.Act {
	case seatwire.Hangup:
		o.done <- nil // what follows may take long
		return t.hangUp(ctx), nil
	case seatwire.Hold, seatwire.Resume:
		if t.other != nil || t.rings {
			return goesOn, errTaken
		}
		t.hold(o.Act == seatwire.Hold)
		return goesOn, nil
	case seatwire.Pause, seatwire.Unpause:
		return goesOn, t.pause(o.Act == seatwire.Pause)
	case seatwire.Seal:
		return t.seal(ctx, o.About)
	case seatwire.Key:
		return goesOn, t.key(o.Digit)
	case seatwire.Listen, seatwire.Whisper, seatwire.Barge:
		return goesOn, t.attend(o)
	case seatwire.StopWatch:
		t.unattend(o.from)
		return goesOn, nil
	}
	return t.doTransfer(ctx, o)
}

// key presses a key on the other end, for a menu of whoever is spoken with.
func (t *talk) key(digit string) error {
	to := t.c.v
	if t.other != nil {
		if v, ok := t.other.v.(*rtp.Stream); ok {
			to = v
		}
	}
	if len(digit) != 1 {
		return fault.Say(fault.Invalid, "fault.invalid")
	}
	t.c.s.media.SendDigits(to, digit)
	return nil
}

// doTransfer are the orders that bring somebody else in.
func (t *talk) doTransfer(ctx context.Context, o order) (next, error) {
	switch o.Act {
	case seatwire.StepOut:
		if t.other == nil || t.other.booth != o.from {
			return goesOn, errTaken
		}
		return t.otherLeft(), nil
	case seatwire.Transfer, seatwire.Consult:
		if t.other != nil || t.rings {
			return goesOn, errTaken
		}
		return t.bring(ctx, o)
	case seatwire.Back:
		if t.other == nil && !t.rings {
			return goesOn, errTaken
		}
		return t.otherLeft(), nil
	case seatwire.Three:
		if t.other == nil {
			return goesOn, errTaken
		}
		t.three, t.held = true, false
		t.c.s.event(t.c.ref, "merged", "", 0)
		t.join()
		return goesOn, nil
	case seatwire.Complete:
		if t.other == nil {
			return goesOn, errTaken
		}
		o.done <- nil // the caller may speak with the other for an hour
		return t.complete(ctx), nil
	}
	return goesOn, fault.Say(fault.Invalid, "fault.invalid")
}

// why is the word the seat's page shows for a party that was not reached.
func why(err error) string {
	if r, ok := errors.AsType[sip.Refused](err); ok && (r.Code == 486 || r.Code == 603) {
		return seatwire.Busy
	}
	switch {
	case errors.Is(err, errDeclined):
		return seatwire.Refused
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return seatwire.NoAnswer
	}
	return seatwire.Unreachable
}

// callNow rings the seat for a call-back its person chose; the browser, which he
// just pressed, has answered already.
func (s *Switchboard) callNow(ctx context.Context, b *booth, target *hotline.Ref) error {
	if target == nil {
		return fault.Say(fault.Invalid, "fault.invalid")
	}
	b.wants(true)
	if _, err := s.Hotline.CallNow(ctx, *target, b.seat); err != nil {
		b.wants(false)
		return err
	}
	s.soon()
	return nil
}
