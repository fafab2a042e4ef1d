package sip

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// wire is a peer that writes its messages by hand.
type wire struct {
	net.PacketConn
	t  *testing.T
	to net.Addr
	n  int
}

// dialWire opens a peer on a loopback address of its own.
func dialWire(t *testing.T, s *Server, host string) *wire {
	t.Helper()
	c, err := net.ListenPacket("udp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &wire{c, t, net.UDPAddrFromAddrPort(s.Addrs("UDP")[0]), 0}
}

// request writes a request with the headers given beside the usual ones.
func (w *wire) request(method, user string, headers ...string) string {
	w.n++
	return fmt.Sprintf("%s sip:%s@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK-%s-%d;rport\r\nMax-Forwards: 70\r\n"+
		"From: <sip:%s@example.org>;tag=t%d\r\nTo: <sip:%s@example.org>\r\nCall-ID: c-%s-%d\r\nCSeq: %d %s\r\nContact: <sip:%s@%s>\r\n%sContent-Length: 0\r\n\r\n",
		method, user, w.to, w.LocalAddr(), w.LocalAddr(), w.n, user, w.n, user, w.LocalAddr(), w.n, w.n, method, user, w.LocalAddr(), lines(headers))
}

func lines(headers []string) string {
	if len(headers) == 0 {
		return ""
	}
	return strings.Join(headers, "\r\n") + "\r\n"
}

func (w *wire) say(message string) {
	w.t.Helper()
	if _, err := w.WriteTo([]byte(message), w.to); err != nil {
		w.t.Fatal(err)
	}
}

// hear is the next message but 100.
func (w *wire) hear() string {
	w.t.Helper()
	b := make([]byte, 65536)
	for {
		if err := w.SetReadDeadline(time.Now().Add(time.Minute)); err != nil { // a test that hangs fails
			w.t.Fatal(err)
		}
		n, _, err := w.ReadFrom(b)
		if err != nil {
			w.t.Fatal(err)
		}
		if m := string(b[:n]); !strings.HasPrefix(m, "SIP/2.0 100") {
			return m
		}
	}
}

// ask says a request and is the code it is answered with, and the answer.
func (w *wire) ask(message string) (code, answer string) {
	w.t.Helper()
	w.say(message)
	answer = w.hear()
	for lineOf(message, "Call-ID") != "" && lineOf(answer, "Call-ID") != lineOf(message, "Call-ID") {
		answer = w.hear() // of another request
	}
	return strings.Fields(answer)[1], answer
}

// lineOf is the value of a header of a message.
func lineOf(message, name string) string {
	for l := range strings.SplitSeq(message, "\r\n") {
		if v, ok := strings.CutPrefix(l, name+": "); ok {
			return v
		}
	}
	return ""
}

// hands are timers that a test moves.
type hands struct {
	mu  sync.Mutex
	now time.Time
	due []*alarm
}

type alarm struct {
	at time.Time
	f  func()
}

func newHands() *hands { return &hands{now: time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)} }

func (h *hands) Now() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.now }

func (h *hands) AfterFunc(d time.Duration, f func()) func() {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := &alarm{h.now.Add(d), f}
	h.due = append(h.due, a)
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.due = slices.DeleteFunc(h.due, func(b *alarm) bool { return a == b })
	}
}

// advance moves the time and runs what is due, in its order, here.
func (h *hands) advance(d time.Duration) {
	h.mu.Lock()
	end := h.now.Add(d)
	for {
		slices.SortStableFunc(h.due, func(a, b *alarm) int { return a.at.Compare(b.at) })
		if len(h.due) == 0 || h.due[0].at.After(end) {
			break
		}
		a := h.due[0]
		h.due, h.now = h.due[1:], a.at
		h.mu.Unlock()
		a.f()
		h.mu.Lock()
	}
	h.now = end
	h.mu.Unlock()
}

// dialTCP opens a connection from an address of the loopback.
func dialTCP(from string, to netip.AddrPort) (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	return d.Dial("tcp", to.String())
}

func itoa(n int) string { return strconv.Itoa(n) }
