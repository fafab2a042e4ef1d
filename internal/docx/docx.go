// Package docx writes text documents of Office Open XML (DOCX) that offices
// open, change and print: letters of 1.1.b, the yearly report.
//
// It writes what it is given and stores nothing. A document has no author, no
// company and no history; the same document is the same bytes.
package docx

import (
	"archive/zip"
	"io"
	"strings"
	"time"
)

// Doc is one document. Lengths are millimetres, sizes points.
type Doc struct {
	Title   string
	Lang    string    // zh-CN when empty
	At      time.Time // when it was made; kept to the second in the properties
	Header  string    // at the top of every page, such as the mark of demonstration data
	Margins *Margins  // nil: those of GB/T 9704
	Wide    bool      // landscape
	Numbers Numbers
	// FirstFoot stands at the foot of the first page instead of its number.
	FirstFoot []Paragraph
	Blocks    []Block
}

// Margins are those of an A4 page.
type Margins struct{ Top, Right, Bottom, Left float64 }

// official are the margins of GB/T 9704: the text is 156 mm wide and 225 mm high.
var official = Margins{Top: 37, Right: 26, Bottom: 35, Left: 28}

// Numbers says which pages carry their number.
type Numbers int

// The choices.
const (
	NoNumbers Numbers = iota
	EveryPage
	FromSecond // the first page of a letter has none
)

// Block is a Paragraph or a Table.
type Block interface{ write(*writer) }

// Align is where a paragraph stands.
type Align string

// The alignments; the zero value is Start.
const (
	Start   Align = ""
	Center  Align = "center"
	End     Align = "right"
	Justify Align = "both"
)

// Font names the typeface of Chinese by what offices use it for. Where one is
// missing, the font table names what stands in for it.
type Font string

// The typefaces of GB/T 9704.
const (
	Text    Font = "FangSong"            // running text; the zero value too
	Heading Font = "SimHei"              // headings
	Title   Font = "FZXiaoBiaoSong-B05S" // the title and the issuing body
)

// Run is text of one look. A line end in it breaks the line, a tab moves on.
type Run struct {
	Text    string
	Font    Font
	Size    float64 // 16 when 0
	Bold    bool
	Color   string  // RRGGBB; black when empty
	Squeeze float64 // points taken from between characters
}

// Rule is a line under a paragraph.
type Rule string

// The rules; red ones are those of an official letter.
const (
	NoRule    Rule = ""
	ThickThin Rule = "thickThinSmallGap"
	ThinThick Rule = "thinThickSmallGap"
)

// Paragraph is a paragraph.
type Paragraph struct {
	Runs     []Run
	Align    Align
	First    float64 // indent of the first line, in characters
	Left     float64 // indents of all lines, in characters
	Right    float64
	Before   float64 // points above and below
	After    float64
	Line     float64 // exact height of a line in points; 0: single
	Level    int     // 1 to 3: a heading for those who find their way by them
	KeepNext bool    // stays on the page of the next paragraph
	NewPage  bool    // begins a page
	Under    Rule
	Ink      string  // of the rule, RRGGBB
	Outset   float64 // how far the rule reaches beyond the text on both sides, in millimetres
}

// Table is a table with borders.
type Table struct {
	Widths []float64 // of its columns
	Head   int       // rows repeated on each page
	Rows   []Row
}

// Row is a row of a table.
type Row struct {
	Height float64 // at least
	Cells  []Cell
}

// Cell is a cell; it may reach over several columns and rows, whose cells are
// then left out, as in HTML.
type Cell struct {
	Cols, Rows int // 1 when 0
	Paragraphs []Paragraph
	Top        bool // its text stands at the top, not in the middle
}

// Write writes the document.
func (d *Doc) Write(w io.Writer) error {
	z := zip.NewWriter(w)
	for _, p := range d.parts() {
		f, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: epoch})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(f, p.text); err != nil {
			return err
		}
	}
	return z.Close()
}

// epoch is the first time a zip file can hold.
var epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

type part struct{ name, text string }

func (d *Doc) parts() []part {
	out := []part{
		{"[Content_Types].xml", contentTypes}, {"_rels/.rels", packageRels}, {"docProps/core.xml", d.core()},
		{"word/_rels/document.xml.rels", documentRels}, {"word/document.xml", d.document()}, {"word/styles.xml", d.styles()},
		{"word/fontTable.xml", fontTable}, {"word/settings.xml", settings}, {"word/header1.xml", d.header()},
		{"word/footer1.xml", d.footer(d.Numbers != NoNumbers, nil)}, {"word/footer2.xml", d.footer(d.Numbers == EveryPage, d.FirstFoot)},
	}
	return out
}

func (d *Doc) lang() string {
	if d.Lang == "" {
		return "zh-CN"
	}
	return d.Lang
}

func (d *Doc) core() string {
	at := d.At.UTC().Format("2006-01-02T15:04:05Z")
	if d.At.IsZero() {
		at = epoch.Format("2006-01-02T15:04:05Z")
	}
	return strings.NewReplacer("{title}", escape(d.Title), "{lang}", escape(d.lang()), "{at}", at).Replace(coreXML)
}
