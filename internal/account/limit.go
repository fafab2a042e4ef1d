package account

import (
	"sync"
	"time"

	"yangguang/internal/clock"
)

// maxKeys bounds what a limiter remembers; beyond it the oldest windows go first.
const maxKeys = 100_000

// limiter counts tries by key within a sliding window, in memory only: an address is nothing to keep.
type limiter struct {
	clock  clock.Clock
	n      int
	window time.Duration
	mu     sync.Mutex
	tries  map[string][]time.Time // guarded by mu; oldest first
}

func newLimiter(c clock.Clock, n int, window time.Duration) *limiter {
	return &limiter{clock: c, n: n, window: window, tries: map[string][]time.Time{}}
}

// take counts a try and answers whether it is within the limit; refused tries are not counted.
func (l *limiter) take(key string) bool {
	now := l.clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	ts := l.recent(l.tries[key], now)
	if len(ts) >= l.n {
		l.tries[key] = ts
		return false
	}
	if len(l.tries) >= maxKeys {
		l.sweep(now)
	}
	l.tries[key] = append(ts, now)
	return true
}

// giveBack takes the newest try back: it was a rightful one.
func (l *limiter) giveBack(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ts := l.tries[key]; len(ts) > 1 {
		l.tries[key] = ts[:len(ts)-1]
		return
	}
	delete(l.tries, key)
}

func (l *limiter) recent(ts []time.Time, now time.Time) []time.Time {
	for len(ts) > 0 && now.Sub(ts[0]) >= l.window {
		ts = ts[1:]
	}
	return ts
}

func (l *limiter) sweep(now time.Time) {
	for k, ts := range l.tries {
		if len(l.recent(ts, now)) == 0 {
			delete(l.tries, k)
		}
	}
	for k := range l.tries { // still full: forget some rather than grow
		if len(l.tries) < maxKeys {
			return
		}
		delete(l.tries, k)
	}
}
