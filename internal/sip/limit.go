package sip

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"
)

// rates counts what comes from each address. Addresses beyond most share one
// bucket: a flood of forged ones cannot fill the memory.
type rates struct {
	clock   timers
	perSec  float64
	burst   float64
	mu      sync.Mutex
	buckets map[netip.Addr]bucket // guarded by mu
}

type bucket struct {
	left float64
	at   time.Time
}

const mostSources = 20000

func newRates(c timers, perSec, burst int) *rates {
	return &rates{clock: c, perSec: float64(perSec), burst: float64(burst), buckets: map[netip.Addr]bucket{}}
}

// allow takes one from the address's bucket.
func (r *rates) allow(from netip.Addr) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	b, ok := r.buckets[from]
	if !ok && len(r.buckets) >= mostSources {
		r.sweep(now)
		if len(r.buckets) >= mostSources {
			from = netip.Addr{}
			b, ok = r.buckets[from]
		}
	}
	if !ok {
		b = bucket{r.burst, now}
	}
	b.left = min(r.burst, b.left+now.Sub(b.at).Seconds()*r.perSec)
	b.at = now
	allowed := b.left >= 1
	if allowed {
		b.left--
	}
	r.buckets[from] = b
	return allowed
}

// sweep forgets the addresses whose buckets are full again. The lock is held.
func (r *rates) sweep(now time.Time) {
	for a, b := range r.buckets {
		if b.left+now.Sub(b.at).Seconds()*r.perSec >= r.burst {
			delete(r.buckets, a)
		}
	}
}

// A callerKey is a caller's number under a key that dies with the process.
type callerKey [16]byte

// capacity counts the calls at once: in all, of a trunk, of a caller.
type capacity struct {
	key     [32]byte
	limits  Limits
	mu      sync.Mutex
	all     int               // guarded by mu
	trunks  map[*trunk]int    // guarded by mu
	callers map[callerKey]int // guarded by mu
}

func newCapacity(l Limits) *capacity {
	c := &capacity{limits: l, trunks: map[*trunk]int{}, callers: map[callerKey]int{}}
	rand.Read(c.key[:])
	return c
}

func (c *capacity) hash(number string) (k callerKey) {
	if number == "" {
		return k
	}
	m := hmac.New(sha256.New, c.key[:])
	m.Write([]byte(number))
	copy(k[:], m.Sum(nil))
	return k
}

// take makes room for a call; free gives the room back and may be called again.
// A caller without a number has no share of its own.
func (c *capacity) take(t *trunk, number string) (free func(), ok bool) {
	k := c.hash(number)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all >= c.limits.Calls || t != nil && t.Calls > 0 && c.trunks[t] >= t.Calls ||
		k != (callerKey{}) && c.callers[k] >= c.limits.PerCaller {
		return nil, false
	}
	c.add(t, k, 1)
	var once sync.Once
	return func() {
		once.Do(func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.add(t, k, -1)
		})
	}, true
}

func (c *capacity) add(t *trunk, k callerKey, n int) {
	c.all += n
	if t != nil {
		c.trunks[t] += n
	}
	if k == (callerKey{}) {
		return
	}
	if c.callers[k] += n; c.callers[k] == 0 {
		delete(c.callers, k)
	}
}

// on is how many calls are on the trunk; nil is in all.
func (c *capacity) on(t *trunk) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t == nil {
		return c.all
	}
	return c.trunks[t]
}
