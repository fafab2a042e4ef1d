package rtp_test

import (
	"testing"

	"yangguang/internal/rtp"
)

type told = struct {
	At      uint32
	Payload []byte
}

func tell(at uint32, key byte, end bool, duration uint16) told {
	b := []byte{key, 10, byte(duration >> 8), byte(duration)}
	if end {
		b[1] |= 0x80
	}
	return told{at, b}
}

func TestEventsTellEachPressOnce(t *testing.T) {
	for _, c := range []struct {
		name, want string
		events     []told
	}{
		{"a press with three ends", "5", []told{tell(100, 5, false, 160), tell(100, 5, false, 320), tell(100, 5, true, 480), tell(100, 5, true, 480), tell(100, 5, true, 480)}},
		{"its beginning was lost", "5", []told{tell(100, 5, true, 480), tell(100, 5, true, 480)}},
		{"its ends were lost, and the same key follows", "55", []told{tell(100, 5, false, 160), tell(2000, 5, false, 160), tell(2000, 5, true, 320)}},
		{"packets out of order", "12", []told{tell(100, 1, false, 160), tell(2000, 2, false, 160), tell(100, 1, true, 480), tell(2000, 2, true, 480), tell(100, 1, true, 480)}},
		{"a press longer than eight seconds", "#", []told{tell(100, 11, false, 160), tell(100, 11, false, 0xFFFF), tell(100+0xFFFF, 11, false, 160), tell(100+0xFFFF, 11, true, 800)}},
		{"the timestamps wrap", "*D", []told{tell(0xFFFFFF00, 10, false, 160), tell(0xFFFFFF00, 10, true, 320), tell(0x1000, 15, true, 320)}},
		{"short payloads and what is no key", "", []told{{1, nil}, {2, []byte{5}}, {3, []byte{5, 0, 0}}, tell(4, 16, false, 160), tell(5, 255, true, 160)}},
		{"more octets than an event has", "7", []told{{1, []byte{7, 10, 0, 160, 1, 2, 3}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := rtp.Presses(c.events...); got != c.want {
				t.Errorf("told %q, want %q", got, c.want)
			}
		})
	}
}

func TestTonesInTheVoiceAreKeys(t *testing.T) {
	const dialled = "1234567890*#ABCD5511"
	for _, c := range []rtp.Codec{rtp.PCMA, rtp.PCMU} {
		var voice []int16
		for i := range len(dialled) {
			voice = append(voice, rtp.KeyTone(dialled[i], 560)...) // 70 ms
			voice = append(voice, make([]int16, 560)...)
		}
		if got := rtp.TonesIn(c.Decode(nil, c.Encode(nil, voice))); got != dialled {
			t.Errorf("codec %d: heard %q, want %q", c, got, dialled)
		}
	}
}

func TestOtherSoundsAreNoKeys(t *testing.T) {
	one := make([]int16, 8000)
	for i := range one { // a noise that is the same each time
		one[i] = int16(uint32(i*i*2654435761) >> 17)
	}
	if got := rtp.TonesIn(one); got != "" {
		t.Errorf("noise is heard as %q", got)
	}
	var single []int16
	for _, s := range rtp.KeyTone('1', 8000) {
		single = append(single, s/200) // far too quiet
	}
	if got := rtp.TonesIn(single); got != "" {
		t.Errorf("a whisper is heard as %q", got)
	}
}

func FuzzEvent(f *testing.F) {
	f.Add([]byte{5, 0x8A, 1, 224}, uint32(1))
	f.Add([]byte{16, 0, 0}, uint32(0xFFFFFFFF))
	f.Fuzz(func(t *testing.T, payload []byte, at uint32) {
		got := rtp.Presses(told{at, payload}, told{at, payload})
		if valid := len(payload) >= 4 && payload[0] < 16; valid != (len(got) == 1) || len(got) > 1 {
			t.Errorf("%x told %q", payload, got)
		}
	})
}
