package web

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"yangguang/internal/account"
)

// perSession is how many pages of one session are told of changes at a time.
const perSession = 3

// Streams are pages that are told of changes while they are open. The zero value
// is ready.
type Streams struct {
	mu     sync.Mutex
	open   map[int64]int // by session; guarded by mu
	quit   chan struct{} // closed when the server stops; guarded by mu
	closed bool          // guarded by mu
}

// Stream is one of them.
type Stream struct {
	Quit <-chan struct{} // closed when the server stops

	of      *Streams
	session int64
	w       http.ResponseWriter
	c       *http.ResponseController
}

// Begin answers with a stream of events. ok is false where nobody would listen,
// or too many do: the answer is given then, and the browser does not come back
// by itself. Whoever got one ends it.
func (s *Streams) Begin(w http.ResponseWriter, r *http.Request) (st *Stream, ok bool) {
	st = &Stream{of: s, w: w, c: http.NewResponseController(w)}
	if a := account.From(r.Context()); a != nil {
		if st.session = a.Session; st.session == 0 {
			st.session = -a.Person
		}
	}
	if !strings.Contains(r.Header.Get("Accept"), "text/event-stream") || !s.take(st) {
		w.WriteHeader(http.StatusNoContent)
		return nil, false
	}
	_ = st.c.SetWriteDeadline(time.Time{}) // it outlives what an answer may take
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	if !st.Say("retry: 10000\n\n") {
		st.End()
		return nil, false
	}
	return st, true
}

func (s *Streams) take(st *Stream) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[int64]int{}
	}
	if s.quit == nil {
		s.quit = make(chan struct{})
	}
	if s.closed || s.open[st.session] >= perSession {
		return false
	}
	s.open[st.session]++
	st.Quit = s.quit
	return true
}

// Say writes to the page; false when it has gone.
func (st *Stream) Say(words string) bool {
	_, err := strings.NewReader(words).WriteTo(st.w)
	return err == nil && st.c.Flush() == nil
}

// End lets another page of the session be told.
func (st *Stream) End() {
	st.of.mu.Lock()
	defer st.of.mu.Unlock()
	if st.of.open[st.session]--; st.of.open[st.session] <= 0 {
		delete(st.of.open, st.session)
	}
}

// How long a page is followed before it connects anew.
const followFor = 10 * time.Minute

// Follow tells a page to ask for itself again whenever stamp, one line of all it
// shows, is no longer seen: at a bell, and now and then without one, as another
// process may have written. What changed is not said.
func (s *Streams) Follow(w http.ResponseWriter, r *http.Request, bell <-chan struct{}, every time.Duration, seen string, stamp func(ctx context.Context) (string, error)) {
	st, ok := s.Begin(w, r)
	if !ok {
		return
	}
	defer st.End()
	end, look := time.NewTimer(followFor), time.NewTicker(every)
	defer end.Stop()
	defer look.Stop()
	words := ": still here\n\n"
	for {
		now, err := stamp(r.Context())
		if err != nil {
			return // the page comes back, and asks as anybody does
		}
		if now != seen {
			seen, words = now, "event: tick\ndata: 1\n\n"
		}
		if words != "" && !st.Say(words) {
			return
		}
		words = ""
		select {
		case <-r.Context().Done():
			return
		case <-st.Quit:
			return
		case <-end.C:
			return
		case <-bell:
		case <-look.C:
			words = ": still here\n\n"
		}
	}
}

// Hush ends them all, so that the server can stop.
func (s *Streams) Hush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if s.closed = true; s.quit != nil {
		close(s.quit)
	}
}
