package rtp

import (
	"slices"
	"sync"
	"time"
)

// A Part is how a member takes part in a conference:
//   - in a call of three, and a supervisor who breaks in: hears and speaks;
//   - one who listens in: hears and does not speak;
//   - one who whispers: hears, speaks, to one member alone;
//   - one on hold: neither.
type Part struct {
	Hears, Speaks bool
	Only          *Member // speaks to this member alone; nil is to all
}

// A Member is one line in a conference.
type Member struct {
	line   Line
	voice  jitter
	part   Part // guarded by the conference's mu
	frame  [FrameSize]int16
	octets []byte
}

// A Conference lets any number of lines hear each other. Each hears the sum of
// the others, never itself, 60 ms later than by a bridge. Members come, go and
// change their part without the others noticing.
type Conference struct {
	mu      sync.Mutex
	members []*Member // guarded by mu
	closed  bool      // guarded by mu
	all     [FrameSize]int32
	mix     [FrameSize]int16
}

// NewConference begins a conference nobody is in.
func (e *Engine) NewConference() *Conference {
	c := &Conference{}
	e.add(c)
	return c
}

// Join takes a line in. What was played to it should be stopped before.
func (c *Conference) Join(line Line, part Part) *Member {
	m := &Member{line: line, part: part}
	c.mu.Lock()
	c.members = append(c.members, m)
	c.mu.Unlock()
	line.Listen(m.voice.put)
	return m
}

// Set changes a member's part.
func (c *Conference) Set(m *Member, part Part) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m.part = part
}

// Leave takes a member out; the line stands. Whoever whispered to it alone is
// then heard by nobody.
func (c *Conference) Leave(m *Member) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.Index(c.members, m); i >= 0 {
		c.members = slices.Delete(c.members, i, i+1)
		m.line.Listen(nil)
	}
}

// Close ends the conference; when it returns, nothing more is said to anybody.
func (c *Conference) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.members {
		m.line.Listen(nil)
	}
	c.members, c.closed = nil, true
}

func (c *Conference) fell() { c.Close() }

// frame mixes 20 ms for everybody.
func (c *Conference) frame(time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = [FrameSize]int32{}
	for _, m := range c.members {
		m.voice.take(&m.frame)
		if m.aloud() {
			for i, s := range m.frame {
				c.all[i] += int32(s)
			}
		}
	}
	for _, m := range c.members {
		c.say(m)
	}
	return !c.closed
}

func (m *Member) aloud() bool { return m.part.Speaks && m.part.Only == nil }

// say gives a member the sum of all without its own voice, and what is
// whispered to it. Who hears nothing is sent silence, as its gateway expects.
func (c *Conference) say(m *Member) {
	c.mix = [FrameSize]int16{}
	if m.part.Hears {
		sum := c.all
		if m.aloud() {
			add(&sum, &m.frame, -1)
		}
		for _, w := range c.members {
			if w != m && w.part.Speaks && w.part.Only == m {
				add(&sum, &w.frame, 1)
			}
		}
		for i, s := range sum {
			c.mix[i] = int16(max(-32768, min(32767, s)))
		}
	}
	m.octets = m.line.Codec().Encode(m.octets[:0], c.mix[:])
	m.line.Send(m.octets)
}

func add(sum *[FrameSize]int32, frame *[FrameSize]int16, sign int32) {
	for i, s := range frame {
		sum[i] += sign * int32(s)
	}
}
