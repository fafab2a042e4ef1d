// Package rtp is the voice of telephone calls (RFC 3550): G.711 frames of 20 ms
// received and sent on time, relayed between two parties, mixed between three,
// played from prompts, heard as digits and handed to a recorder. It knows
// neither SIP nor the store.
//
// Clause 3.1.1, people and an automatic voice together, rests on it. What is
// said passes through and is kept nowhere but in the window of a recorder, a
// few seconds, until its writer takes it; numbers, addresses and digits are in
// no log and no error.
//
// Whoever speaks to a line is one at a time: a playback of an Engine, a Bridge
// or a Conference; the one before is stopped or closed first.
package rtp

// A Codec is an RTP payload type of G.711 (RFC 3551, table 4).
type Codec uint8

const (
	PCMU Codec = 0 // µ-law
	PCMA Codec = 8 // A-law, what Chinese networks speak
)

// FrameSize is the octets, and the samples, of one frame: 20 ms at 8 kHz.
const FrameSize = 160

// A Packet is a frame as a party sent it. Payload is valid during the call that
// hands it over only.
type Packet struct {
	Codec   Codec
	Seq     uint16
	Time    uint32 // samples, from a random start
	Marker  bool
	Payload []byte
}

// A Line is one party's voice, whether it comes by RTP from a telephone or by
// WebRTC from a browser. Its methods may be called from any goroutine.
type Line interface {
	// Codec is what the party asked to hear.
	Codec() Codec
	// Send says one frame to the party now; frame is of the line's codec and is
	// not kept. The line numbers and times the packets: in step with the calls
	// where each is 20 ms after the one before.
	Send(frame []byte)
	// Listen has f hear every packet of the party in the order of arrival, on
	// the goroutine that receives, in place of who heard it before; nil hears
	// nothing. f must not wait.
	Listen(f func(Packet))
	// Digits are the keys the party pressed (0-9 * # A-D), each once. A reader
	// that is slow loses the oldest.
	Digits() <-chan byte
	// Done is closed when the line is closed, or when the party has been silent
	// on the wire for longer than the line waits.
	Done() <-chan struct{}
	Close() error
}
