package privacy

import (
	"context"
	"strconv"

	"yangguang/internal/i18n"
)

// Part names the part of a document a finding is in; its sentence is
// "privacy.part." + Part. The empty part is the body.
type Part string

// The parts of documents.
const (
	Body       Part = ""
	Header     Part = "header"     // header or footer
	Footnote   Part = "footnote"   // footnote or endnote
	Comment    Part = "comment"    // a comment or annotation
	Tracked    Part = "tracked"    // text inserted or deleted with tracking
	Unseen     Part = "unseen"     // hidden text
	Properties Part = "properties" // author, title and other metadata
	Names      Part = "names"      // defined names of a workbook
	Pivot      Part = "pivot"      // cached data of a pivot table
	Link       Part = "link"       // cached data or address of an external link
	Shape      Part = "shape"      // text in a drawing, chart or text box
	Embedded   Part = "embedded"   // a file inside the file
	Revision   Part = "revision"   // an earlier state kept in the file
	Code       Part = "code"       // script or macro
	Picture    Part = "picture"    // text a machine read in a picture or scanned page
	Converted  Part = "converted"  // the document as an office suite shows it
	Raw        Part = "raw"        // salvaged from a format that is not fully read
)

// Place says where in a document, or in a table, a finding is. Numbers count
// from 1; 0 means not applicable.
type Place struct {
	Part  Part
	Sheet int
	Row   int
	Col   int
	ToCol int // last column when a number is split over cells
	Page  int
	Line  int // line, or paragraph where Para says so
	Para  bool
	Table int
	Inner *Place // the place inside an embedded file
}

// In is the place in the reader's language, such as 第2个工作表 B7.
func (p Place) In(ctx context.Context) string {
	s := p.position(ctx)
	if p.Part != Body {
		part := i18n.T(ctx, "privacy.part."+string(p.Part))
		if s == "" {
			s = part
		} else {
			s = i18n.T(ctx, "privacy.place.part", s, part)
		}
	}
	if p.Inner != nil {
		if in := p.Inner.In(ctx); in != "" {
			s = i18n.T(ctx, "privacy.place.inner", s, in)
		}
	}
	return s
}

func (p Place) position(ctx context.Context) string {
	cell := ""
	if p.Row > 0 && p.Col > 0 {
		cell = column(p.Col) + strconv.Itoa(p.Row)
		if p.ToCol > p.Col {
			cell += ":" + column(p.ToCol) + strconv.Itoa(p.Row)
		}
	}
	switch {
	case p.Sheet > 0 && cell != "":
		return i18n.T(ctx, "privacy.place.cell", p.Sheet, cell)
	case p.Sheet > 0:
		return i18n.T(ctx, "privacy.place.sheet", p.Sheet)
	case p.Table > 0 && cell != "":
		return i18n.T(ctx, "privacy.place.table", p.Table, p.Row, p.Col)
	case cell != "":
		return i18n.T(ctx, "privacy.place.rowcol", p.Row, p.Col)
	case p.Page > 0 && p.Line > 0:
		return i18n.T(ctx, "privacy.place.page_line", p.Page, p.Line)
	case p.Page > 0:
		return i18n.T(ctx, "privacy.place.page", p.Page)
	case p.Line > 0 && p.Para:
		return i18n.T(ctx, "privacy.place.paragraph", p.Line)
	case p.Line > 0:
		return i18n.T(ctx, "privacy.place.line", p.Line)
	}
	return ""
}

// column is a spreadsheet's name of a column: 1 is A, 28 is AB.
func column(n int) string {
	var b []byte
	for ; n > 0; n = (n - 1) / 26 {
		b = append([]byte{byte('A' + (n-1)%26)}, b...)
	}
	return string(b)
}
