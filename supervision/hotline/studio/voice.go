package studio

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"yangguang/internal/ivr"
	"yangguang/internal/rtp"
)

// How the sounds of a folder are named: DIR/zh/greeting.wav is a recording, and
// stands before DIR/zh/greeting.placeholder.wav.
const (
	recorded    = ".wav"
	placeholder = ".placeholder.wav"
)

// pause is how long the clip of that name says nothing.
const pause = 300 * time.Millisecond

// Made says where a prompt comes from.
type Made string

const (
	Recorded  Made = "recorded"    // somebody recorded it
	Synthetic Made = "placeholder" // espeak-ng did
	Missing   Made = "missing"     // nobody did
)

// A Voice is the set of prompts of a folder, each read and encoded once. Its
// methods may be called from any goroutine.
type Voice struct {
	Dir string

	mu   sync.Mutex
	said map[string]*rtp.Prompt // by language and key
}

// Prompt is what a clip says in a language; nil where there is nothing to say
// it with.
func (v *Voice) Prompt(lang, key string) *rtp.Prompt {
	if key == "pause" {
		return rtp.Silence(pause)
	}
	if readKeys.MatchString(key) {
		return load((&Reading{v.Dir}).path(key)) // long, and seldom heard twice: not kept
	}
	if _, ok := ivr.Catalogue()[key]; !ok {
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if p, ok := v.said[lang+"/"+key]; ok {
		return p
	}
	if v.said == nil {
		v.said = map[string]*rtp.Prompt{}
	}
	p := v.load(lang, key)
	if p != nil { // one that is missing may be made at any time
		v.said[lang+"/"+key] = p
	}
	return p
}

// forget has the folder looked at anew.
func (v *Voice) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.said = nil
}

func (v *Voice) load(lang, key string) *rtp.Prompt {
	if _, ok := tongueOf(lang); !ok {
		return nil
	}
	for _, end := range []string{recorded, placeholder} {
		if p := load(filepath.Join(v.Dir, lang, key+end)); p != nil {
			return p
		}
	}
	return nil
}

// load reads a file; nil when it cannot be read.
func load(name string) *rtp.Prompt {
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	samples, err := readSamples(f)
	if err != nil {
		return nil
	}
	return rtp.NewPrompt(samples)
}

// A Standing is how one prompt stands in a folder.
type Standing struct {
	Lang ivr.Lang
	Key  string
	Made Made
}

// Standings are those of every prompt that is said in a language.
func Standings(dir string) (all []Standing) {
	for _, lang := range []ivr.Lang{ivr.Chinese, ivr.English} {
		for _, p := range ivr.List() {
			if spoken(lang, p) == "" {
				continue
			}
			all = append(all, Standing{lang, p.Key, made(dir, lang, p.Key)})
		}
	}
	return all
}

func made(dir string, lang ivr.Lang, key string) Made {
	for end, m := range map[string]Made{recorded: Recorded, placeholder: Synthetic} {
		if end == placeholder && exists(dir, lang, key, recorded) {
			continue
		}
		if exists(dir, lang, key, end) {
			return m
		}
	}
	return Missing
}

func exists(dir string, lang ivr.Lang, key, end string) bool {
	_, err := os.Stat(filepath.Join(dir, string(lang), key+end))
	return err == nil
}

// Make has the placeholder voice say every prompt that is missing, or whose
// wording changed since, and gives how many it made. What somebody recorded is
// never touched.
func Make(ctx context.Context, dir string) (n int, err error) {
	missing := slices.DeleteFunc(Standings(dir), func(s Standing) bool { return s.Made == Recorded || s.Made == Synthetic && !stale(dir, s) })
	for _, s := range missing {
		samples, err := Placeholder(ctx, s.Lang, spoken(s.Lang, ivr.Catalogue()[s.Key]))
		if err != nil {
			return n, err
		}
		if err := keep(dir, s, samples); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func keep(dir string, s Standing, samples []int16) error {
	if err := write(filepath.Join(dir, string(s.Lang), s.Key+placeholder), samples); err != nil {
		return err
	}
	if err := os.WriteFile(madeOf(dir, s), []byte(spoken(s.Lang, ivr.Catalogue()[s.Key])), 0o600); err != nil {
		return fmt.Errorf("studio: %w", err)
	}
	return nil
}

// madeOf is where stands what the placeholder voice was given.
func madeOf(dir string, s Standing) string {
	return filepath.Join(dir, string(s.Lang), s.Key+".placeholder.txt")
}

// stale answers whether a placeholder says an older wording.
func stale(dir string, s Standing) bool {
	b, err := os.ReadFile(madeOf(dir, s))
	return err != nil || string(b) != spoken(s.Lang, ivr.Catalogue()[s.Key])
}

// write writes beside and renames, so that a switchboard never reads a half.
func write(name string, samples []int16) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return fmt.Errorf("studio: %w", err)
	}
	var b bytes.Buffer
	if err := WriteSound(&b, samples); err != nil {
		return err
	}
	if err := os.WriteFile(name+".new", b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("studio: %w", err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		return fmt.Errorf("studio: %w", err)
	}
	return nil
}
