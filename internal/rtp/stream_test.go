package rtp_test

import (
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	pion "github.com/pion/rtp"

	"yangguang/internal/clock"
	"yangguang/internal/rtp"
)

var usual = rtp.Remote{Addr: partyAt, Codec: rtp.PCMA, Event: 101}

func TestTheAddressIsTakenOnce(t *testing.T) {
	during(t, usual, rtp.Settings{}, func(c *call) {
		if got := c.lastSentTo(); got != partyAt {
			t.Errorf("before a packet came it sends to %v", got)
		}
		c.raw(otherAt, []byte("no packet at all"))
		c.raw(otherAt, packet(13, 1, 1, []byte{1})) // comfort noise is no voice
		if got := c.lastSentTo(); got != partyAt {
			t.Errorf("something that is no voice moved it to %v", got)
		}
		c.voice(natAt, rtp.PCMA)
		c.voice(otherAt, rtp.PCMA)
		if got := c.lastSentTo(); got != natAt || len(c.got) != 1 {
			t.Errorf("it sends to %v and heard %d packets", got, len(c.got))
		}
		if st := c.Stats(); st.Foreign != 1 || st.Received != 1 || st.Malformed != 1 || st.Other != 1 {
			t.Errorf("%+v", st)
		}
	})
}

func TestRetargetKeepsTheAddressUnlessTheBodyChangesIt(t *testing.T) {
	during(t, usual, rtp.Settings{}, func(c *call) {
		c.voice(natAt, rtp.PCMA)
		r := usual
		r.Codec = rtp.PCMU
		retarget(t, c, r)
		if got := c.lastSentTo(); got != natAt || c.Codec() != rtp.PCMU {
			t.Errorf("sends to %v, codec %d", got, c.Codec())
		}
		r.Addr = otherAt
		retarget(t, c, r)
		if got := c.lastSentTo(); got != otherAt {
			t.Errorf("after a new body it sends to %v", got)
		}
		c.voice(natAt, rtp.PCMA)
		if got := c.lastSentTo(); got != natAt {
			t.Errorf("the first packet after it is from %v, and it sends to %v", natAt, got)
		}
	})
}

func retarget(t *testing.T, c *call, r rtp.Remote) {
	t.Helper()
	if err := c.Retarget(r); err != nil {
		t.Fatal(err)
	}
}

// An outgoing call has a stream before the party has an address.
func TestNothingIsSentAndNobodyIsTakenBeforeThePartyIsKnown(t *testing.T) {
	during(t, rtp.Remote{}, rtp.Settings{}, func(c *call) {
		c.voice(otherAt, rtp.PCMA)
		if got := c.lastSentTo(); got.IsValid() {
			t.Errorf("sends to %v", got)
		}
		if len(c.got) != 0 {
			t.Error("a stranger was heard")
		}
		retarget(t, c, usual)
		if got := c.lastSentTo(); got != partyAt {
			t.Errorf("sends to %v", got)
		}
	})
}

// baresip answered "8 0" to an offer of 0 and sent 8.
func TestEachPacketSaysItsCodec(t *testing.T) {
	r := usual
	r.Codec = rtp.PCMU
	during(t, r, rtp.Settings{}, func(c *call) {
		c.voice(partyAt, rtp.PCMA)
		c.voice(partyAt, rtp.PCMU)
		if len(c.got) != 2 || c.got[0].Codec != rtp.PCMA || c.got[1].Codec != rtp.PCMU {
			t.Errorf("heard %v", c.got)
		}
	})
}

// sipp plays keys from another file than the voice: type 101 whatever was
// agreed, and numbers that have nothing to do with the voice's.
func TestKeysOfAnotherRowAreHeardAndNothingIsLost(t *testing.T) {
	r := usual
	r.Event = 96
	during(t, r, rtp.Settings{}, func(c *call) {
		for i := range 20 {
			c.voice(partyAt, rtp.PCMA)
			if i == 10 {
				c.raw(partyAt, packet(101, 58000, 99, []byte{1, 10, 0, 160}))
				c.raw(partyAt, packet(101, 58001, 99, []byte{1, 0x8A, 1, 64}))
			}
		}
		if got, st := c.pressed(), c.Stats(); got != "1" || st.Lost != 0 || st.Jumps != 2 || st.Received != 22 {
			t.Errorf("pressed %q, %+v", got, st)
		}
	})
}

func TestStatsCountLossAndOrder(t *testing.T) {
	during(t, usual, rtp.Settings{}, func(c *call) {
		for _, seq := range []uint16{65533, 65534, 1, 0, 1, 3, 30000, 30001} {
			c.raw(partyAt, packet(8, seq, uint32(seq)*160, make([]byte, 160)))
		}
		// 65535 and 2 are missing, 0 came late, 1 came twice.
		if st := c.Stats(); st.Lost != 2 || st.Late != 2 || st.Jumps != 1 || st.Received != 8 {
			t.Errorf("%+v", st)
		}
	})
}

func TestShortAndStrangePacketsAreCountedAndHarmless(t *testing.T) {
	during(t, usual, rtp.Settings{}, func(c *call) {
		whole := packet(8, 1, 1, make([]byte, 160))
		for n := range 12 {
			c.raw(partyAt, whole[:n])
		}
		c.raw(partyAt, append([]byte{0xBF}, whole[1:14]...)) // says it has extensions and sources
		c.raw(partyAt, append([]byte{0x40}, whole[1:]...))   // version 1
		c.raw(partyAt, packet(101, 1, 1, []byte{5, 0, 0}))
		c.raw(partyAt, []byte{0x80, 200, 0, 6, 1, 2, 3, 4}) // RTCP
		c.raw(partyAt, packet(8, 2, 2, nil))
		if st := c.Stats(); st.Failed != 0 || st.Malformed < 14 || st.Other != 1 || c.pressed() != "" {
			t.Errorf("%+v", st)
		}
		c.voice(partyAt, rtp.PCMA)
		if len(c.got) != 1 {
			t.Error("it is deaf afterwards")
		}
	})
}

func TestAListenerThatFailsEndsNothing(t *testing.T) {
	during(t, usual, rtp.Settings{}, func(c *call) {
		c.Listen(func(rtp.Packet) { panic("a mistake") })
		c.voice(partyAt, rtp.PCMA)
		c.Listen(func(p rtp.Packet) { c.got = append(c.got, p) })
		c.voice(partyAt, rtp.PCMA)
		if st := c.Stats(); st.Failed != 1 || len(c.got) != 1 {
			t.Errorf("%+v, heard %d", st, len(c.got))
		}
	})
}

func event(c *call, ts uint32, key byte) {
	c.raw(partyAt, packet(101, c.seq, ts, []byte{key, 0x8A, 3, 32}))
	c.seq++
}

func TestADigitIsToldOnceWhicheverWaysItComes(t *testing.T) {
	for _, c := range []struct {
		name, want string
		do         func(c *call)
	}{
		{"INFO alone, the same key twice", "55", func(c *call) { c.Key('5'); c.Key('5'); c.Key('x') }},
		{"an event and its INFO", "5", func(c *call) { event(c, 1, 5); c.Key('5') }},
		{"INFO and then its event, and so on", "567", func(c *call) {
			c.Key('5')
			event(c, 1, 5)
			c.Key('6')
			event(c, 2, 6)
			event(c, 3, 7)
			c.Key('7')
		}},
		{"INFO, and long after it an event of the same key", "55", func(c *call) {
			c.Key('5')
			time.Sleep(3 * time.Second)
			event(c, 1, 5)
		}},
		{"tones, and their events", "12", func(c *call) {
			tones(c, '1')
			event(c, 1, 1)
			tones(c, '2')
			event(c, 2, 2)
		}},
		{"an event first: tones are no more listened to", "1", func(c *call) { event(c, 1, 1); tones(c, '2') }},
		{"tones alone", "12", func(c *call) { tones(c, '1'); tones(c, '2') }},
	} {
		t.Run(c.name, func(t *testing.T) {
			during(t, usual, rtp.Settings{InBand: true}, func(in *call) {
				c.do(in)
				if got := in.pressed(); got != c.want {
					t.Errorf("told %q, want %q", got, c.want)
				}
			})
		})
	}
}

// tones brings a key as it sounds, and a pause.
func tones(c *call, key byte) {
	s := append(rtp.KeyTone(key, 800), make([]int16, 800)...)
	for i := 0; i < len(s); i += rtp.FrameSize {
		c.raw(partyAt, packet(8, c.seq, c.ts, rtp.PCMA.Encode(nil, s[i:i+rtp.FrameSize])))
		c.seq++
		c.ts += rtp.FrameSize
	}
}

func TestTonesAreHeardOnlyWhenAskedFor(t *testing.T) {
	during(t, usual, rtp.Settings{}, func(c *call) {
		tones(c, '1')
		if got := c.pressed(); got != "" {
			t.Errorf("told %q", got)
		}
	})
}

func TestASlowReaderLosesTheOldestDigits(t *testing.T) {
	during(t, usual, rtp.Settings{}, func(c *call) {
		c.Key('9')
		for range 64 {
			c.Key('1')
		}
		if got := c.pressed(); got != strings.Repeat("1", 64) {
			t.Errorf("told %q", got)
		}
	})
}

func TestASilentPartyIsGone(t *testing.T) {
	gone := func(c *call) bool {
		synctest.Wait()
		select {
		case <-c.Done():
			return true
		default:
			return false
		}
	}
	during(t, usual, rtp.Settings{Silence: 10 * time.Second}, func(c *call) {
		time.Sleep(8 * time.Second)
		c.voice(partyAt, rtp.PCMA)
		time.Sleep(8 * time.Second)
		if gone(c) {
			t.Fatal("gone eight seconds after it spoke")
		}
		c.Hold(true)
		time.Sleep(time.Hour)
		c.Hold(false)
		if gone(c) {
			t.Fatal("gone while on hold")
		}
		r := usual
		r.Mute = true
		retarget(t, c, r)
		time.Sleep(time.Hour)
		retarget(t, c, usual)
		time.Sleep(9 * time.Second)
		if gone(c) {
			t.Fatal("gone while it had said it would be silent")
		}
		time.Sleep(11 * time.Second)
		if !gone(c) {
			t.Error("silent for twenty seconds, and not gone")
		}
	})
}

func TestALineOnHoldSendsNothing(t *testing.T) {
	during(t, usual, rtp.Settings{}, func(c *call) {
		c.Hold(true)
		if got := c.lastSentTo(); got.IsValid() {
			t.Error("it sends on hold")
		}
		c.Hold(false)
		if got := c.lastSentTo(); got != partyAt {
			t.Error("it sends nothing afterwards")
		}
	})
}

func headers(t *testing.T, sent []datagram) (h []pion.Packet) {
	t.Helper()
	for _, d := range sent {
		var p pion.Packet
		if err := p.Unmarshal(d.b); err != nil {
			t.Fatal(err)
		}
		h = append(h, p)
	}
	return h
}

func TestFramesFollowEachOtherAndAPauseShows(t *testing.T) {
	during(t, usual, rtp.Settings{}, func(c *call) {
		frame := make([]byte, rtp.FrameSize)
		for range 3 {
			c.Send(frame) // late, then all at once
		}
		time.Sleep(time.Second)
		c.Send(frame)
		p := headers(t, c.wire.taken())
		for i, want := range []uint32{0, 160, 320, 8000} {
			if got := p[i].Timestamp - p[0].Timestamp; got != want || p[i].SequenceNumber != p[0].SequenceNumber+uint16(i) {
				t.Errorf("frame %d is at %d, want %d", i, got, want)
			}
		}
		if !p[0].Marker || p[1].Marker || !p[3].Marker {
			t.Error("the markers do not show where talk begins")
		}
	})
}

func TestSRTPIsHeardAndOthersAreNot(t *testing.T) {
	for _, suite := range []string{"_80", "_32"} {
		first, err := rtp.ParseKey(strings.Replace(offered, "_80", suite, 1))
		if err != nil {
			t.Fatal(err)
		}
		second := rtp.NewKey(first)
		ours, theirs := usual, usual
		ours.Theirs, ours.Ours = first, second
		theirs.Theirs, theirs.Ours = second, first
		during(t, ours, rtp.Settings{}, func(c *call) {
			far := newWire()
			peer, err := rtp.StreamOver(far, theirs, rtp.Settings{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = peer.Close() }()
			c.raw(otherAt, packet(8, 1, 1, make([]byte, 160))) // in the clear
			for i := range 3 {
				peer.Send([]byte(strings.Repeat("abcd", i+1)))
			}
			sent := far.taken()
			for _, d := range sent {
				if strings.Contains(string(d.b), "abcd") {
					t.Error("it went in the clear")
				}
				c.raw(partyAt, d.b)
			}
			c.raw(partyAt, sent[0].b) // again
			broken := append([]byte(nil), sent[1].b...)
			broken[14] ^= 1
			c.raw(partyAt, broken)
			if st := c.Stats(); len(c.got) != 3 || string(c.got[2].Payload) != "abcdabcdabcd" || st.Malformed != 3 {
				t.Errorf("%s: heard %v, %+v", suite, c.got, st)
			}
		})
	}
}

func TestSendDigitsIsHeardByTheFarEndAndVoiceWaits(t *testing.T) {
	for name, kind := range map[string]uint8{"as events": 101, "as tones": 0} {
		t.Run(name, func(t *testing.T) {
			r := usual
			r.Event = kind
			during(t, r, rtp.Settings{}, func(c *call) {
				e := rtp.NewEngine(clock.System(), 1)
				defer e.Close()
				far := &call{t: t, wire: newWire()}
				s, err := rtp.StreamOver(far.wire, usual, rtp.Settings{InBand: true})
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = s.Close() }()
				far.Stream = s
				done := e.SendDigits(c.Stream, "12-3#1")
				c.Send(make([]byte, 3))
				<-done
				for _, d := range c.wire.taken() {
					if len(d.b) == 12+3 {
						t.Error("voice was sent between the digits")
					}
					far.raw(partyAt, d.b)
				}
				if got := far.pressed(); got != "123#1" {
					t.Errorf("heard %q", got)
				}
				if c.Send(make([]byte, 3)); len(c.wire.taken()) != 1 {
					t.Error("voice is not sent afterwards")
				}
			})
		})
	}
}

func TestPortsAreEvenEachOnceAndRest(t *testing.T) {
	ports, err := rtp.NewPorts(netip.MustParseAddr("127.0.0.1"), 41001, 41007)
	if err != nil {
		t.Fatal(err)
	}
	open := func() *rtp.Stream {
		t.Helper()
		s, err := ports.Open(rtp.Remote{}, rtp.Settings{})
		if err != nil {
			t.Skip("another program holds the ports of the test")
		}
		return s
	}
	a, b, c := open(), open(), open()
	if a.Port()%2 != 0 || a.Port() == b.Port() || b.Port() == c.Port() || a.Port() < 41001 || c.Port() > 41007 {
		t.Errorf("ports %d %d %d", a.Port(), b.Port(), c.Port())
	}
	if _, err := ports.Open(rtp.Remote{}, rtp.Settings{}); err == nil {
		t.Error("a fourth stream on three ports")
	}
	_ = b.Close()
	_ = a.Close()
	_ = a.Close()
	if again := open(); again.Port() != b.Port() {
		t.Errorf("port %d is taken before %d, which has rested longer", again.Port(), b.Port())
	} else {
		_ = again.Close()
	}
	_ = c.Close()
	for _, bad := range [][2]int{{0, 10}, {10, 9}, {70000, 70010}, {65534, 65536}} {
		if _, err := rtp.NewPorts(netip.MustParseAddr("127.0.0.1"), bad[0], bad[1]); err == nil {
			t.Errorf("%v is taken for a range", bad)
		}
	}
}

// What is still sent to a program that died is not heard by the next one's first caller.
func TestProgramsBeginAtDifferentPorts(t *testing.T) {
	begun := map[int]bool{}
	for range 4 {
		ports, err := rtp.NewPorts(netip.MustParseAddr("127.0.0.1"), 41200, 45198)
		if err != nil {
			t.Fatal(err)
		}
		s, err := ports.Open(rtp.Remote{}, rtp.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		begun[s.Port()] = true
		_ = s.Close()
	}
	if len(begun) == 1 {
		t.Errorf("all begin at %v", begun)
	}
}

// Two streams over real sockets.
func TestTwoStreamsHearEachOtherOverTheNetwork(t *testing.T) {
	ports, err := rtp.NewPorts(netip.MustParseAddr("127.0.0.1"), 41100, 41198)
	if err != nil {
		t.Fatal(err)
	}
	a, err := ports.Open(rtp.Remote{}, rtp.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	b, err := ports.Open(rtp.Remote{Addr: local(a.Port()), Codec: rtp.PCMA}, rtp.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	if err := a.Retarget(rtp.Remote{Addr: local(b.Port()), Codec: rtp.PCMA}); err != nil {
		t.Fatal(err)
	}
	heard := make(chan string, 10)
	a.Listen(func(p rtp.Packet) { heard <- string(p.Payload) })
	b.Send([]byte("hello"))
	if got := <-heard; got != "hello" {
		t.Errorf("heard %q", got)
	}
}

func local(port int) netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(port))
}

func FuzzPacket(f *testing.F) {
	f.Add(packet(8, 1, 1, make([]byte, 160)))
	f.Add(packet(101, 1, 1, []byte{5, 0x8A, 1, 2}))
	f.Add([]byte{0xBF, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 7, 1})
	f.Add([]byte{0x80, 200, 0, 6})
	f.Fuzz(func(t *testing.T, b []byte) {
		during(t, usual, rtp.Settings{InBand: true}, func(c *call) {
			c.raw(partyAt, b)
			if st := c.Stats(); st.Failed != 0 || st.Received+st.Malformed+st.Other < 1 {
				t.Errorf("%x: %+v", b, st)
			}
		})
	})
}
