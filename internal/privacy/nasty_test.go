package privacy

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"
	"github.com/xuri/excelize/v2"
)

// secretID is the invented number hidden in every nasty file, secretMask what
// a finding may show of it.
var (
	secretID   = invented("35010119900307001")
	secretMask = secretID[:2] + strings.Repeat("*", 13) + secretID[15:]
)

// workbookWith makes a workbook by excelize.
func workbookWith(t testing.TB, build func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	build(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// zipOf writes a zip of parts given as name, content, name, content, …
func zipOf(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// with adds or replaces parts of a zip.
func with(t testing.TB, file []byte, parts ...string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	all := append([]string{}, parts...)
	for _, f := range z.File {
		replaced := false
		for i := 0; i < len(parts); i += 2 {
			replaced = replaced || parts[i] == f.Name
		}
		if replaced {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(r); err != nil {
			t.Fatal(err)
		}
		all = append(all, f.Name, b.String())
	}
	return zipOf(t, all...)
}

// documentOf makes a minimal Word document around a body.
func documentOf(t testing.TB, body string, parts ...string) []byte {
	const ns = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`
	return zipOf(t, append([]string{
		"[Content_Types].xml", `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"word/document.xml", `<?xml version="1.0"?><w:document ` + ns + `><w:body>` + body + `</w:body></w:document>`,
	}, parts...)...)
}

func para(runs ...string) string {
	s := "<w:p>"
	for _, r := range runs {
		s += "<w:r><w:t>" + r + "</w:t></w:r>"
	}
	return s + "</w:p>"
}

// pdfWith makes a PDF by fpdf.
func pdfWith(t testing.TB, build func(p *fpdf.Fpdf)) []byte {
	t.Helper()
	p := fpdf.New("P", "mm", "A4", "")
	p.SetFont("Helvetica", "", 12)
	build(p)
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// picture draws a small picture.
func picture(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{uint8(x * 3), uint8(y * 5), uint8(x ^ y), 255})
		}
	}
	return m
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif is a TIFF directory with an orientation and a pointer to GPS data.
func exif(orientation byte) string {
	return "II*\x00\x08\x00\x00\x00\x02\x00" +
		"\x12\x01\x03\x00\x01\x00\x00\x00" + string([]byte{orientation}) + "\x00\x00\x00" +
		"\x25\x88\x04\x00\x01\x00\x00\x00\x26\x00\x00\x00\x00\x00\x00\x00"
}

// segment inserts a JPEG segment after the start mark.
func segment(j []byte, marker byte, data string) []byte {
	n := len(data) + 2
	head := append([]byte{0xFF, 0xD8, 0xFF, marker, byte(n >> 8), byte(n)}, data...)
	return append(head, j[2:]...)
}

// summary is a report as lines, for comparison.
func summary(r Report) (out []string) {
	for _, f := range r.Findings {
		out = append(out, fmt.Sprintf("%s %s %s %s", f.Kind, f.Class, f.Masked, placed(f.Place)))
	}
	for _, h := range r.Hidden {
		out = append(out, strings.TrimSpace(fmt.Sprintf("hidden %s %d %s", h.Thing, h.Count, placed(h.Place))))
	}
	if r.Uncertain != "" {
		out = append(out, r.Uncertain)
	}
	return out
}

func placed(p Place) string {
	s := string(p.Part)
	for _, v := range []struct {
		k string
		n int
	}{{"sheet", p.Sheet}, {"page", p.Page}, {"table", p.Table}, {"row", p.Row}, {"col", p.Col}, {"to", p.ToCol}, {"line", p.Line}} {
		if v.n > 0 {
			s += fmt.Sprintf(" %s%d", v.k, v.n)
		}
	}
	if p.Inner != nil {
		s += " > " + placed(*p.Inner)
	}
	return strings.TrimSpace(s)
}

func itoa(n int) string { return fmt.Sprint(n) }

func pad10(n int) string { return fmt.Sprintf("%010d", n) }

// fixCRC corrects the checksum of a PNG's header after a change.
func fixCRC(p []byte) {
	binary.BigEndian.PutUint32(p[29:], crc32.ChecksumIEEE(p[12:29]))
}
