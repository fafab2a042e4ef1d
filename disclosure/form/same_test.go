package form

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"

	"pgregory.net/rapid"

	"yangguang/internal/i18n"
)

// TestTheSameDataMakesTheSameFile keeps static copies and proxies from seeing a
// change where there is none.
func TestTheSameDataMakesTheSameFile(t *testing.T) {
	for _, f := range forms() {
		d := rapid.Custom(func(t *rapid.T) Data { return valid(t, f) }).Example(1)
		first, err := Write(f, d, i18n.ZH, Meta{Title: "标题", Agency: "机关", Demo: true})
		if err != nil {
			t.Fatal(err)
		}
		for range 12 {
			again, err := Write(f, d, i18n.ZH, Meta{Title: "标题", Agency: "机关", Demo: true})
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(first, again) {
				t.Errorf("%s: the part %s differs", f.ID, differs(t, first, again))
				break
			}
		}
	}
}

func differs(t *testing.T, a, b []byte) string {
	t.Helper()
	x, y := parts(t, a), parts(t, b)
	for name := range x {
		if !bytes.Equal(x[name], y[name]) {
			return name + "\n" + string(x[name]) + "\n" + string(y[name])
		}
	}
	return "order"
}

func parts(t *testing.T, b []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if out[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return out
}
