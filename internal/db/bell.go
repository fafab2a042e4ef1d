package db

import "sync"

// Bells wakes whoever in this process waits for something that was committed:
// ring it with Tx.After. Another process finds it at its next look.
type Bells struct {
	mu    sync.Mutex
	chans map[chan struct{}]bool // guarded by mu
}

// Ring wakes every listener; one that was woken and has not looked yet is not
// woken twice.
func (b *Bells) Ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.chans {
		select {
		case c <- struct{}{}:
		default: // it rings already
		}
	}
}

// Listen is a bell of the caller's own, until stop.
func (b *Bells) Listen() (bell chan struct{}, stop func()) {
	bell = make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.chans == nil {
		b.chans = map[chan struct{}]bool{}
	}
	b.chans[bell] = true
	return bell, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.chans, bell)
	}
}
