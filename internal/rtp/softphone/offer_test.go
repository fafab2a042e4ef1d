package softphone_test

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"

	"yangguang/internal/rtp/softphone"
)

// chromium is an offer as Chromium 120 writes it, shortened, with a picture.
const chromium = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS stream\r\n" +
	"m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:Wx1m\r\na=ice-pwd:Ckz0oTw3bqMyNhbPmTUeTzJq\r\na=ice-options:trickle\r\n" +
	"a=fingerprint:sha-256 0D:4C:5B:8E:1D:0D:4C:5B:8E:1D:0D:4C:5B:8E:1D:0D:4C:5B:8E:1D:0D:4C:5B:8E:1D:0D:4C:5B:8E:1D:AA:BB\r\na=setup:actpass\r\na=mid:0\r\n" +
	"a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=sendrecv\r\na=msid:stream track\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n" +
	"a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:13 CN/8000\r\n" +
	"a=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\na=ssrc:3571402141 cname:uJkCv\r\na=ssrc:3571402141 msid:stream track\r\n" +
	"m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:Wx1m\r\na=ice-pwd:Ckz0oTw3bqMyNhbPmTUeTzJq\r\na=setup:actpass\r\na=mid:1\r\na=recvonly\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\n"

func TestAnAnswerTakesTheVoiceAndRefusesTheRest(t *testing.T) {
	p := open(t, nil)
	_, sdp, err := p.Answer(t.Context(), chromium)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"a=ice-lite", "a=group:BUNDLE 0", "a=mid:0", "a=sendrecv", "a=rtpmap:126 telephone-event/8000", "a=setup:passive", "a=rtcp-mux", "m=video 0 UDP/TLS/RTP/SAVPF 96", "a=mid:1"} {
		if !strings.Contains(sdp, line+"\r\n") {
			t.Errorf("no %q in\n%s", line, sdp)
		}
	}
	if !strings.Contains(sdp, " UDP/TLS/RTP/SAVPF 8 126\r\n") || strings.Contains(sdp, "opus") {
		t.Errorf("the codecs of\n%s", sdp)
	}
	// The other library reads it as an answer to that offer.
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pc.Close() }()
	if _, err := (&webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp}).Unmarshal(); err != nil {
		t.Error(err)
	}
	_, sdp, err = p.Answer(t.Context(), strings.ReplaceAll(chromium, "a=sendrecv", "a=recvonly"))
	if err != nil || !strings.Contains(sdp, "a=sendonly\r\n") {
		t.Errorf("to one who only hears: %v\n%s", err, sdp)
	}
}

func TestOffersThatAreRefused(t *testing.T) {
	p := open(t, nil)
	for why, offer := range map[string]string{
		"not SDP":         "secret nonsense",
		"nothing":         "",
		"too long":        chromium + strings.Repeat("a=x:secret\r\n", 5000),
		"no audio":        chromium[:strings.Index(chromium, "m=audio")] + chromium[strings.Index(chromium, "m=video"):],
		"audio refused":   strings.Replace(chromium, "m=audio 9", "m=audio 0", 1),
		"without A-law":   strings.Replace(chromium, " 0 8 13 ", " 0 13 ", 1),
		"another 8":       strings.Replace(chromium, "a=rtpmap:8 PCMA/8000", "a=rtpmap:8 secret/8000", 1),
		"two ports":       strings.ReplaceAll(chromium, "a=rtcp-mux\r\n", ""),
		"we are to begin": strings.ReplaceAll(chromium, "setup:actpass", "setup:passive"),
		"no fingerprint":  strings.ReplaceAll(chromium, "a=fingerprint", "a=secret"),
		"SHA-1":           strings.ReplaceAll(chromium, "sha-256", "sha-1"),
		"open voice":      strings.ReplaceAll(chromium, "UDP/TLS/RTP/SAVPF", "RTP/AVP"),
		"a name in parts": strings.ReplaceAll(chromium, "a=mid:0", "a=mid:0 secret"),
		"nine sections":   chromium + strings.Repeat(chromium[strings.Index(chromium, "m=video"):], 7),
	} {
		l, sdp, err := p.Answer(t.Context(), offer)
		if !errors.Is(err, softphone.ErrOffer) || l != nil || sdp != "" {
			t.Errorf("%s: %v", why, err)
			continue
		}
		if strings.Contains(err.Error(), "secret") || len(err.Error()) > 120 {
			t.Errorf("%s: %v", why, err)
		}
	}
	if lines, _ := p.Known(); lines != 0 {
		t.Errorf("%d lines stand", lines)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := p.Answer(ctx, chromium); !errors.Is(err, context.Canceled) {
		t.Errorf("when nobody waits any more: %v", err)
	}
}

// FuzzOffer finds offers that are answered with what is no answer, or break us.
func FuzzOffer(f *testing.F) {
	for _, s := range []string{"", "v=0", chromium, strings.ReplaceAll(chromium, "\r\n", "\n"), strings.ReplaceAll(chromium, "a=mid:0\r\n", ""), chromium[:700],
		"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\na=rtcp-mux\r\na=setup:active\r\n"} {
		f.Add(s)
	}
	p, err := softphone.Open(softphone.Config{Addr: netip.MustParseAddrPort("127.0.0.1:0"), Log: failing(f)})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = p.Close() })
	f.Fuzz(func(t *testing.T, offer string) {
		l, sdp, _, _, err := p.Still(offer)
		if err != nil {
			if !errors.Is(err, softphone.ErrOffer) {
				t.Fatal(err)
			}
			return
		}
		_ = l.Close()
		voices := 0
		for _, line := range strings.Split(strings.TrimSuffix(sdp, "\r\n"), "\r\n") {
			if !regexp.MustCompile(`^[vostcma]=[ -~]*$`).MatchString(line) {
				t.Errorf("the offer writes into the answer: %q", line)
			}
			if strings.HasPrefix(line, "m=") && !strings.Contains(line, " 0 ") {
				voices++
			}
		}
		if _, err := (&webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp}).Unmarshal(); err != nil || voices != 1 {
			t.Errorf("answered %q: %v", sdp, err)
		}
	})
}

// failing is a log that fails the test of whoever writes to it.
func failing(tb testing.TB) *slog.Logger { return slog.New(slog.NewTextHandler(fails{tb}, nil)) }

type fails struct{ tb testing.TB }

func (f fails) Write(b []byte) (int, error) {
	panic(string(b)) // a mistake of ours was caught; here it must not be
}
