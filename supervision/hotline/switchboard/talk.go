package switchboard

import (
	"context"
	"slices"
	"time"

	"yangguang/internal/rtp"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/seatwire"
)

// talk is the conversation of a caller and a seat, with whoever the seat asks
// and whoever of the shift listens. All of it belongs to the goroutine that runs
// it; others give orders.
type talk struct {
	c     *call
	seat  *party
	other *party // consulted, or the third
	with  string // who that is: a word of seatwire, or "seat"
	rings bool   // the other end rings
	blind bool   // the seat leaves when it answers
	three bool
	held  bool
	watch []watcher

	record taping
	paused bool
	began  time.Time
	wires  wires
	music  *rtp.Prompt // one all along: it goes on where it was

	orders   chan order
	deaf     chan *party // a watcher whose voice is gone
	answered chan reached
	stop     context.CancelFunc // of what rings
	holds    chan bool          // by the desk phone
	refers   chan string        // by the desk phone
	codes    codes
	over     chan struct{}
}

// watcher is a shift lead who hears a conversation.
type watcher struct {
	p    *party
	mode string
}

// order is what a seat, or the shift lead, wants.
type order struct {
	seatwire.Command
	from *booth
	done chan error
}

// reached is whoever was rung, or why nobody answered.
type reached struct {
	p   *party
	err error
}

// next is what follows a turn of a conversation.
type next int

const (
	goesOn   next = iota
	over          // the call has ended, or goes on without us
	onceMore      // the caller waits for another seat
)

// talk joins the caller with whoever took the call, until one of them leaves.
// It returns false when the caller waits again.
func (c *call) talk(ctx context.Context, p *party) (ends bool) {
	t := &talk{c: c, began: c.s.Clock.Now(), music: c.s.music(), orders: make(chan order), deaf: make(chan *party), holds: make(chan bool, 8), refers: make(chan string, 1), over: make(chan struct{})}
	defer t.end()
	t.seated(p)
	c.s.bridged(c.ref, p.seat)
	for {
		switch t.turn(ctx) {
		case over:
			return true
		case onceMore:
			return false
		}
	}
}

// seated has a seat take the conversation: its phone is followed, its page told,
// a recording of its own begun.
func (t *talk) seated(p *party) {
	t.seat, t.held, t.paused = p, false, false
	t.record = t.c.record(p)
	if p.leg != nil {
		t.follow(p)
	}
	if p.booth != nil {
		p.booth.mu.Lock()
		p.booth.talk = t
		p.booth.mu.Unlock()
	}
	t.join()
}

// follow takes what a desk phone does by itself: hold, and passing on.
func (t *talk) follow(p *party) {
	v, ok := p.v.(*rtp.Stream)
	if !ok {
		return
	}
	t.c.s.hear(p.leg, v, func(on bool) {
		select {
		case t.holds <- on:
		default:
		}
	})
	p.leg.OnRefer(func(target string) bool {
		select {
		case t.refers <- target:
			return true
		default:
			return false
		}
	})
}

// turn waits for what happens next, and does it.
func (t *talk) turn(ctx context.Context) next {
	select {
	case <-t.c.gone():
		return over
	case <-t.seat.done():
		return t.seatLeft(ctx)
	case <-t.other.done():
		return t.otherLeft()
	case on := <-t.holds:
		t.hold(on)
	case d := <-t.seat.digits():
		if where := t.codes.press(d); t.c.aidAt(where) != "" {
			t.leaveAll()
			t.c.help(ctx, where)
			return over
		}
	case target := <-t.refers:
		if number, word := t.c.mayPass(target); number != "" {
			t.leaveAll()
			t.c.pass(ctx, number, word)
			return over
		}
	case p := <-t.deaf:
		if slices.ContainsFunc(t.watch, func(w watcher) bool { return w.p.v == p.v }) {
			t.unattend(p.booth)
		}
	case r := <-t.answered:
		return t.reached(ctx, r)
	case o := <-t.orders:
		n, err := t.do(ctx, o)
		o.done <- err
		return n
	}
	return goesOn
}

// seatLeft is the seat's end: it hung up, or its browser is gone. Whom it
// consulted has the caller then; else he says what he thought of the call.
func (t *talk) seatLeft(ctx context.Context) next {
	switch {
	case t.rings: // the caller goes on to whoever rings
		t.blind = true
		t.wires.apart()
		t.seat.close()
		return t.alone(ctx)
	case t.other != nil:
		return t.complete(ctx)
	case t.seat.leg == nil: // the browser broke: the caller keeps his place
		return t.again()
	}
	return t.hangUp(ctx)
}

// hangUp is the seat's end of the call. The seat writes up from now on; the
// caller is still there and says what he thought of it.
func (t *talk) hangUp(ctx context.Context) next {
	if t.other != nil {
		return t.complete(ctx)
	}
	t.leaveAll()
	t.c.s.ended(t.c.ref, hotline.Ending{By: "seat", Why: "hangup"})
	t.c.rate(ctx)
	t.c.leave("seat", "hangup")
	return over
}

// again has the caller wait for another seat with the place he had.
func (t *talk) again() next {
	t.leaveAll()
	c := t.c
	if c.row.Way == "out" {
		c.leave("system", "interrupted")
		return over
	}
	c.s.requeued(c.ref)
	return onceMore
}

// otherLeft brings the caller back when whoever was consulted has hung up.
func (t *talk) otherLeft() next {
	t.dropOther()
	t.held = false
	t.join()
	return goesOn
}

func (t *talk) dropOther() {
	t.rung()
	if t.other != nil {
		t.beside(t.other, false)
		t.wires.out(t.other.v)
		t.c.s.part(t.other)
	}
	t.other, t.with, t.three, t.blind = nil, "", false, false
}

// hold lets the caller hear music, or ends that.
func (t *talk) hold(on bool) {
	if t.held == on {
		return
	}
	t.held = on
	t.c.s.held(t.c.ref, on)
	t.join()
}

// leaveAll ends the recording and lets everybody but the caller go.
func (t *talk) leaveAll() {
	t.wires.apart()
	t.record.stop()
	t.dropOther()
	t.seat.close()
	t.clear(t.seat)
	for _, w := range t.watch {
		w.p.booth.unwatch(t)
	}
	t.watch = nil
}

// end lets go of what is left, once the conversation is over.
func (t *talk) end() {
	close(t.over)
	t.leaveAll()
}

// clear empties the page of a seat that has left the conversation.
func (t *talk) clear(p *party) {
	if p.booth == nil {
		return
	}
	p.booth.mu.Lock()
	mine := p.booth.talk == t
	if mine {
		p.booth.talk = nil
	}
	p.booth.mu.Unlock()
	if mine {
		p.booth.change(func(v *seatwire.State) { *v = seatwire.State{Joined: v.Joined, Offer: v.Offer, Failed: v.Failed} })
	}
}

// unwatch has a shift lead hear a conversation no longer.
func (b *booth) unwatch(t *talk) {
	b.mu.Lock()
	ours := b.hears == t
	if ours {
		b.hears = nil
	}
	b.mu.Unlock()
	if ours {
		b.change(func(v *seatwire.State) { v.Watching, v.Mode = nil, "" })
	}
}

// beside notes at a seat that was asked whose conversation it is in, or no longer.
func (t *talk) beside(p *party, on bool) {
	b := p.booth
	if b == nil {
		return
	}
	b.mu.Lock()
	if on {
		b.beside = t
	} else if b.beside == t {
		b.beside = nil
	}
	b.mu.Unlock()
	if !on {
		b.change(func(v *seatwire.State) { v.Beside = nil })
	}
}

// show tells the seat's page, and that of a seat it asked, how the conversation
// stands.
func (t *talk) show() {
	if t.other != nil && t.other.booth != nil {
		beside := &seatwire.Beside{Call: t.c.ref, By: t.seat.seat, Three: t.three}
		t.other.booth.change(func(v *seatwire.State) { v.Beside = beside })
	}
	if t.seat.booth == nil {
		return
	}
	ref := t.c.ref
	v := seatwire.State{Call: &ref, Since: t.began, Held: t.held, With: t.with, Three: t.three}
	switch {
	case t.rings:
		v.Consult = seatwire.Rings
	case t.other != nil:
		v.Consult = seatwire.Talks
	}
	if t.record.r != nil {
		v.Recording = seatwire.On
		if t.paused {
			v.Recording = seatwire.Paused
		}
	}
	for _, w := range t.watch {
		v.Watched = append(v.Watched, seatwire.Watch{Person: w.p.person, Mode: w.mode})
	}
	t.seat.booth.change(func(s *seatwire.State) {
		v.Joined, v.Failed = s.Joined, s.Failed
		*s = v
	})
}

// fail shows the seat's page why its last wish came to nothing.
func (t *talk) fail(why string) {
	if t.seat.booth != nil {
		t.seat.booth.change(func(s *seatwire.State) { s.Failed = why })
	}
}

// seal hands the caller to the report line: nothing of the call was recorded, and
// the next who speaks with him is of that line.
func (t *talk) seal(ctx context.Context, about int64) (next, error) {
	c := t.c
	if c.sealed() || c.row.Way == "out" {
		return goesOn, errTaken
	}
	if err := c.s.Hotline.Seal(ctx, c.ref, about); err != nil {
		return goesOn, err
	}
	c.row.Sealed = true
	t.wires.apart()
	t.record.drop()
	t.leaveAll()
	if err := c.s.Recordings.Forget(ctx, c.ref); err != nil {
		c.s.Log.ErrorContext(ctx, "a recording of a call that was sealed is still there", "fault", err.Error())
	}
	return onceMore, nil
}

// pause stops and resumes the recording.
func (t *talk) pause(on bool) error {
	if t.record.r == nil || t.paused == on {
		return errTaken
	}
	t.paused = on
	if on {
		t.record.r.Pause()
		t.c.s.event(t.c.ref, "paused", "", 0)
	} else {
		t.record.r.Resume()
		t.c.s.event(t.c.ref, "unpaused", "", 0)
	}
	t.show()
	return nil
}

// attend lets a shift lead hear the conversation, whisper to the seat, or speak
// with both; the seat's page says so as long as it lasts.
func (t *talk) attend(o order) error {
	p := o.from.party()
	if p == nil || t.c.sealed() || p.seat == t.seat.seat {
		return errTaken
	}
	o.from.mu.Lock()
	free := o.from.talk == nil && (o.from.hears == nil || o.from.hears == t)
	if free {
		o.from.hears = t
	}
	o.from.mu.Unlock()
	if !free {
		return errTaken
	}
	t.forget(p.booth)
	p.person = o.Person
	t.watch = append(t.watch, watcher{p, o.Act})
	go t.mind(p)
	t.c.s.event(t.c.ref, map[string]string{seatwire.Listen: "listened", seatwire.Whisper: "whispered", seatwire.Barge: "barged"}[o.Act], "", 0)
	seat := t.seat.seat
	p.booth.change(func(v *seatwire.State) { v.Watching, v.Mode = &seat, o.Act })
	t.join()
	return nil
}

// unattend ends that.
func (t *talk) unattend(b *booth) {
	for _, w := range t.watch {
		if w.p.booth == b {
			t.wires.out(w.p.v) // before the lead may speak with others
		}
	}
	t.forget(b)
	b.unwatch(t)
	t.join()
}

func (t *talk) forget(b *booth) {
	t.watch = slices.DeleteFunc(t.watch, func(w watcher) bool { return w.p.booth == b })
}

// mind tells the conversation when the voice of whoever listens is gone.
func (t *talk) mind(p *party) {
	select {
	case <-p.v.Done():
		select {
		case t.deaf <- p:
		case <-t.over:
		}
	case <-t.over:
	}
}
