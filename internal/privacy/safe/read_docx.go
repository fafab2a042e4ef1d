package safe

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"yangguang/internal/fault"
	"yangguang/internal/privacy"
)

// maxStory is how much of a document's text is read, in bytes.
const maxStory = 32 << 20

// document reads the body of a text document as it is shown: without deleted,
// moved-away and hidden text, comments, headers and text boxes.
func (d *Doc) document(b []byte, o Options) error {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return fault.Say(fault.Invalid, "safe.kind")
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		return fault.Say(fault.Invalid, "safe.kind")
	}
	defer func() { _ = f.Close() }()
	s := story{doc: d, o: o}
	x := xml.NewDecoder(io.LimitReader(f, maxStory))
	x.Strict = false
	for {
		t, err := x.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fault.Say(fault.Invalid, "safe.kind")
		}
		s.token(t)
	}
}

// story is a document's body being read.
type story struct {
	doc    *Doc
	o      Options
	line   strings.Builder
	run    strings.Builder // of one run, which may turn out hidden
	shown  bool            // the run's text counts
	inText bool
	head   bool // the paragraph is a heading
	gone   int  // depth of deleted or moved-away text and of drawings
	depth  int  // of tables; a table in a cell is read as the cell's text
	rows   [][]string
	cells  []string
	cell   strings.Builder
}

func (s *story) token(t xml.Token) {
	switch t := t.(type) {
	case xml.StartElement:
		s.start(t)
	case xml.CharData:
		if s.inText && s.gone == 0 {
			s.run.Write(t)
		}
	case xml.EndElement:
		s.end(t.Name.Local)
	}
}

func (s *story) start(t xml.StartElement) {
	switch t.Name.Local {
	case "p":
		s.head = false
	case "r":
		s.shown = true
		s.run.Reset()
	case "t":
		s.inText = true
	case "tab":
		s.run.WriteString("\t")
	case "br", "cr":
		s.run.WriteString(" ")
	case "noBreakHyphen":
		s.run.WriteString("-")
	case "vanish", "webHidden", "specVanish":
		if v := privacy.Attr(t, "val"); v != "0" && v != "false" && v != "off" {
			s.shown = false
		}
	case "pStyle", "outlineLvl":
		v := strings.ToLower(privacy.Attr(t, "val"))
		s.head = s.head || strings.HasPrefix(v, "heading") || strings.HasPrefix(v, "title") || t.Name.Local == "outlineLvl" && v < "3"
	case "del", "moveFrom", "drawing", "pict", "object", "txbxContent":
		s.gone++
	case "tbl":
		s.depth++
	}
}

func (s *story) end(local string) {
	switch local {
	case "t":
		s.inText = false
	case "r":
		if s.shown && s.gone == 0 {
			s.line.WriteString(s.run.String())
		}
		s.run.Reset()
	case "del", "moveFrom", "drawing", "pict", "object", "txbxContent":
		s.gone = max(0, s.gone-1)
	case "p":
		if s.gone > 0 {
			return
		}
		s.paragraph()
	case "tc":
		if s.depth == 1 {
			s.cells = append(s.cells, strings.TrimSpace(s.cell.String()))
			s.cell.Reset()
		}
	case "tr":
		if s.depth == 1 {
			s.rows, s.cells = append(s.rows, s.cells), nil
		}
	case "tbl":
		if s.depth--; s.depth == 0 {
			s.doc.Blocks = append(s.doc.Blocks, Block{Rows: s.doc.table(s.rows, s.o)})
			s.rows = nil
		}
	}
}

// paragraph ends a paragraph, or a line of a cell.
func (s *story) paragraph() {
	text := strings.TrimSpace(s.line.String())
	s.line.Reset()
	switch {
	case s.depth > 0:
		if s.cell.Len() > 0 && text != "" {
			s.cell.WriteString("\n")
		}
		s.cell.WriteString(text)
	case text == "":
	case s.head:
		s.doc.Blocks = append(s.doc.Blocks, Block{Title: s.doc.text(text, s.o).Text})
	default:
		s.doc.Blocks = append(s.doc.Blocks, Block{Text: s.doc.text(text, s.o)})
	}
}
