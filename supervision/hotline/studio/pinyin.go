package studio

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
)

//go:embed syllables.txt
var syllables string

var known = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, s := range strings.Fields(syllables) {
		all[s] = true
	}
	return all
})

// spell reads pinyin with tone numbers, syllables apart: how many there are, and
// the first that is none.
func spell(pinyin string) (n int, wrong string) {
	for _, s := range strings.FieldsFunc(pinyin, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",.:;?!", r) }) {
		n++
		if last := len(s) - 1; s[last] < '1' || s[last] > '5' || !known()[s[:last]] {
			return n, s
		}
	}
	return n, ""
}

// characters is how many syllables a text has when it is read, and whether that
// can be told: figures and letters are read in more than one way.
func characters(text string) (n int, told bool) {
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			n++
		case unicode.IsDigit(r) || unicode.IsLetter(r):
			return 0, false
		}
	}
	return n, true
}
