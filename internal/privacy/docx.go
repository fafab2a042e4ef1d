package privacy

import (
	"archive/zip"
	"encoding/xml"
	"path"
	"strconv"
	"strings"
)

// docx inspects a text document: body, tables, headers, notes, comments,
// tracked changes, hidden text, text boxes and properties.
func (in *inspection) docx(z *zip.Reader) error {
	for _, f := range z.File {
		name := partName(f.Name)
		var err error
		switch base := path.Base(name); {
		case path.Dir(name) == "word" && (base == "styles.xml" || base == "fonttable.xml" || base == "websettings.xml" || base == "numbering.xml"),
			name == "[content_types].xml", strings.HasPrefix(name, "word/theme/"):
			err = in.generic(f, Place{Part: Properties})
		case name == "word/document.xml":
			err = in.story(f, Body)
		case strings.HasPrefix(name, "word/") && path.Ext(name) == ".xml" && isStory(base):
			err = in.story(f, partOf(base))
		default:
			err = in.other(f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func isStory(base string) bool {
	for _, s := range []string{"header", "footer", "footnotes", "endnotes", "comments"} {
		if strings.HasPrefix(base, s) {
			return true
		}
	}
	return false
}

// docTable is a table being read; tables may stand in cells of tables.
type docTable struct {
	table table
	row   int
	cell  strings.Builder
	cells []string
	span  int
}

// story reads one flow of paragraphs and tables.
type story struct {
	in      *inspection
	place   Place
	text    strings.Builder // paragraphs outside tables
	deleted strings.Builder
	lines   int // paragraphs already scanned
	tables  []*docTable
	number  int // tables begun
	inText  bool
	gone    int // depth of deleted or moved-away text
	changes int
	hidden  int
}

func (in *inspection) story(f *zip.File, p Part) error {
	s := story{in: in, place: Place{Part: p, Para: true}}
	err := in.tokens(f, s.token)
	for len(s.tables) > 0 {
		s.endTable()
	}
	s.flush()
	in.rep.text(s.deleted.String(), Place{Part: Tracked})
	in.rep.hide(HiddenTracked, Place{Part: Tracked}, s.changes)
	in.rep.hide(HiddenText, Place{Part: Unseen}, s.hidden)
	if p == Comment && s.lines > 0 {
		in.rep.hide(HiddenComment, Place{Part: Comment}, 1)
	}
	return err
}

func (s *story) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		s.start(t)
	case xml.CharData:
		if s.inText {
			s.write(string(t))
		}
	case xml.EndElement:
		s.end(t.Name.Local)
	}
	return nil
}

func (s *story) start(t xml.StartElement) {
	switch t.Name.Local {
	case "t", "delText", "instrText", "delInstrText":
		s.inText = true
	case "tab":
		s.write("\t")
	case "br", "cr":
		s.write(" ")
	case "noBreakHyphen", "softHyphen":
		s.write("-")
	case "del", "moveFrom":
		s.gone++
		s.changes++
	case "ins", "moveTo":
		s.changes++
	case "vanish", "webHidden", "specVanish":
		if v := Attr(t, "val"); v == "" || isTrue(v) {
			s.hidden++
		}
	case "tbl":
		s.beginTable()
	case "gridSpan":
		if d := s.top(); d != nil {
			d.span, _ = strconv.Atoi(Attr(t, "val"))
		}
	default:
		var b strings.Builder
		words(&b, t)
		if b.Len() > 0 && (t.Name.Local == "docPr" || t.Name.Local == "cNvPr" || t.Name.Local == "alias" || t.Name.Local == "shape") {
			s.in.rep.text(b.String(), Place{Part: Shape})
		}
	}
}

func (s *story) end(local string) {
	switch local {
	case "t", "delText", "instrText", "delInstrText":
		s.inText = false
		if s.text.Len() > 8*flushAt { // a paragraph of millions: cut, and for a person to look at
			s.in.rep.doubt(UncertainTooMuch)
			s.flush()
		}
	case "p":
		s.write("\n")
		if s.text.Len() > flushAt {
			s.flush()
		}
	case "del", "moveFrom":
		s.gone = max(0, s.gone-1)
		s.deleted.WriteByte('\n')
	case "tc":
		if d := s.top(); d != nil {
			d.cells = append(d.cells, strings.TrimSpace(d.cell.String()))
			for range min(max(d.span, 1), 64) - 1 {
				d.cells = append(d.cells, "")
			}
			d.cell.Reset()
			d.span = 0
		}
	case "tr":
		if d := s.top(); d != nil {
			d.row++
			s.in.rep.quietly(s.hidden > 0, func() { d.table.row(d.row, d.cells, nil) })
			d.cells = d.cells[:0]
		}
	case "tbl":
		s.endTable()
	}
}

func (s *story) top() *docTable {
	if len(s.tables) == 0 {
		return nil
	}
	return s.tables[len(s.tables)-1]
}

func (s *story) beginTable() {
	s.number++
	d := &docTable{}
	d.table.place, d.table.rep = Place{Part: s.place.Part, Table: s.number}, s.in.rep
	s.tables = append(s.tables, d)
}

func (s *story) endTable() {
	d := s.top()
	if d == nil {
		return
	}
	if d.cell.Len() > 0 || len(d.cells) > 0 { // a table cut off in the middle
		s.in.rep.quietly(s.hidden > 0, func() { d.table.row(d.row+1, append(d.cells, d.cell.String()), nil) })
	}
	s.in.rep.add(d.table.found...)
	s.in.rep.More += d.table.more
	s.tables = s.tables[:len(s.tables)-1]
}

// write adds text to the cell or paragraph it stands in.
func (s *story) write(t string) {
	switch d := s.top(); {
	case s.gone > 0:
		s.deleted.WriteString(t)
	case d != nil && d.cell.Len() < flushAt:
		d.cell.WriteString(t)
	default:
		s.text.WriteString(t)
	}
}

// flush scans the paragraphs gathered; their numbers go on counting.
func (s *story) flush() {
	t := s.text.String()
	p := s.place
	p.Line = s.lines
	s.in.rep.quietly(s.hidden > 0, func() { s.in.rep.text(t, p) }) // which words are hidden is not known here
	s.lines += strings.Count(t, "\n")
	s.text.Reset()
}
