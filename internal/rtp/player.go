package rtp

import (
	"sync"
	"time"
)

// A Playback is prompts being said to a line.
type Playback struct {
	engine *Engine
	line   Line
	script []*Prompt
	loop   bool
	done   chan struct{}

	mu    sync.Mutex
	at    int // guarded by mu: which prompt
	from  int // guarded by mu: how far into it
	ended bool
	buf   [FrameSize]byte
}

// Play says prompts to a line one after the other without a gap, over and over
// when loop is set. What was being played to the line before ends first: two
// voices never share one line. A line that is gone ends it too.
func (e *Engine) Play(line Line, loop bool, prompts ...*Prompt) *Playback {
	p := &Playback{engine: e, line: line, script: prompts, loop: loop, done: make(chan struct{})}
	var length int
	for _, q := range prompts {
		length += len(q.alaw)
	}
	e.mu.Lock()
	before := e.playing[line]
	e.playing[line] = p
	e.mu.Unlock()
	if before != nil {
		before.Stop()
	}
	if length == 0 {
		p.Stop()
		return p
	}
	e.add(p)
	return p
}

// Rest says silence to a line until something else is played to it, so that the
// party hears that the call stands and its gateway goes on.
func (e *Engine) Rest(line Line) *Playback { return e.Play(line, true, rest) }

var rest = Silence(20 * time.Millisecond)

// Done is closed when the last frame was said, or the playback was stopped.
func (p *Playback) Done() <-chan struct{} { return p.done }

// Stop ends the playback; when it returns, no further frame will be said.
func (p *Playback) Stop() {
	p.mu.Lock()
	ended := p.ended
	p.ended = true
	p.mu.Unlock()
	if ended {
		return
	}
	close(p.done)
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	if p.engine.playing[p.line] == p {
		delete(p.engine.playing, p.line)
	}
}

func (p *Playback) fell() { p.Stop() }

// frame says 20 ms, the last of them filled with silence.
func (p *Playback) frame(time.Time) bool {
	select {
	case <-p.line.Done():
		p.Stop()
		return false
	default:
	}
	if p.say() {
		return true
	}
	p.Stop()
	return false
}

func (p *Playback) say() (more bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return false
	}
	codec := p.line.Codec()
	n := p.fill(codec)
	if n == 0 {
		return false
	}
	for i := n; i < FrameSize; i++ {
		p.buf[i] = codec.Silence()
	}
	p.line.Send(p.buf[:])
	return p.at < len(p.script)
}

func (p *Playback) fill(codec Codec) (n int) {
	for n < FrameSize && p.at < len(p.script) {
		k := copy(p.buf[n:], p.script[p.at].octets(codec)[p.from:])
		n, p.from = n+k, p.from+k
		if p.from < len(p.script[p.at].alaw) {
			continue
		}
		p.at, p.from = p.at+1, 0
		if p.at == len(p.script) && p.loop {
			p.at = 0
		}
	}
	return n
}
