package studio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"yangguang/internal/ivr"
)

// ErrNoVoice says that the placeholder voice is not installed.
var ErrNoVoice = errors.New("studio: espeak-ng is not installed: install it, or record the prompts")

// voices are espeak-ng's. Its cmn reads Chinese as English; with pinyin given,
// cmn-latn-pinyin says the tones it is told.
var voices = map[ivr.Lang]string{ivr.Chinese: "cmn-latn-pinyin", ivr.English: "en-gb"}

// speakWithin is how long one prompt may take to be made.
const speakWithin = 30 * time.Second

// spoken is what the placeholder voice is given of a prompt; empty is nothing
// to say in the language.
func spoken(lang ivr.Lang, p ivr.Prompt) string {
	if lang == ivr.English {
		return p.English
	}
	return p.Pinyin
}

// Placeholder says text with espeak-ng: pinyin with tone numbers in Chinese. It
// is robotic: fit until somebody records the prompt. The text goes in by the
// standard input, so that it is never an option.
func Placeholder(ctx context.Context, lang ivr.Lang, text string) ([]int16, error) {
	program, err := exec.LookPath("espeak-ng")
	if err != nil {
		return nil, ErrNoVoice
	}
	ctx, stop := context.WithTimeout(ctx, speakWithin)
	defer stop()
	cmd := exec.CommandContext(ctx, program, "-v", voices[lang], "-s", "150", "--stdin", "--stdout") //nolint:gosec // a program and voices of ours
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("studio: espeak-ng: %w", err)
	}
	return ReadSound(bytes.NewReader(out))
}
