package rtp

import (
	"sync"
	"time"
)

// A way is how a press of a key came.
type way int

const (
	byTone  way = iota + 1 // in the voice
	byInfo                 // SIP INFO
	byEvent                // RFC 4733
)

// samePress is how far apart two ways may tell the same press.
const samePress = 2 * time.Second

// digits joins the ways of keying into one, so that no digit is doubled:
//   - once a better way has been used (events before INFO before tones), a worse
//     one is not listened to any more on this stream;
//   - the first digit of a better way, when it is the digit a worse way told
//     last and within two seconds, is the same press and not told again.
type digits struct {
	out  chan byte
	mu   sync.Mutex
	best way       // guarded by mu
	last byte      // guarded by mu
	at   time.Time // guarded by mu
}

func newDigits() *digits { return &digits{out: make(chan byte, 64)} }

// press tells a digit, if it is a new one.
func (d *digits) press(digit byte, w way, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if w < d.best {
		return
	}
	same := w > d.best && d.best != 0 && digit == d.last && now.Sub(d.at) < samePress
	d.best, d.last, d.at = w, digit, now
	if same {
		return
	}
	for {
		select {
		case d.out <- digit:
			return
		default:
		}
		select { // a slow reader loses the oldest
		case <-d.out:
		default:
		}
	}
}

// tones answers whether tones in the voice are still listened to.
func (d *digits) tones() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.best <= byTone
}

// isKey answers whether b is a key of a telephone.
func isKey(b byte) bool {
	for i := range len(keys) {
		if keys[i] == b {
			return true
		}
	}
	return false
}
