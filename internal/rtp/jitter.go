package rtp

import "sync"

const (
	// delay is how long voice waits before it is mixed: 60 ms, three frames, so
	// that packets that come unevenly are heard evenly.
	delay = 3 * FrameSize
	// ring is as far ahead as voice is kept, half a second.
	ring = 4096
)

// jitter evens out one party's voice: packets go in as they come, a frame comes
// out each 20 ms. What is missing is silence.
type jitter struct {
	mu      sync.Mutex // guards everything
	begun   bool
	at      uint32 // timestamp of the next frame out
	samples [ring]int16
	full    [ring]bool
	held    int // samples in the ring
	late    int // packets in a row that came too late
	pcm     []int16
}

// put takes a packet. One that fits nowhere - the first, one after a pause, one
// of a clock that jumped or runs faster or slower than ours - begins anew, 60 ms
// from being heard.
func (j *jitter) put(p Packet) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.pcm = p.Codec.Decode(j.pcm[:0], p.Payload)
	off := int(int32(p.Time - j.at))
	switch {
	case !j.begun || j.held == 0 && (off < 0 || off > delay) || off > 3*delay || off < -ring:
		j.begin(p.Time)
		off = delay
	case off+len(j.pcm) <= 0:
		if j.late++; j.late < 5 {
			return
		}
		j.begin(p.Time)
		off = delay
	}
	j.late = 0
	for i, s := range j.pcm {
		if k := off + i; k >= 0 && k < ring {
			j.set(p.Time+uint32(i), s)
		}
	}
}

func (j *jitter) begin(ts uint32) {
	j.begun, j.at, j.late = true, ts-delay, 0
	j.full, j.held = [ring]bool{}, 0
}

func (j *jitter) set(ts uint32, s int16) {
	i := ts % ring
	if !j.full[i] {
		j.full[i] = true
		j.held++
	}
	j.samples[i] = s
}

// take answers the next frame, silence where nothing came.
func (j *jitter) take(dst *[FrameSize]int16) {
	j.mu.Lock()
	defer j.mu.Unlock()
	*dst = [FrameSize]int16{}
	if j.held > 0 {
		for k := range dst {
			if i := (j.at + uint32(k)) % ring; j.full[i] {
				dst[k], j.full[i] = j.samples[i], false
				j.held--
			}
		}
	}
	j.at += FrameSize
}
