package sip

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/icholy/digest"

	"yangguang/internal/sip/sdp"
)

// desk are the phones of a test: users and passwords. 8003 is known by hash.
type desk map[string]string

func (d desk) Secret(_ context.Context, user string) (Secret, bool) {
	if user == "8003" {
		sum := func(h hash.Hash) string {
			h.Write([]byte("8003:hotline:" + d[user]))
			return hex.EncodeToString(h.Sum(nil))
		}
		return Secret{MD5: sum(md5.New()), SHA256: sum(sha256.New())}, true
	}
	p, ok := d[user]
	return Secret{Password: p}, ok
}

var phones = desk{"8001": "correct horse", "8002": "battery", "8003": "staple"}

// office is a server with desk phones on 127.0.0.3 and a trunk on 127.0.0.1.
func office(t *testing.T, change func(*Config)) *hotline {
	return listen(t, func(c *Config) {
		c.Phones, c.Digests = phones, []string{"SHA-256", "MD5"}
		c.Trunks[0].Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
		if change != nil {
			change(c)
		}
	})
}

// challenges are what a 401 asks, the better algorithm first.
func challenges(t *testing.T, answer string) (list []*digest.Challenge) {
	t.Helper()
	for l := range strings.SplitSeq(answer, "\r\n") {
		if v, ok := strings.CutPrefix(l, "WWW-Authenticate: "); ok {
			c, err := digest.ParseChallenge(v)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, c)
		}
	}
	if len(list) != 2 {
		t.Fatalf("%d challenges in\n%s", len(list), answer)
	}
	return list
}

func credentials(c *digest.Challenge, method, user, password string) string {
	cred, err := digest.Digest(c, digest.Options{Method: method, URI: "sip:hotline", Username: user, Password: password, Count: 1})
	if err != nil {
		panic(err)
	}
	return "Authorization: " + cred.String()
}

func TestADeskPhoneRegisters(t *testing.T) {
	clock := newHands()
	came, went := make(chan Registration, 10), make(chan string, 10)
	h := office(t, func(c *Config) {
		c.clock = clock
		c.OnRegister = func(r Registration) { came <- r }
		c.OnUnregister = func(user string) { went <- user }
	})
	for i, user := range []string{"8001", "8002", "8003"} {
		w := dialWire(t, h.Server, "127.0.0.3")
		code, answer := w.ask(w.request("REGISTER", user))
		if code != "401" {
			t.Fatalf("without a secret: %s", code)
		}
		auth := credentials(challenges(t, answer)[i%2], "REGISTER", user, phones[user])
		code, answer = w.ask(w.request("REGISTER", user, auth, "Expires: 600"))
		if code != "200" || !strings.Contains(lineOf(answer, "Contact"), "expires=600") {
			t.Fatalf("%s with the right secret:\n%s", user, answer)
		}
		if r := <-came; r.User != user || r.Source != w.LocalAddr().String() || r.Transport != "UDP" || r.Expires != clock.Now().Add(10*time.Minute) {
			t.Errorf("told %+v", r)
		}
		// The same words once more: the nonce was shown.
		code, answer = w.ask(w.request("REGISTER", user, auth, "Expires: 600"))
		if code != "401" || !challenges(t, answer)[0].Stale {
			t.Errorf("a nonce shown twice: %s", answer)
		}
		if user == "8002" {
			auth = credentials(challenges(t, answer)[0], "REGISTER", user, phones[user])
			if code, _ = w.ask(w.request("REGISTER", user, auth, "Expires: 0")); code != "200" || <-went != "8002" {
				t.Errorf("leaving: %s", code)
			}
		}
	}
	clock.advance(11 * time.Minute)
	if a, b := <-went, <-went; a+b != "80018003" && a+b != "80038001" {
		t.Errorf("after their time, told %s %s", a, b)
	}
	if _, err := h.Dial(t.Context(), Target{Phone: "8001"}, sdp.Offer(ours), DialOptions{}); !errors.Is(err, ErrNotRegistered) {
		t.Errorf("calling a phone that is gone: %v", err)
	}
}

func TestWhatIsNoRegistration(t *testing.T) {
	h := office(t, nil)
	w := dialWire(t, h.Server, "127.0.0.3")
	fresh := func() *digest.Challenge {
		_, answer := w.ask(w.request("REGISTER", "8001"))
		return challenges(t, answer)[0]
	}
	other := fresh()
	other.Nonce = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	realm := fresh()
	realm.Realm = "elsewhere"
	for name, c := range map[string]struct {
		message, code string
	}{
		"a nonce of our own making":    {w.request("REGISTER", "8001", credentials(other, "REGISTER", "8001", phones["8001"])), "401"},
		"another realm":                {w.request("REGISTER", "8001", credentials(realm, "REGISTER", "8001", phones["8001"])), "400"},
		"for another method":           {w.request("REGISTER", "8001", credentials(fresh(), "INVITE", "8001", phones["8001"])), "401"},
		"somebody else's phone":        {w.request("REGISTER", "8002", credentials(fresh(), "REGISTER", "8001", phones["8001"])), "403"},
		"nobody":                       {w.request("REGISTER", "9999", credentials(fresh(), "REGISTER", "9999", "x")), "401"},
		"Basic":                        {w.request("REGISTER", "8001", "Authorization: Basic ODAwMTp4"), "400"},
		"for too short a time":         {w.request("REGISTER", "8001", credentials(fresh(), "REGISTER", "8001", phones["8001"]), "Expires: 5"), "423"},
		"for no time that is a number": {w.request("REGISTER", "8001", credentials(fresh(), "REGISTER", "8001", phones["8001"]), "Expires: soon"), "400"},
	} {
		if code, _ := w.ask(c.message); code != c.code {
			t.Errorf("%s: %s, want %s", name, code, c.code)
		}
	}
	if _, ok := h.bindings.find("8001"); ok {
		t.Error("one of them registered")
	}
}

func TestWrongSecretsShutTheDoorForThatAddressOnly(t *testing.T) {
	clock := newHands()
	h := office(t, func(c *Config) { c.clock = clock })
	attempt := func(w *wire, password string) string {
		_, answer := w.ask(w.request("REGISTER", "8001"))
		code, _ := w.ask(w.request("REGISTER", "8001", credentials(challenges(t, answer)[0], "REGISTER", "8001", password)))
		return code
	}
	thief, phone := dialWire(t, h.Server, "127.0.0.4"), dialWire(t, h.Server, "127.0.0.3")
	for range wrongAtMost {
		if code := attempt(thief, "guess"); code != "401" {
			t.Fatalf("a wrong secret: %s", code)
		}
	}
	if code := attempt(thief, phones["8001"]); code != "403" {
		t.Errorf("the right secret behind a shut door: %s", code)
	}
	if code := attempt(phone, phones["8001"]); code != "200" {
		t.Errorf("the phone itself, from its own address: %s", code)
	}
	clock.advance(lockedFor)
	if code := attempt(thief, phones["8001"]); code != "200" {
		t.Errorf("when the time is over: %s", code)
	}
	if h.Counters().Locked != 1 {
		t.Errorf("%+v", h.Counters())
	}
}

func TestADeskPhoneCallsWhereItMay(t *testing.T) {
	taken := make(chan *Call, 1)
	h := office(t, func(c *Config) {
		c.MayCall = func(_ context.Context, user, called string) bool { return user == "8001" && called == "8002" }
		c.OnCall = func(c *Call) { taken <- c; _ = c.Reject(486, "", 0) }
	})
	w := dialWire(t, h.Server, "127.0.0.3")
	_, answer := w.ask(w.request("REGISTER", "8001"))
	w.ask(w.request("REGISTER", "8001", credentials(challenges(t, answer)[1], "REGISTER", "8001", phones["8001"])))
	for called, want := range map[string]string{"8002": "486", "0019001234567": "403"} {
		code, answer := w.ask(w.request("INVITE", called))
		if code != "401" {
			t.Fatalf("a call without a secret: %s", code)
		}
		w.say(ackOf(answer))
		code, answer = w.ask(w.request("INVITE", called, credentials(challenges(t, answer)[0], "INVITE", "8001", phones["8001"])))
		w.say(ackOf(answer))
		if code != want {
			t.Errorf("calling %s: %s, want %s", called, code, want)
		}
	}
	if c := <-taken; c.Phone != "8001" || c.Called != "8002" || c.Trunk != "" {
		t.Errorf("a call of %q to %q", c.Phone, c.Called)
	}
	// The registered address alone proves nothing, and without a rule nobody may.
	deny := office(t, nil)
	w = dialWire(t, deny.Server, "127.0.0.3")
	_, answer = w.ask(w.request("REGISTER", "8001"))
	w.ask(w.request("REGISTER", "8001", credentials(challenges(t, answer)[1], "REGISTER", "8001", phones["8001"])))
	if code, _ := w.ask(w.request("INVITE", "8002")); code != "403" {
		t.Errorf("a call where no phone may: %s", code)
	}
}

// ackOf acknowledges a refusal, as its transaction does.
func ackOf(answer string) string {
	seq, _, _ := strings.Cut(lineOf(answer, "CSeq"), " ")
	return "ACK sip:x@hotline SIP/2.0\r\nVia: " + lineOf(answer, "Via") + "\r\nFrom: " + lineOf(answer, "From") + "\r\nTo: " + lineOf(answer, "To") +
		"\r\nCall-ID: " + lineOf(answer, "Call-ID") + "\r\nCSeq: " + seq + " ACK\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
}

func TestACallToADeskPhoneGoesWhereItSpeaksFrom(t *testing.T) {
	h := office(t, nil)
	w := dialWire(t, h.Server, "127.0.0.3")
	_, answer := w.ask(w.request("REGISTER", "8001"))
	behind := strings.Replace(w.request("REGISTER", "8001", credentials(challenges(t, answer)[0], "REGISTER", "8001", phones["8001"])),
		"Contact: <sip:8001@"+w.LocalAddr().String(), "Contact: <sip:8001@10.9.8.7:5060", 1) // an address behind NAT
	if code, answer := w.ask(behind); code != "200" {
		t.Fatal(answer)
	}
	type dialled struct {
		*Call
		error
	}
	got := make(chan dialled, 1)
	go func() {
		c, err := h.Dial(t.Context(), Target{Phone: "8001"}, sdp.Offer(ours), DialOptions{From: "13800000000", Name: "x", Hidden: true})
		got <- dialled{c, err}
	}()
	invite := w.hear()
	if !strings.HasPrefix(invite, "INVITE sip:8001@10.9.8.7:5060 ") || strings.Contains(invite, "13800000000") || lineOf(invite, "Privacy") != "id" {
		t.Fatalf("rang with\n%s", invite)
	}
	said := func(code string, body string) string {
		return "SIP/2.0 " + code + "\r\nVia: " + lineOf(invite, "Via") + "\r\nFrom: " + lineOf(invite, "From") + "\r\nTo: " + lineOf(invite, "To") + ";tag=phone\r\nCall-ID: " +
			lineOf(invite, "Call-ID") + "\r\nCSeq: 1 INVITE\r\nContact: <sip:8001@10.9.8.7:5060>\r\n" + body
	}
	body := string(sdp.Offer(sdp.Local{Addr: ours.Addr, Port: 5000}).Bytes())
	ok := said("200 OK", "Content-Type: application/sdp\r\n\r\n"+body)
	w.say(ok)
	if ack := w.hear(); !strings.HasPrefix(ack, "ACK sip:8001@10.9.8.7:5060 ") {
		t.Fatalf("acknowledged with\n%s", ack)
	}
	w.say(said("180 Ringing", "Content-Length: 0\r\n\r\n")) // late: after the answer
	w.say(ok)                                               // and the answer once more, for its ACK was lost
	if ack := w.hear(); !strings.HasPrefix(ack, "ACK ") {
		t.Fatalf("the answer again got\n%s", ack)
	}
	c := <-got
	if c.error != nil {
		t.Fatal(c.error)
	}
	c.Hangup()
	if bye := w.hear(); !strings.HasPrefix(bye, "BYE sip:8001@10.9.8.7:5060 ") {
		t.Fatalf("hung up with\n%s", bye)
	}
}
