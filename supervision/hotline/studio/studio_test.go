package studio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"yangguang/internal/ivr"
)

// wave is a WAV file of a tone.
func wave(kind uint16, channels, hz, bits int, tone float64, n int) []byte {
	le := binary.LittleEndian
	var data []byte
	for i := range n {
		for range channels {
			data = le.AppendUint16(data, uint16(int16(12000*math.Sin(2*math.Pi*tone*float64(i)/float64(hz)))))
		}
	}
	b := append([]byte("RIFF\x00\x00\x00\x00WAVEfmt "), 16, 0, 0, 0)
	b = le.AppendUint16(le.AppendUint16(b, kind), uint16(channels))
	b = le.AppendUint32(le.AppendUint32(b, uint32(hz)), uint32(hz*channels*bits/8))
	b = le.AppendUint16(le.AppendUint16(b, uint16(channels*bits/8)), uint16(bits))
	b = le.AppendUint32(append(b, "data"...), uint32(len(data)))
	return append(b, data...)
}

// power is how loud a frequency is in samples of 8 kHz: 1 for a full tone of 12000.
func power(samples []int16, hz float64) float64 {
	var re, im float64
	for i, s := range samples {
		a := 2 * math.Pi * hz * float64(i) / rate
		re, im = re+float64(s)*math.Cos(a), im+float64(s)*math.Sin(a)
	}
	return math.Hypot(re, im) / float64(len(samples)) * 2 / 12000
}

func TestASoundBecomesWhatATelephoneCarries(t *testing.T) {
	for _, hz := range []int{8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000} {
		for channels := 1; channels <= 2; channels++ {
			got, err := ReadSound(bytes.NewReader(wave(1, channels, hz, 16, 1000, hz)))
			if err != nil || len(got) != rate {
				t.Fatalf("%d Hz, %d channels: %d samples, %v", hz, channels, len(got), err)
			}
			if p := power(got, 1000); p < 0.95 || p > 1.05 {
				t.Errorf("%d Hz, %d channels: the tone has %.2f of its power", hz, channels, p)
			}
		}
		if hz <= rate {
			continue
		}
		got, err := ReadSound(bytes.NewReader(wave(1, 1, hz, 16, 5000, hz)))
		if err != nil {
			t.Fatal(err)
		}
		if p := power(got, 3000); p > 0.02 {
			t.Errorf("%d Hz: 5 kHz folds back to 3 kHz with %.3f of its power", hz, p)
		}
	}
}

func TestWhatIsNoPromptIsRefusedWithWhatToDo(t *testing.T) {
	good := wave(1, 1, 8000, 16, 1000, 800)
	for _, c := range []struct {
		name string
		file []byte
		want error
	}{
		{"nothing", nil, ErrNoWAV},
		{"a text", []byte("not a sound at all"), ErrNoWAV},
		{"compressed", wave(6, 1, 8000, 16, 1000, 800), ErrForm},
		{"eight bits", wave(1, 1, 8000, 8, 1000, 800), ErrForm},
		{"six channels", wave(1, 6, 8000, 16, 1000, 800), ErrForm},
		{"a low rate", wave(1, 1, 6000, 16, 1000, 800), ErrRate},
		{"a high rate", wave(1, 1, 96000, 16, 1000, 800), ErrRate},
		{"no audio", wave(1, 1, 8000, 16, 1000, 0), ErrNoSound},
		{"silence", wave(1, 1, 8000, 16, 0, 800), ErrSilent},
		{"eleven minutes", wave(1, 1, 8000, 16, 1000, 661*8000), ErrTooLong},
		{"cut short", good[:len(good)-10], ErrNoWAV},
		{"the head alone", good[:36], ErrNoSound},
	} {
		if _, err := ReadSound(bytes.NewReader(c.file)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	var b bytes.Buffer
	in := []int16{0, 200, -3000, 32767, -32768}
	if err := WriteSound(&b, in); err != nil {
		t.Fatal(err)
	}
	got, err := ReadSound(&b)
	if err != nil || len(got) != len(in) || got[3] != 32767 || got[4] != -32768 {
		t.Errorf("%v, %v", got, err)
	}
}

func FuzzReadSound(f *testing.F) {
	f.Add(wave(1, 2, 44100, 16, 1000, 100))
	f.Add(wave(1, 1, 8000, 16, 1000, 10))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := ReadSound(bytes.NewReader(b)); err == nil && len(got) > len(b) {
			t.Errorf("%d octets became %d samples", len(b), len(got))
		}
	})
}

func needEspeak(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("espeak-ng")
	if err != nil {
		t.Skip("espeak-ng is not installed: the placeholder voice is not tested; install espeak-ng")
	}
	return program
}

// TestTheVoiceSaysTheTonesItIsGiven looks at the phonemes, since a file that is
// not silent may still be English.
func TestTheVoiceSaysTheTonesItIsGiven(t *testing.T) {
	program := needEspeak(t)
	phonemes := func(text string) string {
		cmd := exec.CommandContext(t.Context(), program, "-v", voices[ivr.Chinese], "-x", "-q", "--stdin")
		cmd.Stdin = strings.NewReader(text)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out))
	}
	seen := map[string]string{}
	for _, s := range []string{"ma1", "ma2", "ma3", "ma4"} {
		p := phonemes(s)
		if other := seen[p]; other != "" {
			t.Errorf("%s and %s are both %s", s, other, p)
		}
		seen[p] = s
	}
	for _, p := range ivr.List() {
		if got := phonemes(p.Pinyin); strings.Contains(got, "(en)") {
			t.Errorf("%s is read as English: %s", p.Key, got)
		}
	}
}

func TestPromptsAreMadeOnceAndARecordingStandsBeforeThem(t *testing.T) {
	needEspeak(t)
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "zh"), 0o755); err != nil {
		t.Fatal(err)
	}
	own := wave(1, 1, 8000, 16, 1000, 8000)
	if err := os.WriteFile(filepath.Join(dir, "zh", "bye"+recorded), own, 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := Make(t.Context(), dir)
	if err != nil || n != len(Standings(dir))-1 {
		t.Fatalf("made %d of %d, %v", n, len(Standings(dir)), err)
	}
	if n, err := Make(t.Context(), dir); n != 0 || err != nil {
		t.Errorf("made %d again, %v", n, err)
	}
	v := &Voice{Dir: dir}
	total := 0.0
	for _, s := range Standings(dir) {
		want := Synthetic
		if s.Lang == ivr.Chinese && s.Key == "bye" {
			want = Recorded
		}
		p := v.Prompt(string(s.Lang), s.Key)
		if p == nil || s.Made != want {
			t.Errorf("%s %s is %s, want %s; %v", s.Lang, s.Key, s.Made, want, p == nil)
			continue
		}
		total += p.Duration().Seconds()
	}
	t.Logf("all prompts last %.0f s, %.0f kB as A-law", total, total*8)
	if p := v.Prompt("zh", "bye"); p.Duration().Seconds() != 1 || p != v.Prompt("zh", "bye") {
		t.Error("the recording is not what is heard, or is read twice")
	}
}

func TestAPromptThatIsMissingIsNothing(t *testing.T) {
	v := &Voice{Dir: t.TempDir()}
	for _, c := range [][2]string{{"zh", "greeting"}, {"fr", "greeting"}, {"zh", "../../etc/passwd"}, {"..", "bye"}} {
		if v.Prompt(c[0], c[1]) != nil {
			t.Errorf("%v says something", c)
		}
	}
	if v.Prompt("zh", "pause").Duration() != pause {
		t.Error("a pause is no pause")
	}
	for _, s := range Standings(v.Dir) {
		if s.Made != Missing {
			t.Errorf("%+v", s)
		}
	}
	if err := keep(v.Dir, Standing{Lang: ivr.Chinese, Key: "greeting"}, []int16{1000, -1000}); err != nil {
		t.Fatal(err)
	}
	if v.Prompt("zh", "greeting") == nil {
		t.Error("a prompt that was made meanwhile is not heard")
	}
}
