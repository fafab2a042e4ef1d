package privacy

import (
	"image"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/requests"
)

// recognisedDPI is fine enough for characters of 9 points.
const recognisedDPI = 200

// maxObjects are looked through on one page for a picture.
const maxObjects = 500

// hasPicture answers whether a page draws a picture, itself or in a group.
func (d *pdfDoc) hasPicture(page requests.Page, objects int) bool {
	for i := range min(objects, maxObjects) {
		o, err := d.lib.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: page, Index: i})
		if err != nil {
			return true
		}
		kind, err := d.lib.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: o.PageObject})
		if err != nil || kind.Type == enums.FPDF_PAGEOBJ_IMAGE || kind.Type == enums.FPDF_PAGEOBJ_FORM {
			return true
		}
	}
	return objects > maxObjects
}

// drawScans draws the pages with pictures, as many as will be read.
func (d *pdfDoc) drawScans() {
	if d.in.gate.reader == nil {
		return
	}
	if d.in.sight.glance {
		d.in.sight.later(len(d.scans))
		return
	}
	for _, i := range d.scans[:min(len(d.scans), d.in.sight.looks)] {
		page := pictured{place: Place{Page: i + 1}}
		_ = drawPage(d.lib, d.doc, i, recognisedDPI, func(p Page) error { // one that cannot be drawn stays unread
			page.m = grey(image.Image(p.Picture))
			return nil
		})
		d.drawn = append(d.drawn, page)
	}
}

// recognise reads the drawn pages and says what is left in doubt.
func (d *pdfDoc) recognise() {
	if d.doubt == "" {
		return
	}
	if d.in.recognise(d.drawn...) && len(d.drawn) == len(d.scans) && len(d.scans) > 0 {
		d.doubt = UncertainRecognised
	}
	d.in.rep.doubt(d.doubt)
}
