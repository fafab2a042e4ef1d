package privacy

import (
	"bytes"
	"path"
	"strings"
	"unicode/utf16"

	"yangguang/internal/fault"
)

// ole inspects a compound file: the .doc, .xls and .ppt of old, the .wps and
// .et of WPS, or the shell of an encrypted .docx. Word and Excel files are
// read in full; in all of them whatever else can be recognised in the bytes is
// scanned too, since deleted streams and texts stay behind in a file.
func (in *inspection) ole(ext string, b []byte) error {
	streams, broken, bomb := openCompound(b, in.budget)
	if bomb {
		return errBomb
	}
	f := oleFile{in: in, streams: streams}
	encrypted := f.has("EncryptedPackage") || f.has("EncryptionInfo") || len(streams) == 0 && bytes.Contains(b, utf16le("EncryptedPackage"))
	switch ext {
	case ".docx", ".xlsx", ".pptx":
		if !encrypted {
			return fault.Say(fault.Invalid, "privacy.disguised", strings.TrimPrefix(ext, "."), string(OLE))
		}
	}
	if encrypted {
		in.rep.doubt(UncertainEncrypted)
		return nil
	}
	if broken || len(streams) == 0 {
		in.rep.doubt(UncertainBroken)
	}
	if err := f.read(); err != nil {
		return err
	}
	in.salvage(b)
	if in.depth == 0 && (in.rep.Type == XLS && (ext == ".doc" || ext == ".wps") || in.rep.Type == DOC && (ext == ".xls" || ext == ".et")) {
		return fault.Say(fault.Invalid, "privacy.disguised", strings.TrimPrefix(ext, "."), string(in.rep.Type))
	}
	return nil
}

// oleFile is a compound file being read.
type oleFile struct {
	in      *inspection
	streams []oleStream
	macros  bool
	inner   *Report // of a document inside this one
}

func (f *oleFile) has(name string) bool { return f.stream(name) != nil }

func (f *oleFile) stream(name string) []byte {
	for _, s := range f.streams {
		if strings.EqualFold(s.path, name) {
			if s.data == nil {
				return []byte{}
			}
			return s.data
		}
	}
	return nil
}

// read inspects each stream by what it holds. A stream nobody knows makes the
// file one for a person.
func (f *oleFile) read() error {
	known := false
	for _, s := range f.streams {
		err := f.in.goOn()
		if err != nil {
			return err
		}
		dir, base := path.Split(s.path)
		switch base {
		case "WordDocument":
			known = known || dir == ""
			err = f.within(dir, DOC).doc(s.data, f.stream(dir+"0Table"), f.stream(dir+"1Table"), f.stream(dir+"Data"))
		case "Workbook":
			known = known || dir == ""
			err = f.within(dir, XLS).xls(s.data)
		case "PowerPoint Document":
			known = known || dir == ""
			f.in.rep.doubt(UncertainOLE) // its texts are read, its charts are not
			f.in.ppt(s.data)
		default:
			err = f.other(dir, base, s.data)
		}
		f.join()
		if err != nil {
			return err
		}
		f.in.strings(s.data, Place{Part: Raw})
	}
	if !known {
		f.in.rep.doubt(UncertainOLE)
	}
	if f.in.drawn > f.in.rep.Pictures {
		f.in.rep.doubt(UncertainPicture) // shapes, metafiles, objects: a person sees what they show
	}
	return nil
}

// within is the inspection that reads a document: this one for the file's own,
// another for a document inside it, whose places are its own.
func (f *oleFile) within(dir string, t Type) *inspection {
	if dir == "" {
		if f.in.rep.Type == OLE {
			f.in.rep.Type = t
		}
		return f.in
	}
	f.inner = &Report{Type: t, patience: f.in.rep.patience}
	return &inspection{gate: f.in.gate, ctx: f.in.ctx, rep: f.inner, budget: f.in.budget, depth: f.in.depth + 1}
}

// join takes over what was found in a document inside the file.
func (f *oleFile) join() {
	if f.inner != nil {
		f.in.rep.hide(HiddenEmbedded, Place{Part: Embedded}, 1)
		f.in.rep.inner(*f.inner, Place{Part: Embedded})
		f.inner = nil
	}
}

// other reads the streams beside the text.
func (f *oleFile) other(dir, base string, b []byte) error {
	in := f.in
	switch trimmed := strings.TrimLeft(base, "\x01\x03\x05"); {
	case strings.Contains(dir, "VBA") || strings.Contains(dir, "Macros") || base == "_VBA_PROJECT":
		if !f.macros {
			f.macros = true
			in.rep.hide(HiddenMacro, Place{Part: Code}, 1)
		}
		return nil
	case strings.HasPrefix(base, "\x05") && strings.Contains(base, "SummaryInformation"):
		in.summary(b)
	case strings.HasPrefix(dir, "_SX_DB_CUR/"):
		in.rep.hide(HiddenPivot, Place{Part: Pivot}, 1)
		in.pivots(b)
	case base == "Revision Log" || base == "User Names":
		in.rep.hide(HiddenRevision, Place{Part: Revision}, 1)
	case base == "0Table", base == "1Table", trimmed == "CompObj", trimmed == "Ole", trimmed == "ObjInfo", base == "\x03OCXNAME", base == "Current User":
	case base == "Data", base == "Pictures":
		return in.pictures(b)
	case trimmed == "Ole10Native", base == "CONTENTS", base == "Package", base == "Contents":
		in.rep.hide(HiddenEmbedded, Place{Part: Embedded}, 1)
		return in.packed(b)
	case len(b) == 0:
	default:
		in.rep.doubt(UncertainOLE)
		return in.pictures(b)
	}
	return nil
}

// packed inspects a file packed into a document.
func (in *inspection) packed(b []byte) error {
	for _, magic := range []string{"PK\x03\x04", "%PDF-", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"} {
		if i := bytes.Index(b, []byte(magic)); i >= 0 {
			if *in.budget -= int64(len(b) - i); *in.budget < 0 {
				return errBomb
			}
			return in.nested("", b[i:])
		}
	}
	in.rep.doubt(UncertainEmbedded)
	return in.pictures(b)
}

// pivots scans the cached values of a pivot table.
func (in *inspection) pivots(b []byte) {
	s := biff{b: b}
	var texts strings.Builder
	for r, ok := s.next(); ok; r, ok = s.next() {
		switch {
		case r.kind == biffSXString && len(r.data) > 2:
			texts.WriteString(r.reader().long() + "\n")
		case r.kind == biffSXNum && len(r.data) >= 8:
			texts.WriteString(biffFloat(le.Uint64(r.data)) + "\n")
		}
	}
	in.rep.text(texts.String(), Place{Part: Pivot})
}

// ppt scans the texts of a presentation: records of text in UTF-16 (4000,
// 4026) and of single bytes (4008), in containers.
func (in *inspection) ppt(b []byte) {
	var texts strings.Builder
	for at := 0; at+8 <= len(b); {
		head, kind, size := le.Uint16(b[at:]), le.Uint16(b[at+2:]), int64(le.Uint32(b[at+4:]))
		at += 8
		if head&15 == 15 {
			continue
		}
		end := int(min(int64(len(b)), int64(at)+size))
		switch kind {
		case 4000, 4026:
			writeUTF16(&texts, b[at:end])
			texts.WriteByte('\n')
		case 4008:
			texts.WriteString(latin(b[at:end]) + "\n")
		}
		at = end
	}
	in.rep.text(strings.ReplaceAll(texts.String(), "\r", "\n"), Place{})
}

func latin(b []byte) string {
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	return string(r)
}

func utf16le(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}
