package privacy

import (
	"bytes"
	"testing"

	"codeberg.org/go-pdf/fpdf"
	"github.com/xuri/excelize/v2"
)

// FuzzInspect: no upload crashes the gate, and offsets and places stay sane.
func FuzzInspect(f *testing.F) {
	f.Add("a.xlsx", workbookWith(f, func(x *excelize.File) { _ = x.SetCellStr("Sheet1", "B7", secretID) }))
	f.Add("a.docx", documentOf(f, para("身份证", secretID)))
	f.Add("a.pdf", pdfWith(f, func(p *fpdf.Fpdf) { p.AddPage(); p.Text(20, 30, secretID) }))
	f.Add("a.html", []byte("<html><table><tr><th>姓名<td>"+secretID))
	f.Add("a.csv", []byte("姓名,身份证号\n张三,"+secretID))
	f.Add("a.jpg", segment(jpegOf(f, picture(8, 8)), 0xE1, "Exif\x00\x00"+exif(6)))
	f.Add("a.png", pngOf(f, picture(8, 8)))
	f.Add("a.doc", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"+secretID))
	f.Add("a.zip", zipOf(f, "a.txt", secretID))
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		r, err := Inspect(name, bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		if r.Type == "" {
			t.Error("no type")
		}
		for _, x := range r.Findings {
			if x.Start < 0 || x.End <= x.Start || x.Masked == "" {
				t.Errorf("%v at %d..%d", x, x.Start, x.End)
			}
		}
	})
}

// FuzzStripImage: whatever is stripped is a picture again and carries nothing.
func FuzzStripImage(f *testing.F) {
	f.Add(segment(jpegOf(f, picture(8, 8)), 0xE1, "Exif\x00\x00"+exif(6)))
	f.Add(pngOf(f, picture(8, 8)))
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := StripImage(bytes.NewReader(b))
		if err != nil {
			return
		}
		kind, _ := sniff(bytes.NewReader(out), int64(len(out)), "")
		if m := metaOf(kind, out); m.exif != nil || m.xmp || len(m.texts) > 0 || m.trailing > 0 {
			t.Errorf("%s still carries something", kind)
		}
	})
}

// FuzzScanTable: cells of any text keep offsets within their cell.
func FuzzScanTable(f *testing.F) {
	f.Add("姓名", "身份证号", "张三", secretID[:8], secretID[8:], "13800000000")
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g string) {
		rows := [][]string{{a, b, "电话"}, {c, d, e, g}, {}, {g}}
		for _, x := range ScanTable(rows) {
			cell := rows[x.Place.Row-1][x.Place.Col-1]
			if x.Start < 0 || x.Start >= x.End || x.End > len(cell) {
				t.Errorf("%v at %d..%d of a cell of %d bytes", x, x.Start, x.End, len(cell))
			}
		}
	})
}
