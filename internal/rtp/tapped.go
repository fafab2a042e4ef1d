package rtp

import (
	"sync"

	"yangguang/internal/clock"
)

// tapped is a line whose voice a tap hears too.
type tapped struct {
	Line
	tap   Tap
	clock clock.Clock
	mu    sync.Mutex
	stamp stamper // guarded by mu
	seq   uint16  // guarded by mu
}

// Tapped is the line with a tap on it: what the party says is left, whatever is
// said to it right - a prompt, a clerk, a conference. It stands for the line
// from then on, and what is played to it must be played to it in this form.
func Tapped(line Line, tap Tap, c clock.Clock) Line {
	t := &tapped{Line: line, tap: tap, clock: c}
	t.Listen(nil)
	return t
}

func (t *tapped) Listen(f func(Packet)) {
	if f == nil {
		t.Line.Listen(t.tap.Left)
		return
	}
	t.Line.Listen(func(p Packet) {
		t.tap.Left(p)
		f(p)
	})
}

func (t *tapped) Send(frame []byte) {
	t.mu.Lock()
	ts, begins := t.stamp.at(t.clock.Now(), len(frame))
	t.seq++
	t.tap.Right(Packet{Codec: t.Codec(), Seq: t.seq, Time: ts, Marker: begins, Payload: frame})
	t.mu.Unlock()
	t.Line.Send(frame)
}
