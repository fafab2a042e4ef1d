package disclosure_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"codeberg.org/go-pdf/fpdf"

	"yangguang/disclosure"
	"yangguang/internal/fault"
	"yangguang/internal/jobs"
	"yangguang/internal/privacy"
)

// scan is a PDF of pages that are pictures, with a telephone on the first in
// letters.
func scan(t *testing.T, pages int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 400, 560))
	for i := range m.Pix {
		m.Pix[i] = uint8(200 + i%50)
	}
	m.Set(10, 10, color.Black)
	var pic, out bytes.Buffer
	check(t, png.Encode(&pic, m))
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.RegisterImageOptionsReader("p", fpdf.ImageOptions{ImageType: "PNG"}, &pic)
	for i := range pages {
		pdf.AddPage()
		pdf.ImageOptions("p", 10, 30, 190, 260, false, fpdf.ImageOptions{}, 0, "")
		if i == 0 {
			pdf.SetFont("Helvetica", "", 12)
			pdf.Text(20, 20, "13812345678")
		}
	}
	check(t, pdf.Output(&out))
	return out.Bytes()
}

// TestAScanIsReadAfterItsUpload uploads pages that are pictures: nobody waits
// for the machine, and nobody sends what it has not read.
func TestAScanIsReadAfterItsUpload(t *testing.T) {
	t.Parallel()
	cache, err := os.UserCacheDir()
	check(t, err)
	gate := privacy.New(privacy.Options{Cache: filepath.Join(cache, "yangguang", "pdf"), Recognise: "/bin/echo"}) // it reads nothing a person could be named with
	each(t, func(t *testing.T, h *house) {
		h.Disclosure.Gate = gate
		text := h.Plain("关于印发管理办法的通知")
		v := h.Draft(t, h.County, "county.2", text)
		ctx := h.As(h.Author)
		f, err := h.Disclosure.Attach(ctx, v.Province, v.ID, "扫描件.pdf", "", bytes.NewReader(scan(t, 4)))
		check(t, err)
		if f.Reading != 4 || f.ReadDone != 0 {
			t.Fatalf("after the upload %d of %d pages are read", f.ReadDone, f.Reading)
		}
		err = h.Disclosure.Submit(ctx, v.Province, v.ID)
		if fs := fault.FieldsOf(err); len(fs) != 1 || fs[0].Key != "disclosure.file_reading" {
			t.Fatalf("sent while it is being read: %v", err)
		}
		found := func() (file disclosure.File, telephones int) {
			s, err := h.Disclosure.Open(ctx, v.Province, v.ID)
			check(t, err)
			for _, x := range s.Findings {
				if x.File == f.ID && x.Kind == string(privacy.Mobile) {
					telephones++
				}
			}
			return s.Files[0], telephones
		}
		if _, n := found(); n != 1 {
			t.Errorf("what needs no machine is found at the upload: %d telephones", n)
		}
		one, err := h.Disclosure.Attach(ctx, v.Province, v.ID, "一页.pdf", "", bytes.NewReader(scan(t, 1)))
		check(t, err)
		if one.Reading != 0 {
			t.Error("one page is not read at once")
		}
		check(t, h.Disclosure.Detach(ctx, v.Province, v.ID, one.ID))
		gone, err := h.Disclosure.Attach(ctx, v.Province, v.ID, "又一件.pdf", "", bytes.NewReader(scan(t, 3)))
		check(t, err)
		check(t, h.Disclosure.Detach(ctx, v.Province, v.ID, gone.ID))
		r := &jobs.Runner{DB: h.DB}
		h.Disclosure.RegisterJobs(r)
		if _, err := r.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, n := found()
		if got.Reading != 0 || got.ReadDone != 0 || got.Uncertain == "" || n != 1 {
			t.Errorf("when all is read: %+v with %d telephones", got, n)
		}
		if err := h.Disclosure.Submit(ctx, v.Province, v.ID); err != nil {
			t.Errorf("sent when all is read: %v", err)
		}
	})
}
