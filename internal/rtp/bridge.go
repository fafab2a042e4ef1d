package rtp

import (
	"sync"
	"sync/atomic"
)

// A Tap hears both directions of a conversation, each packet once, and must
// neither wait nor keep it.
type Tap interface {
	Left(Packet)  // the caller
	Right(Packet) // the other side
}

// A Bridge lets two lines hear each other: each packet is passed on as it comes,
// without a timer, and translated only where the laws differ.
type Bridge struct {
	a, b *side
	once sync.Once
}

// side is one of the two, as who speaks.
type side struct {
	line   Line
	buf    []byte // of the goroutine that receives this line
	hushed atomic.Bool
	mu     sync.Mutex
	music  *Playback // guarded by mu
}

// NewBridge joins the caller with the other side. tap may be nil.
func NewBridge(caller, other Line, tap Tap) *Bridge {
	br := &Bridge{a: &side{line: caller}, b: &side{line: other}}
	var left, right func(Packet)
	if tap != nil {
		left, right = tap.Left, tap.Right
	}
	caller.Listen(br.a.pass(br.b, left))
	other.Listen(br.b.pass(br.a, right))
	return br
}

func (s *side) pass(to *side, tap func(Packet)) func(Packet) {
	return func(p Packet) {
		if s.hushed.Load() || to.hushed.Load() {
			return
		}
		if tap != nil {
			tap(p)
		}
		codec := to.line.Codec()
		if codec == p.Codec {
			to.line.Send(p.Payload)
			return
		}
		s.buf = transcode(s.buf[:0], p.Payload, p.Codec, codec)
		to.line.Send(s.buf)
	}
}

// Hold parts the two: line hears music, neither hears the other, and the tap
// hears nothing, since what a party says while it waits is said to nobody.
func (br *Bridge) Hold(e *Engine, line Line, music *Prompt) {
	s := br.of(line)
	s.hushed.Store(true)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.music = e.Play(line, true, music)
}

// Resume ends the hold of a line.
func (br *Bridge) Resume(line Line) { br.of(line).resume() }

func (s *side) resume() {
	s.mu.Lock()
	if s.music != nil {
		s.music.Stop()
		s.music = nil
	}
	s.mu.Unlock()
	s.hushed.Store(false)
}

func (br *Bridge) of(line Line) *side {
	if line == br.a.line {
		return br.a
	}
	return br.b
}

// Close parts the two; both lines stand.
func (br *Bridge) Close() {
	br.once.Do(func() {
		br.a.line.Listen(nil)
		br.b.line.Listen(nil)
		br.a.resume()
		br.b.resume()
	})
}
