package softphone_test

import (
	"net/netip"
	"sync"
	"testing"

	"github.com/pion/dtls/v3"
	pion "github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"yangguang/internal/clock"
	"yangguang/internal/rtp"
	"yangguang/internal/rtp/softphone"
)

// keyType is the payload type Chromium gives keys.
const keyType = 126

// browser is the other library's WebRTC, in a browser's place.
type browser struct {
	t         *testing.T
	pc        *webrtc.PeerConnection
	mic       *mic
	told      string // our answer
	hears     chan []byte
	connected chan struct{}
	gone      chan struct{}
}

// mic is a track that says what it is told in any payload type.
type mic struct {
	out  webrtc.TrackLocalWriter
	ssrc uint32
	seq  uint16
	ts   uint32
}

func (m *mic) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	m.out, m.ssrc = c.WriteStream(), uint32(c.SSRC())
	return c.CodecParameters()[0], nil
}

func (*mic) Unbind(webrtc.TrackLocalContext) error { return nil }
func (*mic) ID() string                            { return "voice" }
func (*mic) RID() string                           { return "" }
func (*mic) StreamID() string                      { return "clerk" }
func (*mic) Kind() webrtc.RTPCodecType             { return webrtc.RTPCodecTypeAudio }

func newBrowser(t *testing.T, profiles ...dtls.SRTPProtectionProfile) *browser {
	t.Helper()
	engine, set := &webrtc.MediaEngine{}, webrtc.SettingEngine{}
	for kind, mime := range map[webrtc.PayloadType]string{8: webrtc.MimeTypePCMA, keyType: "audio/telephone-event"} {
		c := webrtc.RTPCodecParameters{PayloadType: kind, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mime, ClockRate: 8000}}
		if err := engine.RegisterCodec(c, webrtc.RTPCodecTypeAudio); err != nil {
			t.Fatal(err)
		}
	}
	set.SetIncludeLoopbackCandidate(true)
	set.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	set.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	set.SetHostAcceptanceMinWait(0)
	if len(profiles) > 0 {
		set.SetSRTPProtectionProfiles(profiles...)
	}
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(engine), webrtc.WithSettingEngine(set)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, pc: pc, mic: &mic{}, hears: make(chan []byte, 1000), connected: make(chan struct{}), gone: make(chan struct{})}
	t.Cleanup(func() { _ = pc.Close() })
	if _, err := pc.AddTrack(b.mic); err != nil {
		t.Fatal(err)
	}
	var here, away sync.Once
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		switch s {
		case webrtc.PeerConnectionStateConnected:
			here.Do(func() { close(b.connected) })
		case webrtc.PeerConnectionStateClosed, webrtc.PeerConnectionStateFailed:
			away.Do(func() { close(b.gone) })
		}
	})
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			p, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			b.hears <- p.Payload
		}
	})
	return b
}

// offer is the SDP of what it offers, which names no address: browsers come.
func (b *browser) offer() string {
	b.t.Helper()
	o, err := b.pc.CreateOffer(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.pc.SetLocalDescription(o); err != nil {
		b.t.Fatal(err)
	}
	return o.SDP
}

func (b *browser) answered(sdp string) {
	b.t.Helper()
	if err := b.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp}); err != nil {
		b.t.Fatal(err)
	}
}

// come has it offer and come.
func (b *browser) come(p *softphone.Phones) *softphone.Line {
	b.t.Helper()
	l, sdp, err := p.Answer(b.t.Context(), b.offer())
	if err != nil {
		b.t.Fatal(err)
	}
	b.told = sdp
	b.answered(sdp)
	return l
}

// packet says one packet.
func (b *browser) packet(kind uint8, ts uint32, payload []byte) {
	b.t.Helper()
	h := &pion.Header{Version: 2, PayloadType: kind, SequenceNumber: b.mic.seq, Timestamp: ts, SSRC: b.mic.ssrc}
	b.mic.seq++
	if _, err := b.mic.out.WriteRTP(h, payload); err != nil {
		b.t.Fatal(err)
	}
}

// say says samples, a frame to a packet, all at once.
func (b *browser) say(samples []int16) {
	b.t.Helper()
	for len(samples) >= rtp.FrameSize {
		b.packet(8, b.mic.ts, rtp.PCMA.Encode(nil, samples[:rtp.FrameSize]))
		b.mic.ts += rtp.FrameSize
		samples = samples[rtp.FrameSize:]
	}
}

// press presses a key as a browser does: packets that grow, and the end thrice.
func (b *browser) press(key byte) {
	b.t.Helper()
	for i, end := range []byte{0, 0, 0, 0x80, 0x80, 0x80} {
		b.packet(keyType, b.mic.ts, []byte{key, end | 10, byte(min(i, 3) >> 0), 0x40})
	}
	b.mic.ts += 800
}

// heard are the samples of the next n packets it hears.
func (b *browser) heard(n int) (samples []int16) {
	b.t.Helper()
	for range n {
		select {
		case p := <-b.hears:
			samples = rtp.PCMA.Decode(samples, p)
		case <-b.t.Context().Done():
			b.t.Fatal("it hears nothing")
		}
	}
	return samples
}

// wait waits for what must happen.
func wait(t *testing.T, c <-chan struct{}) {
	t.Helper()
	<-c // go test ends it if it does not
}

func over(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func open(t *testing.T, c clock.Clock) *softphone.Phones {
	t.Helper()
	p, err := softphone.Open(softphone.Config{Addr: netip.MustParseAddrPort("127.0.0.1:0"), Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}
