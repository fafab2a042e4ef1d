package rtp

import (
	"sync"
	"time"
)

// A press in frames: the key, then nothing, as any exchange understands.
const (
	pressFrames = 5 // 100 ms
	restFrames  = 4
)

// dialling presses keys on a stream.
type dialling struct {
	s      *Stream
	digits string
	event  bool // by RFC 4733; else as tones in the voice
	ts     uint32
	n      int // frames of this digit so far
	pcm    []int16
	octets []byte
	done   chan struct{}
	gone   sync.Once
}

// SendDigits presses keys on the far end, for dialling through: as RFC 4733
// events, or as tones to a party that takes none. Voice waits until the channel
// it answers is closed. What is no key is left out.
func (e *Engine) SendDigits(s *Stream, digits string) <-chan struct{} {
	d := &dialling{s: s, done: make(chan struct{})}
	for i := range len(digits) {
		if isKey(digits[i]) {
			d.digits += digits[i : i+1]
		}
	}
	s.mu.Lock()
	d.event = s.remote.Event != 0
	s.mu.Unlock()
	if d.digits == "" || !s.dialing.CompareAndSwap(false, true) {
		close(d.done)
		return d.done
	}
	e.add(d)
	return d.done
}

func (d *dialling) fell() {
	d.gone.Do(func() {
		d.s.dialing.Store(false)
		close(d.done)
	})
}

func (d *dialling) frame(now time.Time) bool {
	select {
	case <-d.s.done:
		d.digits = ""
	default:
	}
	if d.digits == "" {
		d.fell()
		return false
	}
	if d.event {
		d.tell(now)
	} else {
		d.sing()
	}
	if d.n++; d.n == pressFrames+restFrames {
		d.n, d.digits = 0, d.digits[1:]
	}
	return true
}

// tell sends the packets of one frame of an event, three at its end.
func (d *dialling) tell(now time.Time) {
	if d.n == 0 {
		d.s.mu.Lock()
		d.ts, _ = d.s.stamp.at(now, (pressFrames+restFrames)*FrameSize)
		d.s.mu.Unlock()
	}
	e := event{key: d.digits[0], duration: uint16((d.n + 1) * FrameSize)}
	switch {
	case d.n < pressFrames-1:
		d.s.tell(e, d.ts, d.n == 0)
	case d.n == pressFrames-1:
		e.end = true
		for range 3 {
			d.s.tell(e, d.ts, false)
		}
	}
}

// sing says one frame of the tones.
func (d *dialling) sing() {
	d.pcm = d.pcm[:0]
	if d.n < pressFrames {
		d.pcm = toneFrame(d.pcm, d.digits[0], d.n*FrameSize, FrameSize)
	} else {
		d.pcm = append(d.pcm, make([]int16, FrameSize)...)
	}
	d.octets = d.s.Codec().Encode(d.octets[:0], d.pcm)
	d.s.say(d.octets)
}
