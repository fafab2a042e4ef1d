package rtp

import (
	"io"
	"sync"
	"time"

	"yangguang/internal/clock"
)

const (
	second = 8000 // samples
	window = 3 * second
	// queued is how many seconds may wait for the disk.
	queued = 32
	// astray is how far a voice may be from the wall clock before it is put
	// where the clock says.
	astray = second / 2
)

// A Gap is a stretch of a recording where nothing true can be heard.
type Gap struct{ At, For time.Duration }

// A Report says what a recording holds.
type Report struct {
	Samples  int64 // a channel, for WAVHeader
	Duration time.Duration
	// Complete: everything said while it was not paused is in it.
	Complete bool
	Lost     []Gap // the disk was too slow: a tone is heard instead
	Paused   []Gap // it was paused: silence
	Err      error // writing failed, and what follows is missing
}

// A Recorder writes a conversation as a stereo A-law WAV file: left the caller,
// right whatever is said to him. Each voice lies where its timestamps put it
// against the wall clock; what is missing is silence, and a voice whose clock
// jumps or drifts is put where the wall clock says. It keeps about a second and
// a half before it hands a second on, and a goroutine of its own writes, so that
// no disk delays a voice.
type Recorder struct {
	clock clock.Clock
	start time.Time
	queue chan block
	ended chan struct{}

	mu          sync.Mutex // guards what follows
	left, right track
	base        int64 // samples handed on
	pausedAt    int64 // -1 when it runs
	closed      bool
	lost        int64 // samples that found no place in the queue, not yet marked
	report      Report

	writeErr error // of the writer, until ended is closed
}

// track is one channel of the window, a ring of A-law by position.
type track struct {
	begun  bool
	ts     uint32
	pos    int64 // where ts lies
	octets [window]byte
	buf    []byte
}

// block is a second for the disk, or that many samples of silence or of the
// mark of a gap.
type block struct {
	octets  []byte
	samples int64
	gap     bool
}

// NewRecorder begins a recording into w, which it closes.
func NewRecorder(w io.WriteCloser, c clock.Clock) *Recorder {
	r := &Recorder{clock: c, start: c.Now(), queue: make(chan block, queued), ended: make(chan struct{}), pausedAt: -1}
	for i := range r.left.octets {
		r.left.octets[i], r.right.octets[i] = PCMA.Silence(), PCMA.Silence()
	}
	go r.write(w)
	return r
}

// Left hears the caller.
func (r *Recorder) Left(p Packet) { r.hear(&r.left, p) }

// Right hears the other side.
func (r *Recorder) Right(p Packet) { r.hear(&r.right, p) }

func (r *Recorder) hear(t *track, p Packet) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	now := r.now()
	if now-r.base >= 5*second/2 {
		r.flush(now - 3*second/2)
	}
	pos := t.place(p.Time, now-int64(len(p.Payload)))
	if r.pausedAt < 0 {
		t.put(p, pos, r.base)
	}
}

func (r *Recorder) now() int64 { return samplesIn(r.clock.Now().Sub(r.start)) }

// place is where a packet lies: as far from the one before as their timestamps
// are, unless that is astray of wall, where the clock puts it.
func (t *track) place(ts uint32, wall int64) int64 {
	pos := t.pos + int64(int32(ts-t.ts))
	if d := pos - wall; !t.begun || d > astray || d < -astray {
		pos = wall
	}
	t.begun, t.ts, t.pos = true, ts, pos
	return pos
}

func (t *track) put(p Packet, pos, base int64) {
	t.buf = transcode(t.buf[:0], p.Payload, p.Codec, PCMA)
	for i, b := range t.buf {
		if at := pos + int64(i); at >= base && at < base+window {
			t.octets[at%window] = b
		}
	}
}

// Pause leaves out what is said from now on, and Resume ends that: silence
// stands in its place. Both may be called twice.
func (r *Recorder) Pause() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pausedAt < 0 && !r.closed {
		r.pausedAt = r.now()
	}
}

// Resume goes on recording.
func (r *Recorder) Resume() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.resume()
}

func (r *Recorder) resume() {
	if r.pausedAt >= 0 && !r.closed {
		r.report.Paused = append(r.report.Paused, Gap{lasting(r.pausedAt), lasting(r.now() - r.pausedAt)})
		r.pausedAt = -1
	}
}

// flush hands on everything before position to, a second at a time; what is
// beyond the window was silence.
func (r *Recorder) flush(to int64) {
	for r.base < to {
		n := min(to-r.base, second)
		if end := r.end(); r.base >= end {
			n = to - r.base
			r.hand(block{samples: n})
			r.base += n
			continue
		}
		r.hand(block{octets: r.cut(n), samples: n})
		r.base += n
	}
}

// end is the position after which the window holds nothing.
func (r *Recorder) end() int64 {
	var end int64
	for _, t := range []*track{&r.left, &r.right} {
		if t.begun {
			end = max(end, t.pos+second)
		}
	}
	return end
}

// cut takes n samples out of the window, and leaves silence behind.
func (r *Recorder) cut(n int64) []byte {
	b := make([]byte, 0, 2*n)
	for at := r.base; at < r.base+n; at++ {
		i := at % window
		b = append(b, r.left.octets[i], r.right.octets[i])
		r.left.octets[i], r.right.octets[i] = PCMA.Silence(), PCMA.Silence()
	}
	return b
}

// hand queues a block for the disk, and before it the mark of what was lost.
func (r *Recorder) hand(b block) {
	if r.lost > 0 {
		select {
		case r.queue <- block{samples: r.lost, gap: true}:
			r.lost = 0
		default:
		}
	}
	if r.lost == 0 {
		select {
		case r.queue <- b:
			return
		default:
		}
		r.report.Lost = append(r.report.Lost, Gap{At: lasting(r.base)})
	}
	r.lost += b.samples
	r.report.Lost[len(r.report.Lost)-1].For += lasting(b.samples)
}

// Close ends the recording, waits until it is written and says what it holds.
func (r *Recorder) Close() Report {
	if lost, first := r.finish(); first {
		if lost > 0 { // the mark must be in it: this once the disk is waited for
			r.queue <- block{samples: lost, gap: true}
		}
		close(r.queue)
	}
	<-r.ended
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Err = r.writeErr
	r.report.Complete = r.writeErr == nil && len(r.report.Lost) == 0
	return r.report
}

func (r *Recorder) finish() (lost int64, first bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return 0, false
	}
	r.flush(r.now())
	r.resume()
	r.closed = true
	r.report.Samples, r.report.Duration = r.base, lasting(r.base)
	return r.lost, true
}
