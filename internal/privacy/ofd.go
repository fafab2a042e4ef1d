package privacy

import (
	"archive/zip"
	"cmp"
	"encoding/xml"
	"iter"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
)

// ofd inspects a fixed-layout document (GB/T 33190): the text of its pages and
// templates, annotations, attachments, pictures and metadata.
func (in *inspection) ofd(z *zip.Reader) error {
	pages, err := in.ofdPages(z)
	if err != nil {
		return err
	}
	if in.rep.Pages == 0 {
		in.rep.doubt(UncertainBroken)
	}
	for _, f := range z.File {
		name := partName(f.Name)
		n, listed := pages[name]
		base, ext := path.Base(name), path.Ext(name)
		var err error
		switch {
		case ext == ".xml" && base == "signature.xml", ext == ".xml" && strings.HasPrefix(base, "signatures"):
			err = in.generic(f, Place{Part: Properties})
		case listed && ext == ".xml":
			err = in.ofdPage(f, Place{Page: n}, true)
		case ext == ".xml" && strings.Contains(name, "annot"):
			err = in.ofdPage(f, Place{Part: Comment}, false)
		case ext == ".xml" && (strings.Contains(name, "tpl") || strings.Contains(name, "temp")):
			err = in.ofdPage(f, Place{Part: Header}, false)
		case ext == ".xml" && strings.Contains(name, "/pages/"): // a page in no list
			in.rep.hide(HiddenText, Place{Part: Unseen}, 1)
			err = in.ofdPage(f, Place{Part: Unseen}, false)
		case ext == ".xml":
			err = in.generic(f, Place{Part: Properties})
		case ext == ".otf", ext == ".ttc", ext == ".ttf":
		case ext == ".dat", ext == ".esl", ext == ".rel": // signature values, seals
			err = in.raw(f, Raw)
		default:
			if !isPicture(ext) {
				in.rep.hide(HiddenEmbedded, Place{Part: Embedded}, 1)
			}
			err = in.embedded(f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func isPicture(ext string) bool {
	return ext == ".jpg" || ext == ".jpeg" || ext == ".png" || ext == ".bmp" || ext == ".gif" || ext == ".tif" || ext == ".tiff"
}

// ofdPages is the number of each page by the name of its part, and counts
// earlier versions of the document kept in it.
func (in *inspection) ofdPages(z *zip.Reader) (map[string]int, error) {
	pages := map[string]int{}
	for _, f := range z.File {
		name := partName(f.Name)
		if path.Base(name) != "document.xml" {
			continue
		}
		err := in.tokens(f, func(t xml.Token) error {
			s, ok := t.(xml.StartElement)
			if !ok {
				return nil
			}
			switch s.Name.Local {
			case "Page":
				if loc := Attr(s, "BaseLoc"); loc != "" {
					in.rep.Pages++
					to := partName(loc)
					if !strings.HasPrefix(loc, "/") {
						to = path.Join(path.Dir(name), to)
					}
					pages[to] = in.rep.Pages
				}
			case "Version":
				in.rep.hide(HiddenRevision, Place{Part: Revision}, 1)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return pages, nil
}

// ofdText is one object of text on a page.
type ofdText struct {
	x, y, w, size float64
	text          string
	unseen        bool // not drawn
}

// ofdPage lays the objects of a page out in lines, since a writer may put each
// character down on its own.
func (in *inspection) ofdPage(f *zip.File, p Place, page bool) error {
	var all []ofdText
	var now ofdText
	var loose strings.Builder
	inCode, pictures, hidden, size, paths := false, 0, 0, 0, 0
	err := in.tokens(f, func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "TextObject":
				b := numbers(Attr(t, "Boundary"))
				now = ofdText{size: number(Attr(t, "Size"))}
				if len(b) == 4 {
					now.x, now.y, now.w = b[0], b[1], b[2]
				}
				if v := Attr(t, "Visible"); v == "false" || Attr(t, "Alpha") == "0" {
					hidden++
					now.unseen = true
				}
			case "TextCode":
				inCode, now.text = true, ""
			case "ImageObject", "CompositeObject":
				pictures++
			case "PathObject":
				paths++
			default:
				words(&loose, t)
			}
		case xml.CharData:
			if inCode {
				now.text += string(t)
				if size += len(t); size > flushAt*16 {
					return errBomb
				}
			} else if s := strings.TrimSpace(string(t)); s != "" && loose.Len() < flushAt {
				loose.WriteString(s + "\n")
			}
		case xml.EndElement:
			if t.Name.Local == "TextCode" {
				inCode = false
				all = append(all, now)
			}
		}
		return nil
	})
	in.rep.hide(HiddenText, Place{Page: p.Page, Part: Unseen}, hidden)
	chars, strange := 0, 0
	for _, t := range all {
		c, s := legible(t.text)
		chars, strange = chars+c, strange+s
	}
	switch {
	case page && chars < fewChars && pictures > 0, page && chars < fewChars && paths > 40: // text drawn as curves
		in.rep.doubt(UncertainScan)
	case strange*20 > chars:
		in.rep.doubt(UncertainUnreadable)
	}
	if in.shown != nil {
		in.drawn += pictures
		in.shown.page(p.Page, slices.DeleteFunc(slices.Clone(all), func(t ofdText) bool { return t.unseen }))
	}
	in.layout(all, p)
	in.fresh(Scan(loose.String()), p)
	return err
}

func number(s string) float64 {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}

func numbers(s string) (out []float64) {
	for _, w := range strings.Fields(s) {
		out = append(out, number(w))
	}
	return out
}

// layout sorts texts into lines from top to bottom and left to right, scans
// the lines as text and, for the words of headings above them, as a table.
func (in *inspection) layout(all []ofdText, p Place) {
	var g grid
	g.table.place = p
	var text strings.Builder
	for line := range lines(all) {
		texts, _ := g.line(line)
		for _, t := range texts {
			text.WriteString(t + " ")
		}
		text.WriteByte('\n')
	}
	before := len(in.rep.Findings)
	in.rep.text(text.String(), p)
	in.names(g.table.found, p, in.rep.Findings[before:])
}

// lines sorts the texts of a page and gives them line by line.
func lines(all []ofdText) iter.Seq[[]ofdText] {
	slices.SortStableFunc(all, func(a, b ofdText) int { return cmp.Compare(a.y, b.y) })
	return func(yield func([]ofdText) bool) {
		for i := 0; i < len(all); {
			j := i + 1
			for j < len(all) && all[j].y-all[i].y < max(all[i].size*0.5, 0.5) {
				j++
			}
			line := all[i:j]
			slices.SortStableFunc(line, func(a, b ofdText) int { return cmp.Compare(a.x, b.x) })
			if !yield(line) {
				return
			}
			i = j
		}
	}
}

// page gathers a page for a copy: lines of text, and below a line of headings
// a table. What stands alone in a line there is text, unless the headings make
// something of it; the rows after it get the headings again, which say what
// they are.
func (p *passages) page(n int, all []ofdText) {
	var g grid
	var heads []string
	var rows [][]string
	end := func() {
		if rows != nil {
			p.add(n, Passage{Rows: rows})
			rows = nil
		}
	}
	for line := range lines(all) {
		texts, row := g.line(line)
		switch {
		case len(texts) == 0:
		case row == nil: // headings
			end()
			heads, rows = texts, [][]string{texts}
		case heads != nil && (len(texts) > 1 || len([]rune(texts[0])) <= shortCell || len(ScanTable([][]string{heads, row})) > 0):
			if rows == nil {
				rows = [][]string{heads}
			}
			rows = append(rows, row)
		default:
			end()
			p.text(n, strings.Join(texts, " "))
		}
	}
	end()
}

// shortCell is how many characters alone on a line below headings are taken
// for the rest of a cell.
const shortCell = 12

// names adds what only a heading tells of a laid-out page: its numbers are
// found in the text already.
func (in *inspection) names(found []Finding, p Place, text []Finding) {
	type at struct {
		line int
		mask string
	}
	told := map[at]bool{}
	for _, f := range text {
		told[at{f.Place.Line, f.Masked}] = true
	}
	for _, f := range found {
		line := f.Place.Row
		f.Place = p
		if p.Page > 0 {
			f.Place.Line = line
		}
		switch f.Kind {
		case Name, Sensitive:
			if !told[at{line, f.Masked}] {
				in.rep.add(f)
			}
		case Address, Account:
			in.fresh([]Finding{f}, f.Place)
		}
	}
}

// grid gives the cells of laid-out lines columns by where they begin.
type grid struct {
	table table
	heads []ofdText // the cells of the last row of headings
	row   int
}

// line joins the texts of a line to cells, scans them as a row, and returns
// them; and, below headings, the row they make there.
func (g *grid) line(ts []ofdText) (texts, row []string) {
	var cells []ofdText
	var text strings.Builder // of the last cell: a hostile page has a million texts on one line
	end := func() {
		if n := len(cells); n > 0 {
			cells[n-1].text = text.String()
			text.Reset()
		}
	}
	for _, t := range ts {
		if strings.TrimSpace(t.text) == "" {
			continue
		}
		if n := len(cells); n > 0 {
			c := &cells[n-1]
			gap := t.x - (c.x + c.w)
			if c.w > 0 && gap < max(c.size, t.size)*0.7 {
				if gap > max(c.size, t.size)*0.25 {
					text.WriteByte(' ')
				}
				text.WriteString(t.text)
				c.w = t.x + t.w - c.x
				continue
			}
		}
		end()
		cells = append(cells, t)
		text.WriteString(t.text)
	}
	end()
	texts = make([]string, len(cells))
	heads := 0
	for i, c := range cells {
		texts[i] = c.text
		if roleOf(c.text) > noRole {
			heads++
		}
	}
	g.row++
	if heads >= 2 && heads*2 >= len(cells) {
		g.heads = slices.Clone(cells)
		g.table.roles = nil
		g.table.row(g.row, texts, nil)
		return texts, nil
	}
	row = make([]string, len(g.heads))
	for i, c := range cells {
		if k := g.under(c); k >= 0 {
			row[k] = strings.TrimSpace(row[k] + " " + texts[i])
		}
	}
	if len(row) > 0 {
		g.table.row(g.row, row, nil)
	}
	return texts, row
}

// under is the heading a cell stands below: the one whose middle is nearest.
func (g *grid) under(c ofdText) int {
	best, at := math.MaxFloat64, -1
	for i, h := range g.heads {
		if d := math.Abs(h.x + h.w/2 - c.x - c.w/2); d < best {
			best, at = d, i
		}
	}
	return at
}
