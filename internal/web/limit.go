package web

import (
	"hash/maphash"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/fault"
)

// Rate is how many requests one caller may make in a while.
type Rate struct {
	N   int
	Per time.Duration
}

var defaultPostRate = Rate{N: 120, Per: time.Minute}

// limiter counts callers in memory under a keyed hash that is never written
// down, so that no list of addresses exists.
type limiter struct {
	clock clock.Clock
	seed  maphash.Seed
	mu    sync.Mutex
	seen  map[uint64]*bucket // guarded by mu
	swept time.Time          // guarded by mu
}

type bucket struct {
	tokens float64
	at     time.Time
	per    time.Duration
}

func newLimiter(c clock.Clock) *limiter {
	return &limiter{clock: c, seed: maphash.MakeSeed(), seen: map[uint64]*bucket{}}
}

// take spends one of the caller's tokens for the route.
func (l *limiter) take(route Route, remote string) error {
	if route.Limit.N == 0 {
		return nil
	}
	now := l.clock.Now()
	key := maphash.String(l.seed, route.Pattern+"\x00"+remote)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	b := l.seen[key]
	if b == nil {
		b = &bucket{tokens: float64(route.Limit.N), at: now, per: route.Limit.Per}
		l.seen[key] = b
	}
	gained := float64(now.Sub(b.at)) / float64(route.Limit.Per) * float64(route.Limit.N)
	b.tokens, b.at = min(float64(route.Limit.N), b.tokens+gained), now
	if b.tokens < 1 {
		return fault.Say(fault.TooMany, "fault.too_many")
	}
	b.tokens--
	return nil
}

// sweep forgets callers whose window is long over; the caller holds mu.
func (l *limiter) sweep(now time.Time) {
	if now.Sub(l.swept) < time.Minute {
		return
	}
	l.swept = now
	for k, b := range l.seen {
		if now.Sub(b.at) > 2*b.per {
			delete(l.seen, k)
		}
	}
}

// Remote is a key for the caller: the address, or of a trusted proxy the one it
// names; of IPv6 the network, since one household has 2^64 addresses.
func (a *App) Remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	// A proxy may add a line of its own below one the caller sent.
	chain := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(chain) - 1; i >= 0 && a.trusts(ip); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(chain[i]))
		if err != nil {
			break
		}
		ip = next
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		return netip.PrefixFrom(ip, 64).Masked().String()
	}
	return ip.String()
}

func (a *App) trusts(ip netip.Addr) bool {
	for _, p := range a.o.Trusted {
		if p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}
