package norm

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxOther is how many other spellings one word is given.
const maxOther = 6

// OtherWords are the other names of what a person typed: for a word of the
// profile's synonyms its group, for a word that holds one the same word with
// the others in its place, the longest first. None: nil.
func (p *Profile) OtherWords(word string) []string {
	var out []string
	low := strings.ToLower(word)
	for _, group := range p.Synonyms {
		held := ""
		for _, s := range group {
			if strings.Contains(low, strings.ToLower(s)) && len(s) > len(held) {
				held = s
			}
		}
		if held == "" {
			continue
		}
		at := strings.Index(low, strings.ToLower(held))
		for _, s := range group {
			if other := low[:at] + s + low[at+len(held):]; s != held && !slices.Contains(out, other) && len(out) < maxOther {
				out = append(out, other)
			}
		}
	}
	return out
}

// synonyms checks the groups of words that mean the same.
func (r *reader) synonyms(groups [][]string) {
	seen := map[string]bool{}
	for i, g := range groups {
		path := fmt.Sprintf("synonyms[%d]", i)
		if len(g) < 2 {
			r.wrong(path, "a group of synonyms has two words at least")
		}
		for j, s := range g {
			at := fmt.Sprintf("%s[%d]", path, j)
			switch {
			case utf8.RuneCountInString(s) < 2 || utf8.RuneCountInString(s) > 30:
				r.wrong(at, "a synonym has 2 to 30 characters")
			case strings.ContainsAny(s, " \t\u3000"):
				r.wrong(at, "a synonym is one word, without blanks")
			case seen[strings.ToLower(s)]:
				r.wrong(at, "%q stands in two places; a word belongs to one group", s)
			}
			seen[strings.ToLower(s)] = true
		}
	}
}
