package privacy

import (
	"bytes"
	"errors"
	"strings"
	"unicode"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

const (
	maxPages     = 3000
	maxRevisions = 5
	maxAnnots    = 2000 // read on one page
	fewChars     = 8    // a page with less text and something drawn is a scan
)

// pdf inspects a PDF: text of every page (under pictures too), annotations,
// form fields, attachments, scripts, metadata and earlier revisions.
func (in *inspection) pdf(b []byte) error {
	reader, done, err := in.gate.pdf.borrow(in.ctx)
	if err != nil {
		return err
	}
	d := pdfDoc{in: in, lib: reader}
	err = d.read(b)
	if killed := done(); killed {
		in.rep.doubt(UncertainTooMuch)
		return in.ctx.Err()
	}
	if err != nil {
		return err
	}
	if d.unread {
		d.unpack(b)
	}
	// After the reader was given back: reading pictures takes long.
	d.recognise()
	// Attachments last: they may be PDF files and need the reader again.
	for _, a := range d.attached {
		in.rep.hide(HiddenEmbedded, Place{Part: Embedded}, 1)
		if *in.budget -= int64(len(a.content)); *in.budget < 0 {
			return errBomb
		}
		if err := in.nested(a.name, a.content); err != nil {
			return err
		}
	}
	return nil
}

type attachment struct {
	name    string
	content []byte
}

// pdfDoc is one PDF being read.
type pdfDoc struct {
	in       *inspection
	lib      pdfium.Pdfium
	doc      references.FPDF_DOCUMENT
	attached []attachment
	unread   bool       // an attachment the library could not give
	doubt    string     // what its pictures leave in doubt, unless each is read
	scans    []int      // pages that are, or hold, pictures
	drawn    []pictured // they, drawn
}

func (d *pdfDoc) read(b []byte) error {
	doc, err := d.lib.OpenDocument(&requests.OpenDocument{File: &b})
	switch {
	case errors.Is(err, pdferrors.ErrPassword), errors.Is(err, pdferrors.ErrSecurity):
		d.in.rep.doubt(UncertainEncrypted)
		return nil
	case err != nil:
		d.in.rep.doubt(UncertainBroken)
		d.in.salvage(b)
		return nil //nolint:nilerr // what cannot be read is a doubt, not a failure
	}
	d.doc = doc.Document
	if n := countImages(b); n > 0 {
		d.in.rep.Pictures += n
		d.doubt = UncertainPicture
	}
	count, err := d.lib.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: d.doc})
	if err != nil || count.PageCount == 0 {
		d.in.rep.doubt(UncertainBroken)
		return nil //nolint:nilerr // as above
	}
	d.in.rep.Pages = count.PageCount
	for i := range min(count.PageCount, maxPages) {
		if d.in.rep.late() {
			break
		}
		d.page(i)
	}
	if count.PageCount > maxPages {
		d.in.rep.doubt(UncertainTooMuch)
	}
	d.document()
	d.drawScans()
	_, _ = d.lib.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: d.doc})
	d.revisions(b)
	return nil
}

// page scans one page's text and annotations.
func (d *pdfDoc) page(i int) {
	loaded, err := d.lib.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: d.doc, Index: i})
	if err != nil {
		d.in.rep.doubt(UncertainBroken)
		return
	}
	defer func() { _, _ = d.lib.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page}) }()
	page := requests.Page{ByReference: &loaded.Page}
	text, err := d.lib.GetPageText(&requests.GetPageText{Page: page})
	if err != nil {
		d.in.rep.doubt(UncertainBroken)
		return
	}
	chars, strange := legible(text.Text)
	objects, err := d.lib.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: page})
	switch {
	case err == nil && chars < fewChars && objects.Count > chars:
		d.doubt = UncertainScan
		d.scans = append(d.scans, i)
	case err == nil && d.doubt != "" && d.hasPicture(page, objects.Count):
		d.scans = append(d.scans, i)
	}
	if strange*20 > chars && chars >= fewChars {
		d.in.rep.doubt(UncertainUnreadable)
	}
	d.in.rep.text(joined(text.Text), Place{Page: i + 1})
	d.annotations(page, i+1)
}

// joined makes line ends plain, and undoes the mark PDFium leaves for a hyphen
// at a line's end.
func joined(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.ReplaceAll(s, "\uFFFE", "-")
}

// legible counts the visible characters and those that stand for nothing,
// which a font without a character map yields.
func legible(s string) (chars, strange int) {
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			continue
		case r == 0, r == unicode.ReplacementChar, unicode.Is(unicode.Co, r), unicode.IsControl(r):
			strange++
		}
		chars++
	}
	return chars, strange
}

// annotations scans notes, form fields and link addresses of a page.
func (d *pdfDoc) annotations(page requests.Page, number int) {
	count, err := d.lib.FPDFPage_GetAnnotCount(&requests.FPDFPage_GetAnnotCount{Page: page})
	if err != nil {
		return
	}
	notes := 0
	for i := range min(count.Count, maxAnnots) {
		a, err := d.lib.FPDFPage_GetAnnot(&requests.FPDFPage_GetAnnot{Page: page, Index: i})
		if err != nil {
			continue
		}
		kind, err := d.lib.FPDFAnnot_GetSubtype(&requests.FPDFAnnot_GetSubtype{Annotation: a.Annotation})
		if err == nil && kind.Subtype != enums.FPDF_ANNOT_SUBTYPE_LINK && kind.Subtype != enums.FPDF_ANNOT_SUBTYPE_WIDGET && kind.Subtype != enums.FPDF_ANNOT_SUBTYPE_POPUP {
			notes++
		}
		for _, key := range []string{"Contents", "V", "T", "RC", "Subj", "TU"} {
			if v, err := d.lib.FPDFAnnot_GetStringValue(&requests.FPDFAnnot_GetStringValue{Annotation: a.Annotation, Key: key}); err == nil && v.Value != "" {
				d.in.rep.text(v.Value, Place{Page: number, Part: Comment})
			}
		}
		_, _ = d.lib.FPDFPage_CloseAnnot(&requests.FPDFPage_CloseAnnot{Annotation: a.Annotation})
	}
	if count.Count > maxAnnots {
		d.in.rep.doubt(UncertainTooMuch)
	}
	d.in.rep.hide(HiddenComment, Place{Page: number, Part: Comment}, notes)
}

// document scans what belongs to no page: metadata, scripts, attachments.
func (d *pdfDoc) document() {
	if m, err := d.lib.GetMetaData(&requests.GetMetaData{Document: d.doc}); err == nil {
		people := 0
		for _, t := range m.Tags {
			d.in.rep.text(t.Value, Place{Part: Properties})
			if t.Tag == "Author" && t.Value != "" {
				people++
			}
		}
		d.in.rep.hide(HiddenProperty, Place{Part: Properties}, people)
	}
	if s, err := d.lib.GetJavaScriptActions(&requests.GetJavaScriptActions{Document: d.doc}); err == nil {
		for _, a := range s.JavaScriptActions {
			d.in.rep.text(a.Script, Place{Part: Code})
		}
		d.in.rep.hide(HiddenScript, Place{Part: Code}, len(s.JavaScriptActions))
	}
	if a, err := d.lib.GetAttachments(&requests.GetAttachments{Document: d.doc}); err == nil {
		for _, f := range a.Attachments {
			d.unread = d.unread || len(f.Content) == 0
			if len(f.Content) > 0 {
				d.attached = append(d.attached, attachment{f.Name, f.Content})
			}
		}
	}
}

// countImages counts picture streams. Their dictionaries are never packed into
// other streams, so that the file's bytes tell.
func countImages(b []byte) int {
	n := 0
	for {
		i := bytes.Index(b, []byte("/Subtype"))
		if i < 0 {
			return n
		}
		b = b[i+len("/Subtype"):]
		if rest := bytes.TrimLeft(b[:min(len(b), 64)], " \r\n\t\x00\f"); bytes.HasPrefix(rest, []byte("/Image")) {
			n++
		}
	}
}
