package rtp

import "encoding/binary"

// EventType is the payload type this program offers for telephone events.
const EventType = 101

const keys = "0123456789*#ABCD" // RFC 4733, table 3

// An event is the payload of an RFC 4733 packet that tells a key.
type event struct {
	key      byte
	end      bool
	duration uint16
}

// parseEvent reads a payload; what is no key is no event. A payload may repeat
// earlier ones behind it (RFC 2198 style); the first four octets are the newest.
func parseEvent(payload []byte) (event, bool) {
	if len(payload) < 4 || int(payload[0]) >= len(keys) {
		return event{}, false
	}
	return event{key: keys[payload[0]], end: payload[1]&0x80 != 0, duration: binary.BigEndian.Uint16(payload[2:])}, true
}

// put writes the event at -10 dBm0.
func (e event) put(b *[4]byte) {
	for i := range len(keys) {
		if keys[i] == e.key {
			b[0] = byte(i)
		}
	}
	b[1] = 10
	if e.end {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], e.duration)
}

// presses tells new presses from repeats. The first packet of a timestamp is
// the press, whichever of its packets it is: the loss of a start or an end, the
// three ends and packets out of order never double a digit nor lose one.
type presses struct {
	seen [8]uint32 // the timestamps of the last presses
	n    int       // how many there were
	last event
	at   uint32
}

// fresh answers whether the event of timestamp ts is a new press.
func (p *presses) fresh(ts uint32, e event) bool {
	for i := range min(p.n, len(p.seen)) {
		if p.seen[i] == ts {
			if ts == p.at && e.duration >= p.last.duration {
				p.last = e
			}
			return false
		}
	}
	longer := p.n > 0 && e.key == p.last.key && !p.last.end && p.last.duration >= 0xFF00 &&
		ts-p.at >= 0xFF00 && ts-p.at <= 0xFFFF // RFC 4733, 2.5.1.3: one long press in segments of eight seconds
	p.seen[p.n%len(p.seen)] = ts
	p.n++
	p.at, p.last = ts, e
	return !longer
}

// forget lets go of the timestamps: another source begins anew.
func (p *presses) forget() { *p = presses{} }
