package softphone_test

import (
	"bytes"
	"net"
	"net/netip"
	"regexp"
	"testing"
	"time"

	"github.com/pion/stun/v4"

	"yangguang/internal/rtp"
	"yangguang/internal/rtp/rtptest"
	"yangguang/internal/rtp/softphone"
)

// stranger is a socket beside the port, and what an answer says of the line.
type stranger struct {
	t            *testing.T
	conn         *net.UDPConn
	name, secret string
	line         *softphone.Line
}

func newStranger(t *testing.T, p *softphone.Phones) *stranger {
	t.Helper()
	l, sdp, err := p.Answer(t.Context(), newBrowser(t).offer())
	if err != nil {
		t.Fatal(err)
	}
	return beside(t, l, sdp)
}

// beside is a socket that knows what a browser was told.
func beside(t *testing.T, l *softphone.Line, sdp string) *stranger {
	t.Helper()
	said := regexp.MustCompile(`(?s)m=audio (\d+) .*a=ice-ufrag:(\S+)\r\na=ice-pwd:(\S+)\r\n`).FindStringSubmatch(sdp)
	at := netip.MustParseAddrPort("127.0.0.1:" + said[1])
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(at))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &stranger{t: t, conn: conn, name: said[2], secret: said[3], line: l}
}

func (s *stranger) here() netip.AddrPort { return s.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

// check sends a check of connectivity.
func (s *stranger) check(parts ...stun.Setter) {
	s.t.Helper()
	m, err := stun.Build(append([]stun.Setter{stun.TransactionID, stun.BindingRequest}, parts...)...)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.conn.Write(m.Raw); err != nil {
		s.t.Fatal(err)
	}
}

// told is the next answer.
func (s *stranger) told() *stun.Message {
	s.t.Helper()
	b := make([]byte, 2048)
	n, err := s.conn.Read(b)
	if err != nil {
		s.t.Fatal(err)
	}
	m := &stun.Message{Raw: b[:n]}
	if err := m.Decode(); err != nil {
		s.t.Fatal(err)
	}
	return m
}

func TestOnlyWhatIsProvedIsAnswered(t *testing.T) {
	p := open(t, nil)
	s := newStranger(t, p)
	user, proof := stun.NewUsername(s.name+":them"), stun.NewShortTermIntegrity(s.secret)
	s.check()
	s.check(user)
	s.check(user, stun.Fingerprint)
	s.check(user, stun.NewShortTermIntegrity("another"), stun.Fingerprint)
	s.check(stun.NewUsername("nobody:them"), proof, stun.Fingerprint)
	s.check(user, proof)                         // without a fingerprint it is no check of ICE
	_, _ = s.conn.Write([]byte{22, 254, 253, 0}) // a handshake with nobody
	if _, n := p.Known(); n != 0 {
		t.Errorf("%d addresses are known", n)
	}
	s.check(user, stun.RawAttribute{Type: stun.AttrICEControlled, Value: make([]byte, 8)}, proof, stun.Fingerprint)
	m := s.told() // and nothing before
	var code stun.ErrorCodeAttribute
	if err := code.GetFrom(m); err != nil || code.Code != stun.CodeRoleConflict || m.Type != stun.BindingError {
		t.Errorf("to one who says he is controlled: %v %v", m.Type, code)
	}
	s.check(user, proof, stun.Fingerprint)
	m = s.told()
	var at stun.XORMappedAddress
	if err := at.GetFrom(m); err != nil || at.Port != int(s.here().Port()) || proof.Check(m) != nil || stun.Fingerprint.Check(m) != nil {
		t.Errorf("a proved check is answered %v %v", m, err)
	}
	if _, n := p.Known(); n != 1 {
		t.Errorf("%d addresses are known", n)
	}
}

// TestABrowserThatMovesIsSpokenToWhereItChose has a browser change its network
// in a call: another socket that knows its secret stands for the new one.
func TestABrowserThatMovesIsSpokenToWhereItChose(t *testing.T) {
	p := open(t, nil)
	b := newBrowser(t)
	l := b.come(p)
	wait(t, l.Reached())
	wait(t, b.connected)
	s := beside(t, l, b.told)
	user, proof := stun.NewUsername(s.name+":them"), stun.NewShortTermIntegrity(s.secret)
	s.check(user, proof, stun.Fingerprint)
	s.told()
	send(l, rtptest.Tone(880, 20*time.Millisecond))
	b.heard(1) // it has only looked
	s.check(user, stun.RawAttribute{Type: stun.AttrUseCandidate}, proof, stun.Fingerprint)
	s.told()
	send(l, rtptest.Tone(880, 20*time.Millisecond))
	packet := make([]byte, 2048)
	n, err := s.conn.Read(packet)
	if err != nil || n < 12+rtp.FrameSize || packet[0] != 0x80 || packet[1]&0x7F != 8 {
		t.Fatalf("%d octets, % X, %v", n, packet[:2], err)
	}
	if bytes.Contains(packet[:n], rtp.PCMA.Encode(nil, rtptest.Tone(880, time.Second)[:8])) {
		t.Error("the voice is not sealed")
	}
	got := listen(l, 1) // and what is on its way from where it was is heard
	b.say(rtptest.Tone(440, 20*time.Millisecond))
	got()
}

func TestABrowserIsKnownAtAFewPlacesOnly(t *testing.T) {
	p := open(t, nil)
	s := newStranger(t, p)
	m, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(s.name+":them"), stun.NewShortTermIntegrity(s.secret), stun.Fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	for port := range 3 * softphone.Places {
		p.Datagram(m.Raw, netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(50000+port)))
	}
	if _, n := p.Known(); n != softphone.Places {
		t.Errorf("%d places", n)
	}
	_ = s.line.Close()
	if lines, n := p.Known(); lines != 0 || n != 0 {
		t.Errorf("%d lines, %d places are left", lines, n)
	}
}

// FuzzDatagram has anything come from a place a browser was proved to be.
func FuzzDatagram(f *testing.F) {
	for _, b := range [][]byte{nil, {0}, {0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42}, {22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 1, 0, 0, 0, 0}, {20, 254, 253}, {128, 8, 0, 1}, {128, 200}, {255, 255}} {
		f.Add(b)
	}
	p, err := softphone.Open(softphone.Config{Addr: netip.MustParseAddrPort("127.0.0.1:0"), Log: failing(f)})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = p.Close() })
	at := netip.MustParseAddrPort("127.0.0.1:9")
	f.Fuzz(func(t *testing.T, b []byte) {
		l, _, name, secret, err := p.Still(chromium)
		if err != nil {
			t.Fatal(err)
		}
		m, err := stun.Build(stun.TransactionID, stun.BindingRequest, stun.NewUsername(name+":them"), stun.NewShortTermIntegrity(secret), stun.Fingerprint)
		if err != nil {
			t.Fatal(err)
		}
		p.Datagram(m.Raw, at)
		p.Datagram(b, at)
		_ = l.Close()
	})
}
