package studio

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"testing"
	"unicode"
)

// wave24 is a WAV file of 24 bits of a tone on one channel of two.
func wave24(hz int, tone, loud float64, n int) []byte {
	le := binary.LittleEndian
	b := wave(1, 2, hz, 24, tone, 0)
	b = le.AppendUint32(b[:len(b)-4], uint32(6*n))
	for i := range n {
		x := int32(max(-1<<23, min(1<<23-1, loud*256*math.Sin(2*math.Pi*tone*float64(i)/float64(hz)))))
		b = append(b, byte(x), byte(x>>8), byte(x>>16), 0, 0, 0)
	}
	return b
}

func TestARecordingOf24BitsAndOneThatIsClippedOnOneChannel(t *testing.T) {
	got, err := ReadRecording(bytes.NewReader(wave24(44100, 1000, 24000, 44100)))
	if err != nil || len(got) != rate {
		t.Fatalf("%d samples, %v", len(got), err)
	}
	if p := power(got, 1000); p < 0.95 || p > 1.05 { // half of 24000: the other channel is silent
		t.Errorf("the tone has %.2f of its power", p)
	}
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"clipped":                {wave24(44100, 1000, 60000, 44100), ErrClipped},
		"a fifth of a second":    {wave24(44100, 1000, 24000, 8000), ErrShort},
		"two minutes and a half": {wave(1, 1, 8000, 16, 1000, 150*8000), ErrLong},
	} {
		if _, err := ReadRecording(bytes.NewReader(c.file)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func pack(f interface{ Fatal(...any) }, tsv string, sound []byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if err := errors.Join(put(z, table, []byte(tsv)), put(z, "zh/bye.wav", sound), z.Close()); err != nil {
		f.Fatal(err)
	}
	return b.Bytes()
}

func FuzzUnpack(f *testing.F) {
	head := "key\tlanguage\ttext\tpinyin\tfile\tstate\r\n"
	f.Add(pack(f, head+"bye\tzh\t再见。\tzai4 jian4.\tzh/bye.wav\tmissing\r\n", wave(1, 1, 8000, 16, 1000, 2000)))
	f.Add(pack(f, "\uFEFF"+head+"bye\tzh\t再见。\tzai4 jian4.\t../bye.wav\tmissing\r\nnone\n\tzh\t\t\t\t", nil))
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, problems, err := unpack(b)
		if err != nil && len(rows)+len(problems) > 0 {
			t.Errorf("%d rows and %d problems of what cannot be read", len(rows), len(problems))
		}
		for _, r := range rows {
			if _, _, err := find(r.Name); err != nil {
				t.Errorf("a row of %v, which is no prompt", r.Name)
			}
		}
	})
}

func FuzzSpell(f *testing.F) {
	f.Add("nin2 hao3, zai4 jian4.")
	f.Fuzz(func(t *testing.T, s string) {
		if n, wrong := spell(s); wrong == "" && n > 0 && !unicode.IsPrint([]rune(s)[0]) && !unicode.IsSpace([]rune(s)[0]) {
			t.Errorf("%q is spelt right", s)
		}
	})
}
