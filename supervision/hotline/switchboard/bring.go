package switchboard

import (
	"cmp"
	"context"
	"slices"
	"time"

	"yangguang/internal/fault"
	"yangguang/internal/sip"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/seatwire"
)

// bring rings a number of the line, or another seat; the caller hears music, the
// seat the ringing. At a blind transfer the seat leaves when somebody answers,
// and has the caller back when nobody does.
func (t *talk) bring(ctx context.Context, o order) (next, error) {
	ring, word, err := t.target(ctx, o)
	if err != nil {
		return goesOn, err
	}
	ctx, t.stop = context.WithCancel(ctx)
	answered := make(chan reached) // of this ringing alone: one that was broken off must not end the next
	t.answered = answered
	go func() {
		p, err := ring(ctx)
		select {
		case answered <- reached{p, err}:
			return
		case <-ctx.Done():
		case <-t.over:
		}
		if p != nil {
			t.c.s.part(p)
		}
	}()
	t.with, t.rings, t.blind = word, true, o.Act == seatwire.Transfer
	t.fail("")
	t.join()
	return goesOn, nil
}

// aid are those who help a caller in need.
var aid = []string{seatwire.Crisis, seatwire.Police, seatwire.Ambulance}

// target is how an order's target is rung, and the word for it.
func (t *talk) target(ctx context.Context, o order) (func(context.Context) (*party, error), string, error) {
	c := t.c
	switch {
	case o.Target != nil:
		return t.colleague(ctx, *o.Target)
	case c.sealed() && !slices.Contains(aid, o.To):
		return nil, "", errTaken // who complains unseen is passed to nobody outside, unless a life is at stake
	case o.To == seatwire.Leader:
		return t.leader(ctx)
	}
	number := c.named()[o.To]
	if number == "" {
		return nil, "", fault.Say(fault.Invalid, "fault.invalid")
	}
	return t.outside(number, o.To), o.To, nil
}

func (t *talk) outside(number, word string) func(context.Context) (*party, error) {
	c := t.c
	c.s.event(c.ref, "consulted", word, 0)
	return func(ctx context.Context) (*party, error) {
		return c.s.dial(ctx, c.gone(), c.target(number), passTime, sip.DialOptions{})
	}
}

// colleague rings another seat.
func (t *talk) colleague(ctx context.Context, seat hotline.Ref) (func(context.Context) (*party, error), string, error) {
	c := t.c
	if seat == t.seat.seat {
		return nil, "", errTaken
	}
	s, err := c.s.Hotline.Engage(ctx, c.ref, seat)
	if err != nil {
		return nil, "", err
	}
	by := t.seat.seat
	return func(ctx context.Context) (*party, error) { return c.s.ringSeat(ctx, c, s, by) }, "seat", nil
}

// leader rings the leader on duty: his seat where he sits at one, else his
// telephone, else that of who stands in (3.1.5).
func (t *talk) leader(ctx context.Context) (func(context.Context) (*party, error), string, error) {
	h, c := t.c.s.Hotline, t.c
	d, ok := h.LeaderNow(ctx, c.line.Ref())
	if !ok {
		return nil, "", errTaken
	}
	if s, err := h.SeatOf(ctx, d.Person); err == nil && s.State == hotline.Ready {
		return t.colleague(ctx, s.Ref())
	}
	number := cmp.Or(d.Phone, d.Stand)
	if number == "" {
		return nil, "", errTaken
	}
	return t.outside(number, seatwire.Leader), seatwire.Leader, nil
}

// colleagueTime is how long another seat is rung.
const colleagueTime = 25 * time.Second

// ringSeat rings a seat that another has engaged.
func (s *Switchboard) ringSeat(ctx context.Context, c *call, seat *hotline.Seat, by hotline.Ref) (p *party, err error) {
	defer func() {
		if err != nil {
			s.released(seat.Ref())
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, colleagueTime)
	defer cancel()
	if seat.Reach == "phone" {
		p, err = s.ringPhone(ctx, c.gone(), seat)
	} else {
		p, err = s.ringBrowser(ctx, c, seat.Ref(), by)
	}
	if err == nil {
		p.lent = true
	}
	return p, err
}

func (s *Switchboard) ringPhone(ctx context.Context, gone <-chan struct{}, seat *hotline.Seat) (*party, error) {
	user, err := s.Hotline.PhoneUser(ctx, seat)
	if err != nil {
		return nil, err
	}
	p, err := s.dial(ctx, gone, s.phone(ctx, user), colleagueTime, sip.DialOptions{Hidden: true})
	if err == nil {
		p.seat, p.person, p.booth = seat.Ref(), seat.Person, s.boothOf(seat.Ref())
	}
	return p, err
}

func (s *Switchboard) ringBrowser(ctx context.Context, c *call, seat, by hotline.Ref) (*party, error) {
	d := s.Hotline.DB
	o := seatwire.Offer{Ref: hotline.Ref{Province: seat.Province, ID: d.ID(seat.Province)}, Call: c.ref, By: &by, Until: d.Clock().Now().Add(colleagueTime)}
	p, heard, err := s.boothOf(seat).ring(ctx, c.gone(), o)
	if err == nil {
		heard(nil)
	}
	return p, err
}

// rung says that nothing rings any more.
func (t *talk) rung() {
	if t.stop != nil {
		t.stop()
	}
	t.stop, t.answered, t.rings = nil, nil, false
}

// reached takes whoever answered, or brings the caller back.
func (t *talk) reached(ctx context.Context, r reached) next {
	t.rung()
	if r.err != nil {
		t.dropOther()
		t.fail(why(r.err))
		t.join()
		return goesOn
	}
	t.other = r.p
	if t.blind {
		return t.complete(ctx)
	}
	t.beside(r.p, true)
	t.join()
	return goesOn
}

// complete leaves the caller with whoever was brought in.
func (t *talk) complete(ctx context.Context) next {
	c, p, was, word := t.c, t.other, t.seat, t.with
	t.beside(p, false)
	t.other, t.three, t.blind, t.with = nil, false, false, ""
	if p.seat.ID == 0 {
		t.leaveAll()
		c.left(ctx, p, word)
		return over
	}
	if err := c.s.Hotline.Moved(ctx, c.ref, p.seat); err != nil {
		t.wires.out(p.v)
		c.s.part(p)
		t.join()
		return goesOn
	}
	p.lent = false
	t.record.stop()
	t.wires.out(was.v)
	was.close()
	t.clear(was)
	t.seated(p)
	return goesOn
}

// alone waits with a caller whose seat has left until whoever rings answers.
func (t *talk) alone(ctx context.Context) next {
	c := t.c
	music := c.s.media.Play(c.v, true, c.s.music())
	defer music.Stop()
	select {
	case <-c.gone():
		return over
	case r := <-t.answered:
		music.Stop()
		t.rung()
		if r.err != nil {
			return t.again()
		}
		t.other = r.p
		return t.complete(ctx)
	}
}
