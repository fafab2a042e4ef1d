package privacy

import (
	"archive/zip"
	"bytes"
	"context"
	"slices"
	"strings"

	"yangguang/internal/fault"
)

// Passage is a piece of what a reader of a file sees: a sheet, a table, or
// lines of text.
type Passage struct {
	Title string     // of a sheet
	Rows  [][]string // nil for text
	Text  string
}

// Passages are what a reader of a .xls, .doc or OFD sees, in order, as this
// package's own readers read them, and how many pictures, shapes and objects
// stand beside it: for a copy made anew. Hidden sheets, rows, columns and
// texts, comments, deletions, headers and notes are not among them. A file that
// cannot be read whole is refused, since its copy would lack something in
// silence. The gate must have let the reader in before: Inspect refuses files
// made to exhaust it.
func (g *Gate) Passages(ctx context.Context, t Type, b []byte) (all []Passage, pictures int, err error) {
	defer fault.Wrap(&err, "privacy.Passages")
	budget := int64(MaxUnpacked)
	rep := Report{Type: t}
	in := inspection{gate: &Gate{}, ctx: ctx, sight: &sight{ctx: ctx}, rep: &rep, budget: &budget, shown: &passages{}}
	switch t {
	case OFD:
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return nil, 0, fault.Say(fault.Invalid, "privacy.unreadable")
		}
		err = in.zipped(z, in.shownOFD)
		if err != nil {
			return nil, 0, err
		}
	case XLS, DOC:
		if err := in.shownOLE(t, b); err != nil {
			return nil, 0, err
		}
	default:
		return nil, 0, fault.Say(fault.Invalid, "privacy.unreadable")
	}
	if rep.Uncertain != "" && rep.Uncertain != UncertainPicture {
		return nil, 0, fault.Say(fault.Invalid, "privacy.unreadable")
	}
	return in.shown.all(), in.drawn, nil
}

// shownOLE reads the document of a compound file and no other stream.
func (in *inspection) shownOLE(t Type, b []byte) error {
	streams, broken, bomb := openCompound(b, in.budget)
	if bomb {
		return errBomb
	}
	f := oleFile{in: in, streams: streams}
	if broken {
		in.rep.doubt(UncertainBroken)
	}
	if t == XLS {
		return in.xls(f.stream("Workbook"))
	}
	return in.doc(f.stream("WordDocument"), f.stream("0Table"), f.stream("1Table"), f.stream("Data"))
}

// shownOFD reads the pages a document lists.
func (in *inspection) shownOFD(z *zip.Reader) error {
	pages, err := in.ofdPages(z)
	if err != nil {
		return err
	}
	if in.rep.Pages == 0 {
		in.rep.doubt(UncertainBroken)
	}
	for _, f := range z.File {
		if n, ok := pages[partName(f.Name)]; ok {
			if err := in.ofdPage(f, Place{Page: n}, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// passages gathers what is shown while the readers read; nil gathers nothing.
type passages struct {
	pages map[int][]Passage // by sheet or page, whose parts stand in any order
	table [][]string        // of text, while it lasts
	row   []string
}

func (p *passages) all() (out []Passage) {
	p.endTable()
	var numbers []int
	for n := range p.pages {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		out = append(out, p.pages[n]...)
	}
	return out
}

func (p *passages) add(page int, x Passage) {
	if p.pages == nil {
		p.pages = map[int][]Passage{}
	}
	p.pages[page] = append(p.pages[page], x)
}

// text adds a paragraph; lines one after another are one passage, so that a
// number that goes on in the next line is seen.
func (p *passages) text(page int, s string) {
	if p == nil {
		return
	}
	p.endTable()
	if strings.TrimSpace(s) == "" {
		return
	}
	if own := p.pages[page]; len(own) > 0 && own[len(own)-1].Rows == nil {
		own[len(own)-1].Text += s + "\n"
		return
	}
	p.add(page, Passage{Text: s + "\n"})
}

// cell and endRow build a table of a text, which ends with the next paragraph.
func (p *passages) cell(s string) {
	if p != nil {
		p.row = append(p.row, strings.TrimSpace(s))
	}
}

func (p *passages) endRow() {
	if p != nil && len(p.row) > 0 {
		p.table, p.row = append(p.table, p.row), nil
	}
}

func (p *passages) endTable() {
	p.endRow()
	if len(p.table) > 0 {
		p.add(0, Passage{Rows: p.table})
		p.table = nil
	}
}
