package sip

import (
	"context"
	"crypto/rand"
	"strconv"
	"time"

	sipgo "github.com/emiago/sipgo/sip"
)

// Waiting after a registration at a carrier failed: twice as long each time.
const (
	firstRetry = 5 * time.Second
	mostRetry  = 5 * time.Minute
)

// retry is how long to wait after the nth failure in a row.
func retry(n int) time.Duration {
	return min(firstRetry<<min(n, 10), mostRetry)
}

// leaveTime is how long a carrier has to hear that we go.
const leaveTime = 2 * time.Second

// keepRegistered is our name at a carrier: it renews it before it is forgotten
// and tries again when refused. When the server leaves, the carrier is told, so
// that it sends no calls to where nobody is.
func (s *Server) keepRegistered(ctx context.Context, t *trunk) {
	callID, tag, seq := rand.Text(), newTag(), uint32(0)
	here, gone := context.WithCancel(ctx)
	defer gone()
	go func() {
		select {
		case <-s.leaving:
			gone()
		case <-here.Done():
		}
	}()
	defer func() {
		if !t.registered() {
			return
		}
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), leaveTime)
		defer stop()
		s.guard("enrolment", func() { s.enrol(ctx, t, callID, tag, &seq, 0) }, nil)
	}()
	failed := 0
	for {
		life, code := time.Duration(0), 0
		s.guard("enrolment", func() { life, code = s.enrol(here, t, callID, tag, &seq, t.Register.Expires) }, nil)
		if here.Err() != nil {
			return
		}
		t.noted(s.cfg.clock.Now(), code)
		wait := retry(failed)
		if code >= 200 && code < 300 {
			failed, wait = 0, max(life*4/5, 10*time.Second)
		} else {
			failed++
			s.cfg.Log.Warn("trunk is not registered", "trunk", t.Name, "code", code, "again", wait)
		}
		again := make(chan struct{})
		stop := s.cfg.clock.AfterFunc(wait, func() { close(again) })
		select {
		case <-again:
		case <-here.Done():
			stop()
			return
		}
	}
}

// enrol sends one registration, answering a challenge and a wish for a longer
// one. Code 0 is no answer.
func (s *Server) enrol(ctx context.Context, t *trunk, callID, tag string, seq *uint32, life time.Duration) (time.Duration, int) {
	ctx, cancel := context.WithTimeout(ctx, giveUp+time.Second)
	defer cancel()
	req, err := s.enrolment(t, callID, tag, life)
	if err != nil {
		return 0, 0
	}
	for range 4 {
		*seq++
		req.CSeq().SeqNo = *seq
		tx, err := s.txl.Request(ctx, req)
		if err != nil {
			return 0, 0
		}
		res, err := await(ctx, tx)
		tx.Terminate()
		switch {
		case err != nil:
			return 0, 0
		case res.IsSuccess():
			return granted(res, life), res.StatusCode
		case challenged(res) && req.GetHeader("Authorization") == nil && req.GetHeader("Proxy-Authorization") == nil:
			if req, err = authorized(req, res, t.Register, *seq+1, s.via(t.Transport)); err != nil {
				return 0, res.StatusCode
			}
		case res.StatusCode == 423 && res.GetHeader("Min-Expires") != nil:
			least, err := strconv.ParseUint(res.GetHeader("Min-Expires").Value(), 10, 20)
			if err != nil {
				return 0, 423
			}
			life = time.Duration(least) * time.Second
			if req, err = s.enrolment(t, callID, tag, life); err != nil {
				return 0, 0
			}
		default:
			return 0, res.StatusCode
		}
	}
	return 0, 401
}

func (s *Server) enrolment(t *trunk, callID, tag string, life time.Duration) (*sipgo.Request, error) {
	host, port, err := hostPort(t.Register.Server, t.Transport)
	if err != nil {
		return nil, err
	}
	user := escape(t.Register.User)
	self := sipgo.Uri{Scheme: "sip", User: user, Host: bracket(host)}
	d := &dialog{callID: callID, tag: tag, transport: t.Transport, user: user, from: self, to: self,
		target: sipgo.Uri{Scheme: "sip", Host: bracket(host), Port: port}}
	req := d.build(s, sipgo.REGISTER, 1)
	req.AppendHeader(header("Expires", strconv.Itoa(int(life/time.Second))))
	return req, nil
}

// granted is how long the carrier keeps our name.
func granted(res *sipgo.Response, asked time.Duration) time.Duration {
	if c := res.Contact(); c != nil {
		if n, err := strconv.ParseUint(c.Params.GetOr("expires", ""), 10, 20); err == nil {
			return time.Duration(n) * time.Second
		}
	}
	if h := res.GetHeader("Expires"); h != nil {
		if n, err := strconv.ParseUint(h.Value(), 10, 20); err == nil {
			return time.Duration(n) * time.Second
		}
	}
	return asked
}
