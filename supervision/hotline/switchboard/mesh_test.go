package switchboard_test

import (
	"net"
	"net/http"
	"path/filepath"
	"testing"

	"yangguang/internal/rtp/rtptest"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/recording"
	"yangguang/supervision/hotline/seatwire"
)

// beside is a second process on the store, spoken with as another machine's is.
func (x *exchange) beside(t *testing.T, all browsers, id *seatwire.Identity) *exchange {
	t.Helper()
	house := *x.House
	y := &exchange{House: &house, said: x.said}
	y.Hotline = x.Process("phone-17")
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	y.Hotline.Address = ln.Addr().String()
	y.recordings = &recording.Recordings{DB: y.Hotline.DB, Keys: y.Hotline.Keys, Blobs: x.recordings.Blobs, Dir: filepath.Join(t.TempDir(), "recordings"), Node: "phone-17"}
	cfg := x.config
	cfg.Hotline, cfg.Recordings, cfg.Dir, cfg.Browsers = y.Hotline, y.recordings, t.TempDir(), all
	y.open(t, cfg)
	serve(t, id.Server(y.board), id.Listen(ln))
	y.at = y.board.Addresses()[0][len("UDP "):]
	return y
}

func serve(t *testing.T, s *http.Server, ln net.Listener) {
	t.Helper()
	go func() { _ = s.Serve(ln) }()
	t.Cleanup(func() { _ = s.Close() })
}

// fleetFor is how the pages of the first process's machine speak with both.
func (x *exchange) fleetFor(t *testing.T, id *seatwire.Identity) *seatwire.Fleet {
	t.Helper()
	mux := http.NewServeMux()
	seatwire.Serve(mux, x.board)
	socket := filepath.Join(t.TempDir(), "s")
	ln, err := net.Listen("unix", socket)
	check(t, err)
	serve(t, &http.Server{Handler: mux}, ln) //nolint:gosec // a test's
	return &seatwire.Fleet{Own: x.Hotline.Node, Socket: socket, Identity: id, Nodes: x.Hotline.Peers}
}

// A browser that speaks with two processes answers callers of both, one after the
// other; a shift lead hears it at the one that has the caller.
func TestABrowserAnswersCallersOfTwoProcesses(t *testing.T) {
	x, all := withBrowsers(t, nil)
	id, err := seatwire.NewIdentity(make([]byte, 32))
	check(t, err)
	y := x.beside(t, all, id)
	f := x.fleetFor(t, id)
	line := x.Line(t, func(l *hotline.Line) { l.WrapUp = 0 })
	p := x.page(t, all, 440)
	lead := x.page(t, all, 520)
	ears := map[*exchange]*rtptest.Party{x: p.ear}
	for _, q := range []*page{p, lead} {
		_, err = f.Offer(t.Context(), "phone-17", q.seat, q.who.ID, "tone 440")
		check(t, err)
		ear := <-all.open
		if q == p {
			ears[y] = ear
		}
	}
	until(t, "the browser at both", func() bool {
		s, err := f.State(t.Context(), p.seat)
		return err == nil && len(s.Voices) == 2 && s.Voices[0].Joined && s.Voices[1].Joined
	})
	p.ready()
	for i, at := range []*exchange{y, x} {
		caller := handsetAt(t, "127.0.0.2", 0, at.at, 880, nil).calls(t, line.Number)
		var offer hotline.Ref
		until(t, "it to ring", func() bool {
			s, err := f.State(t.Context(), p.seat)
			if err != nil || s.Offer == nil {
				return false
			}
			offer = s.Offer.Ref
			return true
		})
		check(t, f.Do(t.Context(), p.seat, seatwire.Command{Act: seatwire.Take, Offer: &offer}))
		caller.hears(t, 440)
		p.ear = ears[at]
		p.hears(880)
		if i == 0 {
			check(t, f.Do(t.Context(), lead.seat, seatwire.Command{Act: seatwire.Listen, Target: &p.seat, Person: lead.who.ID}))
			s, err := f.State(t.Context(), lead.seat)
			check(t, err)
			if s.Watching == nil || *s.Watching != p.seat {
				t.Errorf("the lead's page: %+v", s)
			}
			check(t, f.Do(t.Context(), lead.seat, seatwire.Command{Act: seatwire.StopWatch}))
		}
		check(t, f.Do(t.Context(), p.seat, seatwire.Command{Act: seatwire.Hangup}))
		caller.hears(t, 600) // how was it?
		caller.leg.Hangup()
		until(t, "the seat to be free", func() bool { st := x.State(t, p.seat); return st != hotline.Busy && st != hotline.Ringing })
		check(t, x.Hotline.Ready(x.As(p.who), p.seat))
	}
}
