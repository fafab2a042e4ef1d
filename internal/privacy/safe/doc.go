// Package safe makes a file anew from what a reader of it sees, with personal
// information masked: the way out for an officer whose attachment the gate
// refused.
//
// It serves 1.1.a (除可能侵犯个人隐私的以外) and 政府信息公开条例 art. 37 (区分处理: give the part
// that may be given). Nothing of the original file is copied: text and tables
// are read, masked by the convention of 永安市 2023 (35*************123, address to
// the township) and written into a new file of the same kind, so that no hidden
// sheet, tracked change, comment, earlier revision or property can come along.
// A PDF is drawn page by page with black over each finding, or its text becomes
// a document. The old .xls becomes a workbook; .doc, WPS and OFD become a text
// document of paragraphs and tables. What a copy does not have of its original
// (layout, pictures) is said beside it. Whoever uses a copy sends it through the gate again.
//
// The package stores nothing and logs nothing.
package safe

import (
	"embed"

	"yangguang/internal/privacy"
)

// Locale holds the package's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Doc is what a reader of a file sees, masked.
type Doc struct {
	Blocks []Block
	Masked int // places masked
	// Left are findings that stay: what may be released with a reason, when only
	// what may never be released is masked.
	Left int
	// Lost is what the original shows and the copy does not have.
	Lost []Loss

	hit map[int]bool // which passages of Options.Remove were found
}

// Loss is a sentence of the package, and the count it tells of.
type Loss struct {
	Key string
	N   int
}

// Block is a heading, a paragraph or a table.
type Block struct {
	Title string // a heading, or the name of a table's sheet
	Text  Words  // a paragraph, when Rows is nil and Title is ""
	Rows  [][]Words
	// Of a spreadsheet: widths of the columns in characters and merged ranges as
	// first and last cell (A1, B2).
	Widths []float64
	Merged [][2]string
}

// Words is a text with its masks.
type Words struct {
	Text  string
	Marks []Mark
}

// Mark is a masked piece, in bytes of the masked text.
type Mark struct{ Start, End int }

// Options of a copy.
type Options struct {
	// OnlyNever leaves what may be released with a second person's reason.
	OnlyNever bool
	// Drawn makes of a PDF pictures of its pages instead of a text document.
	Drawn bool
	// Remove are passages an officer marked: they go wherever they stand
	// (区分处理, 政府信息公开条例 art. 37).
	Remove []string
}

// masks answers whether a finding is to be masked.
func (o Options) masks(f privacy.Finding) bool { return !o.OnlyNever || f.Class == privacy.Never }
