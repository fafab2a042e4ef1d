package privacy

import (
	"archive/zip"
	"encoding/xml"
	"strconv"
	"strings"
)

// sheetReader reads one sheet, row by row.
type sheetReader struct {
	w       *workbook
	place   Place
	table   table
	row     int
	unseen  bool // the row is hidden
	col     int
	kind    string // the cell's t attribute
	element string
	value   strings.Builder
	rest    strings.Builder // headers, validations, formulas
	cells   []string
	cols    []int
}

// maxColumns is the width of a sheet.
const maxColumns = 16384

func (w *workbook) sheet(f *zip.File, sh sheet) error {
	r := sheetReader{w: w, place: Place{Sheet: sh.number}}
	r.table.place, r.table.rep = r.place, w.in.rep
	if sh.number > w.in.rep.Sheets {
		w.in.rep.hide(VeryHiddenSheet, r.place, 1)
	}
	var err error
	w.in.rep.quietly(sh.state != "", func() {
		err = w.in.tokens(f, r.token)
		r.flush()
	})
	w.in.rep.quietly(true, func() { w.in.rep.text(r.rest.String(), r.place) })
	w.in.rep.add(r.table.found...)
	w.in.rep.More += r.table.more
	return err
}

func (r *sheetReader) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		r.start(t)
	case xml.CharData:
		switch r.element {
		case "v", "t":
			r.value.Write(t)
		case "":
		default:
			r.rest.Write(t)
		}
	case xml.EndElement:
		r.element = ""
		switch t.Name.Local {
		case "c":
			r.cell()
			if *r.w.in.budget < 0 {
				return errBomb
			}
		case "row":
			r.flush()
		default:
			if n := r.rest.Len(); n > 0 && r.rest.String()[n-1] != '\n' {
				r.rest.WriteByte('\n')
			}
		}
	}
	return nil
}

func (r *sheetReader) start(s xml.StartElement) {
	r.element = s.Name.Local
	switch s.Name.Local {
	case "row":
		r.flush()
		r.row++
		r.col = 0
		if n, err := strconv.Atoi(Attr(s, "r")); err == nil && n > 0 {
			r.row = n
		}
		if r.unseen = isTrue(Attr(s, "hidden")); r.unseen {
			r.w.in.rep.hide(HiddenRow, r.place, 1)
		}
	case "col":
		if isTrue(Attr(s, "hidden")) {
			from, _ := strconv.Atoi(Attr(s, "min"))
			to, _ := strconv.Atoi(Attr(s, "max"))
			r.table.hidden = append(r.table.hidden, [2]int{from, to})
			r.w.in.rep.hide(HiddenColumn, r.place, max(1, min(to, maxColumns)-from+1))
		}
	case "c":
		r.col++
		if n := columnNumber(Attr(s, "r")); n > 0 {
			r.col = n
		}
		r.kind = Attr(s, "t")
		r.value.Reset()
	default:
		words(&r.rest, s)
	}
}

// cell ends a cell: its shown text joins the row.
func (r *sheetReader) cell() {
	v := r.value.String()
	r.value.Reset()
	switch r.kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(v))
		if err != nil || i < 0 || i >= len(r.w.strings) {
			r.w.in.rep.doubt(UncertainBroken)
			return
		}
		r.w.used[i] = true
		v = r.w.strings[i]
		*r.w.in.budget -= int64(len(v)) // one long string shown a million times is a bomb too
	case "", "n":
		v = plainNumber(v)
	case "b", "e":
		return
	}
	if v != "" && r.col > 0 && r.col <= maxColumns && (len(r.cols) == 0 || r.col > r.cols[len(r.cols)-1]) {
		r.cells, r.cols = append(r.cells, v), append(r.cols, r.col)
	} else if v != "" {
		r.rest.WriteString(v + "\n")
		r.spill() // a row of millions of cells
	}
}

func (r *sheetReader) flush() {
	if len(r.cells) > 0 {
		r.w.in.rep.quietly(r.unseen, func() { r.table.row(r.row, r.cells, r.cols) })
		r.cells, r.cols = r.cells[:0], r.cols[:0]
	}
	r.spill()
}

// spill looks through what stands beside the cells once it is long.
func (r *sheetReader) spill() {
	if r.rest.Len() > flushAt {
		r.w.in.rep.quietly(true, func() { r.w.in.rep.text(r.rest.String(), r.place) })
		r.rest.Reset()
	}
}

// plainNumber writes 1.3800138E10 as a person would read it: 13800138000.
func plainNumber(v string) string {
	if strings.ContainsAny(v, "eE") {
		if x, err := strconv.ParseFloat(v, 64); err == nil && x > 1e6 && x < 1e20 {
			return strconv.FormatFloat(x, 'f', 0, 64)
		}
	}
	return v
}

// columnNumber reads the column of a cell's address: B7 is 2.
func columnNumber(ref string) int {
	n := 0
	for i := 0; i < len(ref) && i < 4; i++ {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		n = n*26 + int(c-'A'+1)
	}
	return n
}
