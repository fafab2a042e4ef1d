// Package clock is the only place that asks what time it is. Everything else
// receives an instant, so that a test, a rehearsal and an audit can set it.
//
// It stores nothing. Instants are stored as UTC milliseconds and shown in
// Asia/Shanghai; a date is its own type, not midnight of somewhere.
package clock

import (
	"sync"
	"time"
)

// Shanghai is the civil time of the whole country. A fixed zone, so that the
// binary needs no zone database; the summer times of 1986-1991 are ignored.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Clock tells the time.
type Clock interface{ Now() time.Time }

type system struct{}

func (system) Now() time.Time { return time.Now() }

// System is the machine's clock.
func System() Clock { return system{} }

// Fake is a clock that moves only when told to; for tests and for the demo's
// year of history.
type Fake struct {
	mu sync.Mutex
	t  time.Time // guarded by mu
}

// NewFake starts a fake clock at t.
func NewFake(t time.Time) *Fake { return &Fake{t: t} }

// Now is the time last set.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.t
}

// Set moves the clock to t.
func (f *Fake) Set(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.t = t
}

// Advance moves the clock on by d.
func (f *Fake) Advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.t = f.t.Add(d)
}

// Millis is the stored form of an instant: UTC milliseconds since 1970.
func Millis(t time.Time) int64 { return t.UnixMilli() }

// FromMillis reads a stored instant, in Asia/Shanghai.
func FromMillis(ms int64) time.Time { return time.UnixMilli(ms).In(Shanghai) }

// None is no instant: stored as NULL, shown as nothing.
var None time.Time
