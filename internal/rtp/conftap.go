package rtp

import "time"

// record is the tap on a conference, and the member whose conversation it hears.
type record struct {
	of          *Member
	tap         Tap
	stamp       stamper
	seq         uint16
	left, right []byte
}

// Record has a tap hear the conversation of one member, the caller: left what he
// says to all, right what he hears of everybody else. So what is whispered to
// another is in no recording, nor what the others say, or he says, while he is
// on hold: it is said between other people or to nobody. nil ends it. Only one
// tap hears a conference; the last takes the place of the one before.
func (c *Conference) Record(caller *Member, tap Tap) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.record = record{}
	if tap != nil {
		c.record.of, c.record.tap = caller, tap
	}
}

// frame tells the tap 20 ms; heard is the mix the member was given.
func (r *record) frame(now time.Time, m *Member, heard *[FrameSize]int16) {
	ts, begins := r.stamp.at(now, FrameSize)
	p := Packet{Codec: PCMA, Seq: r.seq, Time: ts, Marker: begins}
	r.seq++
	if m.aloud() {
		r.left = PCMA.Encode(r.left[:0], m.frame[:])
		p.Payload = r.left
		r.tap.Left(p)
	}
	if m.hears() {
		r.right = PCMA.Encode(r.right[:0], heard[:])
		p.Payload = r.right
		r.tap.Right(p)
	}
}
