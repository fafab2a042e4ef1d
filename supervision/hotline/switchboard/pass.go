package switchboard

import (
	"context"
	"errors"
	"slices"
	"time"

	"yangguang/internal/rtp"
	"yangguang/internal/sip"
	"yangguang/internal/sip/sdp"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/seatwire"
)

// codes hears the keys by which a seat at a desk phone gets help for a caller:
// * and 1 the crisis line, 2 the police, 3 the ambulance.
type codes struct{ star bool }

func (c *codes) press(d byte) string {
	star := c.star
	c.star = d == '*'
	if !star {
		return ""
	}
	switch d {
	case '1':
		return "crisis"
	case '2':
		return "police"
	case '3':
		return "ambulance"
	}
	return ""
}

// help passes a caller in need on, to the number the line names; where it names
// none he is told so, and nothing else changes for him.
func (c *call) help(ctx context.Context, where string) (over bool) {
	c.s.event(c.ref, where, "", 0)
	number := c.aidAt(where)
	if number == "" {
		_, _ = voice{c}.Play(ctx, []string{"unreached"})
		return false
	}
	c.pass(ctx, number, where)
	return true
}

// aidAt is the line's number for a caller in need, "" where it names none.
func (c *call) aidAt(where string) string {
	if !slices.Contains(aid, where) {
		return ""
	}
	return c.named()[where]
}

// mayPass is where a seat may pass a call to by its telephone: what the line
// names, and nothing else, so that nobody calls the world at our cost.
func (c *call) mayPass(target string) (number, word string) {
	for word, number := range c.named() {
		if number != "" && number == target {
			return number, word
		}
	}
	return "", ""
}

// named are the numbers outside a seat may pass a call to, by their words.
func (c *call) named() map[string]string {
	return map[string]string{seatwire.Crisis: c.line.Crisis, seatwire.Police: c.line.Police, seatwire.Ambulance: c.line.Ambulance, seatwire.Centre: c.line.Target, seatwire.Fallback: c.line.Fallback}
}

// passTime is how long the other end rings.
const passTime = 60 * time.Second

// pass joins the caller with a number outside. word says in the store which: the
// number itself stands in the line's configuration alone. For the queue the call
// is over with that; a seat that took it in the same moment has the caller.
func (c *call) pass(ctx context.Context, number, word string) {
	c.s.transferred(c.ref, word)
	c.s.ended(c.ref, hotline.Ending{By: "system", Why: "transferred", Carried: true})
	p, err := c.reach(ctx, number)
	switch {
	case ctx.Err() != nil: // a seat has the caller
		if p != nil {
			p.close()
		}
		c.s.letGo(c.ref, false)
	case err != nil:
		c.unreached(ctx)
	default:
		c.between(ctx, p)
	}
}

// unreached tells a caller that nobody answered where he was passed to. Where the
// line has people of its own, they call him back.
func (c *call) unreached(ctx context.Context) {
	back := c.row.HasNumber && c.line.Mode != hotline.Transfer
	select {
	case <-c.gone(): // he hung up while it rang
		back = false
	default:
	}
	c.s.letGo(c.ref, back)
	then := "unreached.again"
	if back {
		then = "unreached.callback"
	}
	_, _ = voice{c}.Play(ctx, []string{"unreached", then, "bye"})
	c.leave("system", "failed")
}

// left is a caller whose seat has left him with somebody outside.
func (c *call) left(ctx context.Context, p *party, word string) {
	c.s.transferred(c.ref, word)
	c.s.ended(c.ref, hotline.Ending{By: "seat", Why: "transferred", Carried: true})
	c.between(ctx, p)
}

// between lets the caller and somebody outside speak until one of them leaves.
func (c *call) between(ctx context.Context, p *party) {
	defer p.close()
	bridge := rtp.NewBridge(c.v, p.v, nil)
	defer bridge.Close()
	select {
	case <-ctx.Done():
	case <-c.gone():
	case <-p.done():
		c.leave("system", "transferred")
	}
	c.mu.Lock()
	lost := c.why == "interrupted"
	c.mu.Unlock()
	c.s.letGo(c.ref, lost)
}

// errNoNumber says that the line names nobody for that.
var errNoNumber = errors.New("the line names no number for it")

// reach calls a number outside while the caller hears music.
func (c *call) reach(ctx context.Context, number string) (*party, error) {
	if number == "" {
		return nil, errNoNumber
	}
	music := c.s.media.Play(c.v, true, c.s.music())
	defer music.Stop()
	return c.s.dial(ctx, c.gone(), c.target(number), passTime, sip.DialOptions{})
}

// target is how a number is reached: by the trunk the caller came in on, else by
// the first there is.
func (c *call) target(number string) sip.Target { return c.s.outward(c.leg.Trunk, number) }

func (s *Switchboard) outward(trunk, number string) sip.Target {
	if trunk == "" && len(s.SIP.Trunks) > 0 {
		trunk = s.SIP.Trunks[0].Name
	}
	return sip.Target{Trunk: trunk, Number: number}
}

// dial calls somebody and opens his voice, until gone closes or time is over.
func (s *Switchboard) dial(ctx context.Context, gone <-chan struct{}, to sip.Target, most time.Duration, o sip.DialOptions) (*party, error) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-gone:
			cancel()
		case <-done:
		}
	}()
	secure, must := s.sip.Encrypted(to)
	p, err := s.offerTo(ctx, to, secure, o)
	if r, refused := errors.AsType[sip.Refused](err); refused && r.Code == 488 && secure && !must {
		return s.offerTo(ctx, to, false, o) // a telephone that knows no SRTP, behind TLS all the same
	}
	return p, err
}

// offerTo calls somebody and offers a voice of one kind.
func (s *Switchboard) offerTo(ctx context.Context, to sip.Target, secure bool, o sip.DialOptions) (*party, error) {
	v, err := s.Ports.Open(rtp.Remote{}, rtp.Settings{Clock: s.Clock, InBand: s.InBand[to.Trunk], Log: s.Log})
	if err != nil {
		return nil, err
	}
	offer := sdp.Offer(s.local(v, secure))
	leg, err := s.sip.Dial(ctx, to, offer, o)
	if err == nil {
		err = retarget(v, leg.Remote(), offer, leg.Remote())
		if err != nil {
			leg.Hangup()
		}
	}
	if errors.Is(err, sip.ErrInClear) {
		s.Log.WarnContext(ctx, "a call of ours is hung up", "trunk", to.Trunk, "fault", err.Error())
	}
	if err != nil {
		_ = v.Close()
		return nil, err
	}
	s.follow(leg, v)
	return &party{leg: leg, v: v}, nil
}
