package sip

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/icholy/digest"

	sipgo "github.com/emiago/sipgo/sip"
)

// How long a phone may ask to be known.
const (
	leastBinding   = time.Minute
	mostBinding    = time.Hour
	defaultBinding = 5 * time.Minute
)

// register is a desk phone that says where it is.
func (s *Server) register(req *sipgo.Request, tx sipgo.ServerTransaction, from peer) {
	if s.cfg.Phones == nil {
		s.say(req, tx, 405, header("Allow", allowed))
		return
	}
	if !s.phoneRate.allow(from.addr) {
		s.limited(req, tx)
		return
	}
	user, ok := s.proved(req, tx, from)
	if !ok {
		return
	}
	if to := number(&req.To().Address); to != user && req.To().Address.User != user {
		s.say(req, tx, 403) // a phone registers itself
		return
	}
	s.bind(req, tx, user)
}

// bind keeps, renews or forgets the phone's place.
func (s *Server) bind(req *sipgo.Request, tx sipgo.ServerTransaction, user string) {
	contact := req.Contact()
	if contact == nil { // asks what is known
		if r, ok := s.bindings.find(user); ok {
			s.say(req, tx, 200, bound(r, s.cfg.clock.Now()))
			return
		}
		s.say(req, tx, 200)
		return
	}
	life, ok := lifeOf(req, contact)
	switch {
	case !ok:
		s.say(req, tx, 400)
	case life == 0:
		if s.bindings.unbind(user, nil) {
			s.unregistered(user)
		}
		s.say(req, tx, 200)
	case contact.Address.Wildcard || contact.Address.Host == "" || !strings.HasPrefix(strings.ToLower(contact.Address.Scheme), "sip"):
		s.say(req, tx, 400)
	case life < leastBinding:
		s.say(req, tx, 423, header("Min-Expires", strconv.Itoa(int(leastBinding/time.Second))))
	default:
		r := Registration{
			User: user, Contact: contact.Address.String(), Source: req.Source(), Transport: req.Transport(),
			Expires: s.cfg.clock.Now().Add(min(life, mostBinding)),
		}
		s.bindings.bind(s.cfg.clock, r, s.expired)
		if s.cfg.OnRegister != nil {
			s.guard("registration", func() { s.cfg.OnRegister(r) }, nil)
		}
		s.say(req, tx, 200, bound(r, s.cfg.clock.Now()))
	}
}

func bound(r Registration, now time.Time) sipgo.Header {
	return header("Contact", "<"+r.Contact+">;expires="+strconv.Itoa(max(0, int(r.Expires.Sub(now)/time.Second))))
}

// lifeOf is how long the phone asks to be known: the contact's own, then the
// request's. false is no number.
func lifeOf(req *sipgo.Request, contact *sipgo.ContactHeader) (time.Duration, bool) {
	text, ok := contact.Params.Get("expires")
	if h := req.GetHeader("Expires"); !ok && h != nil {
		text, ok = h.Value(), true
	}
	if !ok {
		return defaultBinding, true
	}
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 32)
	return time.Duration(n) * time.Second, err == nil
}

func (s *Server) expired(b *binding) {
	if s.bindings.unbind(b.User, b) {
		s.unregistered(b.User)
	}
}

func (s *Server) unregistered(user string) {
	if s.cfg.OnUnregister != nil {
		s.guard("registration", func() { s.cfg.OnUnregister(user) }, nil)
	}
}

// proved is the user whose secret the request proves; else it has been answered.
func (s *Server) proved(req *sipgo.Request, tx sipgo.ServerTransaction, from peer) (user string, ok bool) {
	h := req.GetHeader("Authorization")
	if h == nil {
		s.challenge(req, tx, false)
		return "", false
	}
	cred, err := digest.ParseCredentials(h.Value())
	if err != nil || cred.Username == "" || cred.Realm != s.cfg.Realm || len(h.Value()) > 2048 {
		s.count.refused.Add(1)
		s.say(req, tx, 400)
		return "", false
	}
	who := s.gate.suspect(from.addr, cred.Username)
	if s.gate.locked(who) {
		s.count.locked.Add(1)
		s.say(req, tx, 403)
		return "", false
	}
	fresh := s.gate.fresh(cred.Nonce)
	secret, known := s.cfg.Phones.Secret(s.ctx, cred.Username)
	if !known {
		secret = Secret{Password: "\x00nobody"} // the same work for whoever does not exist
	}
	asked := slices.ContainsFunc(s.cfg.Digests, func(d string) bool {
		return strings.EqualFold(d, cred.Algorithm) || d == "MD5" && cred.Algorithm == ""
	})
	proof := right(cred, secret, req.Method.String()) && known && asked
	switch {
	case !proof:
		s.gate.failed(who)
		s.count.refused.Add(1)
		s.challenge(req, tx, false)
	case !fresh: // the right secret of an old or a shown nonce: a new one, without asking the person
		s.challenge(req, tx, true)
	default:
		s.gate.passed(who)
		return cred.Username, true
	}
	return "", false
}

// challenge asks for a secret, with each algorithm by a nonce of its own.
func (s *Server) challenge(req *sipgo.Request, tx sipgo.ServerTransaction, stale bool) {
	var headers []sipgo.Header
	for _, a := range s.cfg.Digests {
		c := digest.Challenge{Realm: s.cfg.Realm, Nonce: s.gate.nonce(), Algorithm: a, QOP: []string{"auth"}, Stale: stale}
		headers = append(headers, header("WWW-Authenticate", c.String()))
	}
	s.say(req, tx, 401, headers...)
}
