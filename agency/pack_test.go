package agency

import (
	"bytes"
	"testing"

	"github.com/ulikunitz/xz"
)

func TestPackedDivisionsAreOfTheEdition(t *testing.T) {
	t.Parallel()
	if len(packedDivisions) > 2_400_000 {
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
	pack := func(raw string) []byte {
		var b bytes.Buffer
		w, err := xz.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(raw)); err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, file := range map[string][]byte{
		"nothing":          nil,
		"not compressed":   []byte("YGDIV2\n2023\n"),
		"another format":   pack("YGDIV1\n2023\n\x01\x01\x01a\n"),
		"cut short":        packedDivisions[:len(packedDivisions)/2],
		"too long a count": pack("YGDIV2\n2023\n\x01\x7f\x01a\x00\n\x00"),
	} {
		if _, err := unpack(file); err == nil && len(file) > 0 {
			t.Errorf("%s: unpacked", name)
		} else if err == nil {
			t.Errorf("%s: unpacked nothing", name)
		}
	}
}
