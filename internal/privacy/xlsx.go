package privacy

import (
	"archive/zip"
	"encoding/xml"
	"path"
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
const maxShared = 64 << 20

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
	target, err := w.targets(parts["xl/_rels/workbook.xml.rels"])
	if err != nil {
		return err
	}
	var names strings.Builder
	defined, inName := 0, false
	err = w.in.tokens(parts["xl/workbook.xml"], func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "sheet":
				w.list(t, target)
			case "definedName":
				inName = true
				if isTrue(Attr(t, "hidden")) && !strings.HasPrefix(Attr(t, "name"), "_xlnm") {
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

// targets is the part each relation of the workbook points to.
func (w *workbook) targets(rels *zip.File) (map[string]string, error) {
	target := map[string]string{}
	if rels == nil {
		return target, nil
	}
	err := w.in.tokens(rels, func(t xml.Token) error {
		if s, ok := t.(xml.StartElement); ok && s.Name.Local == "Relationship" {
			to := Attr(s, "Target")
			if !strings.HasPrefix(to, "/") {
				to = "xl/" + to
			}
			target[Attr(s, "Id")] = partName(path.Clean(to))
		}
		return nil
	})
	return target, err
}

// list adds one sheet of the workbook's list.
func (w *workbook) list(s xml.StartElement, target map[string]string) {
	w.in.rep.Sheets++
	sh := sheet{number: w.in.rep.Sheets, state: Attr(s, "state")}
	w.sheets[target[Attr(s, "id")]] = sh
	p := Place{Sheet: sh.number}
	switch sh.state {
	case "hidden":
		w.in.rep.hide(HiddenSheet, p, 1)
	case "veryHidden":
		w.in.rep.hide(VeryHiddenSheet, p, 1)
	}
	w.in.rep.quietly(sh.state != "", func() { w.in.rep.text(Attr(s, "name"), p) })
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
