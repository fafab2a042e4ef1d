package rtp

import "time"

// A Prompt is something to be said, encoded once in both laws when it is
// loaded, for every call that will hear it.
type Prompt struct{ alaw, ulaw []byte }

// NewPrompt encodes samples of 8 kHz.
func NewPrompt(samples []int16) *Prompt {
	return &Prompt{alaw: PCMA.Encode(make([]byte, 0, len(samples)), samples), ulaw: PCMU.Encode(make([]byte, 0, len(samples)), samples)}
}

// Silence is a prompt that says nothing for a while.
func Silence(d time.Duration) *Prompt { return NewPrompt(make([]int16, samplesIn(d))) }

// Duration is how long it lasts.
func (p *Prompt) Duration() time.Duration { return lasting(int64(len(p.alaw))) }

func (p *Prompt) octets(c Codec) []byte {
	if c == PCMU {
		return p.ulaw
	}
	return p.alaw
}
