package rtp_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"yangguang/internal/rtp"
	"yangguang/internal/rtp/rtptest"
)

// wav is a file of the form given, with a chunk of another program before the audio.
func wav(format, channels uint16, rate uint32, bits uint16, data []byte) []byte {
	le := binary.LittleEndian
	b := append([]byte("RIFF"), 0, 0, 0, 0)
	b = append(b, "WAVELIST\x03\x00\x00\x00abc\x00fmt \x10\x00\x00\x00"...)
	b = le.AppendUint16(le.AppendUint16(b, format), channels)
	b = le.AppendUint32(le.AppendUint32(b, rate), rate*uint32(channels)*uint32(bits)/8)
	b = le.AppendUint16(le.AppendUint16(b, channels*bits/8), bits)
	b = le.AppendUint32(append(b, "data"...), uint32(len(data)))
	return append(b, data...)
}

func octets(samples []int16) (b []byte) {
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}

func TestReadWAVTakesOneFormAndNamesTheOthers(t *testing.T) {
	want := rtptest.Tone(440, 100*time.Millisecond)
	got, err := rtp.ReadWAV(bytes.NewReader(wav(1, 1, 8000, 16, octets(want))))
	if err != nil || len(got) != len(want) || got[77] != want[77] {
		t.Fatalf("%d samples of %d, %v", len(got), len(want), err)
	}
	for says, file := range map[string][]byte{
		"44100 Hz":        wav(1, 1, 44100, 16, octets(want)),
		"2 channels":      wav(1, 2, 8000, 16, octets(want)),
		"8 bits":          wav(1, 1, 8000, 8, octets(want)),
		"format 6":        wav(6, 1, 8000, 8, octets(want)),
		"not a WAV":       []byte("ID3 a song"),
		"no audio":        wav(1, 1, 8000, 16, nil),
		"longer than ten": wav(1, 1, 8000, 16, make([]byte, 10*60*16000+2)),
	} {
		if _, err := rtp.ReadWAV(bytes.NewReader(file)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("said %v, want %q", err, says)
		}
	}
}

// A writer that did not know the length leaves 0xFFFFFFFF or too much.
func TestReadWAVOfAStreamReadsToTheEnd(t *testing.T) {
	file := wav(1, 1, 8000, 16, octets(rtptest.Tone(440, 100*time.Millisecond)))
	copy(file[len(file)-1604:], "\xff\xff\xff\xff")
	if got, err := rtp.ReadWAV(bytes.NewReader(file)); err != nil || len(got) != 800 {
		t.Errorf("%d samples, %v", len(got), err)
	}
}

func TestWAVHeaderOfAStreamAndOfAKnownLength(t *testing.T) {
	le := binary.LittleEndian
	for samples, want := range map[int64][3]uint32{
		rtp.UnknownLength: {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF},
		8000:              {50 + 16000, 8000, 16000},
		1 << 33:           {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF},
	} {
		h := rtp.WAVHeader(samples)
		got := [3]uint32{le.Uint32(h[4:]), le.Uint32(h[46:]), le.Uint32(h[54:])}
		if len(h) != rtp.WAVHeaderSize || got != want || string(h[38:42]) != "fact" || string(h[50:54]) != "data" || le.Uint16(h[20:]) != 6 {
			t.Errorf("%d samples: %x", samples, h)
		}
	}
}

func FuzzWAV(f *testing.F) {
	f.Add(wav(1, 1, 8000, 16, octets(rtptest.Tone(440, 10*time.Millisecond))))
	f.Add(wav(6, 2, 8000, 8, []byte{1, 2, 3}))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEfmt \xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if got, err := rtp.ReadWAV(bytes.NewReader(file)); (err == nil) == (len(got) == 0) {
			t.Errorf("%d samples and %v", len(got), err)
		}
	})
}
