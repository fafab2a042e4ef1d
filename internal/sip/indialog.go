package sip

import (
	"mime"
	"strings"
	"time"

	sipgo "github.com/emiago/sipgo/sip"

	"yangguang/internal/sip/sdp"
)

// inDialog is a request inside a call.
func (s *Server) inDialog(c *Call, req *sipgo.Request, tx sipgo.ServerTransaction) {
	if !c.dialog.follows(req) && req.Method != sipgo.BYE {
		s.say(req, tx, 500, retryAfter(time.Second))
		return
	}
	switch req.Method {
	case sipgo.BYE:
		s.say(req, tx, 200)
		c.left()
	case sipgo.INVITE:
		c.reinvited(req, tx)
	case sipgo.UPDATE:
		c.updated(req, tx)
	case sipgo.INFO:
		s.say(req, tx, c.informed(req))
	case sipgo.OPTIONS:
		s.say(req, tx, 200, header("Allow", allowed), header("Accept", "application/sdp"), header("Supported", "timer"))
	case sipgo.REFER:
		c.referred(req, tx)
	case sipgo.PRACK:
		s.say(req, tx, 481) // 100rel is never offered
	case sipgo.NOTIFY, sipgo.SUBSCRIBE:
		s.say(req, tx, 489, header("Allow-Events", "refer"))
	default:
		s.say(req, tx, 405, header("Allow", allowed))
	}
}

// left is the other side hanging up. Before an answer it is as good as a CANCEL
// (RFC 3261, 15.1.2).
func (c *Call) left() {
	if !c.Outbound && c.reject(487, Ending{Cancelled, 487}) == nil {
		return
	}
	if c.state.Swap(over) == over {
		return
	}
	c.mu.Lock()
	for seq, r := range c.unacked {
		delete(c.unacked, seq)
		r.end()
	}
	c.mu.Unlock()
	c.finish(Ending{Why: ByThem})
	c.letGo()
}

// informed is an INFO: a digit, or nothing we know.
func (c *Call) informed(req *sipgo.Request) (code int) {
	h := req.GetHeader("Content-Type")
	if h == nil || len(req.Body()) == 0 {
		return 200 // asks whether the call lives
	}
	kind, _, _ := mime.ParseMediaType(h.Value())
	if kind != "application/dtmf-relay" && kind != "application/dtmf" {
		return 415
	}
	digit, ok := digitOf(kind, req.Body())
	if !ok {
		return 400
	}
	c.press(digit)
	return 200
}

// reinvited is a new offer inside the call: hold, resume, a refresh.
func (c *Call) reinvited(req *sipgo.Request, tx sipgo.ServerTransaction) {
	switch {
	case c.state.Load() != talking || !c.acknowledged():
		c.s.say(req, tx, 500, retryAfter(2*time.Second))
		return
	case c.offering.Load():
		c.s.say(req, tx, 491)
		return
	}
	answer, code, headers := c.reply(req)
	if code != 0 {
		c.s.say(req, tx, code, headers...)
		return
	}
	c.watchSession()
	settled := make(chan struct{})
	if c.finally(tx, c.ok(req, answer), req.CSeq().SeqNo, func() { close(settled) }) != nil {
		return // asked again by who did not hear
	}
	<-settled
}

// acknowledged is whether every answer of ours was, after a moment: sipgo hands
// on each message by itself, and an INVITE may overtake the ACK before it.
func (c *Call) acknowledged() bool {
	c.mu.Lock()
	var waited []*repeats
	for _, r := range c.unacked {
		waited = append(waited, r)
	}
	c.mu.Unlock()
	late := make(chan struct{})
	defer c.s.cfg.clock.AfterFunc(t1, func() { close(late) })()
	for _, r := range waited {
		select {
		case <-r.done:
		case <-late:
			return false
		}
	}
	return true
}

// updated is an UPDATE: a refresh without, or an offer with a description.
func (c *Call) updated(req *sipgo.Request, tx sipgo.ServerTransaction) {
	switch {
	case c.state.Load() != talking:
		c.s.say(req, tx, 500, retryAfter(2*time.Second))
		return
	case c.offering.Load():
		c.s.say(req, tx, 491)
		return
	}
	answer, code, headers := c.reply(req)
	if code != 0 {
		c.s.say(req, tx, code, headers...)
		return
	}
	res := c.ok(req, answer)
	if len(req.Body()) == 0 {
		res.RemoveHeader("Content-Type")
		res.SetBody(nil)
	}
	c.watchSession()
	_ = tx.Respond(res)
}

// reply is what a request that may carry an offer is answered with.
func (c *Call) reply(req *sipgo.Request) (answer sdp.Session, code int, headers []sipgo.Header) {
	if code, headers = c.session.asked(req, c.s.cfg.SessionExpires); code != 0 {
		return sdp.Session{}, code, headers
	}
	body, code := description(req)
	if code != 0 {
		return sdp.Session{}, code, []sipgo.Header{header("Accept", "application/sdp")}
	}
	c.dialog.retarget(req)
	if body == nil {
		return c.Local(), 0, nil // they want our offer, which is what we said
	}
	offer, err := sdp.Parse(body)
	if err != nil {
		return sdp.Session{}, notAcceptable(err), nil
	}
	if answer, err = c.answer(offer); err != nil {
		return sdp.Session{}, 488, nil
	}
	return answer, 0, nil
}

// answer asks the hotline, when what is offered is new.
func (c *Call) answer(offer sdp.Session) (sdp.Session, error) {
	c.mu.Lock()
	before, local, f := c.remote, c.local, c.onOffer
	c.mu.Unlock()
	if before.ID == offer.ID && before.Version == offer.Version && before.Port == offer.Port && before.Addr == offer.Addr && before.Direction == offer.Direction {
		return local, nil // a refresh
	}
	if f == nil {
		f = func(offer sdp.Session) (sdp.Session, error) {
			return sdp.Answer(offer, sdp.Local{Addr: local.Addr, Port: local.Port, Codecs: local.Payloads})
		}
	}
	answer, err := f(offer)
	if err != nil {
		return sdp.Session{}, err
	}
	answer = local.Again(answer)
	c.mu.Lock()
	c.remote, c.local = offer, answer
	c.mu.Unlock()
	return answer, nil
}

// referred is a desk phone that passes the call on.
func (c *Call) referred(req *sipgo.Request, tx sipgo.ServerTransaction) {
	c.mu.Lock()
	f := c.onRefer
	c.mu.Unlock()
	h := req.ReferTo()
	if c.Phone == "" || f == nil || c.state.Load() != talking {
		c.s.say(req, tx, 603)
		return
	}
	if h == nil || len(req.GetHeaders("Refer-To")) != 1 || !strings.HasPrefix(strings.ToLower(h.Address.Scheme), "sip") {
		c.s.say(req, tx, 400)
		return
	}
	_ = tx.Respond(withContact(reply(req, 202, c.dialog.tag), c))
	said := "SIP/2.0 603 Decline"
	if f(number(&h.Address)) {
		said = "SIP/2.0 200 OK"
	}
	notify := c.dialog.request(c.s, sipgo.NOTIFY)
	notify.AppendHeader(header("Event", "refer"))
	notify.AppendHeader(header("Subscription-State", "terminated;reason=noresource"))
	notify.AppendHeader(header("Content-Type", "message/sipfrag;version=2.0"))
	notify.SetBody([]byte(said + "\r\n"))
	c.s.spawn("notify", func() { _, _ = c.s.exchange(c, notify) })
}

func withContact(res *sipgo.Response, c *Call) *sipgo.Response {
	res.AppendHeader(c.s.contact(c.dialog.user, c.dialog.transport))
	return res
}
