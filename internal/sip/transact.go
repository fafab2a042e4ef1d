package sip

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/icholy/digest"

	sipgo "github.com/emiago/sipgo/sip"

	"yangguang/internal/sip/sdp"
)

// Refused is the other side's answer to a call of ours that it does not take.
type Refused struct{ Code int }

func (r Refused) Error() string { return "sip: refused with " + strconv.Itoa(r.Code) }

var errNoAnswer = errors.New("sip: no answer at all")

// await is the final answer of a transaction; provisional ones are passed by.
func await(ctx context.Context, tx *sipgo.ClientTx) (*sipgo.Response, error) {
	for {
		select {
		case res := <-tx.Responses():
			if !res.IsProvisional() {
				return res, nil
			}
		case <-tx.Done():
			return nil, errNoAnswer
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// exchange sends a request inside the call and waits for its answer; a trunk's
// challenge is answered once.
func (s *Server) exchange(c *Call, req *sipgo.Request) (*sipgo.Response, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), giveUp+time.Second)
	defer cancel()
	for again := false; ; again = true {
		tx, err := s.txl.Request(ctx, req)
		if err != nil {
			return nil, errNoAnswer // what sipgo says quotes the request
		}
		if req.IsInvite() {
			tx.OnRetransmission(c.heardAgain)
		}
		res, err := await(ctx, tx)
		if !req.IsInvite() {
			tx.Terminate()
		}
		if err != nil || again || !challenged(res) || c.auth == nil {
			return res, err
		}
		c.dialog.mu.Lock()
		c.dialog.seq++
		seq := c.dialog.seq
		c.dialog.mu.Unlock()
		if req, err = authorized(req, res, c.auth, seq, s.via(req.Transport())); err != nil {
			return res, nil
		}
	}
}

func challenged(res *sipgo.Response) bool { return res.StatusCode == 401 || res.StatusCode == 407 }

// authorized is the request once more, with the credentials asked for.
func authorized(req *sipgo.Request, res *sipgo.Response, who *TrunkRegistration, seq uint32, via *sipgo.ViaHeader) (*sipgo.Request, error) {
	ask, say := "WWW-Authenticate", "Authorization"
	if res.StatusCode == 407 {
		ask, say = "Proxy-Authenticate", "Proxy-Authorization"
	}
	var cred *digest.Credentials
	for _, h := range res.GetHeaders(ask) {
		chal, err := digest.ParseChallenge(h.Value())
		if err != nil {
			continue
		}
		for i := range chal.QOP {
			chal.QOP[i] = strings.TrimSpace(chal.QOP[i])
		}
		if !digest.CanDigest(chal) {
			continue
		}
		cred, err = digest.Digest(chal, digest.Options{Method: req.Method.String(), URI: req.Recipient.String(), Username: who.User, Password: who.Password, Count: 1})
		if err == nil {
			break
		}
	}
	if cred == nil {
		return nil, errors.New("sip: no challenge that can be answered")
	}
	next := req.Clone()
	next.SetTransport(req.Transport())
	for next.RemoveHeader("Via") {
	}
	next.PrependHeader(via)
	next.RemoveHeader(say)
	next.AppendHeader(header(say, cred.String()))
	next.CSeq().SeqNo = seq
	return next, nil
}

// Reoffer asks the other side to go on with a new description of ours (hold,
// another port), and is what it answers. 491 is two who ask at once: later.
func (c *Call) Reoffer(ctx context.Context, local sdp.Session) (sdp.Session, error) {
	if c.state.Load() != talking || !c.offering.CompareAndSwap(false, true) {
		return sdp.Session{}, ErrOver
	}
	defer c.offering.Store(false)
	local = c.Local().Again(local)
	req := c.dialog.request(c.s, sipgo.INVITE)
	req.AppendHeader(header("Allow", allowed))
	req.AppendHeader(header("Supported", "timer"))
	req.AppendHeader(header("Content-Type", "application/sdp"))
	req.SetBody(local.Bytes())
	answered := make(chan struct{})
	var remote sdp.Session
	err := errNoAnswer
	c.s.spawn("offer", func() { // goes on when ctx ends: the answer must be acknowledged
		defer close(answered)
		remote, err = c.reoffered(req, local)
	})
	select {
	case <-answered:
		return remote, err
	case <-ctx.Done():
		return sdp.Session{}, ctx.Err()
	}
}

func (c *Call) reoffered(req *sipgo.Request, local sdp.Session) (sdp.Session, error) {
	res, err := c.s.exchange(c, req)
	if err != nil {
		return sdp.Session{}, err
	}
	if !res.IsSuccess() || res.CSeq() == nil {
		if res.StatusCode == 408 || res.StatusCode == 481 {
			c.bye(Ending{ByThem, res.StatusCode}) // the other side knows the call no more
		}
		return sdp.Session{}, Refused{res.StatusCode}
	}
	c.dialog.retarget(res)
	c.acknowledge(res.CSeq().SeqNo)
	body, _ := description(res)
	remote, err := sdp.Parse(body)
	if err != nil {
		c.bye(Ending{Broken, 488})
		return sdp.Session{}, err
	}
	c.mu.Lock()
	c.remote, c.local = remote, local
	c.mu.Unlock()
	return remote, nil
}

// acknowledge sends the ACK of a 2xx; it is sent again when the 2xx is.
func (c *Call) acknowledge(seq uint32) {
	_ = c.s.tpl.WriteMsg(c.dialog.ack(c.s, seq))
}

// heardAgain is a 2xx that came once more: its ACK was lost, or a proxy asked
// several telephones and another one answered too, which is hung up.
func (c *Call) heardAgain(res *sipgo.Response) {
	c.s.guard("answer", func() {
		if res.To() == nil || res.CSeq() == nil {
			return
		}
		tag := res.To().Params.GetOr("tag", "")
		if tag == c.dialog.peerTag() {
			c.acknowledge(res.CSeq().SeqNo)
			return
		}
		other := c.dialog.fork(res)
		_ = c.s.tpl.WriteMsg(other.ack(c.s, res.CSeq().SeqNo))
		bye := other.request(c.s, sipgo.BYE)
		c.s.spawn("bye", func() { _, _ = c.s.exchange(c, bye) })
	}, nil)
}

// refresh keeps the session alive when that is ours to do: by UPDATE where the
// other side knows it, else by saying our description again.
func (c *Call) refresh() {
	if c.state.Load() != talking || !c.offering.CompareAndSwap(false, true) {
		return
	}
	method := sipgo.INVITE
	if c.allows("UPDATE") {
		method = sipgo.UPDATE
	}
	req := c.dialog.request(c.s, method)
	c.session.mu.Lock()
	req.AppendHeader(terms{c.session.interval, "uac"}.header())
	c.session.mu.Unlock()
	req.AppendHeader(header("Supported", "timer"))
	req.AppendHeader(header("Allow", allowed))
	if method == sipgo.INVITE {
		req.AppendHeader(header("Content-Type", "application/sdp"))
		req.SetBody(c.Local().Bytes())
	}
	res, err := c.s.exchange(c, req)
	c.offering.Store(false)
	switch {
	case err == nil && res.IsSuccess():
		if method == sipgo.INVITE {
			c.acknowledge(req.CSeq().SeqNo)
		}
		c.session.told(res)
		c.watchSession()
	case err == nil && res.StatusCode == 491:
		c.s.after(3*time.Second, "session timer", c.refresh)
	default:
		c.bye(Ending{Why: Expired})
	}
}

// allows is whether the other side said it takes the method.
func (c *Call) allows(method string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Contains(c.methods, method)
}

func (c *Call) learn(m message) {
	var list []string
	for _, h := range m.GetHeaders("Allow") {
		list = append(list, strings.ToUpper(h.Value()))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.methods = strings.Join(list, ",")
}

// wrap names what failed without the number it failed for.
func wrap(what string, err error) error { return fmt.Errorf("sip: %s: %w", what, err) }
