package privacy

import (
	"context"
	"image"
	"strings"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"yangguang/internal/fault"
)

// MaxDrawn is how many pages of a PDF Pages draws; a longer one is refused.
const MaxDrawn = 200

// Page is a page of a PDF as a reader sees it.
type Page struct {
	Number        int     // from 1
	Text          string  // lines apart by \n
	Width, Height float64 // points of 1/72 inch
	Picture       *image.RGBA
	boxes         []box // by byte of Text
	onPicture     func(x, y float64) image.Point
}

// box is where a piece of the text stands on the page, in its own coordinates.
type box struct {
	start, end               int
	left, top, right, bottom float64
}

// Boxes are where the bytes from start to end of the text stand on the
// picture, with a little room around them.
func (p Page) Boxes(start, end int) []image.Rectangle {
	var out []image.Rectangle
	for _, b := range p.boxes {
		if b.start < end && b.end > start && b.left != b.right && p.onPicture != nil {
			r := image.Rectangle{Min: p.onPicture(b.left, b.top), Max: p.onPicture(b.right, b.bottom)}.Canon()
			out = append(out, r.Inset(-2))
		}
	}
	return out
}

// Pages gives the pages of a PDF one after another, drawn at dpi dots per
// inch; with dpi 0 their text only. The picture is each's until it returns.
func (g *Gate) Pages(ctx context.Context, b []byte, dpi int, each func(Page) error) (err error) {
	defer fault.Wrap(&err, "privacy.Pages")
	lib, done, err := g.pdf.borrow(ctx)
	if err != nil {
		return err
	}
	err = drawPages(lib, b, dpi, each)
	if done() {
		return fault.Say(fault.Invalid, "privacy.pages_slow")
	}
	return err
}

func drawPages(lib pdfium.Pdfium, b []byte, dpi int, each func(Page) error) error {
	doc, err := lib.OpenDocument(&requests.OpenDocument{File: &b})
	if err != nil {
		return fault.Say(fault.Invalid, "privacy.unreadable")
	}
	defer func() { _, _ = lib.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: doc.Document}) }()
	count, err := lib.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc.Document})
	if err != nil || count.PageCount == 0 {
		return fault.Say(fault.Invalid, "privacy.unreadable")
	}
	if count.PageCount > MaxDrawn {
		return fault.Say(fault.Invalid, "privacy.pages_many", MaxDrawn)
	}
	for i := range count.PageCount {
		if err := drawPage(lib, doc.Document, i, dpi, each); err != nil {
			return err
		}
	}
	return nil
}

func drawPage(lib pdfium.Pdfium, doc references.FPDF_DOCUMENT, i, dpi int, each func(Page) error) error {
	page := requests.Page{ByIndex: &requests.PageByIndex{Document: doc, Index: i}}
	size, err := lib.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: doc, Index: i})
	if err != nil {
		return fault.Say(fault.Invalid, "privacy.unreadable")
	}
	text, err := lib.GetPageTextStructured(&requests.GetPageTextStructured{Page: page, Mode: requests.GetPageTextStructuredModeChars})
	if err != nil {
		return fault.Say(fault.Invalid, "privacy.unreadable")
	}
	out := Page{Number: i + 1, Width: size.Width, Height: size.Height}
	var words strings.Builder
	for _, c := range text.Chars {
		s := strings.NewReplacer("\r", "", "\uFFFE", "-", "\x00", "").Replace(c.Text)
		p := c.PointPosition
		out.boxes = append(out.boxes, box{words.Len(), words.Len() + len(s), p.Left, p.Top, p.Right, p.Bottom})
		words.WriteString(s)
	}
	out.Text = words.String()
	if dpi == 0 {
		return each(out)
	}
	drawn, err := lib.RenderPageInDPI(&requests.RenderPageInDPI{Page: page, DPI: dpi})
	if err != nil {
		return fault.Say(fault.Invalid, "privacy.unreadable")
	}
	defer drawn.Cleanup()
	picture, ok := drawn.Result.RenderedImage.(*image.RGBA)
	if !ok {
		return fault.Say(fault.Internal, "privacy.unreadable")
	}
	out.Picture = picture
	out.onPicture = func(x, y float64) image.Point {
		// Turned and cropped pages included. A failure covers the page's corner,
		// and so shows: the caller covers nothing silently.
		at, err := lib.FPDF_PageToDevice(&requests.FPDF_PageToDevice{Page: page, SizeX: drawn.Result.Width, SizeY: drawn.Result.Height, PageX: x, PageY: y})
		if err != nil {
			return image.Point{}
		}
		return image.Pt(at.DeviceX, at.DeviceY)
	}
	return each(out)
}

// DecodeText turns the bytes of a text file (UTF-8, UTF-16 with a mark, GB
// 18030) into UTF-8; ok is false when they are no text.
func DecodeText(b []byte) (s string, ok bool) { return decodeText(b) }

// Default is the gate Inspect uses.
func Default() *Gate { return defaultGate() }
