package privacy

import (
	"archive/zip"
	"encoding/xml"
	"path"
	"strconv"
	"strings"
)

// workbook is what must be known before the sheets are read.
type workbook struct {
	in      *inspection
	sheets  map[string]sheet // by part name
	strings []string         // shared strings
	used    []bool           // shared strings some cell shows
}

type sheet struct {
	number int
	state  string // "", hidden, veryHidden
}

// maxShared bounds the shared strings held in memory.
const maxShared = 128 << 20

// xlsx inspects a workbook: every sheet, shown or not, every cell, comment,
// name, cache and property.
func (in *inspection) xlsx(z *zip.Reader) error {
	w := workbook{in: in, sheets: map[string]sheet{}}
	parts := map[string]*zip.File{}
	for _, f := range z.File {
		parts[partName(f.Name)] = f
	}
	if err := w.directory(parts); err != nil {
		return err
	}
	if f := parts["xl/sharedstrings.xml"]; f != nil {
		if err := w.shared(f); err != nil {
			return err
		}
	}
	for _, f := range z.File {
		name := partName(f.Name)
		var err error
		switch sh, ok := w.sheets[name]; {
		case name == "xl/workbook.xml", name == "xl/sharedstrings.xml", name == "[content_types].xml", name == "xl/styles.xml", strings.HasPrefix(name, "xl/theme/"):
		case ok:
			err = w.sheet(f, sh)
		case strings.HasPrefix(name, "xl/worksheets/") && path.Ext(name) == ".xml":
			err = w.sheet(f, sheet{number: in.rep.Sheets + 1, state: "veryHidden"}) // in no list of sheets
		default:
			w.note(name)
			err = in.other(f)
		}
		if err != nil {
			return err
		}
	}
	w.unused()
	return nil
}

// note reports a part that a reader of the sheets does not see.
func (w *workbook) note(name string) {
	switch {
	case strings.Contains(name, "pivotcacherecords"):
		w.in.rep.hide(HiddenPivot, Place{Part: Pivot}, 1)
	case strings.HasPrefix(name, "xl/externallinks/") && path.Ext(name) == ".xml":
		w.in.rep.hide(HiddenLink, Place{Part: Link}, 1)
	case strings.HasPrefix(name, "xl/comments"), strings.HasPrefix(name, "xl/threadedcomments/"):
		w.in.rep.hide(HiddenComment, Place{Part: Comment}, 1)
	}
}

// directory reads the list of sheets and the defined names.
func (w *workbook) directory(parts map[string]*zip.File) error {
	target := map[string]string{}
	if f := parts["xl/_rels/workbook.xml.rels"]; f != nil {
		err := w.in.tokens(f, func(t xml.Token) error {
			if s, ok := t.(xml.StartElement); ok && s.Name.Local == "Relationship" {
				to := attr(s, "Target")
				if !strings.HasPrefix(to, "/") {
					to = "xl/" + to
				}
				target[attr(s, "Id")] = partName(path.Clean(to))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	var names strings.Builder
	defined, inName := 0, false
	err := w.in.tokens(parts["xl/workbook.xml"], func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "sheet":
				w.list(t, target)
			case "definedName":
				inName = true
				if isTrue(attr(t, "hidden")) && !strings.HasPrefix(attr(t, "name"), "_xlnm") {
					defined++
				}
				words(&names, t)
			}
		case xml.CharData:
			if inName {
				names.Write(t)
				names.WriteByte('\n')
			}
		case xml.EndElement:
			inName = inName && t.Name.Local != "definedName"
		}
		return nil
	})
	w.in.rep.text(names.String(), Place{Part: Names})
	w.in.rep.hide(HiddenName, Place{Part: Names}, defined)
	return err
}

// list adds one sheet of the workbook's list.
func (w *workbook) list(s xml.StartElement, target map[string]string) {
	w.in.rep.Sheets++
	sh := sheet{number: w.in.rep.Sheets, state: attr(s, "state")}
	w.sheets[target[attr(s, "id")]] = sh
	p := Place{Sheet: sh.number}
	switch sh.state {
	case "hidden":
		w.in.rep.hide(HiddenSheet, p, 1)
	case "veryHidden":
		w.in.rep.hide(VeryHiddenSheet, p, 1)
	}
	w.in.rep.text(attr(s, "name"), p)
}

// shared reads the strings that cells refer to by number.
func (w *workbook) shared(f *zip.File) error {
	var b strings.Builder
	size, inText := 0, false
	err := w.in.tokens(f, func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			inText = inText || t.Name.Local == "t"
		case xml.CharData:
			if inText {
				b.Write(t)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "t":
				inText = false
			case "si":
				if size += b.Len() + 16; size > maxShared {
					return errBomb
				}
				w.strings = append(w.strings, b.String())
				b.Reset()
			}
		}
		return nil
	})
	w.used = make([]bool, len(w.strings))
	return err
}

// unused scans shared strings that no cell shows any more.
func (w *workbook) unused() {
	for i, s := range w.strings {
		if !w.used[i] {
			w.in.rep.text(s, Place{Part: Unseen})
		}
	}
}

// sheetReader reads one sheet, row by row.
type sheetReader struct {
	w       *workbook
	place   Place
	table   table
	row     int
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
	r.table.place = r.place
	if sh.number > w.in.rep.Sheets {
		w.in.rep.hide(VeryHiddenSheet, r.place, 1)
	}
	err := w.in.tokens(f, r.token)
	r.flush()
	w.in.rep.text(r.rest.String(), r.place)
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
		if n, err := strconv.Atoi(attr(s, "r")); err == nil && n > 0 {
			r.row = n
		}
		if isTrue(attr(s, "hidden")) {
			r.w.in.rep.hide(HiddenRow, r.place, 1)
		}
	case "col":
		if isTrue(attr(s, "hidden")) {
			from, _ := strconv.Atoi(attr(s, "min"))
			to, _ := strconv.Atoi(attr(s, "max"))
			r.w.in.rep.hide(HiddenColumn, r.place, max(1, min(to, maxColumns)-from+1))
		}
	case "c":
		r.col++
		if n := columnNumber(attr(s, "r")); n > 0 {
			r.col = n
		}
		r.kind = attr(s, "t")
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
	case "", "n":
		v = plainNumber(v)
	case "b", "e":
		return
	}
	if v != "" && r.col <= maxColumns && (len(r.cols) == 0 || r.col > r.cols[len(r.cols)-1]) {
		r.cells, r.cols = append(r.cells, v), append(r.cols, r.col)
	} else if v != "" {
		r.rest.WriteString(v + "\n")
	}
}

func (r *sheetReader) flush() {
	if len(r.cells) > 0 {
		r.table.row(r.row, r.cells, r.cols)
		r.cells, r.cols = r.cells[:0], r.cols[:0]
	}
	if r.rest.Len() > flushAt {
		r.w.in.rep.text(r.rest.String(), r.place)
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
