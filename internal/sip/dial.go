package sip

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	sipgo "github.com/emiago/sipgo/sip"

	"yangguang/internal/sip/sdp"
)

// Why no call can be made.
var (
	ErrNotRegistered = errors.New("sip: the desk phone is not registered")
	ErrNoTrunk       = errors.New("sip: no such trunk")
	ErrFull          = errors.New("sip: as many calls as are allowed")
	ErrNumber        = errors.New("sip: what is to be called is no number")
	ErrInClear       = errors.New("sip: the other side answered without the encryption it was offered")
)

// A Target is whom to call: a desk phone, or a number through a trunk.
type Target struct {
	Phone string
	// Registration is where the phone is, when this process does not know it: it
	// registered before a restart.
	Registration  *Registration
	Trunk, Number string
}

// Encrypted answers whether voice with somebody we call is to be offered
// encrypted: with a desk phone that registered over TLS, and over a trunk that is
// to be. must: there is no voice otherwise.
func (s *Server) Encrypted(to Target) (offer, must bool) {
	if to.Phone == "" && to.Registration == nil {
		return s.mustEncrypt(to.Trunk), s.mustEncrypt(to.Trunk)
	}
	r := to.Registration
	if here, ok := s.bindings.find(to.Phone); ok {
		r = &here
	}
	return r != nil && r.Transport == "TLS", false
}

// mustEncrypt is whether a trunk carries encrypted voice alone.
func (s *Server) mustEncrypt(trunk string) bool {
	t := s.trunk(trunk)
	return t != nil && t.SRTP
}

// MustEncrypt is whether this call is one of a trunk that carries encrypted voice
// alone.
func (c *Call) MustEncrypt() bool { return c.s.mustEncrypt(c.Trunk) }

// DialOptions are how a call is made.
type DialOptions struct {
	// From and Name are what the called party sees; the trunk's number when empty.
	From, Name string
	// Hidden shows the called party neither. A trunk is told the number all the
	// same (P-Asserted-Identity), for it will carry no call without.
	Hidden    bool
	OnRinging func()            // it rings there; never told of a ringing its answer overtook
	OnEarly   func(sdp.Session) // there is something to hear before the answer
}

// Dial calls and waits for an answer: until ctx ends, which cancels the call, or
// Limits.Ringing. Refused is an answer that is no. Our offer stands in Local of
// the call, what they answered in Remote.
func (s *Server) Dial(ctx context.Context, to Target, offer sdp.Session, o DialOptions) (*Call, error) {
	c, req, err := s.place(to, offer, o)
	if err != nil {
		return nil, err
	}
	s.count.out.Add(1)
	outcome := make(chan error, 1)
	tell := func(err error) {
		select {
		case outcome <- err:
		default: // told already: who asked is gone
		}
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Limits.Ringing)
	go s.guard("dial", func() {
		defer cancel()
		tell(c.dial(ctx, req, o, tell))
	}, func() {
		c.state.Store(over)
		c.finish(Ending{Why: Broken})
		tell(errNoAnswer)
	})
	if err := <-outcome; err != nil {
		return nil, err
	}
	return c, nil
}

// dial sends the INVITE until somebody says yes or no: with credentials where
// they are asked for, with a longer session where ours is too short.
func (c *Call) dial(ctx context.Context, req *sipgo.Request, o DialOptions, tell func(error)) error {
	c.s.calls.add(c)
	asked, lengthened := false, false
	for seq := uint32(2); ; seq++ {
		res, err := c.rings(ctx, req, o, tell)
		if err != nil {
			c.state.Store(over)
			c.finish(Ending{Why: TimedOut})
			return err
		}
		again := func(next *sipgo.Request) {
			req = next
			c.dialog.mu.Lock()
			c.dialog.seq = seq
			c.dialog.mu.Unlock()
		}
		waiting := c.state.Load() == ringing
		switch {
		case res.IsSuccess():
			return c.taken(res)
		case challenged(res) && !asked && c.auth != nil && waiting:
			if next, err := authorized(req, res, c.auth, seq, c.s.via(req.Transport())); err == nil {
				asked = true
				again(next)
				continue
			}
		case res.StatusCode == 422 && !lengthened && waiting:
			lengthened = true
			next := req.Clone()
			next.RemoveHeader("Via")
			next.PrependHeader(c.s.via(req.Transport()))
			next.CSeq().SeqNo = seq
			c.s.propose(next, minSE(res))
			again(next)
			continue
		}
		c.state.Store(over)
		c.finish(Ending{Rejected, res.StatusCode})
		return Refused{res.StatusCode}
	}
}

func minSE(res *sipgo.Response) time.Duration {
	if h := res.GetHeader("Min-SE"); h != nil {
		text, _, _ := strings.Cut(h.Value(), ";")
		if n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 20); err == nil {
			return max(leastSession, time.Duration(n)*time.Second)
		}
	}
	return leastSession
}

// rings sends one INVITE and waits for its final answer through any number of
// others; sipgo's own waiting gives up after ten. When ctx ends, or the call is
// hung up, it is cancelled and the wait goes on, for an answer may be under way.
func (c *Call) rings(ctx context.Context, req *sipgo.Request, o DialOptions, tell func(error)) (*sipgo.Response, error) {
	tx, err := c.s.txl.Request(ctx, req)
	if err != nil {
		return nil, errNoAnswer // what sipgo says quotes the request
	}
	tx.OnRetransmission(c.heardAgain)
	var heard, leaving, cancelled, rung bool
	gone, hung := ctx.Done(), c.done
	enough := make(chan struct{}) // after a CANCEL
	cancel := func() {
		if leaving && heard && !cancelled {
			cancelled = true
			c.s.cancelInvite(req)
			c.s.cfg.clock.AfterFunc(giveUp, func() { close(enough) })
		}
	}
	for {
		select {
		case res := <-tx.Responses():
			if !res.IsProvisional() {
				return res, nil
			}
			heard = true
			cancel()
			if !leaving && res.StatusCode > 100 {
				c.early(res, o, &rung)
			}
		case <-tx.Done():
			return nil, errNoAnswer
		case <-gone:
			gone, leaving = nil, true
			if c.state.CompareAndSwap(ringing, over) {
				c.finish(Ending{Why: Cancelled})
			}
			tell(ctx.Err())
			cancel()
		case <-hung:
			hung, leaving = nil, true
			tell(ErrOver)
			cancel()
		case <-enough:
			tx.Terminate()
			return nil, errNoAnswer
		}
	}
}

// early is a provisional answer. One that comes late, after the final one, never
// gets here: the transaction is past it.
func (c *Call) early(res *sipgo.Response, o DialOptions, rung *bool) {
	if res.StatusCode == 180 && !*rung && o.OnRinging != nil {
		*rung = true
		c.s.guard("ringing", o.OnRinging, nil)
	}
	if body, _ := description(res); body != nil && o.OnEarly != nil {
		if remote, err := sdp.Parse(body); err == nil {
			c.s.guard("early media", func() { o.OnEarly(remote) }, nil)
		}
	}
}

// taken is the 2xx: acknowledged in any case, and hung up at once when nobody
// here wants it any more or it cannot be used.
func (c *Call) taken(res *sipgo.Response) error {
	if res.To() == nil || res.CSeq() == nil {
		c.state.Store(over)
		c.finish(Ending{Why: Broken})
		return errNoAnswer
	}
	c.dialog.answeredBy(res)
	c.learn(res)
	body, _ := description(res)
	remote, err := sdp.Parse(body)
	c.mu.Lock()
	c.remote = remote
	local := c.local
	c.mu.Unlock()
	if _, _, secure := sdp.Keys(local, remote); err == nil && local.Secure() && !secure {
		err = ErrInClear
	}
	c.session.told(res)
	wanted := c.state.CompareAndSwap(ringing, talking)
	c.acknowledge(res.CSeq().SeqNo)
	c.confirm.Do(func() { close(c.confirmed) })
	switch {
	case !wanted:
		c.sendBye()
		return ErrOver
	case err != nil:
		c.bye(Ending{Broken, 488})
		return wrap("the answer", err)
	}
	c.watchSession()
	return nil
}
