package pdf

import (
	"bytes"
	_ "embed" // the typeface
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"sync"

	"github.com/ulikunitz/xz"
)

// font.xz is a part of Noto Sans SC Regular, made by font/gen.py, which says
// what is in it; font/OFL.txt is its licence.
//
//go:embed font/font.xz
var packedFont []byte

//go:embed font/supplement.txt
var supplement string

// blot stands for a character the typeface lacks.
const blot = '〓'

// firstSlot is the first private code of a character beyond U+FFFF.
const firstSlot = 0xE000

// Face is the typeface, unpacked at the first document.
type Face struct {
	ttf    []byte
	has    map[rune]bool
	slots  map[rune]rune // a character beyond U+FFFF to its private code
	beyond []rune        // and back
}

var errFont = errors.New("pdf: the typeface is damaged; build the binary again")

var loadFace = sync.OnceValues(func() (*Face, error) {
	dec, err := xz.ReaderConfig{SingleStream: true}.NewReader(bytes.NewReader(packedFont))
	if err != nil {
		return nil, err
	}
	f := &Face{slots: map[rune]rune{}, beyond: []rune(strings.TrimSpace(supplement))}
	if f.ttf, err = io.ReadAll(io.LimitReader(dec, 64<<20)); err != nil {
		return nil, err
	}
	for i, r := range f.beyond {
		f.slots[r] = firstSlot + rune(i)
	}
	f.has = covered(f.ttf)
	if len(f.has) == 0 {
		return nil, errFont
	}
	return f, nil
})

// covered reads the characters of a TrueType file from its cmap (format 4).
func covered(ttf []byte) map[rune]bool {
	u16 := func(at int) int { return int(binary.BigEndian.Uint16(ttf[at:])) }
	u32 := func(at int) int { return int(binary.BigEndian.Uint32(ttf[at:])) }
	out := map[rune]bool{}
	cmap := 0
	for i := range u16(4) {
		if at := 12 + 16*i; string(ttf[at:at+4]) == "cmap" {
			cmap = u32(at + 8)
		}
	}
	for i := range u16(cmap + 2) {
		t := cmap + u32(cmap+4+8*i+4)
		if cmap == 0 || u16(t) != 4 {
			continue
		}
		n := u16(t+6) / 2
		for s := range n {
			last, first := u16(t+14+2*s), u16(t+16+2*n+2*s)
			for r := first; r <= last && r != 0xFFFF; r++ {
				out[rune(r)] = true
			}
		}
	}
	return out
}

// Lacks tells which characters of a text the typeface cannot draw, each once;
// they are printed as 〓.
func Lacks(text string) []rune {
	f, err := loadFace()
	if err != nil {
		return nil
	}
	var out []rune
	seen := map[rune]bool{}
	for _, r := range text {
		if f.drawn(r) == blot && r != blot && !seen[r] {
			seen[r] = true
			out = append(out, r)
		}
	}
	return out
}

// drawn is the code under which a character is drawn: 0 for one that has no
// shape, the blot for one the typeface lacks.
func (f *Face) drawn(r rune) rune {
	switch {
	case r == '\n':
		return r
	case r == '\t', r == 0xA0, r == 0x2002, r == 0x2003, r == 0x2009, r == 0x202F:
		return ' '
	case r < ' ', r == 0x7F, r >= 0x80 && r < 0xA0, r == 0xAD, r >= 0x200B && r <= 0x200F, r >= 0x202A && r <= 0x202E, r == 0x2060, r == 0xFEFF, r >= 0xFE00 && r <= 0xFE0F:
		return 0
	case r >= firstSlot && r <= 0xF8FF:
		return blot // private characters of others mean nothing here
	case r > 0xFFFF:
		if s, ok := f.slots[r]; ok {
			return s
		}
		return blot
	case f.has[r]:
		return r
	}
	return blot
}

// Encode makes a text drawable; it tells how many characters became blots.
func (f *Face) Encode(s string) (out string, blots int) {
	var b strings.Builder
	for _, r := range s {
		d := f.drawn(r)
		if d == blot && r != blot {
			blots++
		}
		if d != 0 {
			b.WriteRune(d)
		}
	}
	return b.String(), blots
}

// original is the character behind a private code, 0 for any other.
func (f *Face) original(r rune) rune {
	if i := int(r) - firstSlot; i >= 0 && i < len(f.beyond) {
		return f.beyond[i]
	}
	return 0
}
