package rtp

import "math"

// The frequencies of the keys of ITU-T Q.23, and the keys by row and column.
var (
	rows = [4]float64{697, 770, 852, 941}
	cols = [4]float64{1209, 1336, 1477, 1633}
)

const grid = "123A456B789C*0#D"

// What counts as a key, in the manner of Q.24: a level, how much stronger the
// two tones may be than each other (twist) and must be than their neighbours,
// and how much of all that is heard they must make up.
const (
	toneBlock   = 102 // samples, 12.75 ms
	toneLevel   = 8e7
	toneTwist   = 6.3 // the high tone weaker
	toneReverse = 2.5 // the low tone weaker
	tonePeak    = 6.3
	toneShare   = 0.82 // of 1 for two pure tones
	toneOn      = 2    // blocks of one key that begin it
	toneOff     = 3    // blocks without it that end it
)

// toneEar hears keys in the voice, by Goertzel's filters over short blocks.
type toneEar struct {
	v1, v2  [8]float64
	energy  float64
	n       int
	hit     byte // what the last block said
	hits    int
	current byte // the key held down
	misses  int
}

var toneFactor [8]float64

func init() {
	for i := range 4 {
		toneFactor[i] = 2 * math.Cos(2*math.Pi*rows[i]/8000)
		toneFactor[i+4] = 2 * math.Cos(2*math.Pi*cols[i]/8000)
	}
}

// hear takes samples and tells each key when it begins.
func (t *toneEar) hear(samples []int16, key func(byte)) {
	for _, s := range samples {
		x := float64(s)
		t.energy += x * x
		for i := range t.v1 {
			t.v1[i], t.v2[i] = x+toneFactor[i]*t.v1[i]-t.v2[i], t.v1[i]
		}
		if t.n++; t.n == toneBlock {
			t.block(key)
		}
	}
}

func (t *toneEar) block(key func(byte)) {
	hit := t.decide()
	t.v1, t.v2, t.energy, t.n = [8]float64{}, [8]float64{}, 0, 0
	if hit == t.hit {
		t.hits++
	} else {
		t.hit, t.hits = hit, 1
	}
	switch {
	case hit != 0 && hit == t.current:
		t.misses = 0
	case hit != 0 && t.hits >= toneOn:
		t.current, t.misses = hit, 0
		key(hit)
	default:
		if t.misses++; t.misses >= toneOff {
			t.current = 0
		}
	}
}

// decide answers the key of a block, or 0.
func (t *toneEar) decide() byte {
	var power [8]float64
	for i := range power {
		power[i] = t.v1[i]*t.v1[i] + t.v2[i]*t.v2[i] - toneFactor[i]*t.v1[i]*t.v2[i]
	}
	r, c := strongest(power[:4]), strongest(power[4:])
	if r < 0 || c < 0 {
		return 0
	}
	low, high := power[r], power[c+4]
	if low < toneLevel || high < toneLevel || high > low*toneReverse || low > high*toneTwist {
		return 0
	}
	if low+high < toneShare*t.energy*toneBlock/2 {
		return 0
	}
	return grid[r*4+c]
}

// strongest is the place of the one power that stands out from the rest, or -1.
func strongest(power []float64) int {
	best := 0
	for i, p := range power {
		if p > power[best] {
			best = i
		}
	}
	for i, p := range power {
		if i != best && p*tonePeak > power[best] {
			return -1
		}
	}
	return best
}

// toneFrame appends n samples of a key's two tones from sample at on.
func toneFrame(dst []int16, key byte, at, n int) []int16 {
	var low, high float64
	for i := range len(grid) {
		if grid[i] == key {
			low, high = rows[i/4], cols[i%4]
		}
	}
	for i := range n {
		w := 2 * math.Pi * float64(at+i) / 8000
		dst = append(dst, int16(5000*math.Sin(w*low)+6000*math.Sin(w*high)))
	}
	return dst
}
