package rtp

// Stats are the counts of a stream. They hold nothing about what was said.
type Stats struct {
	Received, Sent uint64 // packets of voice and events
	Lost           uint64 // missing numbers, jumps left out
	Late           uint64 // out of order, or twice
	Jumps          uint64 // the numbering began anew
	Foreign        uint64 // from an address that is not the party's: dropped
	Malformed      uint64 // no RTP, failed authentication, short events: dropped
	Other          uint64 // RTCP, comfort noise and other payload types: passed over
	Failed         uint64 // packets whose handling failed, a mistake of ours
}

// jump is how far a number may be from the one before and still be of the same
// row. Tones recorded elsewhere, a transfer behind the trunk and a restarted
// source number from somewhere else, and nothing is lost by that.
const jump = 100

// row follows the sequence numbers of one source.
type row struct {
	ssrc    uint32
	highest uint16
	begun   bool
}

func (r *row) next(ssrc uint32, seq uint16, st *Stats) {
	d := int16(seq - r.highest)
	switch {
	case !r.begun || ssrc != r.ssrc || d > jump || d < -jump:
		if r.begun {
			st.Jumps++
		}
		r.begun, r.ssrc, r.highest = true, ssrc, seq
	case d > 0:
		st.Lost += uint64(d - 1)
		r.highest = seq
	default:
		st.Late++
		if d < 0 && st.Lost > 0 {
			st.Lost--
		}
	}
}
