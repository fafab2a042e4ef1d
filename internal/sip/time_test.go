package sip

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRepeats(t *testing.T) {
	clock := newHands()
	begin := clock.Now()
	var said []float64
	var lost time.Duration
	r := repeat(clock, func() { said = append(said, clock.Now().Sub(begin).Seconds()) }, func() { lost = clock.Now().Sub(begin) })
	clock.advance(time.Minute)
	want := []float64{0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5}
	if d := cmp.Diff(want, said); d != "" {
		t.Errorf("an answer is said again at (-want +got)\n%s", d)
	}
	if lost != 32*time.Second {
		t.Errorf("given up after %v", lost)
	}
	<-r.done
	said = nil
	r = repeat(clock, func() { said = append(said, 0) }, func() { t.Error("acknowledged, and lost") })
	clock.advance(2 * time.Second)
	r.end()
	r.end()
	clock.advance(time.Minute)
	if len(said) != 2 {
		t.Errorf("said %d times before its ACK", len(said))
	}
}

func TestRegistrationsAreTriedAgainMoreAndMoreSlowly(t *testing.T) {
	var got []time.Duration
	for n := range 9 {
		got = append(got, retry(n))
	}
	s := time.Second
	if d := cmp.Diff([]time.Duration{5 * s, 10 * s, 20 * s, 40 * s, 80 * s, 160 * s, 300 * s, 300 * s, 300 * s}, got); d != "" {
		t.Error(d)
	}
}

// inCall is a call in progress between a wire and a server of a clock by hand.
type inCall struct {
	*wire
	invite, to string
	seq        int
}

func (w *wire) call(t *testing.T, headers ...string) *inCall {
	t.Helper()
	invite := w.request("INVITE", "4000", headers...)
	w.say(invite)
	answer := w.hear()
	for !strings.HasPrefix(answer, "SIP/2.0 200") {
		answer = w.hear()
	}
	c := &inCall{w, invite, lineOf(answer, "To"), 1}
	w.say(c.request("ACK"))
	return c
}

func (c *inCall) request(method string, headers ...string) string {
	r := c.wire.request(method, "4000", headers...)
	seq := c.seq
	if method != "ACK" {
		c.seq++
		seq = c.seq
	}
	for name, value := range map[string]string{"From": lineOf(c.invite, "From"), "To": c.to, "Call-ID": lineOf(c.invite, "Call-ID"), "CSeq": itoa(seq) + " " + method} {
		r = strings.Replace(r, name+": "+lineOf(r, name), name+": "+value, 1)
	}
	if method == "ACK" {
		r = strings.Replace(r, "CSeq: "+lineOf(r, "CSeq"), "CSeq: "+strings.Replace(lineOf(c.invite, "CSeq"), "INVITE", "ACK", 1), 1)
	}
	return r
}

func TestASessionNobodyRefreshesIsHungUp(t *testing.T) {
	clock := newHands()
	confirmed := make(chan *Call, 1)
	h := guarded(t, func(c *Config) {
		c.clock = clock
		c.OnCall = func(c *Call) { answer(c); <-c.Confirmed(); confirmed <- c }
	})
	w := dialWire(t, h.Server, "127.0.0.1")
	in := w.call(t, "Supported: timer", "Session-Expires: 90;refresher=uac")
	c := <-confirmed
	clock.advance(50 * time.Second)
	in.seq = 100
	if code, answer := w.ask(in.request("UPDATE", "Supported: timer", "Session-Expires: 90;refresher=uac")); code != "200" || lineOf(answer, "Session-Expires") != "90;refresher=uac" {
		t.Fatalf("a refresh: %s", answer)
	}
	clock.advance(50 * time.Second) // 100 from the start: the refresh counts
	select {
	case <-c.Done():
		t.Fatal("hung up in spite of the refresh")
	default:
	}
	clock.advance(11 * time.Second)
	if bye := w.hear(); !strings.HasPrefix(bye, "BYE ") {
		t.Fatalf("got %s", bye)
	}
	if e := h.ended(t); e.Why != Expired {
		t.Errorf("ended %+v", e)
	}
}

func TestASessionThatIsOursToRefresh(t *testing.T) {
	for _, method := range []string{"UPDATE", "INVITE"} {
		t.Run(method, func(t *testing.T) {
			clock := newHands()
			confirmed := make(chan *Call, 1)
			h := guarded(t, func(c *Config) {
				c.clock = clock
				c.OnCall = func(c *Call) { answer(c); <-c.Confirmed(); confirmed <- c }
			})
			w := dialWire(t, h.Server, "127.0.0.1")
			w.call(t, "Supported: timer", "Session-Expires: 100;refresher=uas", "Allow: "+strings.Replace("INVITE, ACK, METHOD", "METHOD", method, 1))
			c := <-confirmed
			moved := make(chan struct{})
			go func() { clock.advance(50 * time.Second); close(moved) }()
			for _, answered := range []string{"200 OK", "481 Gone"} {
				refresh := w.hear()
				for strings.HasPrefix(refresh, "ACK") {
					refresh = w.hear()
				}
				if !strings.HasPrefix(refresh, method+" ") || lineOf(refresh, "Session-Expires") != "100;refresher=uac" {
					t.Fatalf("refreshed by\n%s", refresh)
				}
				w.say("SIP/2.0 " + answered + "\r\nVia: " + lineOf(refresh, "Via") + "\r\nFrom: " + lineOf(refresh, "From") + "\r\nTo: " + lineOf(refresh, "To") +
					"\r\nCall-ID: " + lineOf(refresh, "Call-ID") + "\r\nCSeq: " + lineOf(refresh, "CSeq") + "\r\nSession-Expires: 100;refresher=uac\r\nContent-Length: 0\r\n\r\n")
				<-moved
				if answered == "200 OK" {
					moved = make(chan struct{})
					go func() { clock.advance(50 * time.Second); close(moved) }()
				}
			}
			<-c.Done()
			if c.Ended().Why != Expired {
				t.Errorf("ended %+v", c.Ended())
			}
		})
	}
}

func TestHungUpBeforeTheACKTheByeWaitsForIt(t *testing.T) {
	clock := newHands()
	over := make(chan struct{})
	h := guarded(t, func(c *Config) {
		c.clock = clock
		c.OnCall = func(c *Call) { answer(c); c.Hangup(); close(over) }
	})
	w := dialWire(t, h.Server, "127.0.0.1")
	invite := w.request("INVITE", "4000")
	w.say(invite)
	answer := w.hear()
	<-over
	if !strings.HasPrefix(answer, "SIP/2.0 200") || h.Calls() != 0 {
		t.Fatalf("%d calls\n%s", h.Calls(), answer)
	}
	clock.advance(500 * time.Millisecond)
	if again := w.hear(); !strings.HasPrefix(again, "SIP/2.0 200") {
		t.Fatalf("before the ACK: %s", again)
	}
	in := &inCall{w, invite, lineOf(answer, "To"), 1}
	w.say(in.request("ACK"))
	if bye := w.hear(); !strings.HasPrefix(bye, "BYE ") {
		t.Errorf("after the ACK: %s", bye)
	}
}

func TestACallNobodyTakesEnds(t *testing.T) {
	clock := newHands()
	rings := make(chan struct{})
	h := guarded(t, func(c *Config) {
		c.clock = clock
		c.OnCall = func(c *Call) { _ = c.Ring(); close(rings) }
	})
	w := dialWire(t, h.Server, "127.0.0.1")
	w.say(w.request("INVITE", "4000"))
	<-rings
	clock.advance(3 * time.Minute)
	w.hear() // 180
	if answer := w.hear(); !strings.HasPrefix(answer, "SIP/2.0 480") {
		t.Errorf("got %s", answer)
	}
	if e := h.ended(t); e != (Ending{TimedOut, 480}) {
		t.Errorf("ended %+v", e)
	}
}
