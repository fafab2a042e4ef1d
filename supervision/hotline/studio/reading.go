package studio

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"yangguang/internal/ivr"
)

// A Text is something published that is read aloud: a service guide 办事指南, an
// answer on policy, an item. Who asks for it gives only what is in force now, so
// that what was withdrawn is read no more.
type Text struct {
	Lang       ivr.Lang
	Title      string
	Paragraphs []string
}

// A Reading keeps what the placeholder voice made of texts, each sentence once.
type Reading struct{ Dir string }

// longestSentence is how many characters are said in one clip, so that a key
// never cuts more than a few seconds short and changes make little anew.
const longestSentence = 120

// Entries are those of the texts that can be read now, in their order; one whose
// sounds are not made yet is left out.
func (r *Reading) Entries(texts []Text) (all []ivr.Entry) {
	for _, t := range texts {
		e := t.entry()
		if len(e.Title) == 0 || slices.ContainsFunc(append(slices.Clone(e.Title), e.Text...), r.missing) {
			continue
		}
		all = append(all, e)
	}
	return all
}

// Prepare makes the sounds that texts lack, and gives how many. It may be broken
// off, and goes on where it was.
func (r *Reading) Prepare(ctx context.Context, texts []Text) (n int, err error) {
	for _, t := range texts {
		for _, s := range t.sentences() {
			key := keyOf(t.Lang, s)
			if !r.missing(key) {
				continue
			}
			samples, err := Placeholder(ctx, t.Lang, aloud(t.Lang, s))
			if errors.Is(err, ErrSilent) || errors.Is(err, ErrNoSound) {
				samples, err = make([]int16, rate/4), nil // signs alone
			}
			if err == nil {
				err = write(r.path(key), samples)
			}
			if err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

// Drop removes the sounds that none of the texts needs, and gives how many.
func (r *Reading) Drop(texts []Text) (n int, err error) {
	need := map[string]bool{}
	for _, t := range texts {
		for _, s := range t.sentences() {
			need[filepath.Base(r.path(keyOf(t.Lang, s)))] = true
		}
	}
	files, err := os.ReadDir(filepath.Join(r.Dir, "read"))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	for _, f := range files {
		if !need[f.Name()] {
			if err := os.Remove(filepath.Join(r.Dir, "read", f.Name())); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, err
}

func (r *Reading) missing(key string) bool {
	_, err := os.Stat(r.path(key))
	return err != nil
}

func (r *Reading) path(key string) string {
	return filepath.Join(r.Dir, "read", strings.TrimPrefix(key, readKey)+placeholder)
}

// readKey begins the keys of sentences; the rest is the hash of what is said.
const readKey = "read."

var readKeys = regexp.MustCompile(`^read\.[0-9a-f]{64}$`)

func keyOf(lang ivr.Lang, sentence string) string {
	sum := sha256.Sum256([]byte(string(lang) + "\n" + aloud(lang, sentence)))
	return readKey + hex.EncodeToString(sum[:])
}

func (t Text) entry() (e ivr.Entry) {
	for _, s := range cut(t.Title) {
		e.Title = append(e.Title, keyOf(t.Lang, s))
	}
	for _, p := range t.Paragraphs {
		for _, s := range cut(p) {
			e.Text = append(e.Text, keyOf(t.Lang, s))
		}
	}
	return e
}

func (t Text) sentences() (all []string) {
	for _, p := range append([]string{t.Title}, t.Paragraphs...) {
		all = append(all, cut(p)...)
	}
	return all
}

const (
	fullStops = "\u3002\uff01\uff1f\uff1b\n!?;" // of both languages
	commas    = "\uff0c\u3001,"
)

// cut cuts a paragraph to sentences, and a long one at a comma or where it must.
func cut(p string) (all []string) {
	var b strings.Builder
	end := func() {
		if s := strings.TrimSpace(b.String()); s != "" {
			all = append(all, s)
		}
		b.Reset()
	}
	n := 0
	for _, r := range p {
		b.WriteRune(r)
		n++
		long := n >= longestSentence || n >= longestSentence*2/3 && strings.ContainsRune(commas, r)
		if strings.ContainsRune(fullStops, r) || long {
			end()
			n = 0
		}
	}
	end()
	return all
}

//go:embed phrases.tsv
var phrases string

// words replaces the words of phrases.tsv, the longest first.
var words = sync.OnceValue(func() *strings.Replacer {
	var pairs [][2]string
	for line := range strings.Lines(phrases) {
		word, pinyin, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if ok && !strings.HasPrefix(line, "#") {
			pairs = append(pairs, [2]string{word, " " + pinyin + " "})
		}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return utf8.RuneCountInString(b[0]) - utf8.RuneCountInString(a[0]) })
	var flat []string
	for _, p := range pairs {
		flat = append(flat, p[0], p[1])
	}
	return strings.NewReplacer(flat...)
})

// numbers are those said digit by digit: telephones, and what is long.
var numbers = regexp.MustCompile(`[0-9]{5,}|[0-9]{3,4}-[0-9]{3,}`)

// aloud is what the placeholder voice is given of a sentence: it reads
// characters itself, one by one, so that words of several readings are put in
// pinyin; long numbers are said digit by digit.
func aloud(lang ivr.Lang, sentence string) string {
	if lang != ivr.Chinese {
		return sentence
	}
	s := numbers.ReplaceAllStringFunc(sentence, func(n string) string {
		var b strings.Builder
		for _, c := range lang.Digits(n) {
			b.WriteString(" " + ivr.Catalogue()[c].Pinyin)
		}
		return b.String() + " "
	})
	return words().Replace(s)
}
