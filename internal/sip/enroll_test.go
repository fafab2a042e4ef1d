package sip

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"yangguang/internal/sip/sdp"
)

// answerTo writes an answer to a request that was heard.
func answerTo(req, status string, headers ...string) string {
	return "SIP/2.0 " + status + "\r\nVia: " + lineOf(req, "Via") + "\r\nFrom: " + lineOf(req, "From") + "\r\nTo: " + lineOf(req, "To") + ";tag=carrier\r\nCall-ID: " +
		lineOf(req, "Call-ID") + "\r\nCSeq: " + lineOf(req, "CSeq") + "\r\n" + lines(headers) + "Content-Length: 0\r\n\r\n"
}

func TestWeRegisterAtACarrier(t *testing.T) {
	carrier, err := net.ListenPacket("udp", "127.0.0.6:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = carrier.Close() }()
	clock := newHands()
	h := listen(t, func(c *Config) {
		c.clock = clock
		c.Trunks = []Trunk{{Name: "carrier", Register: &TrunkRegistration{Server: carrier.LocalAddr().String(), User: "hotline", Password: "secret"}}}
	})
	w := &wire{carrier, t, net.UDPAddrFromAddrPort(h.Addrs("UDP")[0]), 0}
	first := w.hear()
	if !strings.HasPrefix(first, "REGISTER sip:127.0.0.6:") || lineOf(first, "Expires") != "600" {
		t.Fatalf("first\n%s", first)
	}
	w.say(answerTo(first, "401 Unauthorized", `WWW-Authenticate: Digest realm="carrier", nonce="n", algorithm=SHA-256, qop="auth"`))
	second := w.hear()
	if auth := lineOf(second, "Authorization"); !strings.Contains(auth, `username="hotline"`) || strings.Contains(second, "secret") {
		t.Fatalf("with credentials\n%s", second)
	}
	w.say(answerTo(second, "423 Interval Too Brief", "Min-Expires: 1000"))
	third := w.hear()
	if lineOf(third, "Expires") != "1000" {
		t.Fatalf("for longer\n%s", third)
	}
	w.say(answerTo(third, "200 OK", "Contact: <sip:hotline@x>;expires=1000"))
	for !h.Trunks()[0].Registered { // told when the answer is handled
		select {
		case <-t.Context().Done():
			t.Fatal("never registered")
		default:
		}
	}
	// The carrier's own address is allowed to call, and the number is in To.
	taken := w.request("INVITE", "hotline")
	taken = strings.Replace(taken, "To: <sip:hotline@", "To: <sip:4008123@", 1)
	w.say(taken)
	if answer := w.hear(); !strings.HasPrefix(answer, "SIP/2.0 180") {
		t.Errorf("a call of the carrier: %s", answer)
	}
	if h.Calls() != 1 || h.calls.all()[0].Called != "4008123" {
		t.Errorf("%d calls, called %q", h.Calls(), h.calls.all()[0].Called)
	}
}

// certificate is one for a test on the loopback.
func certificate(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(made)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, RootCAs: pool}
}

func TestTwoServersSpeakOverTLS(t *testing.T) {
	cfg := certificate(t)
	there := listen(t, func(c *Config) { c.TLS, c.TLSConfig = []string{"127.0.0.1:0"}, cfg })
	here := listen(t, func(c *Config) {
		c.TLS, c.TLSConfig = []string{"127.0.0.1:0"}, cfg
		c.Trunks = []Trunk{{Name: "node", Transport: "TLS", Proxy: there.Addrs("TLS")[0].String(), Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}}
	})
	c, err := here.Dial(t.Context(), Target{Trunk: "node", Number: "4000"}, sdp.Offer(sdp.Local{Addr: ours.Addr, Port: 4000, Secure: true}), DialOptions{From: "1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, secure := sdp.Keys(c.Local(), c.Remote()); !secure {
		t.Error("no keys were agreed")
	}
	held, err := c.Reoffer(t.Context(), sdp.Offer(sdp.Local{Addr: ours.Addr, Port: 4000, Secure: true, Direction: sdp.SendOnly}))
	if err != nil || held.Direction != sdp.RecvOnly {
		t.Errorf("held: %v %v", held.Direction, err)
	}
	c.Hangup()
	if e := there.ended(t); e.Why != ByThem {
		t.Errorf("ended %+v", e)
	}
}

// Who is offered keys and answers without is hung up on: nothing is said in clear
// that was to be encrypted.
func TestAnAnswerInClearIsRefused(t *testing.T) {
	there := listen(t, func(c *Config) {
		c.OnCall = func(c *Call) {
			offer, _ := c.Offer()
			offer.Proto, offer.Crypto = "RTP/AVP", nil
			local, _ := sdp.Answer(offer, ours)
			_ = c.Answer(local)
		}
	})
	here := listen(t, func(c *Config) {
		c.Trunks = []Trunk{{Name: "carrier", SRTP: true, Proxy: there.Addrs("UDP")[0].String(), Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}}
	})
	to := Target{Trunk: "carrier", Number: "4000"}
	if offer, must := here.Encrypted(to); !offer || !must {
		t.Error("the trunk is not to be encrypted")
	}
	_, err := here.Dial(t.Context(), to, sdp.Offer(sdp.Local{Addr: ours.Addr, Port: 4000, Secure: true}), DialOptions{From: "1"})
	if !errors.Is(err, ErrInClear) {
		t.Errorf("answered in clear: %v", err)
	}
	if e := there.ended(t); e.Why != ByThem {
		t.Errorf("ended %+v", e)
	}
}

func TestADeskPhonePassesTheCallOn(t *testing.T) {
	target := make(chan string, 1)
	h := guarded(t, func(c *Config) {
		c.OnCall = func(c *Call) {
			c.Phone = "8001" // as if a phone had called
			c.OnRefer(func(to string) bool { target <- to; return true })
			answer(c)
		}
	})
	w := dialWire(t, h.Server, "127.0.0.1")
	in := w.call(t)
	w.say(in.request("REFER", "Refer-To: <sip:8002@hotline>"))
	said := map[string]string{}
	for range 2 {
		m := w.hear()
		said[strings.Fields(m)[0]+strings.Fields(m)[1][:3]] = m
	}
	if said["SIP/2.0202"] == "" || !strings.HasSuffix(said["NOTIFYsip"], "SIP/2.0 200 OK\r\n") || <-target != "8002" {
		t.Errorf("heard %v", said)
	}
}
