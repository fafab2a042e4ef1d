package sip

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"yangguang/internal/sip/sdp"
)

// callee is sipp waiting for calls of ours on a port; played waits until its
// scenario is over, and fails the test when it went wrong.
func callee(t *testing.T, scenario string) (port string, played func()) {
	t.Helper()
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ = net.SplitHostPort(l.LocalAddr().String())
	_ = l.Close()
	over := make(chan error, 1)
	file := script(t, scenario)
	dir := t.TempDir()
	go func() { over <- play(t.Context(), dir, file, "-p", port) }()
	return port, func() {
		t.Helper()
		if err := <-over; err != nil {
			t.Error(err)
		}
	}
}

// calling is a server whose trunk is the callee.
func calling(t *testing.T, port string) *hotline {
	return listen(t, func(c *Config) { c.Trunks[0].Proxy = "127.0.0.1:" + port })
}

var toTrunk = Target{Trunk: "carrier", Number: "13900000000"}

func TestWeCallThroughAChattyProxyAndHangUp(t *testing.T) {
	port, played := callee(t, "called")
	h := calling(t, port)
	rung := 0
	c, err := h.Dial(t.Context(), toTrunk, sdp.Offer(ours), DialOptions{OnRinging: func() { rung++ }})
	if err != nil {
		t.Fatal(err)
	}
	// Told twice is wrong; never is not, for an answer may overtake the ringing. That
	// it is told at all, TestWeGiveUpWhileItRings shows.
	if rung > 1 || c.Remote().Port == 0 || c.Remote().Codec() != sdp.PCMA {
		t.Errorf("rung %d times, remote %+v", rung, c.Remote())
	}
	c.Hangup()
	played()
	if c.Ended() != (Ending{Why: ByUs}) || h.Calls() != 0 {
		t.Errorf("ended %+v, %d calls", c.Ended(), h.Calls())
	}
}

func TestTheCalledPartyHangsUp(t *testing.T) {
	port, played := callee(t, "calledbye")
	h := calling(t, port)
	c, err := h.Dial(t.Context(), toTrunk, sdp.Offer(ours), DialOptions{Hidden: true})
	if err != nil {
		t.Fatal(err)
	}
	<-c.Done()
	played()
	if c.Ended() != (Ending{Why: ByThem}) {
		t.Errorf("ended %+v", c.Ended())
	}
}

func TestABusyNumber(t *testing.T) {
	port, played := callee(t, "calledbusy")
	h := calling(t, port)
	_, err := h.Dial(t.Context(), toTrunk, sdp.Offer(ours), DialOptions{})
	var no Refused
	if !errors.As(err, &no) || no.Code != 486 {
		t.Errorf("got %v", err)
	}
	played()
	if h.Calls() != 0 {
		t.Errorf("%d calls are left", h.Calls())
	}
}

func TestWeGiveUpWhileItRings(t *testing.T) {
	for _, scenario := range []string{"calledcancel", "calledtoolate"} {
		t.Run(scenario, func(t *testing.T) {
			port, played := callee(t, scenario)
			h := calling(t, port)
			ctx, cancel := context.WithCancel(t.Context())
			_, err := h.Dial(ctx, toTrunk, sdp.Offer(ours), DialOptions{OnRinging: cancel})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			played()
			if h.Calls() != 0 {
				t.Errorf("%d calls are left", h.Calls())
			}
		})
	}
}

func TestATrunkAsksForOurSecretAndALongerSession(t *testing.T) {
	port, played := callee(t, "calledauth")
	h := listen(t, func(c *Config) {
		c.Trunks[0].Proxy = "127.0.0.1:" + port
		c.SessionExpires = 2 * time.Minute
	})
	h.trunks[0].Register = &TrunkRegistration{User: "hotline", Password: "secret"} // known, without a name there to keep
	c, err := h.Dial(t.Context(), toTrunk, sdp.Offer(ours), DialOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c.Hangup()
	played()
}

func TestWhatCannotBeCalled(t *testing.T) {
	h := listen(t, func(c *Config) { c.Limits.Calls = 1; c.Limits.Ringing = time.Hour })
	offer := sdp.Offer(ours)
	for name, c := range map[string]struct {
		to   Target
		want error
	}{
		"a phone nobody knows": {Target{Phone: "8001"}, ErrNotRegistered},
		"no trunk of the name": {Target{Trunk: "other", Number: "1"}, ErrNoTrunk},
		"a line break":         {Target{Trunk: "carrier", Number: "1\r\nTo: x"}, ErrNumber},
		"a host":               {Target{Trunk: "carrier", Number: "1@example.org"}, ErrNumber},
		"nothing":              {Target{Trunk: "carrier"}, ErrNumber},
	} {
		if _, err := h.Dial(t.Context(), c.to, offer, DialOptions{}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if free, ok := h.room.take(nil, ""); ok {
		defer free()
	}
	if _, err := h.Dial(t.Context(), toTrunk, offer, DialOptions{}); !errors.Is(err, ErrFull) {
		t.Errorf("one call too many: %v", err)
	}
}

func TestAUserIsWrittenAsAURIMayHoldIt(t *testing.T) {
	for in, want := range map[string]string{"8001": "8001", "a@b": "a%40b", "\r\n<": "%0D%0A%3C", "": ""} {
		if got := escape(in); got != want {
			t.Errorf("escape(%q) = %q, want %q", in, got, want)
		}
	}
}
