package switchboard

import (
	"context"
	"strconv"
	"sync"
	"time"

	"yangguang/internal/fault"
	"yangguang/internal/rtp"
	"yangguang/internal/sip"
	"yangguang/supervision/hotline"
)

// call is a caller, or a person we call back, and who speaks with him.
type call struct {
	s    *Switchboard
	ref  hotline.Ref
	line hotline.Line
	leg  *sip.Call
	v    *rtp.Stream
	row  *hotline.Call

	taken chan *party // a seat took the call
	quit  chan struct{}
	once  sync.Once

	mu      sync.Mutex
	by, why string // how it was told to end
	mute    bool   // the caller refused the recording
	asked   bool   // to be called back
}

// party is who speaks with the caller: a seat at its desk phone.
type party struct {
	seat   hotline.Ref
	person int64
	leg    *sip.Call
	v      *rtp.Stream
}

func (p *party) close() {
	p.leg.Hangup()
	_ = p.v.Close()
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
	s.busy.Add(1)
	s.live.Add(1)
	defer s.busy.Done()
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
	row, err := s.arrive(ctx, leg, line)
	if err != nil {
		s.withoutStore(ctx, leg, line)
		return
	}
	c := &call{s: s, ref: row.Ref(), line: line, leg: leg, row: row, taken: make(chan *party), quit: make(chan struct{})}
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
	ctx, cancel := context.WithTimeout(ctx, arriveTime)
	defer cancel()
	l, err := s.Hotline.LineOf(ctx, number)
	if err == nil || fault.Is(err, fault.NotFound) {
		return l, err
	}
	if l, ok := s.known(number); ok {
		return l, nil
	}
	return l, err
}

func (s *Switchboard) arrive(ctx context.Context, leg *sip.Call, line hotline.Line) (*hotline.Call, error) {
	ctx, cancel := context.WithTimeout(ctx, arriveTime)
	defer cancel()
	return s.Hotline.Arrive(ctx, hotline.Arrival{Line: line, Caller: leg.Caller.Number, Private: leg.Caller.Private, Trunk: leg.Trunk})
}

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
	e := hotline.Ending{By: c.by, Why: c.why, Chosen: c.asked}
	c.mu.Unlock()
	s.ended(c.ref, e)
	s.soon()
}

func (s *Switchboard) ended(ref hotline.Ref, e hotline.Ending) {
	s.late.keep(func(ctx context.Context) error { return s.Hotline.Ended(ctx, ref, e) })
}

func (s *Switchboard) event(ref hotline.Ref, kind, code string, n int) {
	s.late.keep(func(ctx context.Context) error { return s.Hotline.Event(ctx, ref, kind, code, n) })
}

// refused is said of an error that no later try would take back.
func refused(err error) bool {
	return fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden)
}

// serve leads a caller through the call.
func (c *call) serve(ctx context.Context) {
	if c.line.Mode == hotline.Transfer {
		c.pass(ctx, c.line.Target, "centre")
		return
	}
	open, _, err := c.s.Hotline.OpenNow(ctx, c.line)
	if err == nil && !open {
		c.closed(ctx)
		return
	}
	c.wait(ctx)
}

// closed tells a caller out of hours when somebody is there, and takes his wish
// to be called back.
func (c *call) closed(ctx context.Context) {
	c.s.event(c.ref, "information", "closed", 0)
	for range 2 {
		if key := c.say(ctx, true, "closed", "callback_offer"); key == '6' {
			c.callBack(ctx)
			return
		} else if key == 0 && ctx.Err() != nil {
			return
		}
	}
	c.leave("system", "closed")
}

// wait has the caller wait for a person, who comes first: what he hears and
// presses meanwhile never costs him his place.
func (c *call) wait(ctx context.Context) {
	if err := c.s.Hotline.Queue(ctx, c.ref, hotline.Want{}); err != nil {
		c.pass(ctx, c.line.Fallback, "fallback")
		return
	}
	c.s.soon()
	for {
		told, cancel := context.WithCancel(ctx)
		spoken := make(chan struct{})
		go func() {
			defer close(spoken)
			c.attend(told)
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

// attend speaks to a caller who waits, and does what he presses.
func (c *call) attend(ctx context.Context) {
	c.say(ctx, false, "greeting")
	if c.line.Record && !c.line.Sealed {
		if c.say(ctx, true, "recording") == '9' {
			c.refuseRecording()
		}
	}
	for ctx.Err() == nil {
		place, _, err := c.s.Hotline.Position(ctx, c.ref)
		if err == nil {
			c.s.event(c.ref, "position", "", place)
		}
		switch c.say(ctx, true, "position", "n"+strconv.Itoa(min(place, 99)), "callback_offer", "music") {
		case '6':
			c.callBack(ctx)
			return
		case '9':
			c.refuseRecording()
		}
	}
}

func (c *call) refuseRecording() {
	c.mu.Lock()
	c.mute = true
	c.mu.Unlock()
	c.s.event(c.ref, "recording", "refused", 0)
}

// callBack lets the caller hang up and keeps his place.
func (c *call) callBack(ctx context.Context) {
	c.s.event(c.ref, "key", "callback", 0)
	if err := c.s.Hotline.AskCallBack(ctx, c.ref); err != nil {
		c.say(ctx, false, "callback_impossible")
		return
	}
	c.mu.Lock()
	c.asked = true
	c.mu.Unlock()
	c.say(ctx, false, "callback_kept", "goodbye")
	c.leave("caller", "hangup")
}

// keyTime is how long a caller may think after a question.
const keyTime = 4 * time.Second

// say tells the caller something; with keys, a key cuts it short and is returned,
// 0 when none came.
func (c *call) say(ctx context.Context, keys bool, what ...string) byte {
	var prompts []*rtp.Prompt
	for _, k := range what {
		if p := c.s.Prompts.Prompt(c.line.Lang, k); p != nil {
			prompts = append(prompts, p)
		}
	}
	if len(prompts) > 0 {
		p := c.s.media.Play(c.v, false, prompts...)
		defer p.Stop()
		if key, over := c.hear(ctx, keys, p.Done(), nil); over {
			return key
		}
	}
	if !keys {
		return 0
	}
	rest := c.s.media.Rest(c.v)
	defer rest.Stop()
	t := time.NewTimer(keyTime)
	defer t.Stop()
	key, _ := c.hear(ctx, true, nil, t.C)
	return key
}

// hear waits for a key, the end of what is said, or the end of patience. over
// says that there is nothing more to wait for.
func (c *call) hear(ctx context.Context, keys bool, said <-chan struct{}, late <-chan time.Time) (key byte, over bool) {
	for {
		select {
		case k := <-c.v.Digits():
			if keys {
				return k, true
			}
		case <-said:
			return 0, false
		case <-late:
			return 0, true
		case <-ctx.Done():
			return 0, true
		case <-c.gone():
			return 0, true
		}
	}
}

// talk joins the caller with whoever took the call, until one of them leaves.
// It returns false when the caller waits again.
func (c *call) talk(ctx context.Context, p *party) (over bool) {
	defer p.close()
	record := c.record(p)
	bridge := rtp.NewBridge(c.v, p.v, record.tap())
	joined := func(ctx context.Context) error { return c.s.Hotline.Bridged(ctx, c.ref, p.seat) }
	c.s.late.keep(joined)
	held := make(chan bool, 8)
	c.s.follow(p.leg, p.v, func(on bool) {
		select {
		case held <- on:
		default:
		}
	})
	to := make(chan string, 1)
	p.leg.OnRefer(func(target string) bool {
		select {
		case to <- target:
			return true
		default:
			return false
		}
	})
	codes := &codes{}
	for {
		select {
		case <-c.gone():
			bridge.Close()
			record.stop()
			return true
		case <-p.leg.Done():
			bridge.Close()
			record.stop()
			c.rate(ctx)
			c.leave("seat", "hangup")
			return true
		case <-p.v.Done():
			p.leg.Hangup()
		case on := <-held:
			c.pause(bridge, on)
		case d := <-p.v.Digits():
			if where := codes.press(d); where != "" {
				bridge.Close()
				record.stop()
				c.help(ctx, where)
				return true
			}
		case target := <-to:
			if number, word := c.mayPass(target); number != "" {
				bridge.Close()
				record.stop()
				c.pass(ctx, number, word)
				return true
			}
		}
	}
}

// pause lets the caller hear music while the seat has put the call on hold.
func (c *call) pause(bridge *rtp.Bridge, on bool) {
	if on {
		bridge.Hold(c.s.media, c.v, c.s.music(c.line.Lang))
	} else {
		bridge.Resume(c.v)
	}
	c.s.late.keep(func(ctx context.Context) error { return c.s.Hotline.Hold(ctx, c.ref, on) })
}

// rate asks the caller, whose leg still stands, what he thought of the call.
func (c *call) rate(ctx context.Context) {
	key := c.say(ctx, true, "rate")
	if key < '1' || key > '5' {
		return
	}
	n := int(key - '0')
	c.s.late.keep(func(ctx context.Context) error { return c.s.Hotline.Rate(ctx, c.ref, n) })
	c.say(ctx, false, "thanks")
}
