package casedesk

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/fault"
	"yangguang/supervision/casework"
)

// How long a page is followed before it connects anew, how often it is looked
// at although no bell rang (another process may have written), and the least
// time between two ticks.
const (
	followFor = 10 * time.Minute
	lookEvery = 15 * time.Second
	pause     = 2 * time.Second
)

// perSession is how many pages of one session are followed at a time.
const perSession = 3

// ears are the pages that follow live.
type ears struct {
	mu     sync.Mutex
	open   map[int64]int // by session; guarded by mu
	quit   chan struct{} // closed when the server stops; guarded by mu
	closed bool          // guarded by mu
}

// take counts a page in, and gives what tells that the server stops.
func (e *ears) take(session int64) (quit <-chan struct{}, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.open == nil {
		e.open, e.quit = map[int64]int{}, make(chan struct{})
	}
	if e.closed || e.open[session] >= perSession {
		return nil, false
	}
	e.open[session]++
	return e.quit, true
}

func (e *ears) give(session int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.open[session]--; e.open[session] <= 0 {
		delete(e.open, session)
	}
}

// Hush ends the pages that follow live, so that the server can stop.
func (d *Desk) Hush() {
	d.ears.mu.Lock()
	defer d.ears.mu.Unlock()
	if d.ears.closed {
		return
	}
	if d.ears.closed = true; d.ears.quit != nil {
		close(d.ears.quit)
	}
}

// events tells a page that something it shows has changed; never what. The page
// asks for itself again. A tick is sent only when what this person sees is
// otherwise than before, so that nobody learns that a matter hidden from him moves.
func (d *Desk) events(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a := account.From(ctx)
	if !holdsAny(ctx, casework.Verbs()...) {
		return fault.Say(fault.Forbidden, "fault.forbidden")
	}
	at := ref{}
	if s := r.URL.Query().Get("matter"); s != "" {
		refs, err := refsOf([]string{s})
		if err != nil {
			return err
		}
		at = refs[0]
	}
	last, err := d.Cases.Stamp(ctx, at.Province, at.ID)
	if err != nil {
		return err
	}
	session := a.Session
	if session == 0 {
		session = -a.Person
	}
	if !strings.Contains(r.Header.Get("Accept"), "text/event-stream") { // nobody who would listen
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	quit, ok := d.ears.take(session)
	if !ok {
		w.WriteHeader(http.StatusNoContent) // the browser does not come back by itself
		return nil
	}
	defer d.ears.give(session)
	bell, silence := d.Cases.Bell.Listen()
	defer silence()
	s := stream{w: w, c: http.NewResponseController(w)}
	_ = s.c.SetWriteDeadline(time.Time{}) // it outlives what an answer may take
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	s.say("retry: 10000\n\n")
	end, look := time.NewTimer(followFor), time.NewTicker(lookEvery)
	defer end.Stop()
	defer look.Stop()
	for s.ok {
		select {
		case <-ctx.Done():
			return nil
		case <-quit:
			return nil
		case <-end.C:
			return nil
		case <-bell:
		case <-look.C:
			s.say(": still here\n\n")
		}
		now, err := d.Cases.Stamp(ctx, at.Province, at.ID)
		switch {
		case fault.Is(err, fault.NotFound): // it may no longer be seen
			s.say("event: tick\ndata: 1\n\n")
			return nil
		case err != nil:
			return nil // the page comes back, and asks as anybody does
		case now == last:
			continue
		}
		last = now
		s.say("event: tick\ndata: 1\n\n")
		d.rest(ctx.Done(), quit)
	}
	return nil
}

// rest waits between two ticks, so that a busy hour is not a storm.
func (d *Desk) rest(gone <-chan struct{}, quit <-chan struct{}) {
	p := d.Pause
	if p == 0 {
		p = pause
	}
	timer := time.NewTimer(p)
	defer timer.Stop()
	select {
	case <-gone:
	case <-quit:
	case <-timer.C:
	}
}

// stream writes to a page that listens.
type stream struct {
	w  http.ResponseWriter
	c  *http.ResponseController
	ok bool
}

func (s *stream) say(words string) {
	_, err := strings.NewReader(words).WriteTo(s.w)
	if err == nil {
		err = s.c.Flush()
	}
	s.ok = err == nil
}
