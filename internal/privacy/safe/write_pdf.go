package safe

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"

	"codeberg.org/go-pdf/fpdf"

	"yangguang/internal/privacy"
)

// dpi is how fine pages are drawn: small print stays legible, a page of A4 has
// about 200 kB.
const dpi = 144

// drawn makes pictures of a PDF's pages with black over each finding: what
// lies under a picture, in a layer or in an earlier revision is gone, since only
// dots are kept.
func (d *Doc) drawn(ctx context.Context, g *privacy.Gate, b []byte, o Options) ([]byte, error) {
	pdf := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt"})
	pdf.SetMargins(0, 0, 0)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetProducer("", false)
	pdf.SetCreator("", false)
	err := g.Pages(ctx, b, dpi, func(p privacy.Page) error {
		d.cover(p, o)
		var jpg bytes.Buffer
		if err := jpeg.Encode(&jpg, p.Picture, &jpeg.Options{Quality: 80}); err != nil {
			return err
		}
		name := "p" + itoa(p.Number)
		pdf.AddPageFormat("P", fpdf.SizeType{Wd: p.Width, Ht: p.Height})
		pdf.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: "JPEG"}, &jpg)
		pdf.ImageOptions(name, 0, 0, p.Width, p.Height, false, fpdf.ImageOptions{ImageType: "JPEG"}, 0, "")
		return pdf.Error()
	})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = pdf.Output(&out)
	return out.Bytes(), err
}

// cover blackens what the gate finds on a page.
func (d *Doc) cover(p privacy.Page, o Options) {
	for _, f := range d.findings(p.Text, o) {
		if !o.masks(f) {
			d.Left++
			continue
		}
		d.Masked++
		for _, r := range p.Boxes(f.Start, f.End) {
			draw.Draw(p.Picture, r.Intersect(p.Picture.Bounds()), image.NewUniform(color.Black), image.Point{}, draw.Src)
		}
	}
}
