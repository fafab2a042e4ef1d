package rtp_test

import (
	"testing"
	"time"

	"yangguang/internal/rtp"
	"yangguang/internal/rtp/rtptest"
)

// The ends of the segments in tables 1a and 2a of ITU-T G.711: the character
// signal as sent, and the value at the decoder's output times eight (A) or four
// (µ). The negative halves are the same with the sign.
var (
	alawReference = map[byte]int16{
		0xFF ^ 0x55: 4032 * 8, 0xF0 ^ 0x55: 2112 * 8, 0xE0 ^ 0x55: 1056 * 8, 0xD0 ^ 0x55: 528 * 8,
		0xC0 ^ 0x55: 264 * 8, 0xB0 ^ 0x55: 132 * 8, 0xA0 ^ 0x55: 66 * 8, 0x80 ^ 0x55: 1 * 8,
	}
	ulawReference = map[byte]int16{
		0x80: 8031 * 4, 0x8F: 4191 * 4, 0x9F: 2079 * 4, 0xAF: 1023 * 4, 0xBF: 495 * 4,
		0xCF: 231 * 4, 0xDF: 99 * 4, 0xEF: 33 * 4, 0xFE: 2 * 4, 0xFF: 0,
	}
)

func TestLawsAreThoseOfG711(t *testing.T) {
	for codec, reference := range map[rtp.Codec]map[byte]int16{rtp.PCMA: alawReference, rtp.PCMU: ulawReference} {
		for octet, want := range reference {
			if got := codec.Decode(nil, []byte{octet, octet ^ 0x80}); got[0] != want || got[1] != -want {
				t.Errorf("codec %d: %#x means %d, and its negative %d, want %d", codec, octet, got[0], got[1], want)
			}
			if got := codec.Encode(nil, []int16{want}); got[0] != octet {
				t.Errorf("codec %d: %d is %#x, want %#x", codec, want, got[0], octet)
			}
		}
	}
	for codec, want := range map[rtp.Codec][]byte{rtp.PCMA: {0xAA, 0x2A, 0xD5, 0x55}, rtp.PCMU: {0x80, 0x00, 0xFF, 0x7F}} {
		if got := codec.Encode(nil, []int16{32767, -32768, 0, -1}); string(got) != string(want) {
			t.Errorf("codec %d: the extremes are %x, want %x", codec, got, want)
		}
	}
}

func TestEveryOctetComesBack(t *testing.T) {
	for _, c := range []rtp.Codec{rtp.PCMA, rtp.PCMU} {
		for b := range 256 {
			got := c.Encode(nil, c.Decode(nil, []byte{byte(b)}))[0]
			if got != byte(b) && (c != rtp.PCMU || b != 0x7F) { // minus nothing is nothing
				t.Errorf("codec %d: %#x came back as %#x", c, b, got)
			}
		}
	}
}

func TestEverySampleIsNear(t *testing.T) {
	for _, c := range []rtp.Codec{rtp.PCMA, rtp.PCMU} {
		for s := -32768; s <= 32767; s++ {
			got := int(c.Decode(nil, c.Encode(nil, []int16{int16(s)}))[0])
			if d := max(got-s, s-got); d > max(s, -s)/16+16 && d > 1024 {
				t.Fatalf("codec %d: %d came back as %d", c, s, got)
			}
		}
	}
}

// The digital milliwatt of tables 5 and 6 is 1000 Hz, in either law and from
// one to the other.
func TestTheMilliwattIsAThousandHertz(t *testing.T) {
	alaw := repeat([]byte{0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4}, 100)
	ulaw := repeat([]byte{0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E}, 100)
	for _, a := range [][]byte{alaw, rtp.Transcode(nil, ulaw, rtp.PCMU, rtp.PCMA)} {
		if got := rtptest.Dominant(a); got != 1000 {
			t.Errorf("the milliwatt is heard as %v Hz", got)
		}
	}
	back := rtp.PCMU.Decode(nil, rtp.Transcode(nil, alaw, rtp.PCMA, rtp.PCMU))
	if rtptest.Share(back, 1000) < 0.98 {
		t.Error("the milliwatt is no longer 1000 Hz in µ-law")
	}
}

func TestTheMeterTellsTonesAndSilence(t *testing.T) {
	both := rtptest.Tone(440, time.Second)
	for i, s := range rtptest.Tone(880, time.Second) {
		both[i] += s
	}
	if got := rtptest.Heard(both, 400, 440, 880, 1000); len(got) != 2 || got[0] != 440 || got[1] != 880 {
		t.Errorf("heard %v", got)
	}
	if got := rtptest.Dominant(rtp.PCMA.Encode(nil, make([]int16, 800))); got != 0 {
		t.Errorf("silence is heard as %v Hz", got)
	}
}

func repeat(b []byte, n int) (r []byte) {
	for range n {
		r = append(r, b...)
	}
	return r
}
