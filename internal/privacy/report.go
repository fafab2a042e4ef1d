package privacy

import (
	"context"

	"yangguang/internal/i18n"
)

// Type is a file's type by its content; its sentence is "privacy.type." + Type.
type Type string

// The types the gate tells apart.
const (
	XLSX    Type = "xlsx"
	DOCX    Type = "docx"
	PDF     Type = "pdf"
	JPEG    Type = "jpeg"
	PNG     Type = "png"
	WebP    Type = "webp"
	CSV     Type = "csv"
	Text    Type = "text"
	HTML    Type = "html"
	DOC     Type = "doc" // Word 97–2003 and WPS .wps
	XLS     Type = "xls" // Excel 97–2003 and WPS .et
	OLE     Type = "ole" // .ppt, .dps and other compound files, or an encrypted office file
	RTF     Type = "rtf" // also under the name .doc
	OFD     Type = "ofd" // GB/T 33190
	PPTX    Type = "pptx"
	ODF     Type = "odf"    // .odt and .ods
	Office  Type = "office" // other zip-and-XML formats
	Zip     Type = "zip"
	Program Type = "program" // an executable: always refused
	Unknown Type = "unknown"
)

// In is the type's name in the reader's language.
func (t Type) In(ctx context.Context) string { return i18n.T(ctx, "privacy.type."+string(t)) }

// Reasons why a file was not read with certainty (Report.Uncertain); they are
// locale keys. Stronger reasons come first.
const (
	UncertainEncrypted  = "privacy.uncertain.encrypted"
	UncertainBroken     = "privacy.uncertain.broken"
	UncertainOLE        = "privacy.uncertain.ole"
	UncertainFormat     = "privacy.uncertain.format"
	UncertainScan       = "privacy.uncertain.scan"
	UncertainUnreadable = "privacy.uncertain.unreadable"
	UncertainPicture    = "privacy.uncertain.picture"
	UncertainEmbedded   = "privacy.uncertain.embedded"
	UncertainTooMuch    = "privacy.uncertain.too_much"
	UncertainRecognised = "privacy.uncertain.recognised" // pictures, all read by a machine
	UncertainConverted  = "privacy.uncertain.converted"  // read as an office suite shows it
)

var uncertainRank = map[string]int{
	UncertainEncrypted: 10, UncertainBroken: 9, UncertainOLE: 8, UncertainFormat: 7, UncertainScan: 6,
	UncertainUnreadable: 5, UncertainEmbedded: 4, UncertainTooMuch: 3, UncertainPicture: 2, UncertainRecognised: 1, UncertainConverted: 2,
}

// Thing is a kind of content a reader of the file does not see at once; its
// sentence is "privacy.hidden." + Thing.
type Thing string

// The hidden things the gate names.
const (
	HiddenSheet     Thing = "sheet"
	VeryHiddenSheet Thing = "very_hidden_sheet"
	HiddenRow       Thing = "row"
	HiddenColumn    Thing = "column"
	HiddenComment   Thing = "comment"
	HiddenName      Thing = "name"
	HiddenProperty  Thing = "property"
	HiddenLink      Thing = "link"
	HiddenPivot     Thing = "pivot"
	HiddenMacro     Thing = "macro"
	HiddenEmbedded  Thing = "embedded"
	HiddenTracked   Thing = "tracked"
	HiddenText      Thing = "text"
	HiddenRevision  Thing = "revision"
	HiddenScript    Thing = "script"
	HiddenEXIF      Thing = "exif"
	HiddenGPS       Thing = "gps"
	HiddenXMP       Thing = "xmp"
	HiddenTrailing  Thing = "trailing"
	HiddenThumbnail Thing = "thumbnail"
)

// Hidden is one hidden thing, where it is and how often.
type Hidden struct {
	Thing Thing
	Place Place
	Count int
}

// In describes the hidden thing in the reader's language.
func (h Hidden) In(ctx context.Context) string {
	return i18n.T(ctx, "privacy.hidden."+string(h.Thing), h.Count)
}

// Report is what the gate read in one file. It carries no value, only masks.
type Report struct {
	Type      Type
	Pages     int // pages of a PDF
	Sheets    int // sheets of a workbook
	Pictures  int // pictures inside a document; their text is read by a machine, if at all
	Findings  []Finding
	More      int // findings beyond those listed
	Unread    int // after Glance: pictures, pages and conversions left for Read
	Uncertain string
	Hidden    []Hidden

	words    []byte    // what a search may find, see Text
	quiet    bool      // reading what nobody sees
	patience *patience // while the file is read
}

// Blocks answers whether the file holds something that may never be released.
func (r *Report) Blocks() bool { return Blocks(r.Findings) || r.More > 0 }

// Clean answers whether the file may go on without a second person: nothing
// found, everything read, and nothing hidden but an author's name, which every
// office program writes into its files.
func (r *Report) Clean() bool {
	for _, h := range r.Hidden {
		if h.Thing != HiddenProperty {
			return false
		}
	}
	return len(r.Findings) == 0 && r.More == 0 && r.Uncertain == ""
}

// doubt notes why the file was not fully read, keeping the strongest reason.
func (r *Report) doubt(reason string) {
	if uncertainRank[reason] > uncertainRank[r.Uncertain] {
		r.Uncertain = reason
	}
}

func (r *Report) hide(t Thing, p Place, n int) {
	if n == 0 {
		return
	}
	for i := range r.Hidden {
		if h := &r.Hidden[i]; h.Thing == t && h.Place == p {
			h.Count += n
			return
		}
	}
	if len(r.Hidden) < 200 {
		r.Hidden = append(r.Hidden, Hidden{t, p, n})
	}
}

func (r *Report) add(fs ...Finding) {
	room := maxFindings - len(r.Findings)
	if len(fs) > room {
		r.More += len(fs) - room
		fs = fs[:room]
	}
	r.Findings = append(r.Findings, fs...)
}

// text scans a text that belongs to one part of the file.
func (r *Report) text(s string, p Place) {
	fs, more := scanAt(s, p, r.patience)
	r.add(fs...)
	r.More += more
	r.keep(s, p, fs)
}

// inner takes over the report of a file inside this one.
func (r *Report) inner(in Report, p Place) {
	for _, f := range in.Findings {
		was := f.Place
		f.Place = p
		f.Place.Inner = &was
		r.add(f)
	}
	r.More += in.More
	r.Pictures += in.Pictures
	for _, h := range in.Hidden {
		r.hide(h.Thing, p, h.Count)
	}
	if in.Uncertain != "" {
		r.doubt(in.Uncertain)
	}
}
