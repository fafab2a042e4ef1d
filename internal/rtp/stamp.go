package rtp

import (
	"math/rand/v2"
	"time"
)

// leap is how far the wall clock may run ahead of a stream's timestamps before
// they follow it. Below it, frames that came late and then all at once are one
// after the other; above it, the party was silent.
const leap = 200 * time.Millisecond

// stamper times frames that have no timestamps of their own: each follows the
// one before, unless there was a pause. It is measured from one fixed instant,
// so that bursts cannot add up.
type stamper struct {
	start time.Time
	base  uint32
	next  int64 // samples since start the next frame begins at
}

// at answers the timestamp of a frame said now, and whether it begins a new
// spurt of talk.
func (s *stamper) at(now time.Time, samples int) (ts uint32, begins bool) {
	if s.start.IsZero() {
		s.start, s.base, begins = now, rand.Uint32(), true // #nosec G404 -- RFC 3550 wants it spread, not secret
	}
	if wall := samplesIn(now.Sub(s.start)); wall-s.next > samplesIn(leap) {
		s.next, begins = wall, true
	}
	ts = s.base + uint32(s.next)
	s.next += int64(samples)
	return ts, begins
}

// samplesIn is how many samples of 8 kHz a while holds.
func samplesIn(d time.Duration) int64 { return int64(d) * 8 / int64(time.Millisecond) }

// lasting is how long so many samples last.
func lasting(samples int64) time.Duration { return time.Duration(samples) * time.Millisecond / 8 }
