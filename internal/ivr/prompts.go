package ivr

import (
	_ "embed"
	"strings"
	"sync"
)

// A Prompt is what one clip says, in both languages; Pinyin carries tone
// numbers, for a voice that cannot read characters.
type Prompt struct {
	Key, Text, Pinyin, English string
}

//go:embed prompts.tsv
var prompts string

// Catalogue is every clip the usual script and its numbers are made of, by key.
var Catalogue = sync.OnceValue(func() map[string]Prompt {
	all := map[string]Prompt{}
	for _, p := range List() {
		all[p.Key] = p
	}
	return all
})

// List is the catalogue in its order.
func List() (all []Prompt) {
	for line := range strings.Lines(prompts) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(f) != 4 || strings.HasPrefix(line, "#") {
			continue
		}
		all = append(all, Prompt{f[0], f[1], f[2], f[3]})
	}
	return all
}
