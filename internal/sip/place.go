package sip

import (
	"crypto/rand"
	"errors"
	"strconv"
	"strings"
	"time"

	sipgo "github.com/emiago/sipgo/sip"

	"yangguang/internal/sip/sdp"
)

// place builds the call and its INVITE.
func (s *Server) place(to Target, offer sdp.Session, o DialOptions) (*Call, *sipgo.Request, error) {
	d := &dialog{callID: rand.Text(), tag: newTag(), user: "hotline", seq: 1}
	var t *trunk
	var reg *TrunkRegistration
	if to.Phone != "" || to.Registration != nil {
		if err := s.aimAtPhone(d, to); err != nil {
			return nil, nil, err
		}
	} else {
		if t = s.trunk(to.Trunk); t == nil {
			return nil, nil, ErrNoTrunk
		}
		if err := aimAtTrunk(d, t, to.Number); err != nil {
			return nil, nil, err
		}
		if reg = t.Register; reg != nil {
			d.user = reg.User
		}
		if o.From == "" {
			o.From = t.Number
		}
	}
	if s.port(d.transport) == 0 && d.transport == "UDP" {
		return nil, nil, errors.New("sip: no UDP address to call from")
	}
	free, ok := s.room.take(t, "")
	if !ok {
		return nil, nil, ErrFull
	}
	s.name(d, o)
	c := s.newCall(d, free)
	c.Outbound, c.Called, c.Phone, c.Trunk, c.local, c.auth = true, to.Number, to.Phone, to.Trunk, offer, reg
	if to.Phone != "" {
		c.Called = to.Phone
	}
	d.mu.Lock()
	req := d.build(s, sipgo.INVITE, 1)
	d.mu.Unlock()
	if o.Hidden {
		req.AppendHeader(header("Privacy", "id"))
	}
	if t != nil && o.From != "" {
		req.AppendHeader(header("P-Asserted-Identity", "<sip:"+escape(o.From)+"@"+bracket(s.host)+">"))
	}
	s.propose(req, leastSession)
	req.AppendHeader(header("Allow", allowed))
	req.AppendHeader(header("Supported", "timer"))
	req.AppendHeader(header("Content-Type", "application/sdp"))
	req.SetBody(offer.Bytes())
	return c, req, nil
}

// propose asks for a session timer of at least least.
func (s *Server) propose(req *sipgo.Request, least time.Duration) {
	seconds := func(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }
	req.RemoveHeader("Session-Expires")
	req.RemoveHeader("Min-SE")
	req.AppendHeader(header("Session-Expires", seconds(max(s.cfg.SessionExpires, least))))
	req.AppendHeader(header("Min-SE", seconds(least)))
}

// name is how we appear to the called party.
func (s *Server) name(d *dialog, o DialOptions) {
	d.from = sipgo.Uri{Scheme: "sip", User: escape(o.From), Host: bracket(s.host)}
	if d.from.User == "" {
		d.from.User = "hotline"
	}
	d.name = clean(o.Name)
	if o.Hidden {
		d.from, d.name = sipgo.Uri{Scheme: "sip", User: "anonymous", Host: "anonymous.invalid"}, "Anonymous"
	}
}

func (s *Server) aimAtPhone(d *dialog, to Target) error {
	r, ok := s.bindings.find(to.Phone)
	if !ok {
		if to.Registration == nil {
			return ErrNotRegistered
		}
		r = *to.Registration
	}
	if err := sipgo.ParseUri(r.Contact, &d.target); err != nil || !strings.HasPrefix(strings.ToLower(d.target.Scheme), "sip") {
		return ErrNotRegistered
	}
	d.to = sipgo.Uri{Scheme: "sip", User: escape(r.User), Host: bracket(s.host)}
	d.transport, d.dest = r.Transport, r.Source
	return nil
}

func aimAtTrunk(d *dialog, t *trunk, number string) error {
	if number == "" || len(number) > 40 || strings.Trim(number, "+0123456789*#ABCDabcd") != "" {
		return ErrNumber
	}
	host, port, err := hostPort(t.proxy(), t.Transport)
	if err != nil {
		return ErrNoTrunk
	}
	d.target = sipgo.Uri{Scheme: "sip", User: escape(number), Host: bracket(host), Port: port}
	d.to, d.transport = d.target, t.Transport
	d.to.Port = 0
	return nil
}

// escape writes a user as a URI may hold it.
func escape(user string) string {
	var b strings.Builder
	for _, c := range []byte(user) {
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("-_.!~*'()+$&=", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + strings.ToUpper(strconv.FormatUint(uint64(c)|0x100, 16)[1:]))
		}
	}
	return b.String()
}
