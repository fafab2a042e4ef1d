package sip

import (
	"strconv"
	"strings"
	"sync"
	"time"

	sipgo "github.com/emiago/sipgo/sip"
)

// leastSession is the shortest session timer there is (RFC 4028, 4).
const leastSession = 90 * time.Second

// A session is the call's timer (RFC 4028): who refreshes it, and how long it
// lives without. Zero lives without.
type session struct {
	mu       sync.Mutex
	interval time.Duration // guarded by mu, as what follows; 0 is no timer
	ours     bool          // we refresh
	halt     func()
}

// terms are a Session-Expires header's.
type terms struct {
	interval  time.Duration
	refresher string
}

func termsOf(m message) (t terms, ok bool) {
	h := m.GetHeader("Session-Expires")
	if h == nil {
		h = m.GetHeader("x")
	}
	if h == nil {
		return terms{}, false
	}
	text, rest, _ := strings.Cut(h.Value(), ";")
	seconds, err := strconv.ParseUint(strings.TrimSpace(text), 10, 31)
	if err != nil {
		return terms{}, false
	}
	t.interval = time.Duration(seconds) * time.Second
	for p := range strings.SplitSeq(rest, ";") {
		if v, is := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(p, " ", "")), "refresher="); is {
			t.refresher = v
		}
	}
	return t, true
}

func (t terms) header() sipgo.Header {
	return header("Session-Expires", strconv.Itoa(int(t.interval/time.Second))+";refresher="+t.refresher)
}

// supports is whether the message's sender knows session timers.
func supports(m message, option string) bool {
	for _, name := range []string{"Supported", "k", "Require"} {
		for _, h := range m.GetHeaders(name) {
			for tag := range strings.SplitSeq(h.Value(), ",") {
				if strings.EqualFold(strings.TrimSpace(tag), option) {
					return true
				}
			}
		}
	}
	return false
}

// asked takes the terms a request asks for; 422 is what is too short.
func (s *session) asked(req *sipgo.Request, preferred time.Duration) (code int, headers []sipgo.Header) {
	t, has := termsOf(req)
	theirs := supports(req, "timer")
	if has && t.interval < leastSession {
		if theirs {
			return 422, []sipgo.Header{header("Min-SE", strconv.Itoa(int(leastSession/time.Second)))}
		}
		t.interval = leastSession // a proxy wrote it, and nobody there would understand
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case has:
		s.interval = min(t.interval, max(preferred, leastSession))
		s.ours = t.refresher == "uas" || !theirs
	case theirs:
		s.interval, s.ours = max(preferred, leastSession), false
	default:
		s.interval, s.ours = 0, false
	}
	return 0, nil
}

// agreed are the headers of the 2xx that say the terms.
func (s *session) agreed(req *sipgo.Request) []sipgo.Header {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.interval == 0 {
		return nil
	}
	t := terms{s.interval, "uac"}
	if s.ours {
		t.refresher = "uas"
	}
	headers := []sipgo.Header{t.header()}
	if supports(req, "timer") {
		headers = append(headers, header("Require", "timer"))
	}
	return headers
}

// told takes the terms of a 2xx to a request of ours.
func (s *session) told(res *sipgo.Response) {
	t, has := termsOf(res)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !has || t.interval <= 0 {
		s.interval = 0
		return
	}
	s.interval, s.ours = max(t.interval, leastSession), t.refresher != "uas"
}

// watch begins the interval anew.
func (s *session) watch(after func(time.Duration, func()) func(), refresh, expired func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.halt != nil {
		s.halt()
		s.halt = nil
	}
	switch {
	case s.interval == 0:
	case s.ours:
		s.halt = after(s.interval/2, refresh)
	default: // a little before, as RFC 4028 says, so that both do not wait
		s.halt = after(s.interval-min(32*time.Second, s.interval/3), expired)
	}
}

func (s *session) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.halt != nil {
		s.halt()
		s.halt = nil
	}
	s.interval = 0
}

// watchSession starts the call's timer, or starts it again.
func (c *Call) watchSession() {
	if c.state.Load() == over {
		return
	}
	c.session.watch(func(d time.Duration, f func()) func() { return c.s.after(d, "session timer", f) },
		c.refresh, func() { c.bye(Ending{Why: Expired}) })
}
