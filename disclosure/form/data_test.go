package form

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"yangguang/internal/fault"
)

func TestEqualDataGivesEqualBytes(t *testing.T) {
	t.Parallel()
	d := Data{Fields: map[string]string{"b": "<2>", "a": "1", "blank": " "}, Rows: []Row{{ID: "1", Cells: map[string]string{"y": "值", "x": ""}}, {ID: "2"}}}
	want := `{"fields":{"a":"1","b":"<2>"},"rows":[{"id":"1","cells":{"y":"值"}},{"id":"2"}]}`
	for range 20 {
		b, err := Encode(d)
		if err != nil || string(b) != want {
			t.Fatalf("got %s, %v; want %s", b, err, want)
		}
	}
}

func TestEncodeAndDecodeAgree(t *testing.T) {
	t.Parallel()
	all := forms()
	rapid.Check(t, func(t *rapid.T) {
		f := all[rapid.IntRange(0, len(all)-1).Draw(t, "form")]
		d := Normalize(f, valid(t, f))
		b, err := Encode(d)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, got); diff != "" {
			t.Fatalf("Decode(Encode) (-want +got):\n%s", diff)
		}
	})
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   string
		kind fault.Kind
	}{
		"nothing":            {"", fault.Invalid},
		"another object":     {`{"fields":{},"name":"张三"}`, fault.Invalid},
		"a number in a cell": {`{"fields":{"a":1}}`, fault.Invalid},
		"more after it":      {`{} {}`, fault.Invalid},
		"too many rows":      {`{"rows":[` + strings.Repeat(`{"id":"1"},`, MaxRows) + `{"id":"1"}]}`, fault.TooLarge},
		"a long cell":        {`{"rows":[{"id":"1","cells":{"a":"` + strings.Repeat("字", MaxCell+1) + `"}}]}`, fault.TooLarge},
		"a long row id":      {`{"rows":[{"id":"` + strings.Repeat("x", 65) + `"}]}`, fault.Invalid},
		"a long column id":   {`{"fields":{"` + strings.Repeat("x", 65) + `":"1"}}`, fault.Invalid},
	} {
		if _, err := Decode([]byte(c.in)); !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Decode([]byte(`{"rows":[{"id":"1","cells":{"a":"` + strings.Repeat("字", MaxCell) + `"}}]}`)); err != nil {
		t.Errorf("a cell of the full length: %v", err)
	}
}

func TestEncodeRefusesWhatDecodeWouldNotRead(t *testing.T) {
	t.Parallel()
	if _, err := Encode(Data{Rows: make([]Row, MaxRows+1)}); !fault.Is(err, fault.TooLarge) {
		t.Errorf("too many rows: %v", err)
	}
	if _, err := Encode(Data{Fields: map[string]string{"a": strings.Repeat("字", MaxField+1)}}); !fault.Is(err, fault.TooLarge) {
		t.Errorf("a long field: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"fields":{"a":"1"},"rows":[{"id":"1","cells":{"b":"\u0000\ud800 "}}]}`))
	f.Add([]byte(`{"rows":[{"id":""}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		d, err := Decode(in)
		if err != nil {
			return
		}
		b, err := Encode(d)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := Encode(again); err != nil || !bytes.Equal(b, c) {
			t.Errorf("%s became %s, %v", b, c, err)
		}
	})
}
