package agency

import (
	"testing"

	"github.com/klauspost/compress/zstd"
)

func TestPackedDivisionsAreOfTheEdition(t *testing.T) {
	t.Parallel()
	if len(packedDivisions) > 3_500_000 {
		t.Errorf("the file has %d bytes", len(packedDivisions))
	}
	p, err := unpack(packedDivisions)
	if err != nil || p.edition != Edition {
		t.Fatalf("edition %q, %v; want %q", p.edition, err, Edition)
	}
	n, last := 0, Nation
	for c, name := range p.all() {
		if c <= last || name == "" {
			t.Fatalf("%d %q after %d", c, name, last)
		}
		n, last = n+1, c
	}
	if n != p.total {
		t.Errorf("%d rows, want %d", n, p.total)
	}
}

func TestDamagedDivisionsAreRefused(t *testing.T) {
	t.Parallel()
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{
		"nothing":          nil,
		"not compressed":   []byte("YGDIV1\n2023\n"),
		"another format":   enc.EncodeAll([]byte("YGDIV2\n2023\n\x01\x01\x01a\n"), nil),
		"cut short":        packedDivisions[:len(packedDivisions)/2],
		"too long a count": enc.EncodeAll([]byte("YGDIV1\n2023\n\x01\x7f\x01a\n"), nil),
	} {
		if _, err := unpack(file); err == nil && len(file) > 0 {
			t.Errorf("%s: unpacked", name)
		} else if err == nil {
			t.Errorf("%s: unpacked nothing", name)
		}
	}
}
