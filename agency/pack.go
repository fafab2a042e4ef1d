package agency

import (
	"bytes"
	_ "embed" // the packed divisions
	"encoding/binary"
	"errors"
	"io"
	"iter"
	"strings"

	"github.com/ulikunitz/xz"
	"golang.org/x/text/encoding/unicode"
)

//go:embed data/divisions.xz
var packedDivisions []byte

// packed is the unpacked file of divisions; data/gen describes its layout.
type packed struct {
	edition string
	total   int
	codes   []byte
	names   string
}

var errPacked = errors.New("agency: the packed divisions are damaged; build the binary again")

// Endings are how most names end, with the end of their line; the file has the
// characters U+0001 and on in their place.
var Endings = []string{"社区居民委员会\n", "居民委员会\n", "村民委员会\n", "社区居委会\n", "村委会\n", "居委会\n", "街道办事处\n", "社区\n"}

// maxPacked bounds what a damaged file may unpack to.
const maxPacked = 64 << 20

// unpack takes about 20 MB, which is why it is let go after each import.
func unpack(file []byte) (p packed, err error) {
	dec, err := xz.ReaderConfig{SingleStream: true}.NewReader(bytes.NewReader(file))
	if err != nil {
		return p, err
	}
	raw, err := io.ReadAll(io.LimitReader(dec, maxPacked))
	if err != nil {
		return p, err
	}
	rest, ok := bytes.CutPrefix(raw, []byte("YGDIV2\n"))
	edition, rest, found := bytes.Cut(rest, []byte("\n"))
	n, a := binary.Uvarint(rest)
	if !ok || !found || a <= 0 {
		return p, errPacked
	}
	m, b := binary.Uvarint(rest[a:])
	if b <= 0 || m > uint64(len(rest)-a-b) || n > m {
		return p, errPacked
	}
	body := rest[a+b:]
	names, err := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder().Bytes(body[m:])
	if err != nil {
		return p, err
	}
	return packed{string(edition), int(n), body[:m], spellOut(names)}, nil
}

// spellOut puts the endings back.
func spellOut(names []byte) string {
	var b strings.Builder
	b.Grow(len(names) * 2)
	for _, c := range names {
		if c >= 1 && int(c) <= len(Endings) {
			b.WriteString(Endings[c-1])
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// all gives every division in the order of the codes, so a parent comes before its children.
func (p packed) all() iter.Seq2[Code, string] {
	return func(yield func(Code, string) bool) {
		codes, names, code := p.codes, p.names, Nation
		for range p.total {
			step, n := binary.Uvarint(codes)
			name, rest, ok := strings.Cut(names, "\n")
			if n <= 0 || !ok {
				return
			}
			code, codes, names = code+Code(step), codes[n:], rest
			if !yield(code, name) {
				return
			}
		}
	}
}
