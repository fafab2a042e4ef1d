package studio

import (
	_ "embed"
	"strings"
	"sync"

	"yangguang/internal/i18n"
	"yangguang/internal/ivr"
)

// A Tongue is a language or dialect prompts are recorded in.
type Tongue struct {
	Code string
	Name i18n.Text
	Of   ivr.Lang // whose wording it begins with, and which is heard where it has no recording
}

//go:embed langs.tsv
var langs string

// Tongues lists them; langs.tsv is the place for another.
var Tongues = sync.OnceValue(func() (all []Tongue) {
	for line := range strings.Lines(langs) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) == 4 && !strings.HasPrefix(line, "#") {
			all = append(all, Tongue{f[0], i18n.Text{Zh: f[1], En: f[2]}, ivr.Lang(f[3])})
		}
	}
	return all
})

// tongueOf is the one of a code.
func tongueOf(code string) (Tongue, bool) {
	for _, t := range Tongues() {
		if t.Code == code {
			return t, true
		}
	}
	return Tongue{}, false
}

// wording is the built-in text of a prompt in a language, and its pinyin; an
// empty text is not said in it.
func (t Tongue) wording(p ivr.Prompt) (text, pinyin string) {
	if t.Of == ivr.English {
		return p.English, ""
	}
	if t.Code != string(ivr.Chinese) { // its own way of writing sounds, if any
		return p.Text, ""
	}
	return p.Text, p.Pinyin
}

// mark is the language of the wording, as a page marks it.
func (t Tongue) mark() string {
	if t.Of == ivr.English {
		return "en"
	}
	return "zh-CN"
}
