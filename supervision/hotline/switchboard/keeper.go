package switchboard

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"yangguang/internal/fault"
	"yangguang/supervision/hotline"
)

// keeper writes what happened to the store, in order, and again until the store
// takes it: a call must not wait for it, and nothing of it may be lost while the
// store is away. What the store has not taken lies in the journal of the data
// folder; the next process begins with it.
type keeper struct {
	hotline *hotline.Hotline
	log     *slog.Logger
	mu      sync.Mutex
	journal *journal // nil without a data folder; guarded by mu
	todo    []entry
	more    chan struct{}
	idle    chan struct{} // closed while there is nothing to do
	stop    context.CancelFunc
	done    chan struct{} // closed when run has ended
}

// newKeeper opens the journal of dir and tells the store what an earlier process
// left there: before anybody closes the calls it held as interrupted.
func newKeeper(ctx context.Context, h *hotline.Hotline, dir string, log *slog.Logger) (*keeper, error) {
	k := &keeper{hotline: h, log: log, more: make(chan struct{}, 1), idle: make(chan struct{}), done: make(chan struct{})}
	close(k.idle)
	if dir != "" {
		if err := k.replay(ctx, dir); err != nil {
			return nil, err
		}
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	k.stop = stop
	go k.run(work)
	return k, nil
}

func (k *keeper) replay(ctx context.Context, dir string) error {
	j, left, err := openJournal(dir)
	if err != nil {
		return err
	}
	k.journal = j
	for i := range left {
		if err := k.once(ctx, &left[i], fewTries); err != nil {
			return errors.Join(err, j.f.Close())
		}
		if err := j.took(&left[i], left[i+1:]); err != nil {
			return errors.Join(err, j.f.Close())
		}
	}
	if len(left) > 0 {
		k.log.InfoContext(ctx, "what happened to calls while the store was away has been written", "entries", len(left))
	}
	return nil
}

// Between two tries the store gets retryLeast at first and retryMost at last.
const (
	retryLeast = 100 * time.Millisecond
	retryMost  = 2 * time.Second
)

// fewTries are for what fails while the store answers.
const fewTries = 5

// errStrange is an entry no version of this program wrote.
var errStrange = fault.As(fault.Invalid, errors.New("not an entry of the journal"))

// keep has an entry told to the store soon. It is in the journal when keep returns.
func (k *keeper) keep(e entry) {
	k.mu.Lock()
	if len(k.todo) == 0 {
		k.idle = make(chan struct{})
	}
	if k.journal != nil {
		if err := k.journal.add(&e); err != nil {
			k.log.Error("the journal of calls cannot be written: what happened is kept in memory alone", "fault", err.Error())
		}
	}
	k.todo = append(k.todo, e)
	k.mu.Unlock()
	select {
	case k.more <- struct{}{}:
	default:
	}
}

func (k *keeper) run(ctx context.Context) {
	defer close(k.done)
	for {
		select {
		case <-ctx.Done():
			return
		case <-k.more:
		}
		for k.next(ctx) { //nolint:revive // one after the other
		}
	}
}

// next tells the store the first entry; false when there is none, or no more time.
func (k *keeper) next(ctx context.Context) bool {
	k.mu.Lock()
	if len(k.todo) == 0 {
		k.mu.Unlock()
		return false
	}
	e, dirty := k.todo[0], k.journal != nil && k.journal.dirty
	if dirty {
		k.journal.dirty = false
	}
	k.mu.Unlock()
	if dirty { // one sync serves all that came before it, and no call waits for it
		k.sync()
	}
	if !k.do(ctx, &e) {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.todo = k.todo[1:]
	if k.journal != nil {
		if err := k.journal.took(&e, k.todo); err != nil {
			k.log.Error("the journal of calls cannot be shortened", "fault", err.Error())
		}
	}
	if len(k.todo) == 0 {
		close(k.idle)
	}
	return true
}

// sync has the machine keep what the journal holds. The file is another one only
// when run itself made it so.
func (k *keeper) sync() {
	if err := k.journal.f.Sync(); err != nil {
		k.log.Error("the journal of calls is not on disk", "fault", err.Error())
	}
}

// do tries an entry until the store took it, however long the store is away;
// false when the process ends before.
func (k *keeper) do(ctx context.Context, e *entry) bool {
	for wait := retryLeast; ; wait = min(2*wait, retryMost) {
		if k.once(ctx, e, fewTries) == nil {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
	}
}

// once tries an entry; an error says that the store is away. What it refuses for
// good is dropped, and what fails while it answers is set aside after a few tries:
// it must not keep back what happened to other calls.
func (k *keeper) once(ctx context.Context, e *entry, tries int) error {
	for wait := retryLeast; ; wait *= 2 {
		err := k.tell(ctx, e)
		switch {
		case err == nil || refused(err):
			return nil
		case away(err):
			return err
		}
		if tries--; tries == 0 {
			k.setAside(e, err)
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// tellTime is how long the store may take for one entry.
const tellTime = 10 * time.Second

func (k *keeper) tell(ctx context.Context, e *entry) error {
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	return e.tell(ctx, k.hotline)
}

func (k *keeper) setAside(e *entry, err error) {
	k.log.Error("the store did not take what happened to a call; it is kept beside the journal", "kind", e.Kind, "call", e.Call.ID, "fault", err.Error())
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.journal == nil {
		return
	}
	if err := k.journal.refuse(e); err != nil {
		k.log.Error("nor could it be kept", "fault", err.Error())
	}
}

// away says that the store did not answer.
func away(err error) bool {
	return fault.Is(err, fault.Unavailable) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

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

// close stops; what is not written stays in the journal.
func (k *keeper) close() {
	k.stop()
	<-k.done
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.journal != nil {
		k.sync()
		_ = k.journal.f.Close()
	}
}
