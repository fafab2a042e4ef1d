package seatwire_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"yangguang/internal/fault"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/seatwire"
)

// process is one that carries calls, as far as seats go.
type process struct {
	mu      sync.Mutex
	states  map[hotline.Ref]seatwire.State
	changed chan struct{}
	done    []seatwire.Command
	server  *http.Server
	address string
}

func newProcess() *process {
	return &process{states: map[hotline.Ref]seatwire.State{}, changed: make(chan struct{})}
}

func (p *process) Join(_ context.Context, seat hotline.Ref, _ int64, sdp string) (string, error) {
	p.set(seat, func(s *seatwire.State) { s.Joined = true })
	return "answer to " + sdp, nil
}

func (p *process) Order(_ context.Context, _ hotline.Ref, c seatwire.Command) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = append(p.done, c)
	return nil
}

func (p *process) Look(seat hotline.Ref) (seatwire.State, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.states[seat], p.changed
}

func (p *process) set(seat hotline.Ref, f func(*seatwire.State)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.states[seat]
	f(&s)
	p.states[seat] = s
	close(p.changed)
	p.changed = make(chan struct{})
}

// last is the order it was given last; the zero one when there is none.
func (p *process) last() (c seatwire.Command) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.done); n > 0 {
		c, p.done = p.done[n-1], nil
	}
	return c
}

func identity(t *testing.T, b byte) *seatwire.Identity {
	t.Helper()
	id, err := seatwire.NewIdentity(bytes.Repeat([]byte{b}, 32))
	check(t, err)
	return id
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// peer is a process of another machine.
func peer(t *testing.T, id *seatwire.Identity) *process {
	t.Helper()
	p := newProcess()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	p.server, p.address = id.Server(p), ln.Addr().String()
	go func() { _ = p.server.Serve(id.Listen(ln)) }()
	t.Cleanup(func() { _ = p.server.Close() })
	return p
}

var own, other = hotline.Ref{Province: 35, ID: 7}, hotline.Ref{Province: 35, ID: 8}

// two is a fleet of this machine's process, a, and another's, b.
func two(t *testing.T) (f *seatwire.Fleet, a, b *process) {
	t.Helper()
	id := identity(t, 1)
	a, b = newProcess(), peer(t, id)
	socket := filepath.Join(t.TempDir(), "s")
	ln, err := net.Listen("unix", socket)
	check(t, err)
	mux := http.NewServeMux()
	seatwire.Serve(mux, a)
	a.server = &http.Server{Handler: mux} //nolint:gosec // a test's
	go func() { _ = a.server.Serve(ln) }()
	t.Cleanup(func() { _ = a.server.Close() })
	return &seatwire.Fleet{Own: "a", Socket: socket, Identity: id, Nodes: func(context.Context) ([]hotline.Node, error) {
		return []hotline.Node{{Name: "a", Address: "127.0.0.1:9"}, {Name: "b", Address: b.address}}, nil
	}}, a, b
}

func TestAnOrderGoesWhereItBelongs(t *testing.T) {
	t.Parallel()
	f, a, b := two(t)
	ctx := t.Context()
	for _, node := range []string{"", "b"} {
		if said, err := f.Offer(ctx, node, own, 1, "v=0"); err != nil || said != "answer to v=0" {
			t.Fatalf("%q: %q %v", node, said, err)
		}
	}
	if _, err := f.Offer(ctx, "c", own, 1, "v=0"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("joined to a process there is not: %v", err)
	}
	if err := f.Do(ctx, own, seatwire.Command{Act: seatwire.Hangup}); !fault.Is(err, fault.Conflict) {
		t.Errorf("hung up where no call is: %v", err)
	}
	ringing := hotline.Ref{Province: 35, ID: 1}
	b.set(own, func(s *seatwire.State) { s.Offer = &seatwire.Offer{Ref: ringing} })
	stale := hotline.Ref{Province: 35, ID: 2}
	if err := f.Do(ctx, own, seatwire.Command{Act: seatwire.Take, Offer: &stale}); !fault.Is(err, fault.Conflict) {
		t.Errorf("took what does not ring: %v", err)
	}
	call := hotline.Ref{Province: 35, ID: 3}
	for _, x := range []struct {
		of     hotline.Ref
		state  seatwire.State
		c      seatwire.Command
		at, no *process
	}{
		{own, seatwire.State{Joined: true, Offer: &seatwire.Offer{Ref: ringing}}, seatwire.Command{Act: seatwire.Take, Offer: &ringing}, b, a},
		{own, seatwire.State{Joined: true, Call: &call}, seatwire.Command{Act: seatwire.Hold}, b, a},
		{own, seatwire.State{Joined: true}, seatwire.Command{Act: seatwire.Dial, Target: &call}, a, b},
		{other, seatwire.State{Call: &call}, seatwire.Command{Act: seatwire.Whisper, Target: &other}, b, a},
		{own, seatwire.State{Watching: &other}, seatwire.Command{Act: seatwire.StopWatch}, b, a},
		{own, seatwire.State{Beside: &seatwire.Beside{Call: call, By: other}}, seatwire.Command{Act: seatwire.StepOut}, b, a},
	} {
		b.set(x.of, func(s *seatwire.State) { *s = x.state })
		check(t, f.Do(ctx, own, x.c))
		if got := x.at.last(); got.Act != x.c.Act {
			t.Errorf("%s: the process it belongs to was told %q", x.c.Act, got.Act)
		}
		if got := x.no.last(); got.Act != "" {
			t.Errorf("%s: the other was told %q", x.c.Act, got.Act)
		}
	}
}

func TestAPageSeesOneSeatWhateverProcessHoldsItsCall(t *testing.T) {
	t.Parallel()
	f, a, b := two(t)
	told := make(chan seatwire.State, 100)
	ended := make(chan error, 1)
	go func() { ended <- f.Watch(t.Context(), own, func(s seatwire.State) { told <- s }) }()
	wait := func(what string, ok func(seatwire.State) bool) {
		t.Helper()
		for {
			select {
			case s := <-told:
				if ok(s) {
					return
				}
			case err := <-ended:
				t.Fatalf("ended before %s: %v", what, err)
			case <-time.After(30 * time.Second):
				t.Fatalf("in vain for %s", what)
			}
		}
	}
	wait("both", func(s seatwire.State) bool { return len(s.Voices) == 2 && !s.Joined })
	a.set(own, func(s *seatwire.State) { s.Joined = true })
	call := hotline.Ref{Province: 35, ID: 3}
	b.set(own, func(s *seatwire.State) { s.Joined, s.Call, s.Recording = true, &call, seatwire.On })
	wait("the call of the other", func(s seatwire.State) bool {
		return s.Joined && s.Call != nil && *s.Call == call && s.Recording == seatwire.On && s.Voices[0].Joined && s.Voices[1].Joined
	})
	check(t, b.server.Close())
	wait("the seat without the other", func(s seatwire.State) bool {
		return s.Joined && s.Call == nil && len(s.Voices) == 2 && s.Voices[1] == seatwire.Voice{Node: "b"} // the page keeps its voice with it
	})
	if s, err := f.State(t.Context(), own); err != nil || !s.Joined {
		t.Errorf("one process that is gone takes the seat with it: %+v %v", s, err)
	}
	check(t, a.server.Close())
	for {
		select {
		case <-told:
			continue
		case err := <-ended:
			if !fault.Is(err, fault.Unavailable) {
				t.Errorf("the last is gone: %v", err)
			}
		}
		break
	}
	if _, err := f.State(t.Context(), own); !fault.Is(err, fault.Unavailable) {
		t.Errorf("nobody answers: %v", err)
	}
}

// Whoever has not the installation's key gets no further than the handshake.
func TestAStrangerIsNotSpokenWith(t *testing.T) {
	t.Parallel()
	p := peer(t, identity(t, 1))
	ask := func(id *seatwire.Identity) error {
		_, err := (&seatwire.Client{Address: p.address, Identity: id}).State(t.Context(), own)
		return err
	}
	check(t, ask(identity(t, 1)))
	if err := ask(identity(t, 2)); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a stranger asks: %v", err)
	}
	stranger := peer(t, identity(t, 2))
	if _, err := (&seatwire.Client{Address: stranger.address, Identity: identity(t, 1)}).State(t.Context(), own); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a stranger answers: %v", err)
	}
	get := func(c *http.Client, scheme string) {
		t.Helper()
		res, err := c.Get(scheme + "://" + p.address + "/seats/35/7")
		if err == nil {
			if _ = res.Body.Close(); res.StatusCode == http.StatusOK {
				t.Errorf("%s without a certificate is answered", scheme)
			}
		}
	}
	get(&http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}, "https") //nolint:gosec // the stranger's
	get(http.DefaultClient, "http")
	if _, err := seatwire.NewIdentity([]byte("short")); err == nil {
		t.Error("an identity of a few bytes")
	}
}

// A process whose word is late is there all the same: a page that gave up its voice
// with it would cut off whom it speaks with.
func TestAProcessThatIsSilentIsStillNamed(t *testing.T) {
	t.Parallel()
	f, a, b := two(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	check(t, err)
	defer func() { _ = ln.Close() }()
	f.Nodes = func(context.Context) ([]hotline.Node, error) {
		return []hotline.Node{{Name: "b", Address: b.address}, {Name: "c", Address: ln.Addr().String()}, {Name: "d"}}, nil // d was given no address
	}
	call := hotline.Ref{Province: 35, ID: 3}
	a.set(own, func(s *seatwire.State) { s.Joined = true })
	b.set(own, func(s *seatwire.State) { s.Joined, s.Call = true, &call })
	ctx, stop := context.WithCancel(t.Context())
	told := 0
	_ = f.Watch(ctx, own, func(s seatwire.State) {
		told++
		if len(s.Voices) != 4 || s.Voices[2] != (seatwire.Voice{Node: "c"}) || s.Voices[3] != (seatwire.Voice{Node: "d"}) {
			t.Errorf("the processes are %+v", s.Voices)
		}
		if s.Call != nil {
			stop()
		}
	})
	stop()
	if told == 0 {
		t.Error("nothing was told")
	}
	check(t, f.Do(t.Context(), own, seatwire.Command{Act: seatwire.Hold})) // the one that has the call is not kept waiting by the other
	if got := b.last(); got.Act != seatwire.Hold {
		t.Errorf("it was told %q", got.Act)
	}
}
