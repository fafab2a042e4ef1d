package rtp

import (
	"runtime"
	"sync"
	"time"

	"yangguang/internal/clock"
)

const (
	turn  = 5 * time.Millisecond
	turns = 4 // of one frame: each leg is served in one of them
	// behind is how late a pacer may be and still make up for every turn. After
	// that the machine was stopped, and nobody wants to hear the seconds since.
	behind = 200 * time.Millisecond
)

// An Engine gives every leg that speaks of itself (a prompt, a conference, dialled
// digits) one frame each 20 ms. Its pacers wake each 5 ms at instants fixed from
// the start, and serve a quarter of their legs: an instant that is missed is
// made up for, which a ticker of its own for each call would not do, and the
// packets of many calls are spread over time.
type Engine struct {
	clock  clock.Clock
	stop   chan struct{}
	wait   sync.WaitGroup
	shards []*shard

	mu      sync.Mutex
	next    int                // guarded by mu: the shard the next leg goes to
	playing map[Line]*Playback // guarded by mu
}

// A leg answers whether it wants another frame later. It is called by one
// goroutine at a time and must not wait.
type leg interface {
	frame(now time.Time) bool
	// fell is told that no frame will follow: one failed, or the engine is closed.
	fell()
}

// shard is the legs of one pacer.
type shard struct {
	mu    sync.Mutex
	fresh []leg // guarded by mu: not yet in a slot
	slots [turns][]leg
	at    int // the slot of the next turn
	added int // where the next fresh leg goes
}

// NewEngine starts an engine with so many pacers; 0 is one for each processor.
func NewEngine(c clock.Clock, pacers int) *Engine {
	if pacers <= 0 {
		pacers = runtime.GOMAXPROCS(0)
	}
	e := &Engine{clock: c, stop: make(chan struct{}), playing: map[Line]*Playback{}}
	for range pacers {
		s := &shard{}
		e.shards = append(e.shards, s)
		e.wait.Go(func() { e.pace(s) })
	}
	return e
}

// Close stops the pacers and ends every leg that stands: whoever waits for one
// waits no more.
func (e *Engine) Close() {
	close(e.stop)
	e.wait.Wait()
	for _, s := range e.shards {
		s.mu.Lock()
		legs := s.fresh
		s.fresh = nil
		s.mu.Unlock()
		for _, slot := range s.slots {
			legs = append(legs, slot...)
		}
		for _, l := range legs {
			l.fell()
		}
	}
}

func (e *Engine) add(l leg) {
	e.mu.Lock()
	s := e.shards[e.next%len(e.shards)]
	e.next++
	e.mu.Unlock()
	s.mu.Lock()
	select {
	case <-e.stop:
		s.mu.Unlock()
		l.fell()
		return
	default:
	}
	s.fresh = append(s.fresh, l)
	s.mu.Unlock()
}

func (e *Engine) pace(s *shard) {
	due := e.clock.Now().Add(turn)
	timer := time.NewTimer(turn)
	defer timer.Stop()
	for {
		select {
		case <-e.stop:
			return
		case <-timer.C:
		}
		due = s.serve(due, e.clock.Now)
		timer.Reset(due.Sub(e.clock.Now()))
	}
}

// serve takes every turn that is due and answers when the next one is.
func (s *shard) serve(due time.Time, now func() time.Time) time.Time {
	n := now()
	if n.Sub(due) > behind {
		due = n
	}
	for !due.After(n) {
		s.turn(n)
		due = due.Add(turn)
		n = now()
	}
	return due
}

func (s *shard) turn(now time.Time) {
	s.mu.Lock()
	for _, l := range s.fresh {
		i := s.added % turns
		s.slots[i] = append(s.slots[i], l)
		s.added++
	}
	clear(s.fresh)
	s.fresh = s.fresh[:0]
	s.mu.Unlock()
	slot := s.slots[s.at]
	kept := slot[:0]
	for _, l := range slot {
		if step(l, now) {
			kept = append(kept, l)
		}
	}
	clear(slot[len(kept):])
	s.slots[s.at] = kept
	s.at = (s.at + 1) % turns
}

// step serves one leg; one that fails is let go of, and the others go on.
func step(l leg, now time.Time) (more bool) {
	defer func() {
		if recover() != nil {
			more = false
			l.fell()
		}
	}()
	return l.frame(now)
}
