package importer

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	utf16 "golang.org/x/text/encoding/unicode"
)

var saysCharset = regexp.MustCompile(`(?i)(?:charset|encoding)\s*=\s*["']?\s*([a-z0-9_-]+)`)

// Decode reads a file's bytes as text: UTF-8 or UTF-16 by its mark, what it
// says of itself, else UTF-8 if it is that, else GB18030, which holds GBK and
// GB2312. ok is false for what is none of them.
func Decode(b []byte) (s string, ok bool) {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return clean(string(b[3:]))
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		out, err := utf16.UTF16(utf16.LittleEndian, utf16.UseBOM).NewDecoder().Bytes(b)
		if err != nil {
			return "", false
		}
		return clean(string(out))
	}
	gb := false
	if m := saysCharset.FindSubmatch(b[:min(len(b), 2048)]); m != nil {
		gb = strings.HasPrefix(strings.ToLower(string(m[1])), "gb")
	}
	// A few words in GBK may be valid UTF-8 by chance, but then not Chinese.
	if utf8.Valid(b) && (!gb || ascii(b) || bytes.ContainsFunc(b, func(r rune) bool { return unicode.Is(unicode.Han, r) })) {
		return clean(string(b))
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil || bytes.Count(out, []byte("\uFFFD")) > len(out)/200 {
		return "", false
	}
	return clean(string(out))
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// clean refuses binary content and takes out what no database keeps.
func clean(s string) (string, bool) {
	if strings.Count(s, "\x00") > 0 {
		return "", false
	}
	return strings.ReplaceAll(s, "\r\n", "\n"), true
}
