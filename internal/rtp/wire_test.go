package rtp_test

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	pion "github.com/pion/rtp"

	"yangguang/internal/rtp"
)

var (
	partyAt = netip.MustParseAddrPort("192.0.2.7:4000") // what its SDP body says
	natAt   = netip.MustParseAddrPort("198.51.100.9:31000")
	otherAt = netip.MustParseAddrPort("203.0.113.66:5000")
)

type datagram struct {
	at netip.AddrPort
	b  []byte
}

// wire is a UDP socket without a network, whose deadlines are of the bubble's
// time.
type wire struct {
	in     chan datagram
	closed chan struct{}
	once   sync.Once

	mu       sync.Mutex
	deadline time.Time
	sent     []datagram
	hand     func([]byte) // where what is sent goes besides
}

func newWire() *wire { return &wire{in: make(chan datagram, 1000), closed: make(chan struct{})} }

func (w *wire) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	w.mu.Lock()
	left := time.Until(w.deadline)
	w.mu.Unlock()
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case d := <-w.in:
		return copy(b, d.b), d.at, nil
	case <-timer.C:
		return 0, netip.AddrPort{}, os.ErrDeadlineExceeded
	case <-w.closed:
		return 0, netip.AddrPort{}, net.ErrClosed
	}
}

func (w *wire) WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, datagram{to, append([]byte(nil), b...)})
	if w.hand != nil {
		w.hand(b)
	}
	return len(b), nil
}

func (w *wire) SetReadDeadline(t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deadline = t
	return nil
}

func (w *wire) Close() error {
	w.once.Do(func() { close(w.closed) })
	return nil
}

// taken are the datagrams sent since it was last asked.
func (w *wire) taken() []datagram {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.sent
	w.sent = nil
	return s
}

// call is a stream with a party at the other end of the wire.
type call struct {
	*rtp.Stream
	t    *testing.T
	wire *wire
	seq  uint16
	ts   uint32
	got  []rtp.Packet
}

// during runs f with a stream in a bubble of its own time.
func during(t *testing.T, r rtp.Remote, set rtp.Settings, f func(c *call)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := &call{t: t, wire: newWire()}
		s, err := rtp.StreamOver(c.wire, r, set)
		if err != nil {
			t.Fatal(err)
		}
		c.Stream = s
		c.Listen(func(p rtp.Packet) {
			p.Payload = append([]byte(nil), p.Payload...)
			c.got = append(c.got, p)
		})
		defer func() { _ = s.Close() }()
		f(c)
	})
}

func packet(kind uint8, seq uint16, ts uint32, payload []byte) []byte {
	p := pion.Packet{Header: pion.Header{Version: 2, PayloadType: kind, SequenceNumber: seq, Timestamp: ts, SSRC: 7}, Payload: payload}
	b, err := p.Marshal()
	if err != nil {
		panic(err)
	}
	return b
}

// raw brings a datagram and waits until it is handled.
func (c *call) raw(from netip.AddrPort, b []byte) {
	c.wire.in <- datagram{from, b}
	synctest.Wait()
}

// voice brings the next frame of a codec.
func (c *call) voice(from netip.AddrPort, codec rtp.Codec) {
	c.raw(from, packet(uint8(codec), c.seq, c.ts, make([]byte, rtp.FrameSize)))
	c.seq++
	c.ts += rtp.FrameSize
}

// pressed are the digits told so far.
func (c *call) pressed() string {
	synctest.Wait()
	var s []byte
	for {
		select {
		case d := <-c.Digits():
			s = append(s, d)
		default:
			return string(s)
		}
	}
}

func (c *call) lastSentTo() netip.AddrPort {
	c.Send(make([]byte, rtp.FrameSize))
	s := c.wire.taken()
	if len(s) == 0 {
		return netip.AddrPort{}
	}
	return s[len(s)-1].at
}
