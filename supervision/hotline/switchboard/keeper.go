package switchboard

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"yangguang/internal/fault"
)

// keeper writes what happened to the store, in order, and again until the store
// takes it: a call must not wait for it, and nothing of it may be lost while the
// store is away.
type keeper struct {
	log  *slog.Logger
	mu   sync.Mutex
	todo []func(context.Context) error
	more chan struct{}
	idle chan struct{} // closed while there is nothing to do
}

func newKeeper(log *slog.Logger) *keeper {
	k := &keeper{log: log, more: make(chan struct{}, 1), idle: make(chan struct{})}
	close(k.idle)
	go k.run()
	return k
}

// Between two tries the store gets retryLeast at first and retryMost at last; what
// it does not take for keepLongest is given up, and said so.
const (
	retryLeast  = 100 * time.Millisecond
	retryMost   = 2 * time.Second
	keepLongest = 10 * time.Minute
)

// keep has f done soon, once or, after a failure nobody heard of, twice.
func (k *keeper) keep(f func(context.Context) error) {
	k.mu.Lock()
	if len(k.todo) == 0 {
		k.idle = make(chan struct{})
	}
	k.todo = append(k.todo, f)
	k.mu.Unlock()
	select {
	case k.more <- struct{}{}:
	default:
	}
}

func (k *keeper) run() {
	for range k.more {
		for {
			k.mu.Lock()
			if len(k.todo) == 0 {
				k.mu.Unlock()
				break
			}
			f := k.todo[0]
			k.mu.Unlock()
			k.do(f)
			k.mu.Lock()
			if k.todo = k.todo[1:]; len(k.todo) == 0 {
				close(k.idle)
			}
			k.mu.Unlock()
		}
	}
}

// do tries f until the store took it. What is refused for good is dropped, and
// what fails while the store answers is tried a few times only: it must not keep
// back what happened to other calls.
func (k *keeper) do(f func(context.Context) error) {
	began, wait := time.Now(), retryLeast
	for tries := 1; ; tries++ {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		err := f(ctx)
		cancel()
		if err == nil || refused(err) {
			return
		}
		away := fault.Is(err, fault.Unavailable) || errors.Is(err, context.DeadlineExceeded)
		if !away && tries >= fewTries || time.Since(began) > keepLongest {
			k.log.Error("the store did not take what happened to a call", "fault", err.Error())
			return
		}
		time.Sleep(wait)
		wait = min(2*wait, retryMost)
	}
}

// fewTries are for what fails while the store answers.
const fewTries = 5

// flush waits until all is written, at most for d.
func (k *keeper) flush(d time.Duration) {
	k.mu.Lock()
	idle := k.idle
	k.mu.Unlock()
	select {
	case <-idle:
	case <-time.After(d):
	}
}
