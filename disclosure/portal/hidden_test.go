package portal_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"yangguang/disclosure"
	"yangguang/disclosure/form"
	"yangguang/disclosure/portal/portaltest"
)

// TestHiddenFiguresAppearNowhere publishes a table and its correction with
// figures found nowhere else, and looks for the hidden ones in every output.
func TestHiddenFiguresAppearNowhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	table := func(first string) disclosure.Text {
		x := portaltest.Text("本村生育情况", "正文")
		x.Form = "births"
		x.Data = form.Data{Fields: map[string]string{"as_of": "2026-03-31"}}
		for _, r := range [][2]string{{"first", first}, {"second", "61717"}, {"third_up", "3"}, {"total", ""}} {
			x.Data.Rows = append(x.Data.Rows, form.Row{ID: r[0], Cells: map[string]string{"quarter": r[1], "year": r[1]}})
		}
		return x
	}
	row := s.Publish(t, s.Village, "village.3", "2026Q1", table("51515"))
	row = s.Correct(t, row, func(x *disclosure.Text) { *x = table("51516"); x.Reason = "更正一孩人数" })
	hidden := map[string]string{}
	for _, v := range []string{"51515", "51516", "61717", "113235", "113236"} {
		hidden[v] = form.Group(v)
	}
	pg, err := s.Disclosure.Public(t.Context(), s.Village, row.Year, row.Serial)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range pg.Versions { // what is published is no secret
		for n := range hidden {
			if strings.Contains(v.Data, n) {
				delete(hidden, n)
			}
		}
	}
	if len(hidden) == 0 {
		t.Fatal("nothing beside the small figure is hidden; then it can be subtracted")
	}
	it := row.Href()
	paths := append(allPages(row), "/"+row.UnitPath+"/c/births", it+"/item.xlsx", it+"/item.csv", "/search?q=%E7%94%9F%E8%82%B2", "/search?q=51515", "/search?q=61717")
	for _, path := range paths {
		for _, lang := range []string{"", "/en"} {
			a := s.get(t, lang+path)
			body := a.Body.String()
			if z, err := zip.NewReader(bytes.NewReader(a.Body.Bytes()), int64(a.Body.Len())); err == nil {
				for _, f := range z.File {
					r, err := f.Open()
					if err != nil {
						t.Fatal(err)
					}
					b, err := io.ReadAll(r)
					if err != nil {
						t.Fatal(err)
					}
					body += string(b)
				}
			}
			if i := strings.Index(path, "?q="); i >= 0 { // the page repeats what was asked
				body = strings.ReplaceAll(body, path[i+3:], "")
			}
			for n, grouped := range hidden {
				if strings.Contains(body, n) || strings.Contains(body, grouped) {
					t.Errorf("%s%s shows the hidden %s", lang, path, n)
				}
			}
		}
	}
	s.get(t, it).want(t, 200, "少于5", "未公布*")
	s.get(t, "/en"+it).want(t, 200, "fewer than 5", "not published*")
	s.get(t, it+"/v/1").want(t, 200, "少于5")
	s.get(t, "/api/v1/items"+it).want(t, 200, `\u003c5`)
}
