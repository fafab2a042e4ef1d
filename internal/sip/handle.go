package sip

import (
	"strings"

	sipgo "github.com/emiago/sipgo/sip"
)

// handle is every request that sipgo could read. It returns when its transaction
// may be left to its own timers.
func (s *Server) handle(req *sipgo.Request, tx *sipgo.ServerTx) {
	defer tx.TerminateGracefully()
	s.guard("request", func() { s.route(req, tx) }, func() { s.say(req, tx, 500) })
}

// complete is whether the request has what every request has (RFC 3261, 8.1.1).
// sipgo delivers requests without, and Max-Forwards is forgiven.
func complete(req *sipgo.Request) bool {
	via, from, to, id, seq := req.Via(), req.From(), req.To(), req.CallID(), req.CSeq()
	return via != nil && from != nil && to != nil && id != nil && seq != nil &&
		id.Value() != "" && strings.EqualFold(string(seq.MethodName), string(req.Method)) && seq.SeqNo < 1<<31 &&
		len(req.GetHeaders("From")) == 1 && len(req.GetHeaders("To")) == 1 && len(req.GetHeaders("CSeq")) == 1 && len(req.GetHeaders("Call-ID")) == 1 &&
		len(req.GetHeaders("Content-Length")) <= 1
}

func (s *Server) route(req *sipgo.Request, tx sipgo.ServerTransaction) {
	from, c := s.peerAt(req.Source()), s.calls.of(req)
	if !from.known() && c == nil && (req.Method != sipgo.REGISTER || !s.mayRegister(from.addr)) {
		s.count.strangers.Add(1)
		return
	}
	if !complete(req) {
		s.count.malformed.Add(1)
		if req.Method != sipgo.ACK {
			s.say(req, tx, 400)
		}
		return
	}
	if req.Method == sipgo.ACK {
		if c != nil {
			c.acked(req)
		}
		return
	}
	if s.unsupported(req, tx) {
		return
	}
	switch {
	case c != nil:
		s.inDialog(c, req, tx)
	case req.Method == sipgo.REGISTER:
		s.register(req, tx, from)
	case req.To().Params.Has("tag") || req.Method == sipgo.CANCEL:
		s.say(req, tx, 481)
	default:
		s.outOfDialog(req, tx, from)
	}
}

// unsupported answers what asks for more than we do.
func (s *Server) unsupported(req *sipgo.Request, tx sipgo.ServerTransaction) bool {
	if !strings.EqualFold(req.SipVersion, "SIP/2.0") {
		s.say(req, tx, 505)
		return true
	}
	switch strings.ToLower(req.Recipient.Scheme) {
	case "sip", "sips", "tel":
	default:
		s.say(req, tx, 416)
		return true
	}
	if req.Method == sipgo.CANCEL {
		return false // its Require is to be ignored
	}
	var odd []string
	for _, h := range req.GetHeaders("Require") {
		for tag := range strings.SplitSeq(h.Value(), ",") {
			if tag = strings.TrimSpace(tag); tag != "" && !strings.EqualFold(tag, "timer") {
				odd = append(odd, tag)
			}
		}
	}
	if odd == nil {
		return false
	}
	s.say(req, tx, 420, header("Unsupported", strings.Join(odd, ", ")))
	return true
}

// outOfDialog is a request that belongs to no call.
func (s *Server) outOfDialog(req *sipgo.Request, tx sipgo.ServerTransaction, from peer) {
	switch req.Method {
	case sipgo.INVITE:
		s.invite(req, tx, from)
	case sipgo.OPTIONS:
		s.options(req, tx)
	case sipgo.SUBSCRIBE, sipgo.PUBLISH:
		s.say(req, tx, 489, header("Allow-Events", "refer"))
	case sipgo.BYE, sipgo.INFO, sipgo.UPDATE, sipgo.NOTIFY, sipgo.PRACK, sipgo.REFER:
		s.say(req, tx, 481)
	default:
		s.say(req, tx, 405, header("Allow", allowed))
	}
}

// options tells a dispatcher that this node lives, or that it drains.
func (s *Server) options(req *sipgo.Request, tx sipgo.ServerTransaction) {
	code := 200
	if s.Draining() {
		code = 503
	}
	s.say(req, tx, code, header("Allow", allowed), header("Accept", "application/sdp"), header("Supported", "timer"))
}
