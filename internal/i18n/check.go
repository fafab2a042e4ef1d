package i18n

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"unicode"
)

var placeholder = regexp.MustCompile(`\{\d+\}`)

// Check lists what is wrong with a room's locale files: keys missing in one
// language, keys out of order, placeholders that differ, Han characters in the
// English. Names in the norm and of places are data and not checked here.
func Check(src fs.FS) []string {
	var out []string
	zh, zhKeys, err := ordered(src, ZH)
	if err != nil {
		return []string{err.Error()}
	}
	en, enKeys, err := ordered(src, EN)
	if err != nil {
		return []string{err.Error()}
	}
	if !slices.IsSorted(zhKeys) || !slices.IsSorted(enKeys) {
		out = append(out, "keys are not sorted")
	}
	for _, k := range zhKeys {
		switch e, ok := en[k]; {
		case !ok:
			out = append(out, fmt.Sprintf("en lacks %q", k))
		case !slices.Equal(marks(zh[k]), marks(e)):
			out = append(out, fmt.Sprintf("%q has other placeholders in en", k))
		case hasHan(e):
			out = append(out, fmt.Sprintf("%q has Han characters in en", k))
		}
	}
	for _, k := range enKeys {
		if _, ok := zh[k]; !ok {
			out = append(out, fmt.Sprintf("zh-CN lacks %q", k))
		}
	}
	return out
}

func ordered(src fs.FS, l Lang) (map[string]string, []string, error) {
	b, err := fs.ReadFile(src, "locale/"+string(l)+".json")
	if err != nil {
		return nil, nil, err
	}
	m, err := Parse(b)
	if err != nil {
		return nil, nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	var keys []string
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return m, keys, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if s, ok := tok.(string); ok {
			keys = append(keys, s)
			if _, err := dec.Token(); err != nil { // the sentence
				return nil, nil, err
			}
		}
	}
}

func marks(s string) []string {
	out := placeholder.FindAllString(s, -1)
	slices.Sort(out)
	return slices.Compact(out)
}

func hasHan(s string) bool {
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			return true
		}
	}
	return false
}
