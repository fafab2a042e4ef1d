package sip

import (
	"time"

	sipgo "github.com/emiago/sipgo/sip"

	"yangguang/internal/sip/sdp"
)

// invite is a call that comes in. What is too much is turned away first and
// cheaply, before anything of the caller's is read.
func (s *Server) invite(req *sipgo.Request, tx sipgo.ServerTransaction, from peer) {
	rate := s.phoneRate
	if from.trunk != nil {
		rate = s.trunkRate
	}
	if s.Draining() || !rate.allow(from.addr) {
		s.limited(req, tx)
		return
	}
	phone := ""
	if from.trunk == nil {
		var ok bool
		if phone, ok = s.mayCall(req, tx, from); !ok {
			return
		}
	}
	caller := callerOf(req, from.trunk != nil)
	if phone != "" {
		caller = Caller{Number: phone, Name: caller.Name}
	}
	free, ok := s.room.take(from.trunk, caller.Number)
	if !ok {
		s.limited(req, tx)
		return
	}
	release, first := s.calls.claim(mergeID{req.CallID().Value(), req.From().Params.GetOr("tag", ""), req.CSeq().SeqNo})
	if !first {
		free()
		s.say(req, tx, 482)
		return
	}
	c := s.newCall(answering(req, from), func() { release(); free() })
	c.Caller, c.Called, c.Phone = caller, calledOf(req, from.trunk), phone
	if from.trunk != nil {
		c.Trunk, c.auth = from.trunk.Name, from.trunk.Register
	}
	c.invite, c.tx = req, tx
	c.learn(req)
	if code, headers := c.accept(req); code != 0 {
		c.free()
		s.say(req, tx, code, headers...)
		return
	}
	s.count.in.Add(1)
	s.take(c)
}

// mayCall is the desk phone that calls, when it proved itself and may.
func (s *Server) mayCall(req *sipgo.Request, tx sipgo.ServerTransaction, from peer) (string, bool) {
	if s.cfg.MayCall == nil || s.cfg.Phones == nil {
		s.say(req, tx, 403)
		return "", false
	}
	user, ok := s.proved(req, tx, from)
	if ok && !s.cfg.MayCall(s.ctx, user, number(&req.Recipient)) {
		s.say(req, tx, 403)
		return "", false
	}
	return user, ok
}

// accept reads what the caller proposes; a code is why it is refused.
func (c *Call) accept(req *sipgo.Request) (code int, headers []sipgo.Header) {
	if code, headers = c.session.asked(req, c.s.cfg.SessionExpires); code != 0 {
		return code, headers
	}
	body, code := description(req)
	if code != 0 {
		return code, []sipgo.Header{header("Accept", "application/sdp")}
	}
	if body == nil {
		return 0, nil
	}
	offer, err := sdp.Parse(body)
	if err != nil {
		return notAcceptable(err), nil
	}
	c.remote, c.offered = offer, true // nobody has the call yet
	return 0, nil
}

// take hands the call to the hotline and waits until its INVITE is settled.
func (s *Server) take(c *Call) {
	c.stopRing = s.after(s.cfg.Limits.Ringing, "ringing", func() { _ = c.reject(480, Ending{TimedOut, 480}) })
	s.calls.add(c)
	if !c.tx.OnCancel(func(*sipgo.Request) { s.spawn("cancel", c.cancelled) }) {
		c.cancelled()
		return
	}
	s.spawnCall(c)
	select {
	case <-c.settled:
	case <-c.tx.Done():
		c.cancelled() // a transport that broke before an answer
	}
}

func (s *Server) spawnCall(c *Call) {
	go s.guard("call", func() { s.cfg.OnCall(c) }, func() {
		if c.reject(500, Ending{Broken, 500}) != nil {
			c.bye(Ending{Why: Broken})
		}
	})
}

// cancelled is the caller giving up; sipgo has answered already.
func (c *Call) cancelled() {
	if c.state.CompareAndSwap(ringing, over) {
		c.finish(Ending{Cancelled, 487})
		c.letGo()
	}
}

// Ring tells the caller that it rings.
func (c *Call) Ring() error { return c.provisional(reply(c.invite, 180, c.dialog.tag)) }

// Progress lets the caller hear before an answer (183); media may be sent.
func (c *Call) Progress(local sdp.Session) error {
	c.mu.Lock()
	c.local = local
	c.mu.Unlock()
	return c.provisional(withBody(reply(c.invite, 183, c.dialog.tag), "application/sdp", local.Bytes()))
}

func (c *Call) provisional(res *sipgo.Response) error {
	if c.Outbound || c.state.Load() != ringing {
		return ErrOver
	}
	res.AppendHeader(c.s.contact(c.dialog.user, c.dialog.transport))
	return c.tx.Respond(res)
}

// Answer takes the call. It returns when the answer is sent, and media may flow
// from then: the answer is repeated until it is acknowledged, and a call that
// never is ends with a BYE.
func (c *Call) Answer(local sdp.Session) error {
	if c.Outbound || !c.state.CompareAndSwap(ringing, talking) {
		return ErrOver
	}
	c.stopRing()
	c.mu.Lock()
	c.local = local
	c.mu.Unlock()
	res := c.ok(c.invite, local)
	c.watchSession()
	if err := c.finally(c.tx, res, c.invite.CSeq().SeqNo, c.letGo); err != nil {
		c.state.Store(over)
		c.finish(Ending{Cancelled, 487})
		c.letGo()
		return ErrOver
	}
	return nil
}

// ok is a 200 with a description and the terms of the session.
func (c *Call) ok(req *sipgo.Request, local sdp.Session) *sipgo.Response {
	headers := append(c.session.agreed(req), header("Allow", allowed), header("Supported", "timer"))
	res := reply(req, 200, c.dialog.tag, headers...)
	res.AppendHeader(c.s.contact(c.dialog.user, c.dialog.transport))
	return withBody(res, "application/sdp", local.Bytes())
}

// finally sends a 2xx to an INVITE and repeats it until its ACK; settled is then
// called, once, whatever came of it.
func (c *Call) finally(tx sipgo.ServerTransaction, res *sipgo.Response, seq uint32, settled func()) error {
	c.mu.Lock()
	defer c.mu.Unlock() // the ACK must find it
	if err := tx.Respond(res); err != nil {
		return err
	}
	c.unacked[seq] = repeat(c.s.cfg.clock, func() { _ = tx.Respond(res) }, func() {
		c.s.guard("unacknowledged", func() { c.unconfirmed(seq) }, nil)
	})
	done := c.unacked[seq].done
	go func() { <-done; settled() }()
	return nil
}

// acked is an ACK inside the call.
func (c *Call) acked(req *sipgo.Request) {
	seq := req.CSeq().SeqNo
	c.mu.Lock()
	r, waited := c.unacked[seq]
	delete(c.unacked, seq)
	later := c.byeLater && len(c.unacked) == 0
	if later {
		c.byeLater = false
	}
	c.mu.Unlock()
	if !waited {
		return // said again
	}
	if body, _ := description(req); body != nil {
		if remote, err := sdp.Parse(body); err == nil {
			c.mu.Lock()
			c.remote = remote
			c.mu.Unlock()
		}
	}
	r.end()
	c.confirm.Do(func() { close(c.confirmed) })
	if later {
		c.sendBye()
	}
}

// unconfirmed ends a call whose answer was never acknowledged.
func (c *Call) unconfirmed(seq uint32) {
	c.mu.Lock()
	delete(c.unacked, seq)
	later := c.byeLater && len(c.unacked) == 0
	c.byeLater = c.byeLater && !later
	c.mu.Unlock()
	if later {
		c.sendBye()
		return
	}
	c.bye(Ending{Why: NoAck})
}

// Reject refuses the call with a code of SIP. An empty reason is the code's own;
// retry says when to come back, where it is not zero.
func (c *Call) Reject(code int, reason string, retry time.Duration) error {
	if c.Outbound || code < 300 || code > 699 {
		return ErrOver
	}
	var headers []sipgo.Header
	if retry > 0 {
		headers = append(headers, retryAfter(retry))
	}
	return c.rejectAs(code, reason, Ending{Rejected, code}, headers)
}

func (c *Call) reject(code int, e Ending) error { return c.rejectAs(code, "", e, nil) }

func (c *Call) rejectAs(code int, reason string, e Ending, headers []sipgo.Header) error {
	if c.Outbound || !c.state.CompareAndSwap(ringing, over) {
		return ErrOver
	}
	res := reply(c.invite, code, c.dialog.tag, headers...)
	if reason != "" {
		res.Reason = clean(reason)
	}
	_ = c.tx.Respond(res)
	c.finish(e)
	c.letGo()
	return nil
}
