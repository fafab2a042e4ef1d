package form

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"yangguang/internal/i18n"
	"yangguang/norm"
)

func TestHiddenFiguresAreInNoOutputOfAForm(t *testing.T) {
	t.Parallel()
	f := *norm.Builtin().Form("births")
	d := Data{Fields: map[string]string{"as_of": "2026-09-30"}, Rows: []Row{
		{ID: "first", Cells: map[string]string{"quarter": "7717", "year": "7727"}},
		{ID: "second", Cells: map[string]string{"quarter": "13", "year": "14"}},
		{ID: "third_up", Cells: map[string]string{"quarter": "3", "year": "4"}},
		{ID: "total"},
	}}
	marks := map[string]string{Figure("third_up", "quarter"): Fewer(5), Figure("first", "quarter"): Dark, Figure("total", "year"): Dark}
	p := Hide(f, d, marks)
	for _, lang := range []i18n.Lang{i18n.ZH, i18n.EN} {
		ctx := i18n.With(t.Context(), lang)
		v := Table(ctx, f, p)
		if got, want := v.Rows[2].Cells[0].Text, i18n.T(ctx, "form.fewer", int64(5)); got != want {
			t.Errorf("the small figure reads %q, want %q", got, want)
		}
		if got, want := v.Rows[3].Cells[1].Text, i18n.T(ctx, "form.dark"); got != want {
			t.Errorf("the hidden total reads %q, want %q", got, want)
		}
		if len(v.Hidden) != 2 {
			t.Errorf("two marks want two sentences, got %q", v.Hidden)
		}
		if v.Rows[3].Cells[0].Text != "7,733" {
			t.Errorf("a total left blank is filled before anything is hidden, got %q", v.Rows[3].Cells[0].Text)
		}
		var csv bytes.Buffer
		if err := CSV(ctx, &csv, f, p); err != nil {
			t.Fatal(err)
		}
		x, err := Write(f, p, lang, Meta{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		var changes strings.Builder
		for _, c := range Diff(ctx, f, p, Hide(f, d, map[string]string{Figure("first", "quarter"): Dark})) {
			changes.WriteString(c.Old)
		}
		for name, out := range map[string]string{"csv": csv.String(), "xlsx": unzipped(t, x), "json": string(b), "diff": changes.String(), "search": SearchText(f, p), "summary": Summary(ctx, f, p)} {
			for _, secret := range []string{"7717", "7,717", "7745", "7,745"} {
				if strings.Contains(out, secret) {
					t.Errorf("%s shows %s", name, secret)
				}
			}
		}
	}
}

func TestAMarkCannotBeTyped(t *testing.T) {
	t.Parallel()
	f := *norm.Builtin().Form("births")
	for _, mark := range []string{Dark, Fewer(5)} {
		d := Data{Fields: map[string]string{"as_of": "2026-09-30"}, Rows: []Row{{ID: "first", Cells: map[string]string{"quarter": mark, "year": "9"}}}}
		refused := false
		for _, w := range Validate(f, d) {
			refused = refused || w.Name == CellName(0, "quarter")
		}
		if !refused {
			t.Errorf("%q was taken as a figure", mark)
		}
	}
}

// unzipped is everything inside a workbook, as text.
func unzipped(t *testing.T, b []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&out, r); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}
