package rtp

import (
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	pion "github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"yangguang/internal/clock"
)

// A Remote is what the party's SDP body says of its voice.
type Remote struct {
	Addr  netip.AddrPort
	Codec Codec // what it wants to hear
	Event uint8 // its payload type for telephone events, 0 when it takes none
	// Mute: it said it will send nothing (recvonly, inactive), so its silence is
	// no sign that it is gone.
	Mute bool
	// Theirs opens what it sends, Ours seals what we send; both or neither.
	Theirs, Ours *Key
}

// Settings of a stream; the zero value is a stream by the machine's clock that
// waits thirty seconds and hears no tones.
type Settings struct {
	Clock   clock.Clock
	Silence time.Duration // how long the party may send nothing
	InBand  bool          // hear keys in the voice, for gateways without RFC 4733
	Log     *slog.Logger  // told of mistakes of ours alone
}

const silence = 30 * time.Second

// socket is what a stream needs of its UDP socket.
type socket interface {
	ReadFromUDPAddrPort([]byte) (int, netip.AddrPort, error)
	WriteToUDPAddrPort([]byte, netip.AddrPort) (int, error)
	SetReadDeadline(time.Time) error
	Close() error
}

// A Stream is the voice of a telephone over one UDP socket. It sends to the
// address the SDP body names until the first valid packet comes, from then on to
// where that one came from (symmetric RTP), and hears nobody else: the address
// is taken once, so that no third party can take the call over. Only a new
// address by Retarget, which comes with the signalling, begins that anew.
//
// RTCP is not spoken: what arrives of it is passed over, nothing is sent.
type Stream struct {
	set     Settings
	conn    socket
	port    int
	release func()
	digits  *digits
	hears   atomic.Pointer[func(Packet)]
	done    chan struct{}
	gone    sync.Once
	dialing atomic.Bool // SendDigits has the line for itself
	heard   atomic.Int64
	spoken  atomic.Uint64 // packets sent

	mu     sync.Mutex // guards what follows
	remote Remote
	to     netip.AddrPort // where to send
	held   bool
	open   *srtp.Context
	seal   *srtp.Context
	stamp  stamper
	seq    uint16
	ssrc   uint32
	buf    []byte
	sealed []byte

	statsMu sync.Mutex
	stats   Stats // guarded by statsMu; Sent is in spoken

	// Of the receiving goroutine alone.
	in     pion.Packet
	plain  []byte
	row    row
	press  presses
	ear    *toneEar
	pcm    []int16
	bad    int // failed reads in a row
	logged bool
}

// Open takes a port and listens on it. A call we make opens its stream before
// the party has said anything: then remote is zero, and Retarget follows.
func (p *Ports) Open(remote Remote, set Settings) (*Stream, error) {
	conn, port, err := p.bind()
	if err != nil {
		return nil, err
	}
	s, err := newStream(conn, port, func() { p.put(port) }, remote, set)
	if err != nil {
		_ = conn.Close()
		p.put(port)
	}
	return s, err
}

func newStream(conn socket, port int, release func(), remote Remote, set Settings) (*Stream, error) {
	s := build(conn, port, release, set)
	if err := s.Retarget(remote); err != nil {
		return nil, err
	}
	go s.receive()
	return s, nil
}

func build(conn socket, port int, release func(), set Settings) *Stream {
	if set.Clock == nil {
		set.Clock = clock.System()
	}
	if set.Silence == 0 {
		set.Silence = silence
	}
	s := &Stream{set: set, conn: conn, port: port, release: release, digits: newDigits(), done: make(chan struct{}),
		seq: uint16(rand.Uint32() & 0x7FFF), ssrc: rand.Uint32()} // #nosec G404 -- spread, not secret; low, by RFC 3711, 3.3.1
	if set.InBand {
		s.ear = &toneEar{}
	}
	return s
}

// Retarget takes what a new SDP body says: the answer to our offer, or a
// re-INVITE. The address is taken anew only when it differs from the one before.
func (s *Stream) Retarget(r Remote) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.remote
	if !sameKey(old.Theirs, r.Theirs) {
		c, err := r.Theirs.context()
		if err != nil {
			return err
		}
		s.open = c
	}
	if !sameKey(old.Ours, r.Ours) {
		c, err := r.Ours.context()
		if err != nil {
			return err
		}
		s.seal = c
	}
	if r.Addr != old.Addr {
		s.to = netip.AddrPort{}
	}
	s.remote = r
	s.heard.Store(s.set.Clock.Now().UnixNano())
	return nil
}

func sameKey(a, b *Key) bool {
	return a == b || a != nil && b != nil && a.profile == b.profile && a.bytes == b.bytes
}

// Port is the local port, for the SDP body.
func (s *Stream) Port() int { return s.port }

// Codec is what the party wants to hear.
func (s *Stream) Codec() Codec {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.remote.Codec
}

// Listen has f hear the party.
func (s *Stream) Listen(f func(Packet)) {
	if f == nil {
		s.hears.Store(nil)
		return
	}
	s.hears.Store(&f)
}

// Digits are the keys pressed, whichever way they came.
func (s *Stream) Digits() <-chan byte { return s.digits.out }

// Key tells a digit that came by SIP INFO. It counts for nothing once an RFC
// 4733 event has been heard, and is one with an event that follows within two
// seconds: some telephones send both.
func (s *Stream) Key(digit byte) {
	if isKey(digit) {
		s.digits.press(digit, byInfo, s.set.Clock.Now())
	}
}

// Hold stops and resumes sending. A party on hold may be silent as long as it
// likes.
func (s *Stream) Hold(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = on
	s.heard.Store(s.set.Clock.Now().UnixNano())
}

// Stats are the counts until now.
func (s *Stream) Stats() Stats {
	s.statsMu.Lock()
	defer s.statsMu.Unlock()
	st := s.stats
	st.Sent = s.spoken.Load()
	return st
}

// Done is closed when the stream is closed or the party is gone.
func (s *Stream) Done() <-chan struct{} { return s.done }

// Close lets go of the socket and the port.
func (s *Stream) Close() error {
	s.Listen(nil)
	s.finish()
	return nil
}

func (s *Stream) finish() {
	s.gone.Do(func() {
		close(s.done)
		_ = s.conn.Close()
		s.release()
	})
}
