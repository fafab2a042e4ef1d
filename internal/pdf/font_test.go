package pdf

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"
	"golang.org/x/text/encoding/unicode"

	"yangguang/agency"
)

// placeNames reads the names from the file the program ships; common endings
// stand there as single marks, and come last here.
func placeNames(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile("../../agency/data/divisions.xz")
	if err != nil {
		t.Fatal(err)
	}
	dec, err := xz.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(dec)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(raw, []byte("\n"))
	_, rest, _ = bytes.Cut(rest, []byte("\n"))
	_, a := binary.Uvarint(rest)
	codes, c := binary.Uvarint(rest[a:])
	names, err := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder().Bytes(rest[a+c+int(codes):])
	if err != nil {
		t.Fatal(err)
	}
	return append(strings.FieldsFunc(string(names), func(r rune) bool { return r <= '\n' }), strings.ReplaceAll(strings.Join(agency.Endings, ""), "\n", ""))
}

// The only characters of place names no edition of the typeface has: two are
// private-use slips of the source, two lie beyond U+FFFF.
func TestTheTypefaceHoldsThePlaceNames(t *testing.T) {
	t.Parallel()
	names := placeNames(t)
	lacking := 0
	var lacks []rune
	for _, n := range names {
		if l := Lacks(n); len(l) > 0 {
			lacking++
			lacks = append(lacks, l...)
		}
	}
	slices.Sort(lacks)
	lacks = slices.Compact(lacks)
	if want := []rune{0xE08B, 0xE170, 0x21336, 0x2348D}; !slices.Equal(lacks, want) {
		t.Errorf("the typeface lacks %U, want %U", lacks, want)
	}
	t.Logf("%d of %d place names are fully covered", len(names)-lacking, len(names))
	if lacking > 5 || len(names) < 665_000 {
		t.Errorf("%d of %d names have a character the typeface lacks", lacking, len(names))
	}
}

func TestWhatCannotBeDrawnBecomesABlot(t *testing.T) {
	t.Parallel()
	f, err := loadFace()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		in, out string
		blots   int
	}{
		"plain text stays":                       {"永春县 2026", "永春县 2026", 0},
		"a character of no typeface":             {"\U00021336村", "〓村", 1},
		"an emoji":                               {"好😀", "好〓", 1},
		"a private character of somebody else's": {"\uE08B", "〓", 1},
		"marks without a shape vanish":           {"a\u200Bb\uFEFFc\u00ADd", "abcd", 0},
		"a blank that does not break":            {"a\u00A0b", "a b", 0},
		"control characters vanish":              {"a\x00\x1bb", "ab", 0},
		"a blot that was meant":                  {"〓", "〓", 0},
	} {
		out, n := f.Encode(c.in)
		if out != c.out || n != c.blots {
			t.Errorf("%s: Encode(%q) = %q, %d; want %q, %d", name, c.in, out, n, c.out, c.blots)
		}
	}
	out, _ := f.Encode(string(f.beyond[0]))
	if f.original([]rune(out)[0]) != f.beyond[0] {
		t.Errorf("%q does not come back", string(f.beyond[0]))
	}
}
