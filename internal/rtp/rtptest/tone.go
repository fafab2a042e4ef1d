// Package rtptest makes tones, tells which one is heard, and plays a party of a
// call for the tests of others.
package rtptest

import (
	"math"
	"time"

	"yangguang/internal/rtp"
)

// Tone is a sine of a frequency at 8 kHz, loud enough for any meter (about
// -12 dBm0).
func Tone(hertz float64, d time.Duration) []int16 {
	s := make([]int16, int(d.Milliseconds())*8)
	for i := range s {
		s[i] = int16(8000 * math.Sin(2*math.Pi*hertz*float64(i)/8000))
	}
	return s
}

// Share is how much of what is heard lies at a frequency (Goertzel): near 1 for
// that tone alone, near 0 without it. A stretch that is all but silent has none.
func Share(samples []int16, hertz float64) float64 {
	var v1, v2, energy float64
	k := 2 * math.Cos(2*math.Pi*hertz/8000)
	for _, s := range samples {
		x := float64(s)
		energy += x * x
		v1, v2 = x+k*v1-v2, v1
	}
	n := float64(len(samples))
	if energy < 100*100*n {
		return 0
	}
	return (v1*v1 + v2*v2 - k*v1*v2) / (energy * n / 2)
}

// Heard is which of the frequencies make up what is heard, each at least a
// tenth of it, in the order given. Stretches of at least 50 ms tell tones 40 Hz
// apart.
func Heard(samples []int16, hertz ...float64) []float64 {
	var heard []float64
	for _, h := range hertz {
		if Share(samples, h) > 0.1 {
			heard = append(heard, h)
		}
	}
	return heard
}

// Dominant is the frequency that is loudest in a stretch of A-law, looked for
// between 200 and 3400 Hz in steps of 10, or 0 for silence. It is meant for the
// recordings of other programs, whose tone is nobody's choice.
func Dominant(alaw []byte) float64 {
	samples := rtp.PCMA.Decode(nil, alaw)
	var best, share float64
	for h := 200.0; h <= 3400; h += 10 {
		if s := Share(samples, h); s > share {
			best, share = h, s
		}
	}
	return best
}

// Channels parts a recording (a stereo A-law file of rtp.Recorder) into left and
// right.
func Channels(wav []byte) (left, right []byte) {
	for i := rtp.WAVHeaderSize; i+1 < len(wav); i += 2 {
		left, right = append(left, wav[i]), append(right, wav[i+1])
	}
	return left, right
}
