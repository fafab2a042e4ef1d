package softphone_test

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	pion "github.com/pion/rtp"

	"yangguang/internal/clock"
	"yangguang/internal/rtp"
	"yangguang/internal/rtp/rtptest"
	"yangguang/internal/rtp/softphone"
)

// listen gathers what a line hears until it has n packets.
func listen(l rtp.Line, n int) (samples func() []int16) {
	var got []int16
	full := make(chan struct{})
	l.Listen(func(p rtp.Packet) {
		if len(got) < n*rtp.FrameSize {
			if got = p.Codec.Decode(got, p.Payload); len(got) >= n*rtp.FrameSize {
				close(full)
			}
		}
	})
	return func() []int16 {
		<-full
		return got
	}
}

func send(l rtp.Line, samples []int16) {
	for len(samples) >= rtp.FrameSize {
		l.Send(l.Codec().Encode(nil, samples[:rtp.FrameSize]))
		samples = samples[rtp.FrameSize:]
	}
}

func TestABrowserAndItsLineHearEachOther(t *testing.T) {
	for name, profile := range map[string]dtls.SRTPProtectionProfile{"new": dtls.SRTP_AEAD_AES_128_GCM, "old": dtls.SRTP_AES128_CM_HMAC_SHA1_80} {
		t.Run(name, func(t *testing.T) {
			p := open(t, nil)
			b := newBrowser(t, profile)
			l := b.come(p)
			wait(t, l.Reached())
			wait(t, b.connected)
			if l.Codec() != rtp.PCMA {
				t.Errorf("codec %d", l.Codec())
			}
			got := listen(l, 50)
			b.say(rtptest.Tone(440, time.Second))
			send(l, rtptest.Tone(880, time.Second))
			if share := rtptest.Share(got(), 440); share < 0.98 {
				t.Errorf("440 Hz is %.3f of what the line hears", share)
			}
			if share := rtptest.Share(b.heard(50), 880); share < 0.98 {
				t.Errorf("880 Hz is %.3f of what the browser hears", share)
			}
			keys(t, b, l)
		})
	}
}

// keys has a browser press keys, which are each told once.
func keys(t *testing.T, b *browser, l *softphone.Line) {
	t.Helper()
	for _, key := range []byte{4, 2, 2, 11} {
		b.press(key)
	}
	var told []byte
	for range 4 {
		told = append(told, <-l.Digits())
	}
	behind := listen(l, 1) // what it says next comes behind every repetition
	b.say(rtptest.Tone(440, 20*time.Millisecond))
	behind()
	if string(told) != "422#" || len(l.Digits()) != 0 {
		t.Errorf("keys %q and %d more", told, len(l.Digits()))
	}
}

func TestASecondAnswerIsALineOfItsOwn(t *testing.T) {
	p := open(t, nil)
	first, second := newBrowser(t), newBrowser(t)
	one, other := first.come(p), second.come(p)
	wait(t, one.Reached())
	wait(t, other.Reached())
	wait(t, second.connected)
	if err := errors.Join(one.Close(), one.Close()); err != nil || !over(one.Done()) {
		t.Errorf("closed twice: %v", err)
	}
	wait(t, first.gone) // it was told
	if lines, addresses := p.Known(); over(other.Done()) || lines != 1 || addresses == 0 {
		t.Errorf("the other stands with %d lines, %d addresses", lines, addresses)
	}
	got := listen(other, 50)
	second.say(rtptest.Tone(440, time.Second))
	if share := rtptest.Share(got(), 440); share < 0.98 {
		t.Errorf("440 Hz is %.3f of what it hears", share)
	}
	one.Send(make([]byte, rtp.FrameSize)) // to nobody
}

func TestAPageThatIsClosedHangsUp(t *testing.T) {
	p := open(t, nil)
	b := newBrowser(t)
	l := b.come(p)
	wait(t, l.Reached())
	wait(t, b.connected)
	if err := b.pc.Close(); err != nil {
		t.Fatal(err)
	}
	wait(t, l.Done())
	if lines, addresses := p.Known(); lines != 0 || addresses != 0 {
		t.Errorf("%d lines, %d addresses are left", lines, addresses)
	}
}

func TestASilentBrowserIsGone(t *testing.T) {
	at := clock.NewFake(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC))
	p := open(t, at)
	never, _, err := p.Answer(t.Context(), newBrowser(t).offer())
	if err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t)
	l := b.come(p)
	wait(t, l.Reached())
	wait(t, b.connected)
	at.Advance(softphone.Silence - time.Second)
	got := listen(l, 1)
	b.say(rtptest.Tone(440, 20*time.Millisecond))
	got()
	p.Sweep()
	at.Advance(time.Second)
	p.Sweep()
	if !over(never.Done()) || over(never.Reached()) {
		t.Error("one who never came is waited for")
	}
	if over(l.Done()) {
		t.Error("one who spoke a second ago is gone")
	}
	// From here on the browser's checks may move the clock of the line once more.
	for !over(l.Done()) {
		at.Advance(softphone.Silence)
		p.Sweep()
	}
}

func TestWhoShowsAnotherCertificateIsRefused(t *testing.T) {
	p := open(t, nil)
	b := newBrowser(t)
	offer := b.offer()
	i := strings.Index(offer, "sha-256 ") + len("sha-256 ")
	forged := offer[:i] + strings.Repeat("AB:", 31) + "AB" + offer[i+32*3-1:]
	l, sdp, err := p.Answer(t.Context(), forged)
	if err != nil {
		t.Fatal(err)
	}
	b.answered(sdp)
	wait(t, l.Done())
	if over(l.Reached()) {
		t.Error("it was let in")
	}
}

func TestTwentyBrowsersOnOnePort(t *testing.T) {
	p := open(t, nil)
	var lines []*softphone.Line
	var all []*browser
	for range 20 {
		b := newBrowser(t)
		all, lines = append(all, b), append(lines, b.come(p))
	}
	for i, l := range lines {
		wait(t, l.Reached())
		wait(t, all[i].connected)
		got := listen(l, 10)
		hertz := 400 + 50*float64(i)
		all[i].say(rtptest.Tone(hertz, 200*time.Millisecond))
		send(l, rtptest.Tone(hertz+1000, 200*time.Millisecond))
		if share := rtptest.Share(got(), hertz); share < 0.98 {
			t.Errorf("line %d: its tone is %.3f of what it hears", i, share)
		}
		if share := rtptest.Share(all[i].heard(10), hertz+1000); share < 0.98 {
			t.Errorf("line %d: its tone is %.3f of what its browser hears", i, share)
		}
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	for i, l := range lines {
		wait(t, all[i].gone)
		if !over(l.Done()) {
			t.Errorf("line %d stands after Close", i)
		}
	}
	if _, _, err := p.Answer(t.Context(), newBrowser(t).offer()); err == nil || p.Close() != nil {
		t.Error("it answers after Close")
	}
}

// TestACallBetweenABrowserAndATelephone bridges and records the two kinds of
// line.
func TestACallBetweenABrowserAndATelephone(t *testing.T) {
	p := open(t, nil)
	b := newBrowser(t)
	l := b.come(p)
	wait(t, l.Reached())
	wait(t, b.connected)
	phone, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = phone.Close() })
	ports, err := rtp.NewPorts(netip.MustParseAddr("127.0.0.1"), 46000, 46998)
	if err != nil {
		t.Fatal(err)
	}
	caller, err := ports.Open(rtp.Remote{Addr: phone.LocalAddr().(*net.UDPAddr).AddrPort(), Codec: rtp.PCMU}, rtp.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = caller.Close() })
	var tape tape
	defer rtp.NewBridge(caller, l, &tape).Close()

	b.say(rtptest.Tone(440, time.Second))
	var there []int16
	for buf := make([]byte, 2048); len(there) < 8000; {
		n, err := phone.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		there = rtp.PCMU.Decode(there, buf[12:n])
	}
	tone, to := rtptest.Tone(880, time.Second), net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(caller.Port())))
	for i := range 50 {
		h := pion.Packet{Header: pion.Header{Version: 2, SequenceNumber: uint16(i), Timestamp: uint32(i * 160), SSRC: 7}, Payload: rtp.PCMU.Encode(nil, tone[i*160:][:160])}
		out, err := h.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := phone.WriteTo(out, to); err != nil {
			t.Fatal(err)
		}
	}
	here := b.heard(50)
	if rtptest.Share(there, 440) < 0.98 || rtptest.Share(here, 880) < 0.98 {
		t.Errorf("440 Hz is %.3f of what the telephone hears, 880 Hz %.3f of what the browser does", rtptest.Share(there, 440), rtptest.Share(here, 880))
	}
	if left, right := tape.heard(); rtptest.Share(left, 880) < 0.98 || rtptest.Share(right, 440) < 0.98 {
		t.Errorf("880 Hz is %.3f of the left, 440 Hz %.3f of the right", rtptest.Share(left, 880), rtptest.Share(right, 440))
	}
}

// tape keeps what a tap hears.
type tape struct {
	mu          sync.Mutex
	left, right []int16
}

func (r *tape) Left(p rtp.Packet)  { r.hear(&r.left, p) }
func (r *tape) Right(p rtp.Packet) { r.hear(&r.right, p) }

func (r *tape) hear(to *[]int16, p rtp.Packet) {
	r.mu.Lock()
	defer r.mu.Unlock()
	*to = p.Codec.Decode(*to, p.Payload)
}

func (r *tape) heard() (left, right []int16) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.left, r.right
}

func TestWhereBrowsersAreTold(t *testing.T) {
	if _, err := softphone.Open(softphone.Config{Addr: netip.MustParseAddrPort("0.0.0.0:0")}); err == nil {
		t.Error("it would tell browsers 0.0.0.0")
	}
	p, err := softphone.Open(softphone.Config{Addr: netip.MustParseAddrPort("127.0.0.1:0"),
		Hosts: []netip.Addr{netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("2001:db8::7")}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	_, sdp, err := p.Answer(t.Context(), newBrowser(t).offer())
	if err != nil || !strings.Contains(sdp, " 192.0.2.7 ") || !strings.Contains(sdp, " 2001:db8::7 ") || strings.Contains(sdp, "127.0.0.1") {
		t.Errorf("%v: %s", err, sdp)
	}
}
