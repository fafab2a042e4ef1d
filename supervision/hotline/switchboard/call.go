package switchboard

import (
	"context"
	"errors"
	"sync"
	"time"

	"yangguang/internal/fault"
	"yangguang/internal/rtp"
	"yangguang/internal/sip"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/seatwire"
)

// call is a caller, or a person we call back, and who speaks with him.
type call struct {
	s    *Switchboard
	ref  hotline.Ref
	line hotline.Line
	leg  *sip.Call
	v    *rtp.Stream
	row  *hotline.Call

	taken chan *party   // a seat took the call
	asked chan struct{} // closed when the caller asked for the report line
	quit  chan struct{}
	once  sync.Once

	mu      sync.Mutex
	by, why string // how it was told to end
	mute    bool   // the caller refused the recording
	untold  bool   // there was no voice to tell him of it
	chose   bool   // to be called back, or to end it so
}

// leave has the call end, for the reason given first.
func (c *call) leave(by, why string) {
	c.mu.Lock()
	if c.why == "" {
		c.by, c.why = by, why
	}
	c.mu.Unlock()
	c.once.Do(func() { close(c.quit) })
}

// gone is closed when there is nobody at the other end, or is to be.
func (c *call) gone() <-chan struct{} { return c.quit }

// take is a call that comes in, from its first sign to its end.
func (s *Switchboard) take(leg *sip.Call) {
	s.enter()
	s.live.Add(1)
	defer s.done()
	defer s.live.Add(-1)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	line, err := s.lineOf(ctx, leg.Called)
	if fault.Is(err, fault.NotFound) {
		_ = leg.Reject(404, "", 0)
		return
	}
	if err != nil || !line.Open {
		_ = leg.Reject(480, "", 0)
		return
	}
	_ = leg.Ring()
	at := s.Hotline.DB.Clock().Now()
	kept := s.Hotline.Keep(hotline.Arrival{Line: line, Caller: leg.Caller.Number, Private: leg.Caller.Private, Trunk: leg.Trunk, At: at})
	row, err := s.arrive(ctx, kept)
	if err != nil {
		s.withoutStore(ctx, leg, line, kept, at)
		return
	}
	c := &call{s: s, ref: row.Ref(), line: line, leg: leg, row: row, taken: make(chan *party), asked: make(chan struct{}), quit: make(chan struct{})}
	if c.v, err = s.answer(leg); err != nil {
		_ = leg.Reject(488, "", 0)
		s.ended(c.ref, hotline.Ending{By: "system", Why: "failed"})
		return
	}
	s.hold(c)
	defer s.drop(c)
	c.serve(ctx)
}

// arriveTime is how long a caller hears ringing while the store does not answer.
const arriveTime = 3 * time.Second

func (s *Switchboard) lineOf(ctx context.Context, number string) (hotline.Line, error) {
	if l, ok := s.known(number); ok && s.gone.Load() {
		return l, nil
	}
	ctx, cancel := context.WithTimeout(ctx, arriveTime)
	defer cancel()
	l, err := s.Hotline.LineOf(ctx, number)
	if err == nil {
		s.learn(l)
	}
	if err == nil || fault.Is(err, fault.NotFound) {
		return l, err
	}
	s.missing(err)
	if l, ok := s.known(number); ok {
		return l, nil
	}
	return l, err
}

func (s *Switchboard) arrive(ctx context.Context, k hotline.Kept) (*hotline.Call, error) {
	if s.gone.Load() {
		return nil, errAway
	}
	ctx, cancel := context.WithTimeout(ctx, arriveTime)
	defer cancel()
	row, err := s.Hotline.Enter(ctx, k)
	s.missing(err)
	return row, err
}

// errAway says that the store does not answer.
var errAway = errors.New("the store is away")

// hold keeps a call among those that go on, and sees its end.
func (s *Switchboard) hold(c *call) {
	s.mu.Lock()
	s.calls[c.ref] = c
	s.mu.Unlock()
	go func() {
		select {
		case <-c.leg.Done():
			c.leave("caller", "hangup")
		case <-c.v.Done():
			c.leave("caller", "hangup")
		case <-c.quit:
		}
	}()
}

// drop ends what is left of a call and tells the store.
func (s *Switchboard) drop(c *call) {
	c.leave("system", "failed") // unless it was told better
	c.leg.Hangup()
	_ = c.v.Close()
	s.mu.Lock()
	delete(s.calls, c.ref)
	s.mu.Unlock()
	c.mu.Lock()
	e := hotline.Ending{By: c.by, Why: c.why, Chosen: c.chose}
	c.mu.Unlock()
	s.ended(c.ref, e)
	s.soon()
}

// refused is said of an error that no later try would take back.
func refused(err error) bool {
	return fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden)
}

// serve leads a caller through the call. A person comes first: no menu stands
// before one, and what a caller hears and presses while he waits never costs him
// his place.
func (c *call) serve(ctx context.Context) {
	if c.line.Mode == hotline.Transfer {
		c.pass(ctx, c.line.Target, seatwire.Centre)
		return
	}
	if open, _, err := c.s.Hotline.OpenNow(ctx, c.line); err == nil && !open {
		c.s.event(c.ref, "information", "closed", 0)
		if c.line.Mode == hotline.SubCentre { // the centre that led him here answers at any hour
			c.pass(ctx, c.line.Target, seatwire.Centre)
			return
		}
		c.closed(ctx)
		return
	}
	if c.notice(ctx, "open") {
		return
	}
	c.wait(ctx)
}

// notice tells whoever is to be recorded so, and takes his refusal: nobody is
// recorded who did not hear it first. start is where the script says it.
func (c *call) notice(ctx context.Context, start string) (over bool) {
	if !c.line.Record || c.sealed() {
		return false
	}
	c.untold = c.s.promptsOf(c.line).Prompt(string(c.lang()), "notice") == nil
	return c.heed(ctx, start)
}

// wait has the caller wait for a person.
func (c *call) wait(ctx context.Context) {
	if c.leader(ctx) {
		return
	}
	if err := c.s.Hotline.Queue(ctx, c.ref, hotline.Want{}); err != nil {
		number, word := duty(c.line)
		c.pass(ctx, number, word)
		return
	}
	c.s.soon()
	c.linger(ctx)
}

// duty is where a line's callers go when we cannot lead them to a seat.
func duty(l hotline.Line) (number, word string) {
	if l.Mode == hotline.Transfer || l.Mode == hotline.SubCentre && l.Fallback == "" {
		return l.Target, seatwire.Centre
	}
	return l.Fallback, seatwire.Fallback
}

// linger is the wait of a caller who is in the queue, until he is gone or has
// spoken with somebody.
func (c *call) linger(ctx context.Context) {
	for {
		told, cancel := context.WithCancel(ctx)
		spoken := make(chan struct{})
		go func() {
			defer close(spoken)
			for told.Err() == nil && !c.heed(told, c.waiting()) { //nolint:revive // again
			}
		}()
		select {
		case <-c.gone():
			cancel()
			<-spoken
			return
		case p := <-c.taken:
			cancel()
			<-spoken
			if c.talk(ctx, p) {
				return
			}
		}
	}
}

// waiting is what a caller who waits is told.
func (c *call) waiting() string {
	if c.sealed() {
		return "sealed"
	}
	return "waiting"
}

// sealed says that this is a call of the report line, of which nothing is kept.
func (c *call) sealed() bool { return c.line.Sealed || c.row.Sealed }

// rate asks the caller, whose leg still stands, what he thought of the call.
func (c *call) rate(ctx context.Context) {
	out, err := c.runner().Run(ctx, "after")
	if err == nil && out.Rating > 0 {
		c.s.rated(c.ref, out.Rating)
	}
}
