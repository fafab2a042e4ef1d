package safe

import (
	"bytes"
	"context"
	"encoding/csv"
	"strings"

	"yangguang/internal/fault"
	"yangguang/internal/privacy"
)

// Read gives what a reader of the file sees, masked. The file must have gone
// through the gate before, which refuses files made to exhaust a reader.
func Read(ctx context.Context, g *privacy.Gate, t privacy.Type, b []byte, o Options) (d *Doc, err error) {
	defer fault.Wrap(&err, "safe.Read")
	d = &Doc{}
	switch t {
	case privacy.XLSX:
		err = d.workbook(ctx, b, o)
	case privacy.DOCX:
		err = d.document(b, o)
	case privacy.PDF:
		err = g.Pages(ctx, b, 0, func(p privacy.Page) error {
			d.page(p, o)
			return nil
		})
	case privacy.CSV, privacy.Text:
		err = d.plain(t, b, o)
	case privacy.XLS, privacy.DOC, privacy.OFD:
		err = d.passages(ctx, g, t, b, o)
	default:
		err = fault.Say(fault.Invalid, "safe.kind")
	}
	d.lose(t)
	return d, err
}

// passages reads what the gate's own readers see of an old or fixed-layout file.
func (d *Doc) passages(ctx context.Context, g *privacy.Gate, t privacy.Type, b []byte, o Options) error {
	all, pictures, err := g.Passages(ctx, t, b)
	if fault.KindOf(err) == fault.Invalid {
		return fault.Say(fault.Invalid, "safe.kind")
	}
	if err != nil {
		return err
	}
	cells := 0
	for _, p := range all {
		for _, row := range p.Rows {
			cells += len(row)
		}
		if cells > maxCells {
			return fault.Say(fault.Invalid, "safe.too_large", maxCells)
		}
		switch {
		case t == privacy.XLS:
			d.Blocks = append(d.Blocks, Block{Title: d.text(p.Title, o).Text, Rows: d.table(p.Rows, o)})
		case p.Rows != nil:
			d.Blocks = append(d.Blocks, Block{Rows: d.table(p.Rows, o)})
		default:
			d.page(privacy.Page{Text: p.Text}, o)
		}
	}
	if pictures > 0 {
		d.Lost = append(d.Lost, Loss{"safe.lost_pictures", pictures})
	}
	return nil
}

// lose says what no copy of the kind has.
func (d *Doc) lose(t privacy.Type) {
	switch t {
	case privacy.XLSX, privacy.XLS:
		d.Lost = append(d.Lost, Loss{Key: "safe.lost_sheet"})
	case privacy.DOCX, privacy.DOC, privacy.OFD, privacy.PDF:
		d.Lost = append(d.Lost, Loss{Key: "safe.lost_layout"})
	}
}

// plain reads a text file or a table of text.
func (d *Doc) plain(t privacy.Type, b []byte, o Options) error {
	s, ok := privacy.DecodeText(b)
	if !ok {
		return fault.Say(fault.Invalid, "safe.kind")
	}
	if t == privacy.CSV {
		r := csv.NewReader(strings.NewReader(s))
		r.FieldsPerRecord, r.LazyQuotes, r.Comma = -1, true, privacy.Comma(s)
		rows, err := r.ReadAll()
		if err != nil {
			return fault.Say(fault.Invalid, "safe.kind")
		}
		d.Blocks = append(d.Blocks, Block{Rows: d.table(rows, o)})
		return nil
	}
	for line := range strings.Lines(s) {
		d.Blocks = append(d.Blocks, Block{Text: d.text(strings.TrimRight(line, "\r\n"), o)})
	}
	return nil
}

// page reads the text of a PDF page; what stands apart on a line by wide blanks
// or tabs is read as a table's row, so that a column of names is seen as one.
func (d *Doc) page(p privacy.Page, o Options) {
	findings := d.findings(p.Text, o)
	at := 0
	for line := range strings.Lines(p.Text) {
		var own []privacy.Finding
		for _, f := range findings {
			if f.Start >= at && f.Start < at+len(line) {
				f.Start, f.End = f.Start-at, min(f.End-at, len(line))
				own = append(own, f)
			} else if f.Start < at && f.End > at { // a number that goes on from the line above
				f.Start, f.End, f.Masked = 0, min(f.End-at, len(line)), goesOn(f)
				own = append(own, f)
			}
		}
		w := d.words(line, own, o)
		w.Text = strings.TrimRight(w.Text, "\r\n ")
		w.Marks = clip(w.Marks, len(w.Text))
		if w.Text != "" {
			d.Blocks = append(d.Blocks, Block{Text: w})
		}
		at += len(line)
	}
}

func clip(ms []Mark, n int) []Mark {
	var out []Mark
	for _, m := range ms {
		if m.Start < n {
			out = append(out, Mark{m.Start, min(m.End, n)})
		}
	}
	return out
}

// Copy makes the file anew. The name keeps its beginning; its extension tells
// what the copy is.
func Copy(ctx context.Context, g *privacy.Gate, t privacy.Type, name string, b []byte, o Options) (copied []byte, newName string, d *Doc, err error) {
	defer fault.Wrap(&err, "safe.Copy")
	if t == privacy.PDF && o.Drawn {
		d = &Doc{}
		copied, err = d.drawn(ctx, g, b, o)
		return copied, withExt(name, ".pdf"), d, err
	}
	if d, err = Read(ctx, g, t, b, o); err != nil {
		return nil, "", nil, err
	}
	var out bytes.Buffer
	switch t {
	case privacy.XLSX, privacy.XLS:
		err, newName = d.writeXLSX(&out), withExt(name, ".xlsx")
	case privacy.CSV:
		err, newName = d.writeCSV(&out), withExt(name, ".csv")
	case privacy.Text:
		err, newName = d.writeText(&out), withExt(name, ".txt")
	default:
		err, newName = d.writeDOCX(&out), withExt(name, ".docx")
	}
	return out.Bytes(), newName, d, err
}

// withExt gives the name another ending, and masks what the name itself tells.
func withExt(name, ext string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	return privacy.Mask(name, privacy.Scan(name)) + ext
}

// goesOn is the mask of a finding's rest on the next line.
func goesOn(f privacy.Finding) string {
	if f.Masked == removedMask {
		return removedMask
	}
	return "****"
}
