package sdp_test

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"yangguang/internal/sip/sdp"
)

const phone = "v=0\r\no=- 53655765 2353687637 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio 6000 RTP/AVP 18 8 0 97\r\na=rtpmap:97 telephone-event/8000\r\na=fmtp:97 0-15\r\na=ptime:20\r\n"

var ours = sdp.Local{Addr: netip.MustParseAddr("198.51.100.1"), Port: 20000}

func TestATelephonesOfferIsRead(t *testing.T) {
	s, err := sdp.Parse([]byte(phone))
	if err != nil {
		t.Fatal(err)
	}
	if s.Addr.String() != "192.0.2.7" || s.Port != 6000 || s.Events != 97 || s.Codec() != sdp.PCMA || s.PTime != 20 || s.Held() || s.Secure() {
		t.Errorf("read %+v", s)
	}
}

func TestTheAnswerHasWhatBothSpeakInOurOrder(t *testing.T) {
	offer, _ := sdp.Parse([]byte(strings.Replace(phone, "18 8 0 97", "0 8 97", 1)))
	a, err := sdp.Answer(offer, ours)
	if err != nil {
		t.Fatal(err)
	}
	back, err := sdp.Parse(a.Bytes())
	if err != nil {
		t.Fatalf("our own answer cannot be read: %v", err)
	}
	if !bytes.Equal(back.Payloads, []uint8{8, 0}) || back.Events != 97 || back.Port != 20000 {
		t.Errorf("answered %+v", back)
	}
}

func TestDirectionsAreAnsweredByTheirMirror(t *testing.T) {
	for said, want := range map[string]sdp.Direction{"sendrecv": sdp.SendRecv, "sendonly": sdp.RecvOnly, "recvonly": sdp.SendOnly, "inactive": sdp.Inactive} {
		offer, err := sdp.Parse([]byte(phone + "a=" + said + "\r\n"))
		if err != nil {
			t.Fatal(err)
		}
		a, _ := sdp.Answer(offer, ours)
		if a.Direction != want {
			t.Errorf("%s is answered by %s, want %s", said, a.Direction, want)
		}
		if held := said == "sendonly" || said == "inactive"; offer.Held() != held {
			t.Errorf("%s: held %v", said, offer.Held())
		}
	}
	old, _ := sdp.Parse([]byte(strings.Replace(phone, "c=IN IP4 192.0.2.7", "c=IN IP4 0.0.0.0", 1)))
	if !old.Held() {
		t.Error("an address of zeros is no hold")
	}
}

func TestOtherStreamsAreRefusedInTheirPlace(t *testing.T) {
	video := strings.Replace(phone, "m=audio", "m=video 7000 RTP/AVP 96\r\na=sendonly\r\nm=audio", 1) + "m=image 7002 udptl t38\r\n"
	offer, err := sdp.Parse([]byte(video))
	if err != nil {
		t.Fatal(err)
	}
	if offer.Held() {
		t.Error("the direction of the video was taken for the audio's")
	}
	a, _ := sdp.Answer(offer, ours)
	text := string(a.Bytes())
	v, au, im := strings.Index(text, "m=video 0 "), strings.Index(text, "m=audio 20000 "), strings.Index(text, "m=image 0 ")
	if v < 0 || au < v || im < au {
		t.Errorf("answer:\n%s", text)
	}
}

func TestKeysInTheDescription(t *testing.T) {
	offer, err := sdp.Parse(sdp.Offer(sdp.Local{Addr: ours.Addr, Port: 4000, Secure: true}).Bytes())
	if err != nil {
		t.Fatal(err)
	}
	a, err := sdp.Answer(offer, ours)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := sdp.Parse(a.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	theirs, mine, secure := sdp.Keys(offer, answer)
	if !secure || theirs.Suite != sdp.AES80 || mine.Suite != sdp.AES80 || bytes.Equal(theirs.Key, mine.Key) || len(mine.Key) != 30 {
		t.Errorf("keys %v %v %v", theirs, mine, secure)
	}
	again := a.Again(a)
	if again.Version != a.Version+1 || !bytes.Equal(again.Crypto[0].Key, a.Crypto[0].Key) {
		t.Error("a refresh changed the key or not the version")
	}
}

func TestWhatIsRefusedAndWhy(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"nothing":              {"", sdp.ErrMalformed},
		"no version":           {"o=- 1 1 IN IP4 192.0.2.1\r\n", sdp.ErrMalformed},
		"a short m= line":      {"v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio\r\n", sdp.ErrMalformed},
		"no address":           {"v=0\r\nm=audio 4000 RTP/AVP 8\r\n", sdp.ErrMalformed},
		"a name":               {"v=0\r\nc=IN IP4 phone.example\r\nm=audio 4000 RTP/AVP 8\r\n", sdp.ErrMalformed},
		"a port of six":        {"v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 400000 RTP/AVP 8\r\n", sdp.ErrMalformed},
		"multicast":            {"v=0\r\nc=IN IP4 224.2.1.1/127\r\nm=audio 4000 RTP/AVP 8\r\n", sdp.ErrMalformed},
		"only video":           {"v=0\r\nc=IN IP4 192.0.2.1\r\nm=video 4000 RTP/AVP 96\r\n", sdp.ErrNoAudio},
		"audio switched off":   {"v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 0 RTP/AVP 8\r\n", sdp.ErrNoAudio},
		"only G.729":           {"v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 18\r\n", sdp.ErrNoCodec},
		"a browser":            {"v=0\r\nc=IN IP4 192.0.2.1\r\na=fingerprint:sha-256 AA\r\nm=audio 4000 UDP/TLS/RTP/SAVPF 8\r\n", sdp.ErrDTLS},
		"DTLS by the old name": {"v=0\r\nc=IN IP4 192.0.2.1\r\na=fingerprint:sha-256 AA\r\nm=audio 4000 RTP/SAVP 8\r\n", sdp.ErrDTLS},
		"SAVP without a key":   {"v=0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/SAVP 8\r\na=crypto:1 F8_128_HMAC_SHA1_80 inline:AAAA\r\n", sdp.ErrNoCrypto},
	} {
		if _, err := sdp.Parse([]byte(c.text)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(phone))
	f.Add([]byte("v=0\r\nm=audio\r\n"))
	f.Add(sdp.Offer(sdp.Local{Addr: netip.MustParseAddr("2001:db8::1"), Port: 4000, Secure: true}).Bytes())
	f.Add([]byte("v=0\nc=IN IP4 192.0.2.1\nm=video 1 RTP/AVP 96\nm=audio 2 RTP/AVP 0\nm=image 3 udptl t38\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		offer, err := sdp.Parse(b)
		if err != nil {
			return
		}
		a, err := sdp.Answer(offer, ours)
		if err != nil {
			t.Fatalf("what was read cannot be answered: %v", err)
		}
		back, err := sdp.Parse(a.Bytes())
		if err != nil {
			t.Fatalf("our answer cannot be read: %v\n%s", err, a.Bytes())
		}
		if back.Port != ours.Port || !back.Addr.IsValid() {
			t.Fatalf("read back %+v", back)
		}
	})
}
