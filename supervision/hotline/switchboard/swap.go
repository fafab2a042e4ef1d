package switchboard

import (
	"sync"
	"sync/atomic"
	"time"

	"yangguang/internal/rtp"
)

// grace is how long a browser may be away - its page is loaded again, its
// network changes - before the seat has left the caller.
const grace = 20 * time.Second

// swap is the voice of a seat's browser. A new connection takes the place of the
// one before, and whoever speaks with the seat does not notice.
type swap struct {
	now    atomic.Pointer[rtp.Line] // nil while the browser is away
	digits chan byte
	done   chan struct{}
	moved  func(joined bool) // told when the browser goes and comes

	mu    sync.Mutex
	hears func(rtp.Packet) // guarded by mu
	lost  *time.Timer      // guarded by mu
	over  bool             // guarded by mu
}

func newSwap(moved func(bool)) *swap {
	return &swap{digits: make(chan byte, 32), done: make(chan struct{}), moved: moved}
}

// put has a connection take the place of the one before; false when the voice
// is closed.
func (s *swap) put(line rtp.Line) bool {
	s.mu.Lock()
	if s.over {
		s.mu.Unlock()
		_ = line.Close()
		return false
	}
	before := s.now.Swap(&line)
	if s.lost != nil {
		s.lost.Stop()
		s.lost = nil
	}
	line.Listen(s.hears)
	s.mu.Unlock()
	if before != nil {
		_ = (*before).Close()
	}
	go s.follow(&line)
	return true
}

// follow says when the browser has come, and passes keys on until the connection
// ends.
func (s *swap) follow(line *rtp.Line) {
	if l, ok := (*line).(interface{ Reached() <-chan struct{} }); ok {
		select {
		case <-l.Reached():
		case <-(*line).Done():
			s.away(line)
			return
		case <-s.done:
			return
		}
	}
	s.moved(true)
	for {
		select {
		case d := <-(*line).Digits():
			select {
			case s.digits <- d:
			default: // nobody reads
			}
		case <-(*line).Done():
			s.away(line)
			return
		case <-s.done:
			return
		}
	}
}

// away has a connection that ended, unless another took its place, be waited for.
func (s *swap) away(line *rtp.Line) {
	s.mu.Lock()
	ours := s.now.CompareAndSwap(line, nil) && !s.over
	if ours {
		s.lost = time.AfterFunc(grace, func() { _ = s.Close() })
	}
	s.mu.Unlock()
	if ours {
		s.moved(false)
	}
}

// Codec implements rtp.Line: browsers are asked for A-law alone.
func (s *swap) Codec() rtp.Codec { return rtp.PCMA }

// Send implements rtp.Line.
func (s *swap) Send(frame []byte) {
	if line := s.now.Load(); line != nil {
		(*line).Send(frame)
	}
}

// Listen implements rtp.Line.
func (s *swap) Listen(f func(rtp.Packet)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hears = f
	if line := s.now.Load(); line != nil {
		(*line).Listen(f)
	}
}

// Digits implements rtp.Line.
func (s *swap) Digits() <-chan byte { return s.digits }

// Done implements rtp.Line.
func (s *swap) Done() <-chan struct{} { return s.done }

// Close implements rtp.Line.
func (s *swap) Close() error {
	s.mu.Lock()
	if s.over {
		s.mu.Unlock()
		return nil
	}
	s.over = true
	line := s.now.Swap(nil)
	if s.lost != nil {
		s.lost.Stop()
	}
	s.mu.Unlock()
	if line != nil {
		_ = (*line).Close()
	}
	close(s.done)
	s.moved(false)
	return nil
}
