package sip

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	sipgo "github.com/emiago/sipgo/sip"

	"yangguang/internal/sip/sdp"
)

// Why is why a call is over.
type Why string

const (
	ByThem    Why = "by_them"   // the other side hung up
	ByUs      Why = "by_us"     // Hangup
	Cancelled Why = "cancelled" // the caller gave up before an answer
	Rejected  Why = "rejected"  // Reject, or the other side refused our call
	TimedOut  Why = "timed_out" // nobody answered in Limits.Ringing
	NoAck     Why = "no_ack"    // our answer was never acknowledged
	Expired   Why = "expired"   // no refresh came, or ours was refused (RFC 4028)
	Broken    Why = "broken"    // the handler of the call broke
)

// Ending is how a call ended. Code is of SIP, 0 for one that was answered.
type Ending struct {
	Why  Why
	Code int
}

// ErrOver is returned for what a call no longer can: it ended, or was answered.
var ErrOver = errors.New("sip: the call is past this")

// A Call is one call, from its first ring to its end. Its methods may be called
// from any goroutine.
type Call struct {
	Caller   Caller // of a call that came in
	Called   string // the number called
	Trunk    string // the trunk it is on, or ""
	Phone    string // the desk phone it is with, or ""
	Outbound bool   // we called

	s         *Server
	dialog    *dialog
	invite    *sipgo.Request
	tx        sipgo.ServerTransaction // of a call that came in
	auth      *TrunkRegistration      // what a trunk's challenge is answered with
	state     atomic.Int32
	offering  atomic.Bool   // an offer of ours waits for its answer
	settled   chan struct{} // the INVITE's handler may go
	settle    sync.Once
	confirmed chan struct{} // the answer was acknowledged
	confirm   sync.Once
	done      chan struct{}
	digits    chan byte
	free      func()
	session   session
	stopRing  func() // set before the call is anybody's

	mu       sync.Mutex
	offered  bool        // their INVITE had a description
	remote   sdp.Session // guarded by mu, as what follows
	local    sdp.Session
	ending   Ending
	over     bool
	unacked  map[uint32]*repeats
	byeLater bool   // hung up before the ACK
	methods  string // what the other side takes (Allow)
	onOffer  func(sdp.Session) (sdp.Session, error)
	onRefer  func(target string) bool
}

// States of a call. A call goes up only.
const (
	ringing int32 = iota
	talking
	over
)

func (s *Server) newCall(d *dialog, free func()) *Call {
	return &Call{
		s: s, dialog: d, free: free, settled: make(chan struct{}), confirmed: make(chan struct{}), done: make(chan struct{}),
		digits: make(chan byte, 32), unacked: map[uint32]*repeats{}, stopRing: func() {},
	}
}

// Offer is what the caller proposed. false is a caller who proposed nothing: what
// Answer is given is then our offer, and Remote stands when Confirmed is closed.
func (c *Call) Offer() (sdp.Session, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.remote, c.offered
}

// Remote is what the other side said last of its media; Local is what we said.
func (c *Call) Remote() sdp.Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.remote
}

// Local is what we said last of ours.
func (c *Call) Local() sdp.Session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.local
}

// Confirmed is closed when the other side acknowledged our answer.
func (c *Call) Confirmed() <-chan struct{} { return c.confirmed }

// Done is closed when the call is over.
func (c *Call) Done() <-chan struct{} { return c.done }

// Ended is why, once Done is closed.
func (c *Call) Ended() Ending {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ending
}

// Digits are the keys pressed that came by INFO; those in the audio are the
// line's. A reader that is slow loses the oldest.
func (c *Call) Digits() <-chan byte { return c.digits }

// OnOffer has f answer a new description of the other side: hold, resume, another
// address. What f refuses is answered 488 and the call goes on as it was. Without
// f the call goes on with the port it has. f must not wait.
func (c *Call) OnOffer(f func(offer sdp.Session) (answer sdp.Session, err error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onOffer = f
}

// OnRefer has f take a desk phone's wish to pass the call on to target (REFER).
// false, or no f, declines it.
func (c *Call) OnRefer(f func(target string) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onRefer = f
}

// press takes a digit.
func (c *Call) press(digit byte) {
	for {
		select {
		case c.digits <- digit:
			return
		default:
		}
		select {
		case <-c.digits:
		default:
		}
	}
}

// Hangup ends the call, whatever it is doing.
func (c *Call) Hangup() {
	if c.Outbound && c.state.CompareAndSwap(ringing, over) {
		c.finish(Ending{Why: ByUs})
		return // Dial sees the end and cancels
	}
	if !c.Outbound && c.Reject(480, "", 0) == nil {
		return
	}
	c.bye(Ending{Why: ByUs})
}

// bye ends an answered call from our side. Who has not acknowledged the answer
// yet is told when that is done (RFC 3261, 15).
func (c *Call) bye(e Ending) {
	if !c.state.CompareAndSwap(talking, over) {
		return
	}
	c.mu.Lock()
	c.byeLater = len(c.unacked) > 0
	later := c.byeLater
	c.mu.Unlock()
	c.finish(e)
	if !later {
		c.sendBye()
	}
}

func (c *Call) sendBye() {
	c.s.calls.remove(c)
	req := c.dialog.request(c.s, sipgo.BYE)
	c.s.byes.Add(1)
	c.s.spawn("bye", func() {
		defer c.s.byes.Add(-1)
		_, _ = c.s.exchange(c, req)
	})
}

// finish tells everybody that the call is over, once.
func (c *Call) finish(e Ending) {
	c.mu.Lock()
	first := !c.over
	if first {
		c.over, c.ending = true, e
	}
	later := c.byeLater
	c.mu.Unlock()
	if !first {
		return
	}
	c.stopRing()
	c.session.stop()
	c.free()
	if !later {
		c.s.calls.remove(c)
	}
	close(c.done)
}

// letGo lets the handler of the INVITE return.
func (c *Call) letGo() { c.settle.Do(func() { close(c.settled) }) }

// spawn runs f on a goroutine of its own, guarded.
func (s *Server) spawn(what string, f func()) {
	go s.guard(what, f, nil)
}

// after runs f, guarded, when d has gone by the server's clock.
func (s *Server) after(d time.Duration, what string, f func()) (stop func()) {
	return s.cfg.clock.AfterFunc(d, func() { s.guard(what, f, nil) })
}
