package rtptest

import (
	"slices"
	"sync"

	"yangguang/internal/rtp"
)

// A Party is a line without a network: what is sent to it can be looked at, and
// it says and presses what a test wants.
type Party struct {
	codec  rtp.Codec
	digits chan byte
	done   chan struct{}
	once   sync.Once

	mu    sync.Mutex
	hears func(rtp.Packet)
	heard []byte
	sends int
	seq   uint16
	ts    uint32
}

// NewParty is a party that wants to hear a codec.
func NewParty(c rtp.Codec) *Party {
	return &Party{codec: c, digits: make(chan byte, 64), done: make(chan struct{})}
}

// Codec is what it wants to hear.
func (p *Party) Codec() rtp.Codec { return p.codec }

// Send is the product speaking to it.
func (p *Party) Send(frame []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = append(p.heard, frame...)
	p.sends++
}

// Listen is the product listening to it.
func (p *Party) Listen(f func(rtp.Packet)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hears = f
}

// Digits are what it pressed.
func (p *Party) Digits() <-chan byte { return p.digits }

// Done is closed by Close.
func (p *Party) Done() <-chan struct{} { return p.done }

// Close hangs up.
func (p *Party) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

// Press presses keys.
func (p *Party) Press(keys string) {
	for i := range len(keys) {
		p.digits <- keys[i]
	}
}

// Say has it say samples in its codec, a frame to a packet, all at once.
func (p *Party) Say(samples []int16) {
	for frame := range slices.Chunk(samples, rtp.FrameSize) {
		p.SayOctets(p.codec, p.codec.Encode(nil, frame))
	}
}

// SayOctets has it say one packet of any codec.
func (p *Party) SayOctets(c rtp.Codec, octets []byte) {
	p.mu.Lock()
	f := p.hears
	packet := rtp.Packet{Codec: c, Seq: p.seq, Time: p.ts, Payload: octets}
	p.seq++
	p.ts += uint32(len(octets))
	p.mu.Unlock()
	if f != nil {
		f(packet)
	}
}

// Skip moves its clock on without saying anything, or to where a new source
// would begin.
func (p *Party) Skip(samples int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ts += uint32(samples)
}

// Heard are the samples it heard since it was last asked, and in how many
// frames.
func (p *Party) Heard() (samples []int16, frames int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	samples, frames = p.codec.Decode(nil, p.heard), p.sends
	p.heard, p.sends = nil, 0
	return samples, frames
}
