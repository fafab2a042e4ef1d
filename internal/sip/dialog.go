package sip

import (
	"net/netip"
	"sync"

	sipgo "github.com/emiago/sipgo/sip"
)

// A dialog is how requests inside a call are addressed (RFC 3261, 12).
type dialog struct {
	callID    string
	tag       string // ours
	transport string
	user      string      // of our Contact
	from, to  sipgo.Uri   // ours and theirs, as the call began with
	name      string      // ours beside from
	mu        sync.Mutex  // guards what follows
	theirs    string      // their tag, "" until they answered
	target    sipgo.Uri   // their Contact
	routes    []sipgo.Uri // through whom, the nearest first
	dest      string      // address that takes the place of the target's (NAT), or ""
	seq, seen uint32      // the last numbers of ours and of theirs
}

func newTag() string { return sipgo.GenerateTagN(24) }

func (d *dialog) id() dialogID { return dialogID{d.callID, d.tag} }

func (d *dialog) peerTag() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.theirs
}

// answering is the dialog of an INVITE that came. Requests go back to where it
// came from, which passes every NAT, unless a trunk says where through (routes)
// or names an address of its own.
func answering(req *sipgo.Request, from peer) *dialog {
	d := &dialog{
		callID: req.CallID().Value(), tag: newTag(), transport: req.Transport(), user: req.Recipient.User,
		from: *req.To().Address.Clone(), to: *req.From().Address.Clone(), name: "",
		theirs: req.From().Params.GetOr("tag", ""), seen: req.CSeq().SeqNo,
	}
	for _, h := range req.GetHeaders("Record-Route") {
		if r, ok := h.(*sipgo.RecordRouteHeader); ok {
			d.routes = append(d.routes, *r.Address.Clone())
		}
	}
	d.retarget(req)
	if len(d.routes) == 0 && (d.transport != "UDP" || from.trunk == nil || !from.trunk.names(&d.target)) {
		d.dest = req.Source()
	}
	return d
}

// names is whether the URI's host is an address of the trunk.
func (t *trunk) names(u *sipgo.Uri) bool {
	a, err := netip.ParseAddr(u.Host)
	return err == nil && t.allows(a)
}

// retarget takes the Contact of a request or answer for where they are now.
func (d *dialog) retarget(m message) {
	c := m.Contact()
	if c == nil || c.Address.Wildcard {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.target = *c.Address.Clone()
}

// follows is whether the request comes after those before it. One out of order
// was overtaken on the way.
func (d *dialog) follows(req *sipgo.Request) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	seq := req.CSeq().SeqNo
	if seq <= d.seen {
		return false
	}
	d.seen = seq
	return true
}

// request is the next request inside the call.
func (d *dialog) request(s *Server, method sipgo.RequestMethod) *sipgo.Request {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seq++
	return d.build(s, method, d.seq)
}

// ack acknowledges the answer to the INVITE with the number.
func (d *dialog) ack(s *Server, seq uint32) *sipgo.Request {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.build(s, sipgo.ACK, seq)
}

// build writes a request; the lock is held.
func (d *dialog) build(s *Server, method sipgo.RequestMethod, seq uint32) *sipgo.Request {
	req := sipgo.NewRequest(method, d.target)
	req.AppendHeader(s.via(d.transport))
	for _, r := range d.routes {
		req.AppendHeader(&sipgo.RouteHeader{Address: *r.Clone()})
	}
	from := &sipgo.FromHeader{DisplayName: d.name, Address: *d.from.Clone()}
	from.Params.Add("tag", d.tag)
	to := &sipgo.ToHeader{Address: *d.to.Clone()}
	if d.theirs != "" {
		to.Params.Add("tag", d.theirs)
	}
	id, forwards := sipgo.CallIDHeader(d.callID), sipgo.MaxForwardsHeader(70)
	req.AppendHeader(from)
	req.AppendHeader(to)
	req.AppendHeader(&id)
	req.AppendHeader(&sipgo.CSeqHeader{SeqNo: seq, MethodName: method})
	req.AppendHeader(&forwards)
	if method != sipgo.BYE && method != sipgo.CANCEL {
		req.AppendHeader(s.contact(d.user, d.transport))
	}
	req.SetTransport(d.transport)
	if d.dest != "" {
		req.SetDestination(d.dest)
	}
	s.leave(req)
	req.SetBody(nil)
	return req
}

// via is our hop in a request of ours.
func (s *Server) via(transport string) *sipgo.ViaHeader {
	v := &sipgo.ViaHeader{ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: transport, Host: bracket(s.host), Port: s.port(transport)}
	v.Params.Add("branch", sipgo.GenerateBranchN(24))
	v.Params.Add("rport", "")
	return v
}

// leave has a request over UDP leave from the address we listen on.
func (s *Server) leave(req *sipgo.Request) {
	if a := s.bound["UDP"]; req.Transport() == "UDP" && len(a) > 0 {
		req.Laddr = sipgo.Addr{IP: a[0].Addr().AsSlice(), Port: int(a[0].Port()), Zone: a[0].Addr().Zone()}
	}
}

// answeredBy takes whom the 2xx is from.
func (d *dialog) answeredBy(res *sipgo.Response) {
	d.retarget(res)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.theirs = res.To().Params.GetOr("tag", "")
	d.routes = nil
	for _, h := range res.GetHeaders("Record-Route") {
		if r, ok := h.(*sipgo.RecordRouteHeader); ok {
			d.routes = append([]sipgo.Uri{*r.Address.Clone()}, d.routes...)
		}
	}
}

// fork is the dialog with another telephone that answered the same INVITE.
func (d *dialog) fork(res *sipgo.Response) *dialog {
	d.mu.Lock()
	other := &dialog{callID: d.callID, tag: d.tag, transport: d.transport, user: d.user, from: d.from, to: d.to, target: d.target, dest: d.dest, seq: d.seq}
	d.mu.Unlock()
	other.answeredBy(res)
	return other
}
