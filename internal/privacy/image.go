package privacy

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"

	_ "golang.org/x/image/webp" // registers the decoder

	"yangguang/internal/fault"
)

// MaxPixels is how many pixels a picture may have (25 megapixels): more would
// exhaust the memory when it is drawn anew.
const MaxPixels = 25_000_000

// jpegQuality of pictures drawn anew: no visible loss at half the size.
const jpegQuality = 88

// image reports what a picture carries beside its pixels.
func (in *inspection) image(t Type, b []byte) error {
	cfg, _, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		in.rep.doubt(UncertainBroken)
	} else if int64(cfg.Width)*int64(cfg.Height) > MaxPixels && in.depth == 0 {
		return fault.Say(fault.TooLarge, "privacy.pixels", MaxPixels/1_000_000)
	}
	m := metaOf(t, b)
	if m.exif != nil {
		in.rep.hide(HiddenEXIF, Place{}, 1)
	}
	if m.gps {
		in.rep.hide(HiddenGPS, Place{}, 1)
	}
	if m.xmp {
		in.rep.hide(HiddenXMP, Place{}, 1)
	}
	if m.trailing > 0 {
		in.rep.hide(HiddenTrailing, Place{}, m.trailing)
	}
	for _, s := range m.texts {
		in.rep.text(s, Place{Part: Properties})
	}
	return nil
}

// StripImage draws a JPEG, PNG or WebP picture anew, so that nothing but its
// pixels remains: no place, no camera, no comments, no hidden bytes. The
// picture is turned upright first, as its EXIF orientation says. A WebP comes
// back as PNG when it has transparent parts, else as JPEG.
func StripImage(r io.Reader) (_ []byte, err error) {
	defer fault.Wrap(&err, "privacy.StripImage")
	b, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, fault.Say(fault.Invalid, "privacy.unreadable")
	}
	if len(b) > MaxSize {
		return nil, fault.Say(fault.TooLarge, "privacy.too_large", MaxSize>>20)
	}
	t, _ := sniff(bytes.NewReader(b), int64(len(b)), "")
	if t != JPEG && t != PNG && t != WebP {
		return nil, fault.Say(fault.Invalid, "privacy.no_image")
	}
	cfg, _, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, fault.Say(fault.Invalid, "privacy.no_image")
	}
	if int64(cfg.Width)*int64(cfg.Height) > MaxPixels {
		return nil, fault.Say(fault.TooLarge, "privacy.pixels", MaxPixels/1_000_000)
	}
	m, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, fault.Say(fault.Invalid, "privacy.no_image")
	}
	m = upright(m, orientation(metaOf(t, b).exif))
	var out bytes.Buffer
	if t == PNG || t == WebP && !opaque(m) {
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, m)
	} else {
		err = jpeg.Encode(&out, m, &jpeg.Options{Quality: jpegQuality})
	}
	return out.Bytes(), err
}

func opaque(m image.Image) bool {
	o, ok := m.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// upright turns a picture as EXIF orientation 1 to 8 says.
func upright(m image.Image, o int) image.Image {
	if o < 2 || o > 8 {
		return m
	}
	from := m.Bounds()
	w, h := from.Dx(), from.Dy()
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if o >= 5 {
		dst = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	row := image.NewRGBA(image.Rect(0, 0, w, 1)) // one row at a time: a second whole copy would cost 100 MB
	for y := range h {
		draw.Draw(row, row.Rect, m, image.Pt(from.Min.X, from.Min.Y+y), draw.Src)
		for x := range w {
			dx, dy := turned(o, x, y, w, h)
			dst.SetRGBA(dx, dy, row.RGBAAt(x, 0))
		}
	}
	return dst
}

// turned is where the stored pixel x, y is shown.
func turned(o, x, y, w, h int) (int, int) {
	switch o {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	}
	return y, w - 1 - x
}
