// Package speech says what callers are told with a placeholder voice, until
// people's recordings take its place (3.1.1): espeak-ng, an external program,
// reads the syllables once, and the sound is kept beside the data.
package speech

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"yangguang/internal/rtp"
)

//go:embed prompts.yaml
var promptsYAML []byte

// text is a prompt's words.
type text struct {
	Zh     string `yaml:"zh"`
	Pinyin string `yaml:"pinyin"`
	En     string `yaml:"en"`
}

// texts is the catalogue, read once.
var texts = sync.OnceValues(func() (map[string]text, error) {
	out := map[string]text{}
	err := yaml.UnmarshalWithOptions(promptsYAML, &out, yaml.Strict())
	return out, err
})

// Voice says prompts. Without espeak-ng it has a tone for each, so that a call
// is never silent.
type Voice struct {
	dir     string
	program string // "" without
	mu      sync.Mutex
	known   map[string]*rtp.Prompt
}

// New looks for the program and keeps sounds in a folder.
func New(dir string) *Voice {
	program, err := exec.LookPath("espeak-ng")
	if err != nil {
		program = ""
	}
	return &Voice{dir: dir, program: program, known: map[string]*rtp.Prompt{}}
}

// Speaks says whether there is a voice, and not tones alone.
func (v *Voice) Speaks() bool { return v.program != "" }

// Prepare makes every prompt, so that no caller waits for one.
func (v *Voice) Prepare() error {
	all, err := texts()
	if err != nil {
		return err
	}
	for _, lang := range []string{"", "en"} {
		for key := range all {
			v.Prompt(lang, key)
		}
		for n := range 21 {
			v.Prompt(lang, "n"+strconv.Itoa(n))
		}
	}
	return nil
}

// Prompt is the sound of a key in a language; zh when lang is not en. n and a
// number up to 99 is that number; music is what is heard on hold.
func (v *Voice) Prompt(lang, key string) *rtp.Prompt {
	v.mu.Lock()
	defer v.mu.Unlock()
	if p := v.known[lang+" "+key]; p != nil {
		return p
	}
	p := v.make(lang, key)
	v.known[lang+" "+key] = p
	return p
}

func (v *Voice) make(lang, key string) *rtp.Prompt {
	if key == "music" {
		return rtp.NewPrompt(music())
	}
	voice, words := wordsOf(lang, key)
	if words == "" {
		return nil
	}
	if v.program != "" {
		if samples, err := v.speak(voice, words); err == nil {
			return rtp.NewPrompt(append(samples, make([]int16, 2400)...))
		}
	}
	return rtp.NewPrompt(beep(len(key)))
}

// wordsOf is what the program reads for a key, and in which voice.
func wordsOf(lang, key string) (voice, words string) {
	all, err := texts()
	if err != nil {
		return "", ""
	}
	if n, err := strconv.Atoi(key[min(1, len(key)):]); key != "" && key[0] == 'n' && err == nil && n >= 0 && n < 100 {
		if lang == "en" {
			return "en", strconv.Itoa(n)
		}
		return mandarin, pinyinOf(n) + " wei4"
	}
	if lang == "en" {
		return "en", all[key].En
	}
	return mandarin, all[key].Pinyin
}

// mandarin reads pinyin; the program's plain voice for Chinese reads the tones' digits aloud.
const mandarin = "cmn-latn-pinyin"

var syllables = [10]string{"ling2", "yi1", "er4", "san1", "si4", "wu3", "liu4", "qi1", "ba1", "jiu3"}

// pinyinOf is a number below a hundred as it is counted.
func pinyinOf(n int) string {
	if n < 10 {
		return syllables[n]
	}
	out := "shi2"
	if n >= 20 {
		out = syllables[n/10] + " " + out
	}
	if n%10 > 0 {
		out += " " + syllables[n%10]
	}
	return out
}

// speak has the program read words, or finds what it read before.
func (v *Voice) speak(voice, words string) ([]int16, error) {
	sum := sha256.Sum256([]byte(voice + "\n" + words))
	path := filepath.Join(v.dir, hex.EncodeToString(sum[:12])+".wav")
	if b, err := os.ReadFile(path); err == nil { //nolint:gosec // a name of our own
		if s, err := rtp.ReadWAV(bytes.NewReader(b)); err == nil {
			return s, nil
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, v.program, "-v", voice, "-s", "150", "--stdout", words).Output() //nolint:gosec // words of ours
	if err != nil {
		return nil, fmt.Errorf("the placeholder voice: %w", err)
	}
	samples, err := to8k(out)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(v.dir, 0o700); err != nil {
		return nil, err
	}
	return samples, os.WriteFile(path, wav(samples), 0o600)
}

// to8k makes 8000 samples a second of what the program gives: one channel of 16
// bits at 22,050. Each is the mean of those around it, which is filter enough for
// speech of a machine.
func to8k(file []byte) ([]int16, error) {
	const head = 44
	if len(file) < head+2 || string(file[:4]) != "RIFF" || binary.LittleEndian.Uint16(file[22:]) != 1 || binary.LittleEndian.Uint16(file[34:]) != 16 {
		return nil, fmt.Errorf("the placeholder voice gave no sound")
	}
	rate := int(binary.LittleEndian.Uint32(file[24:]))
	if rate < 8000 {
		return nil, fmt.Errorf("the placeholder voice gave %d samples a second", rate)
	}
	in := file[head:]
	n := len(in) / 2
	out := make([]int16, n*8000/rate)
	for i := range out {
		from, to := i*rate/8000, min((i+1)*rate/8000, n)
		sum := 0
		for j := from; j < to; j++ {
			sum += int(int16(binary.LittleEndian.Uint16(in[2*j:])))
		}
		out[i] = int16(sum / max(to-from, 1))
	}
	return out, nil
}

func wav(samples []int16) []byte {
	b := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(36+2*len(samples)))...)
	b = append(b, "WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"...)
	b = binary.LittleEndian.AppendUint32(b, 8000)
	b = binary.LittleEndian.AppendUint32(b, 16000)
	b = append(b, "\x02\x00\x10\x00data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(2*len(samples)))
	for _, s := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	return b
}
