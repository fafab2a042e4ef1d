package privacy

import (
	"bytes"
	"compress/zlib"
	"io"

	"github.com/klippa-app/go-pdfium/requests"
)

// revisions scans the states an incrementally saved file still holds: what was
// deleted from the last one can be read in the ones before.
func (d *pdfDoc) revisions(b []byte) {
	mark := []byte("%%EOF")
	n := bytes.Count(b, mark) - 1
	if bytes.Contains(b[:min(len(b), 2048)], []byte("/Linearized")) {
		n--
	}
	if n <= 0 {
		return
	}
	d.in.rep.hide(HiddenRevision, Place{Part: Revision}, n)
	if n > maxRevisions {
		d.in.rep.doubt(UncertainTooMuch)
	}
	known := map[string]bool{}
	for _, f := range d.in.rep.Findings {
		known[string(f.Kind)+f.Masked] = true
	}
	end := len(b)
	for range min(n+1, maxRevisions+1) {
		i := bytes.LastIndex(b[:end], mark)
		if i < 0 {
			return
		}
		if end = i; end+len(mark) < len(b)-8 {
			d.revision(b[:end+len(mark)], known)
		}
	}
}

func (d *pdfDoc) revision(b []byte, known map[string]bool) {
	doc, err := d.lib.OpenDocument(&requests.OpenDocument{File: &b})
	if err != nil {
		return
	}
	defer func() { _, _ = d.lib.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: doc.Document}) }()
	count, err := d.lib.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc.Document})
	if err != nil {
		return
	}
	for i := range min(count.PageCount, maxPages) {
		if d.in.rep.late() {
			return
		}
		page := requests.Page{ByIndex: &requests.PageByIndex{Document: doc.Document, Index: i}}
		text, err := d.lib.GetPageText(&requests.GetPageText{Page: page})
		if err != nil {
			continue
		}
		fs, _ := scanAt(joined(text.Text), Place{Page: i + 1, Part: Revision}, d.in.rep.patience)
		for _, f := range fs {
			if key := string(f.Kind) + f.Masked; !known[key] {
				known[key] = true
				d.in.rep.add(f)
			}
		}
	}
}

// unpack takes attached files out of the file's bytes where the library gives
// none, as with the empty file names some writers leave.
func (d *pdfDoc) unpack(b []byte) {
	mark, found := []byte("/EmbeddedFile"), 0
	for i := bytes.Index(b, mark); i >= 0; i = bytes.Index(b, mark) {
		b = b[i+len(mark):]
		if bytes.HasPrefix(b, []byte("s")) { // /EmbeddedFiles, the list of them
			continue
		}
		from := bytes.Index(b[:min(len(b), 2048)], []byte("stream"))
		to := bytes.Index(b, []byte("endstream"))
		if from < 0 || to < from+6 {
			continue
		}
		found++
		raw := bytes.TrimLeft(b[from+6:to], "\r\n")
		if z, err := zlib.NewReader(bytes.NewReader(raw)); err == nil {
			// The end may be cut by a writer's line end; what was read counts.
			raw, _ = io.ReadAll(io.LimitReader(z, min(MaxSize, *d.in.budget+1)))
		}
		d.attached = append(d.attached, attachment{"", raw})
	}
	if found == 0 {
		d.in.rep.doubt(UncertainEmbedded)
	}
}
