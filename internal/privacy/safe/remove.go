package safe

import (
	"slices"
	"unicode"

	"yangguang/internal/privacy"
)

// removedMask stands where a passage was; it does not tell how long that was.
const removedMask = "████"

// findings are what is to be masked in a text: what the scanner sees and the
// passages that are to go.
func (d *Doc) findings(s string, o Options) []privacy.Finding {
	return append(privacy.Scan(s), d.removed(s, o)...)
}

// removed finds the passages that are to go, whatever blanks and line ends
// stand between their characters.
func (d *Doc) removed(s string, o Options) (out []privacy.Finding) {
	if len(o.Remove) == 0 {
		return nil
	}
	text, at := bare(s)
	for i, p := range o.Remove {
		want, _ := bare(p)
		if len(want) == 0 {
			continue
		}
		for from := 0; from+len(want) <= len(text); {
			n := index(text[from:], want)
			if n < 0 {
				break
			}
			first, last := from+n, from+n+len(want)-1
			out = append(out, privacy.Finding{Class: privacy.Never, Start: at[first], End: at[last] + len(string(text[last])), Masked: removedMask})
			if d.hit == nil {
				d.hit = map[int]bool{}
			}
			d.hit[i] = true
			from = last + 1
		}
	}
	return out
}

// Unfound are the passages that stood nowhere in the file.
func (d *Doc) Unfound(o Options) (out []string) {
	for i, p := range o.Remove {
		if !d.hit[i] {
			out = append(out, p)
		}
	}
	return out
}

// Holds answers whether a text holds a passage, whatever blanks stand in it.
func Holds(text, passage string) bool {
	t, _ := bare(text)
	p, _ := bare(passage)
	return len(p) > 0 && index(t, p) >= 0
}

// bare is a text without blanks, with the byte each character began at.
func bare(s string) (out []rune, at []int) {
	for i, c := range s {
		if !unicode.IsSpace(c) {
			out, at = append(out, c), append(at, i)
		}
	}
	return out, at
}

func index(text, want []rune) int {
	for i := 0; i+len(want) <= len(text); i++ {
		if text[i] == want[0] && slices.Equal(text[i:i+len(want)], want) {
			return i
		}
	}
	return -1
}
