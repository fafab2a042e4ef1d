package rtp

import "time"

// What tests outside the package look at.
var Transcode = transcode

const (
	Window = window
	Delay  = delay
)

func StreamOver(conn socket, r Remote, set Settings) (*Stream, error) {
	return newStream(conn, 0, func() {}, r, set)
}

// TonesIn are the keys heard in samples.
func TonesIn(samples []int16) string {
	var t toneEar
	var heard []byte
	t.hear(samples, func(key byte) { heard = append(heard, key) })
	return string(heard)
}

// KeyTone is a key's tones for n samples.
func KeyTone(key byte, n int) []int16 { return toneFrame(nil, key, 0, n) }

// Presses are the keys told by events of (timestamp, payload).
func Presses(events ...struct {
	At      uint32
	Payload []byte
}) string {
	var p presses
	var told []byte
	for _, x := range events {
		if e, ok := parseEvent(x.Payload); ok && p.fresh(x.At, e) {
			told = append(told, e.key)
		}
	}
	return string(told)
}

// Counter is a leg that counts its frames, and fails at one of them.
type Counter struct {
	Frames, FailAt int
	Fell           bool
	At             []time.Time
}

func (c *Counter) frame(now time.Time) bool {
	c.Frames++
	c.At = append(c.At, now)
	if c.Frames == c.FailAt {
		panic("a leg fails")
	}
	return true
}

func (c *Counter) fell() { c.Fell = true }

func (e *Engine) AddCounter(c *Counter) { e.add(c) }

// Pacer is a pacer without a goroutine.
type Pacer struct{ s shard }

func (p *Pacer) Add(c *Counter) { p.s.fresh = append(p.s.fresh, c) }

func (p *Pacer) Serve(due time.Time, now func() time.Time) time.Time { return p.s.serve(due, now) }

// Jitter is a buffer of one party's voice.
type Jitter struct{ j jitter }

func (j *Jitter) Put(p Packet) { j.j.put(p) }

func (j *Jitter) Take() []int16 {
	var f [FrameSize]int16
	j.j.take(&f)
	return f[:]
}

// Frame says the playback's next 20 ms.
func (p *Playback) Frame(now time.Time) bool { return p.frame(now) }

// Still is an engine without pacers.
func Still() *Engine { return &Engine{playing: map[Line]*Playback{}, shards: []*shard{{}}} }
