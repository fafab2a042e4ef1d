package safe

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"
	"github.com/xuri/excelize/v2"

	"yangguang/internal/privacy"
)

// TestWhatAnOfficerMarksIsRemoved: the passage is in no part of the file made,
// blanks and line ends between its characters or not (art. 37).
func TestWhatAnOfficerMarksIsRemoved(t *testing.T) {
	var book bytes.Buffer
	x := excelize.NewFile()
	must(t, x.SetCellStr("Sheet1", "A1", "单价：每户三千二百元"))
	must(t, x.SetCellStr("Sheet1", "B1", "桃城镇"))
	must(t, x.Write(&book))
	var page bytes.Buffer
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetFont("Helvetica", "", 12)
	pdf.AddPage()
	pdf.Cell(0, 10, "price each 3200 yuan, town Taocheng")
	must(t, pdf.Output(&page))
	for _, tt := range []struct {
		name, remove, stays string
		kind                privacy.Type
		drawn               bool
		b                   []byte
	}{
		{"合同.txt", "每户三千\n二百元", "桃城镇", privacy.Text, false, []byte("单价：每户三千二百元\n桃城镇\n")},
		{"表.csv", "每户三千二百元", "桃城镇", privacy.CSV, false, []byte("单价,地点\n每户三千二百元,桃城镇\n")},
		{"表.xlsx", "每户三千二百元", "桃城镇", privacy.XLSX, false, book.Bytes()},
		{"page.pdf", "3200 yuan", "Taocheng", privacy.PDF, false, page.Bytes()},
		{"page.pdf", "3200 yuan", "", privacy.PDF, true, page.Bytes()},
	} {
		o := Options{Remove: []string{tt.remove}, Drawn: tt.drawn}
		out, name, d, err := Copy(t.Context(), privacy.Default(), tt.kind, tt.name, tt.b, o)
		must(t, err)
		if got := d.Unfound(o); len(got) > 0 {
			t.Errorf("%s: %q was not found", tt.name, got)
		}
		all := unpacked(t, out)
		if Holds(all, tt.remove) || !strings.Contains(all, tt.stays) {
			t.Errorf("%s: removed %v, the rest stays %v", name, !Holds(all, tt.remove), strings.Contains(all, tt.stays))
		}
	}
	o := Options{Remove: []string{"没有的话"}}
	_, _, d, err := Copy(t.Context(), privacy.Default(), privacy.Text, "a.txt", []byte("桃城镇"), o)
	must(t, err)
	if got := d.Unfound(o); len(got) != 1 {
		t.Error("a passage that stands nowhere is not told")
	}
}

// unpacked is a file's bytes, and those of the parts of an archive.
func unpacked(t *testing.T, b []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return string(b)
	}
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		_, err = io.Copy(&all, r)
		must(t, err)
	}
	return all.String()
}
