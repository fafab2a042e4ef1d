package sip

import (
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"yangguang/internal/sip/sdp"
)

// guarded is a server whose trunk is 127.0.0.1 alone, without phones.
func guarded(t *testing.T, change func(*Config)) *hotline {
	return listen(t, func(c *Config) {
		c.Trunks[0].Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
		if change != nil {
			change(c)
		}
	})
}

func TestAStrangerIsNotAnswered(t *testing.T) {
	h := guarded(t, nil)
	stranger, friend := dialWire(t, h.Server, "127.0.0.2"), dialWire(t, h.Server, "127.0.0.1")
	n := 0
	for _, method := range []string{"INVITE", "OPTIONS", "REGISTER", "BYE", "CANCEL", "ACK", "MESSAGE", "SUBSCRIBE", "NONSENSE"} {
		stranger.say(stranger.request(method, "4000"))
		n++
	}
	stranger.say("OPTIONS sip:x SIP/2.0\r\n\r\n") // sipgo would answer this one itself
	stranger.say("hello")
	n++
	if code, _ := friend.ask(friend.request("OPTIONS", "4000")); code != "200" {
		t.Fatalf("a friend: %s", code)
	}
	// The friend's answer came after all of them were read: the server reads in order.
	if c := h.Counters(); c.Strangers != int64(n) || c.Unreadable != 1 || h.Calls() != 0 {
		t.Errorf("%d of %d were strangers, %+v", c.Strangers, n, c)
	}
}

func TestAStrangersConnectionIsClosedUnread(t *testing.T) {
	h := guarded(t, nil)
	c, err := dialTCP("127.0.0.2", h.Addrs("TCP")[0])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	b := make([]byte, 1)
	if _, err := c.Read(b); err == nil {
		t.Error("a stranger was answered")
	}
	if h.Counters().Strangers != 1 {
		t.Errorf("%+v", h.Counters())
	}
}

func TestARequestInsideACallIsKnownByItsTagWhereverItComesFrom(t *testing.T) {
	h := guarded(t, nil)
	friend, moved := dialWire(t, h.Server, "127.0.0.1"), dialWire(t, h.Server, "127.0.0.5")
	invite := friend.request("INVITE", "4000")
	friend.say(invite)
	answer := friend.hear()
	for !strings.HasPrefix(answer, "SIP/2.0 200") {
		answer = friend.hear()
	}
	inside := func(w *wire, method, seq, to string) string {
		r := w.request(method, "4000")
		for name, value := range map[string]string{"From": lineOf(invite, "From"), "To": to, "Call-ID": lineOf(invite, "Call-ID"), "CSeq": seq + " " + method} {
			r = strings.Replace(r, name+": "+lineOf(r, name), name+": "+value, 1)
		}
		return r
	}
	to := lineOf(answer, "To")
	moved.say(inside(moved, "BYE", "2", to[:len(to)-1]+"x")) // a tag that was guessed
	friend.say(inside(friend, "ACK", "1", to))
	if code, _ := friend.ask(inside(friend, "OPTIONS", "3", to)); code != "200" {
		t.Errorf("inside the call: %s", code)
	}
	if h.Counters().Strangers != 1 || h.Calls() != 1 {
		t.Errorf("a guessed tag: %+v", h.Counters())
	}
	if code, _ := moved.ask(inside(moved, "BYE", "4", to)); code != "200" {
		t.Errorf("the caller from another address: %s", code)
	}
	if e := h.ended(t); e.Why != ByThem {
		t.Errorf("ended %+v", e)
	}
}

func TestWhatIsMissingIsABadRequest(t *testing.T) {
	h := guarded(t, nil)
	w := dialWire(t, h.Server, "127.0.0.1")
	for _, name := range []string{"To", "From", "Call-ID"} {
		r := w.request("INVITE", "4000")
		r = strings.Replace(r, name+": "+lineOf(r, name)+"\r\n", "", 1)
		code, answer := w.ask(r)
		if code != "400" {
			t.Errorf("without %s: %s", name, code)
		}
		w.say(ackOf(answer))
	}
	r := w.request("OPTIONS", "4000")
	if code, _ := w.ask(strings.Replace(r, "CSeq: "+lineOf(r, "CSeq"), "CSeq: 4 INVITE", 1)); code != "400" {
		t.Errorf("a CSeq of another method: %s", code)
	}
	if h.Counters().Malformed != 4 || h.Counters().In != 0 {
		t.Errorf("%+v", h.Counters())
	}
}

func TestBeyondTheCapsCallsAreRefusedAtOnceAndTheOthersGoOn(t *testing.T) {
	const room = 5
	h := guarded(t, func(c *Config) {
		c.Trunks[0].Calls = room
		c.OnCall = func(c *Call) { _ = c.Ring() }
	})
	w := dialWire(t, h.Server, "127.0.0.1")
	rung, refused := 0, 0
	for range 10 * room {
		code, answer := w.ask(w.request("INVITE", "4000"))
		switch code {
		case "180":
			rung++
		case "503":
			refused++
			if lineOf(answer, "Retry-After") == "" {
				t.Error("503 without a time to come back")
			}
			w.say(ackOf(answer))
		}
	}
	if rung != room || refused != 9*room || h.Calls() != room || h.Trunks()[0].Calls != room {
		t.Errorf("%d rang, %d were refused, %d calls", rung, refused, h.Calls())
	}
}

func TestOneCallerAndOneSourceHaveTheirShare(t *testing.T) {
	c := newCapacity(Limits{Calls: 100, PerCaller: 2})
	first, _ := c.take(nil, "13800000000")
	c.take(nil, "13800000000")
	if _, ok := c.take(nil, "13800000000"); ok {
		t.Error("a third call of one number")
	}
	if _, ok := c.take(nil, ""); !ok {
		t.Error("a caller without a number has no share")
	}
	first()
	first() // twice is once
	if _, ok := c.take(nil, "13800000000"); !ok {
		t.Error("no room after a call ended")
	}
	for k := range c.callers {
		if strings.Contains(string(k[:]), "138") {
			t.Error("the number is kept")
		}
	}
	clock := newHands()
	r := newRates(clock, 2, 3)
	a := netip.MustParseAddr("192.0.2.1")
	got := 0
	for range 10 {
		if r.allow(a) {
			got++
		}
	}
	clock.advance(time.Second)
	for range 10 {
		if r.allow(a) {
			got++
		}
	}
	if got != 5 {
		t.Errorf("%d were allowed, want a burst of 3 and 2 in the second after", got)
	}
	for i := range mostSources + 10 {
		r.allow(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
	}
	if len(r.buckets) > mostSources+1 {
		t.Errorf("%d addresses are remembered", len(r.buckets))
	}
}

func TestALogHasNothingOfACall(t *testing.T) {
	h := guarded(t, func(c *Config) {
		c.OnCall = func(c *Call) { panic("call from " + c.Caller.Number) }
	})
	w := dialWire(t, h.Server, "127.0.0.1")
	secret := "Authorization: Digest username=\"canary-user\", response=\"canary-response\""
	w.say("INVITE sip:canary-called@x SIP/2.0\r\n" + secret + "\r\nno colon here canary-line\r\n\r\n")
	r := strings.Replace(w.request("INVITE", "canary-called", secret, "P-Asserted-Identity: \"canary-name\" <sip:canary-number@x>"), "From: <sip:canary-called", "From: \"canary-name\" <sip:canary-caller", 1)
	code, answer := w.ask(r)
	if code != "500" {
		t.Errorf("a handler that broke: %s", code)
	}
	w.say(ackOf(answer))
	r = w.request("INVITE", "canary-called", secret)
	r = strings.Replace(r, "CSeq: "+lineOf(r, "CSeq"), "CSeq: canary", 1)
	w.say(r)
	w.say(strings.Replace(w.request("OPTIONS", "canary-called"), "Via: SIP/2.0/UDP", "Via: SIP/2.0/CANARY", 1))
	w.ask(w.request("OPTIONS", "canary-called"))
	stream, err := dialTCP("127.0.0.1", h.Addrs("TCP")[0])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Close() }()
	if _, err := stream.Write([]byte("canary stream\r\nno SIP\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, stream); err != nil { // until the server closes it
		t.Log(err)
	}
	h.Close()
	h.background.Wait()
	said := strings.ToLower(h.log.String())
	if strings.Contains(said, "canary") {
		t.Errorf("the log says\n%s", said)
	}
	if h.Counters().Unreadable != 3 {
		t.Errorf("what could not be read is not counted: %+v", h.Counters())
	}
	if h.Counters().Guarded != 1 || !strings.Contains(said, "handler broke") {
		t.Errorf("a broken handler is not told: %+v\n%s", h.Counters(), said)
	}
}

func TestTheCallerHearsBeforeAnAnswer(t *testing.T) {
	h := guarded(t, func(c *Config) {
		c.OnCall = func(c *Call) {
			_ = c.Progress(sdp.Offer(ours))
			_ = c.Reject(404, "No such\r\nInjected: x", 0)
		}
	})
	w := dialWire(t, h.Server, "127.0.0.1")
	code, answer := w.ask(w.request("INVITE", "4000"))
	if code != "183" || !strings.Contains(answer, "m=audio 40000 ") {
		t.Errorf("before: %s", answer)
	}
	answer = w.hear()
	w.say(ackOf(answer))
	if !strings.HasPrefix(answer, "SIP/2.0 404 No suchInjected: x\r\n") {
		t.Errorf("after: %s", answer)
	}
}
