package agency

import (
	"bytes"
	_ "embed" // the packed divisions
	"encoding/binary"
	"errors"
	"iter"
	"strings"

	"github.com/klauspost/compress/zstd"
)

//go:embed data/divisions.zst
var packedDivisions []byte

// packed is the unpacked file of divisions; data/gen describes its layout.
type packed struct {
	edition string
	total   int
	codes   []byte
	names   string
}

var errPacked = errors.New("agency: the packed divisions are damaged; build the binary again")

// unpack takes about 14 MB, which is why it is let go after each import.
func unpack(file []byte) (p packed, err error) {
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
	if err != nil {
		return p, err
	}
	defer dec.Close()
	raw, err := dec.DecodeAll(file, nil)
	if err != nil {
		return p, err
	}
	rest, ok := bytes.CutPrefix(raw, []byte("YGDIV1\n"))
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
	return packed{string(edition), int(n), body[:m], string(body[m:])}, nil
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
