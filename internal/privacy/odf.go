package privacy

import (
	"archive/zip"
	"encoding/xml"
	"path"
	"strconv"
	"strings"
)

// odf inspects an OpenDocument text or spreadsheet.
func (in *inspection) odf(z *zip.Reader) error {
	for _, f := range z.File {
		var err error
		switch name := partName(f.Name); {
		case path.Base(name) == "content.xml", path.Base(name) == "styles.xml":
			err = in.odfStory(f, name)
		case name == "meta-inf/manifest.xml":
			err = in.tokens(f, func(t xml.Token) error {
				if s, ok := t.(xml.StartElement); ok && s.Name.Local == "encryption-data" {
					in.rep.doubt(UncertainEncrypted)
				}
				return nil
			})
		case name == "meta.xml":
			err = in.properties(f)
		case strings.HasSuffix(name, "/"), name == "mimetype", name == "manifest.rdf", strings.HasSuffix(name, "settings.xml"), strings.HasPrefix(name, "configurations2/"):
		case strings.HasPrefix(name, "thumbnails/"):
			err = in.thumbnail(f)
		case strings.HasPrefix(name, "basic/"), strings.HasPrefix(name, "scripts/"):
			in.rep.hide(HiddenMacro, Place{Part: Code}, 1)
			err = in.generic(f, Place{Part: Code})
		case path.Ext(name) == ".xml":
			err = in.generic(f, Place{Part: Properties})
		default:
			err = in.other(f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// thumbnail notes the small picture of the first page some programs keep: an
// earlier state of the file may be seen in it, so that it counts as hidden.
func (in *inspection) thumbnail(f *zip.File) error {
	b, err := in.bytes(f)
	if err != nil {
		return in.broken(err)
	}
	in.rep.hide(HiddenThumbnail, Place{Part: Properties}, 1)
	in.strings(b, Place{Part: Raw})
	return nil
}

// odfStory reads content.xml or styles.xml.
type odfStory struct {
	story   story
	cells   []string
	cols    []int
	cell    strings.Builder
	value   string
	col     int
	repeat  int
	row     int
	sheets  bool
	depth   int // tables in tables
	table   table
	removed int // depth of tracked deletions
	note    int // depth of comments
	gone    strings.Builder
	notes   strings.Builder
	rest    strings.Builder
}

func (in *inspection) odfStory(f *zip.File, name string) error {
	o := odfStory{story: story{in: in, place: Place{Para: true}}}
	if path.Base(name) == "styles.xml" {
		o.story.place.Part = Header
	}
	err := in.tokens(f, o.token)
	o.endTable()
	o.story.flush()
	in.rep.text(o.gone.String(), Place{Part: Tracked})
	in.rep.text(o.notes.String(), Place{Part: Comment})
	in.fresh(Scan(o.rest.String()), Place{Part: o.story.place.Part})
	return err
}

func (o *odfStory) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		o.start(t)
	case xml.CharData:
		o.write(string(t))
	case xml.EndElement:
		o.end(t.Name.Local)
	}
	return nil
}

func (o *odfStory) start(t xml.StartElement) {
	rep := o.story.in.rep
	switch t.Name.Local {
	case "spreadsheet":
		o.sheets = true
	case "tracked-changes":
		o.removed++
	case "changed-region":
		rep.hide(HiddenTracked, Place{Part: Tracked}, 1)
	case "annotation":
		o.note++
		rep.hide(HiddenComment, Place{Part: Comment}, 1)
	case "table":
		o.beginTable(t)
	case "table-column":
		if v := Attr(t, "visibility"); v == "collapse" || v == "filter" {
			n, _ := strconv.Atoi(Attr(t, "number-columns-repeated"))
			rep.hide(HiddenColumn, o.table.place, min(max(1, n), maxColumns))
		}
	case "table-row":
		o.col = 0
		o.row++
		n, _ := strconv.Atoi(Attr(t, "number-rows-repeated"))
		if v := Attr(t, "visibility"); v == "collapse" || v == "filter" {
			rep.hide(HiddenRow, o.table.place, min(max(1, n), 1<<20))
		}
		o.repeat = max(0, min(n, 1<<20)-1)
	case "table-cell", "covered-table-cell":
		o.col++
		o.value = plainNumber(Attr(t, "value"))
		if v := Attr(t, "string-value"); v != "" {
			o.value = v
		}
		if n, _ := strconv.Atoi(Attr(t, "number-columns-repeated")); n > 1 {
			defer func() { o.col += min(n, maxColumns) - 1 }()
		}
		if v := Attr(t, "formula"); v != "" {
			o.rest.WriteString(v + "\n")
		}
	case "s":
		n, _ := strconv.Atoi(Attr(t, "c"))
		o.write(strings.Repeat(" ", min(max(1, n), 64)))
	case "tab":
		o.write("\t")
	case "line-break":
		o.write(" ")
	case "hidden-text", "hidden-paragraph":
		rep.hide(HiddenText, Place{Part: Unseen}, 1)
		words(&o.rest, t)
	case "text-properties":
		if Attr(t, "display") == "none" {
			rep.hide(HiddenText, Place{Part: Unseen}, 1)
		}
	case "table-properties":
		if Attr(t, "display") == "false" {
			rep.hide(HiddenSheet, Place{}, 1)
		}
	default:
		words(&o.rest, t)
	}
	if h := Attr(t, "href"); h != "" {
		o.rest.WriteString(h + "\n")
	}
	if o.rest.Len() > flushAt {
		o.story.in.fresh(Scan(o.rest.String()), Place{Part: o.story.place.Part})
		o.rest.Reset()
	}
}

func (o *odfStory) beginTable(t xml.StartElement) {
	if o.depth++; o.depth > 1 {
		return // a table in a cell: its texts join the cell
	}
	o.story.number++
	o.table = table{place: Place{Table: o.story.number, Part: o.story.place.Part}}
	if o.sheets {
		o.story.in.rep.Sheets++
		o.table.place = Place{Sheet: o.story.in.rep.Sheets}
		o.story.in.rep.text(Attr(t, "name"), o.table.place)
	}
	o.row = 0
}

func (o *odfStory) end(local string) {
	switch local {
	case "tracked-changes":
		o.removed = max(0, o.removed-1)
	case "annotation":
		o.note = max(0, o.note-1)
		o.notes.WriteByte('\n')
	case "p", "h":
		o.write("\n")
		if o.story.text.Len() > flushAt {
			o.story.flush()
		}
	case "table-cell", "covered-table-cell":
		if o.depth == 1 {
			o.endCell()
		}
	case "table-row":
		if o.depth == 1 {
			if len(o.cells) > 0 {
				o.table.row(o.row, o.cells, o.cols)
				o.cells, o.cols = o.cells[:0], o.cols[:0]
			}
			o.row += o.repeat
		}
	case "table":
		if o.depth == 1 {
			o.endTable()
		}
		o.depth = max(0, o.depth-1)
	}
}

// endCell joins a cell to its row; a value shown otherwise than it is kept is
// read as it is kept.
func (o *odfStory) endCell() {
	v := strings.TrimSpace(o.cell.String())
	o.cell.Reset()
	if len(o.value) >= 6 && !strings.Contains(v, o.value) {
		v = strings.TrimSpace(v + " " + o.value)
	}
	o.value = ""
	if n := len(o.cols); v != "" && o.col > 0 && o.col <= maxColumns && (n == 0 || o.col > o.cols[n-1]) {
		o.cells, o.cols = append(o.cells, v), append(o.cols, o.col)
	} else if v != "" {
		o.rest.WriteString(v + "\n")
	}
}

func (o *odfStory) endTable() {
	if len(o.cells) > 0 {
		o.table.row(o.row, o.cells, o.cols)
		o.cells, o.cols = o.cells[:0], o.cols[:0]
	}
	o.story.in.rep.add(o.table.found...)
	o.story.in.rep.More += o.table.more
	o.table.found, o.table.more = nil, 0
}

func (o *odfStory) write(s string) {
	switch {
	case o.removed > 0:
		o.gone.WriteString(s)
	case o.note > 0:
		o.notes.WriteString(s)
	case o.depth > 0 && o.cell.Len() < flushAt:
		if s != "\n" {
			o.cell.WriteString(s)
		} else if o.cell.Len() > 0 {
			o.cell.WriteByte(' ')
		}
	default:
		o.story.text.WriteString(s)
	}
}
