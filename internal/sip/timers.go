package sip

import (
	"time"

	"yangguang/internal/clock"
)

// timers is the time calls live by; a test moves it by hand.
type timers interface {
	Now() time.Time
	// AfterFunc runs f once, on a goroutine of its own, unless stopped before.
	AfterFunc(d time.Duration, f func()) (stop func())
}

type realTime struct{ clock.Clock }

func (realTime) AfterFunc(d time.Duration, f func()) func() {
	t := time.AfterFunc(d, f)
	return func() { t.Stop() }
}
