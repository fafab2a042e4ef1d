package sip

import (
	"sync"
	"time"
)

// Times of RFC 3261: an answer is repeated after half a second, then twice as
// long each time but never longer than four, until 32 have gone.
const (
	t1      = 500 * time.Millisecond
	t2      = 4 * time.Second
	giveUp  = 64 * t1
	noReply = giveUp // a request without any answer
)

// repeats says a 2xx again until its ACK comes. It is ours and not sipgo's,
// which repeats at its own intervals and never gives up with a BYE.
type repeats struct {
	clock timers
	send  func()
	lost  func()
	mu    sync.Mutex
	next  time.Duration // guarded by mu, as what follows
	gone  time.Duration
	stop  func()
	ended bool
	done  chan struct{}
}

func repeat(clock timers, send, lost func()) *repeats {
	r := &repeats{clock: clock, send: send, lost: lost, next: t1, done: make(chan struct{})}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.arm()
	return r
}

// arm waits for the next time; the lock is held.
func (r *repeats) arm() {
	wait := min(r.next, giveUp-r.gone)
	r.gone += wait
	r.next = min(2*r.next, t2)
	r.stop = r.clock.AfterFunc(wait, r.fire)
}

func (r *repeats) fire() {
	r.mu.Lock()
	if r.ended {
		r.mu.Unlock()
		return
	}
	last := r.gone >= giveUp
	if last {
		r.ended = true
		close(r.done)
	} else {
		r.arm()
	}
	r.mu.Unlock()
	if last {
		r.lost()
	} else {
		r.send()
	}
}

// end is the ACK: nothing is said again.
func (r *repeats) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ended {
		r.ended = true
		r.stop()
		close(r.done)
	}
}
