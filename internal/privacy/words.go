package privacy

import (
	"slices"
	"strings"
)

// MaxText is how much of a file's text is kept for searching, in bytes: about
// a million Chinese characters.
const MaxText = 3 << 20

// Text is what a reader of the file sees of its text: pages, cells, headers
// and notes, without what is hidden, and with every finding masked. Cells are
// divided by tabs. It is what a search may find; "" when nothing could be read.
func (r *Report) Text() string { return string(r.words) }

// seenParts are the parts of a document that stand before a reader's eyes.
var seenParts = []Part{Body, Header, Footnote, Shape}

// keep adds a piece of text to what may be found, masked.
func (r *Report) keep(s string, p Place, found []Finding) {
	if r.quiet || len(r.words) >= MaxText || !slices.Contains(seenParts, p.Part) {
		return
	}
	if s = strings.TrimSpace(Mask(s, found)); s == "" {
		return
	}
	if room := MaxText - len(r.words) - 1; len(s) > room {
		s = strings.ToValidUTF8(s[:max(0, room)], "")
	}
	r.words = append(append(r.words, s...), '\n')
}

// quietly reads what a reader does not see: it is scanned, and not kept.
func (r *Report) quietly(yes bool, read func()) {
	was := r.quiet
	r.quiet = was || yes
	read()
	r.quiet = was
}

// keep adds the current row to what may be found; found are its findings.
func (t *table) keep(cells []string, found []Finding) {
	if t.rep == nil || t.rep.quiet || len(t.rep.words) >= MaxText {
		return
	}
	var row []string
	at, covered := 0, 0
	for i, c := range cells {
		col := t.col(i)
		from := at
		for at < len(found) && found[at].Place.Col <= col {
			at++
		}
		switch {
		case t.unseen(col):
		case col <= covered:
			row = append(row, "****")
		default:
			row = append(row, Mask(c, found[from:at]))
		}
		for _, f := range found[from:at] {
			covered = max(covered, f.Place.ToCol)
		}
	}
	t.rep.keep(strings.Join(row, "\t"), t.place, nil)
}

// unseen answers whether a column is hidden.
func (t *table) unseen(col int) bool {
	return slices.ContainsFunc(t.hidden, func(span [2]int) bool { return span[0] <= col && col <= span[1] })
}
