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
//   - one on hold: neither, and hears music.
type Part struct {
	Hears, Speaks bool
	Only          *Member // speaks to this member alone; nil is to all
	Music         *Prompt // heard over and over in place of the others, whatever Hears says
}

// A Member is one line in a conference.
type Member struct {
	line   Line
	voice  jitter
	part   Part // guarded by the conference's mu, as the rest is
	played int  // octets of the music
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
	record  record    // guarded by mu
	all     [FrameSize]int32
	mix     [FrameSize]int16
}

// NewConference begins a conference nobody is in.
func (e *Engine) NewConference() *Conference {
	c := &Conference{}
	e.add(c)
	return c
}

// Join takes a line in. What was played to it should be stopped before, and a
// bridge it was in be closed. Nobody joins a conference that is closed.
func (c *Conference) Join(line Line, part Part) *Member {
	m := &Member{line: line, part: part}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.members = append(c.members, m)
		line.Listen(m.voice.put)
	}
	return m
}

// Set changes a member's part; music that is another than before begins anew.
func (c *Conference) Set(m *Member, part Part) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if part.Music != m.part.Music {
		m.played = 0
	}
	m.part = part
}

// Leave takes a member out; the line stands. Whoever whispered to it alone is
// then heard by nobody, and if it was recorded, no more is.
func (c *Conference) Leave(m *Member) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i := slices.Index(c.members, m); i >= 0 {
		c.members = slices.Delete(c.members, i, i+1)
		m.line.Listen(nil)
	}
	if c.record.of == m {
		c.record = record{}
	}
}

// Close ends the conference; when it returns, nothing more is said to anybody.
func (c *Conference) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.members {
		m.line.Listen(nil)
	}
	c.members, c.closed, c.record = nil, true, record{}
}

func (c *Conference) fell() { c.Close() }

// frame mixes 20 ms for everybody.
func (c *Conference) frame(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = [FrameSize]int32{}
	for _, m := range c.members {
		m.voice.take(&m.frame)
		if m.aloud() {
			add(&c.all, &m.frame, 1)
		}
	}
	for _, m := range c.members {
		m.say(c.heardBy(m))
		if m == c.record.of {
			c.record.frame(now, m, &c.mix)
		}
	}
	return !c.closed
}

func (m *Member) aloud() bool { return m.part.Speaks && m.part.Only == nil }

func (m *Member) hears() bool { return m.part.Hears && m.part.Music == nil }

// heardBy mixes what a member hears of the others: the sum of all without its
// own voice, and what is whispered to it. One who hears nothing hears silence.
func (c *Conference) heardBy(m *Member) *[FrameSize]int16 {
	c.mix = [FrameSize]int16{}
	if !m.hears() {
		return &c.mix
	}
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
	return &c.mix
}

// say sends a member what it hears, or its music; silence too, as its gateway
// expects.
func (m *Member) say(mix *[FrameSize]int16) {
	codec := m.line.Codec()
	if m.part.Music != nil {
		m.octets = m.music(m.octets[:0], m.part.Music.octets(codec), codec)
	} else {
		m.octets = codec.Encode(m.octets[:0], mix[:])
	}
	m.line.Send(m.octets)
}

// music appends the next frame of a prompt, from its beginning at its end.
func (m *Member) music(dst, octets []byte, codec Codec) []byte {
	for len(dst) < FrameSize {
		if len(octets) == 0 {
			dst = append(dst, codec.Silence())
			continue
		}
		from := m.played % len(octets)
		n := min(FrameSize-len(dst), len(octets)-from)
		dst = append(dst, octets[from:from+n]...)
		m.played = from + n
	}
	return dst
}

func add(sum *[FrameSize]int32, frame *[FrameSize]int16, sign int32) {
	for i, s := range frame {
		sum[i] += sign * int32(s)
	}
}
