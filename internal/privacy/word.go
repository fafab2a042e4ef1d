package privacy

import (
	"slices"
	"sort"
	"strings"
)

// wordFile is a Word 97–2003 or WPS text document being read ([MS-DOC]). Its
// text is kept in pieces; marks for paragraphs, tables, deletions and hidden
// text stand apart, by the offset of the characters in the stream.
type wordFile struct {
	in     *inspection
	b      []byte // WordDocument
	table  []byte // 0Table or 1Table
	data   []byte // Data: pictures, and formats too long for their page
	pieces []piece
	paras  []marked // paragraphs with something to know
	runs   []marked // runs of characters with something to know
	marks  bool     // the paragraphs' marks could be read
}

// piece is a row of characters of the document.
type piece struct {
	cp, n int // first character and how many
	at    int // offset in the stream
	wide  bool
}

// marked is a range of the stream with what is said of it.
type marked struct {
	from, to int
	flags    int
}

const (
	inTable  = 1 << iota // a paragraph of a table
	rowEnd               // the end of a table's row
	deleted              // struck out with tracking
	inserted             // written with tracking
	vanished             // hidden text
)

// Offsets in the file information block.
const (
	fibFlags = 0x0A
	fibText  = 0x4C // the lengths of the document's parts
	fibChpx  = 0xFA
	fibPapx  = 0x102
	fibClx   = 0x1A2
	fibOwner = 0x1BA // authors of comments
	fibRMark = 0x232 // authors of changes
)

// wordParts are the parts of a document in the order of their text.
var wordParts = []Part{Body, Footnote, Header, Raw, Comment, Footnote, Shape, Shape}

// doc inspects a WordDocument stream with its table stream.
func (in *inspection) doc(b, table0, table1, data []byte) error {
	if len(b) < 0x1AA || le.Uint16(b) != 0xA5EC && le.Uint16(b) != 0xA5DC {
		in.rep.doubt(UncertainBroken)
		return nil
	}
	flags := le.Uint16(b[fibFlags:])
	if flags&0x0100 != 0 {
		in.rep.doubt(UncertainEncrypted)
		return nil
	}
	if le.Uint16(b[2:]) < 0xC1 {
		in.rep.doubt(UncertainOLE) // Word 6 and 95
		in.codepage(b)
		return nil
	}
	w := wordFile{in: in, b: b, table: table0, data: data}
	if flags&0x0200 != 0 {
		w.table = table1
	}
	if !w.findPieces() {
		in.rep.doubt(UncertainBroken)
		return nil
	}
	w.paras, w.marks = w.formats(fibPapx, true)
	w.runs, _ = w.formats(fibChpx, false)
	w.owners()
	w.revisions()
	return w.stories()
}

// lookup is a structure of the table stream that the block names.
func (w *wordFile) lookup(fib int) []byte {
	if fib+8 > len(w.b) {
		return nil
	}
	at, n := int64(le.Uint32(w.b[fib:])), int64(le.Uint32(w.b[fib+4:]))
	if at+n > int64(len(w.table)) {
		return nil
	}
	return w.table[at : at+n]
}

// findPieces reads the table of pieces.
func (w *wordFile) findPieces() bool {
	clx := w.lookup(fibClx)
	for len(clx) > 3 && clx[0] == 1 { // properties for pieces
		n := 3 + int(le.Uint16(clx[1:]))
		if n > len(clx) {
			return false
		}
		clx = clx[n:]
	}
	if len(clx) < 5 || clx[0] != 2 {
		return false
	}
	plc := clx[5:]
	if n := int64(le.Uint32(clx[1:])); n < int64(len(plc)) {
		plc = plc[:n]
	}
	count := (len(plc) - 4) / 12
	if count < 1 {
		return false
	}
	left := 2 * len(w.b) // pieces may not overlap, but a hostile file's do
	for i := range count {
		cp, end := int64(le.Uint32(plc[4*i:])), int64(le.Uint32(plc[4*i+4:]))
		d := plc[4*(count+1)+8*i:]
		fc := le.Uint32(d[2:])
		p := piece{cp: int(cp), n: int(end - cp), at: int(fc & 0x3FFFFFFF), wide: fc&0x40000000 == 0}
		size := int64(p.n)
		if p.wide {
			size *= 2
		} else {
			p.at /= 2
		}
		if left -= int(min(size, int64(left)+1)); end < cp || int64(p.at)+size > int64(len(w.b)) || left < 0 {
			return false
		}
		w.pieces = append(w.pieces, p)
	}
	return true
}

// formats reads the pages of 512 bytes that say how paragraphs or characters
// are formatted, keeping those that matter.
func (w *wordFile) formats(fib int, para bool) (out []marked, ok bool) {
	plc := w.lookup(fib)
	count := (len(plc) - 4) / 8
	for i := range max(count, 0) {
		at := int64(le.Uint32(plc[4*(count+1)+4*i:])&0x3FFFFF) * 512
		if at+512 > int64(len(w.b)) {
			return out, false
		}
		out = w.formatPage(w.b[at:at+512], para, out)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].from < out[j].from })
	return out, count > 0
}

func (w *wordFile) formatPage(page []byte, para bool, out []marked) []marked {
	n := int(page[511])
	width := 1
	if para {
		width = 13
	}
	if 4*(n+1)+width*n > 511 {
		return out
	}
	for i := range n {
		at := 2 * int(page[4*(n+1)+width*i])
		if at == 0 || at >= 511 {
			continue
		}
		size, from := int(page[at]), at+1
		if para {
			if size == 0 {
				size, from = 2*int(page[at+1]), at+2
			} else {
				size = 2*size - 1
			}
			from += 2 // the style
			size -= 2
		}
		if size <= 0 || from+size > 512 {
			continue
		}
		if flags := w.sprms(page[from:from+size], 0); flags != 0 {
			out = append(out, marked{int(le.Uint32(page[4*i:])), int(le.Uint32(page[4*i+4:])), flags})
		}
	}
	return out
}

// sprms reads a list of properties; a long one stands in the Data stream.
func (w *wordFile) sprms(p []byte, depth int) (flags int) {
	for len(p) >= 3 {
		op := le.Uint16(p)
		n := sprmSize(op, p)
		if n > len(p) {
			return flags
		}
		if p[2] != 0 {
			switch op {
			case 0x2416:
				flags |= inTable
			case 0x2417:
				flags |= rowEnd
			case 0x0800:
				flags |= deleted
			case 0x0801:
				flags |= inserted
			case 0x083C:
				flags |= vanished
			}
		}
		if op == 0x6646 && depth == 0 {
			if at := int64(le.Uint32(p[2:])); at+2 <= int64(len(w.data)) {
				end := min(at+2+int64(le.Uint16(w.data[at:])), int64(len(w.data)))
				flags |= w.sprms(w.data[at+2:end], 1)
			}
		}
		p = p[n:]
	}
	return flags
}

// sprmSize is how many bytes a property takes with its operand.
func sprmSize(op uint16, p []byte) int {
	switch op >> 13 {
	case 0, 1:
		return 3
	case 3:
		return 6
	case 7:
		return 5
	case 6:
		if op == 0xD608 && len(p) >= 4 { // a table's cells
			return 3 + int(le.Uint16(p[2:]))
		}
		return 3 + int(p[2])
	}
	return 4
}

// flagsAt is what is said of the character at an offset.
func flagsAt(ms []marked, at int) int {
	i := sort.Search(len(ms), func(i int) bool { return ms[i].from > at }) - 1
	if i >= 0 && at < ms[i].to {
		return ms[i].flags
	}
	return 0
}

// owners scans the names of those who commented and changed.
func (w *wordFile) owners() {
	var texts strings.Builder
	for _, fib := range []int{fibOwner, fibRMark} {
		writeUTF16(&texts, w.lookup(fib))
		texts.WriteByte('\n')
	}
	w.in.rep.text(texts.String(), Place{Part: Properties})
}

// revisions counts what is tracked and hidden.
func (w *wordFile) revisions() {
	tracked, hidden := 0, 0
	for _, r := range w.runs {
		if r.flags&(deleted|inserted) != 0 {
			tracked++
		}
		if r.flags&vanished != 0 {
			hidden++
		}
	}
	w.in.rep.hide(HiddenTracked, Place{Part: Tracked}, tracked)
	w.in.rep.hide(HiddenText, Place{Part: Unseen}, hidden)
}

// stories reads the document's parts one after another.
func (w *wordFile) stories() error {
	from := 0
	for i, part := range wordParts {
		n := int(min(le.Uint32(w.b[fibText+4*i:]), 1<<30))
		if n == 0 {
			continue
		}
		if part == Comment {
			w.in.rep.hide(HiddenComment, Place{Part: Comment}, 1)
		}
		s := wordStory{w: w, story: story{in: w.in, place: Place{Part: part, Para: true}}}
		s.read(from, from+n)
		from += n
		if err := w.in.goOn(); err != nil {
			return err
		}
	}
	if last := w.pieces[len(w.pieces)-1]; from > last.cp+last.n+1 {
		w.in.rep.doubt(UncertainBroken)
	} else if rest := last.cp + last.n; rest > from { // text beyond the parts: still in the file
		s := wordStory{w: w, story: story{in: w.in, place: Place{Part: Unseen, Para: true}}}
		s.read(from, rest)
	}
	return nil
}

// wordStory is one part being read.
type wordStory struct {
	w     *wordFile
	story story
	para  strings.Builder // the paragraph that has not ended yet
	code  strings.Builder // fields' instructions
	gone  strings.Builder // deleted text
	shown strings.Builder // what a reader sees of the paragraph
	plain strings.Builder // what a reader sees of paragraphs with hidden text
	field []bool          // fields begun; true while their instruction lasts
	odd   bool            // the paragraph holds hidden text
	empty bool            // nothing since the last mark of a cell
}

func (s *wordStory) read(from, to int) {
	for _, p := range s.w.pieces {
		if p.cp+p.n <= from || p.cp >= to {
			continue
		}
		// Many pieces may name the same bytes.
		for skip, n := max(0, from-p.cp), min(p.n, to-p.cp); skip < n && !s.w.in.rep.late(); skip += askedEvery {
			s.piece(p, skip, min(n, skip+askedEvery))
		}
	}
	s.paragraph()
	for len(s.story.tables) > 0 {
		s.story.endTable()
	}
	s.story.flush()
	in := s.w.in
	in.rep.text(s.code.String(), Place{Part: Unseen})
	in.rep.text(s.gone.String(), Place{Part: Tracked})
	in.fresh(in.scan(s.plain.String()), s.story.place)
}

// passages gathers the body for a copy.
func (s *wordStory) passages() *passages {
	if s.story.place.Part != Body {
		return nil
	}
	return s.w.in.shown
}

// piece reads the characters of one piece.
func (s *wordStory) piece(p piece, from, to int) {
	width := 1
	if p.wide {
		width = 2
	}
	runs := s.w.runs
	at := p.at + from*width
	i := max(0, sort.Search(len(runs), func(i int) bool { return runs[i].from > at })-1)
	var u [2]byte
	for k := from; k < to; k++ {
		at := p.at + k*width
		for i < len(runs) && runs[i].to <= at {
			i++
		}
		flags := 0
		if i < len(runs) && runs[i].from <= at {
			flags = runs[i].flags
		}
		c := rune(s.w.b[at])
		if p.wide {
			u[0], u[1] = s.w.b[at], s.w.b[at+1]
			c = rune(u[0]) | rune(u[1])<<8
			if c >= 0xD800 && c < 0xDC00 && k+1 < to {
				c = surrogates(c, rune(le.Uint16(s.w.b[at+2:])))
				k++
			}
		} else if c >= 0x80 && c < 0xA0 {
			c = windows1252[c-0x80]
		}
		s.char(c, flags, at)
	}
}

func surrogates(a, b rune) rune {
	if b < 0xDC00 || b >= 0xE000 {
		return '\uFFFD'
	}
	return (a-0xD800)<<10 + (b - 0xDC00) + 0x10000
}

// windows1252 is what single bytes from 0x80 stand for, as far as it matters.
var windows1252 = []rune("€?‚ƒ„…†‡ˆ‰Š‹Œ?Ž??‘’“”•–—˜™š›œ?žŸ")

// char adds one character, or does what a mark says.
func (s *wordStory) char(c rune, flags, at int) {
	switch c {
	case 0x13:
		if len(s.field) < 64 {
			s.field = append(s.field, true)
		}
	case 0x14:
		if n := len(s.field); n > 0 {
			s.field[n-1] = false
			s.code.WriteByte('\n')
		}
	case 0x15:
		if n := len(s.field); n > 0 {
			s.field = s.field[:n-1]
			s.code.WriteByte('\n')
		}
	case 0x07:
		s.cellMark(at)
	case 0x0D, 0x0C:
		s.paraMark(at)
	case 0x0B:
		s.write(' ', flags)
	case 0x1E:
		s.write('-', flags)
	case 1, 8:
		s.w.in.drawn++
	case 0, 2, 3, 4, 5, 6, 0x1F:
	default:
		s.write(c, flags)
	}
}

func (s *wordStory) write(c rune, flags int) {
	switch {
	case flags&deleted != 0:
		s.gone.WriteRune(c)
	case slices.Contains(s.field, true):
		s.code.WriteRune(c)
	default:
		s.empty = false
		s.para.WriteRune(c)
		if flags&vanished == 0 {
			s.shown.WriteRune(c)
		} else {
			s.odd = true
		}
	}
}

// paraMark ends a paragraph, of a cell or of the text.
func (s *wordStory) paraMark(at int) {
	if flagsAt(s.w.paras, at)&inTable != 0 {
		s.para.WriteByte(' ')
		s.shown.WriteByte(' ')
		return
	}
	s.paragraph()
}

// paragraph hands a paragraph of the text on; a table before it has ended.
func (s *wordStory) paragraph() {
	for len(s.story.tables) > 0 {
		s.story.endTable()
	}
	s.story.write(s.para.String())
	s.story.end("p")
	s.passages().text(0, s.shown.String())
	s.seen()
	s.para.Reset()
	s.empty = false
	if s.gone.Len() > 0 {
		s.gone.WriteByte('\n')
	}
}

// seen keeps what a reader sees of a paragraph where that differs from what is
// in it: hidden characters may stand between the digits of a number.
func (s *wordStory) seen() {
	if s.odd {
		s.plain.WriteString(s.shown.String() + "\n")
		if s.plain.Len() > flushAt {
			s.w.in.fresh(Scan(s.plain.String()), s.story.place)
			s.plain.Reset()
		}
	}
	s.shown.Reset()
	s.odd = false
}

// cellMark ends a cell, or a row where the paragraph's marks or, without them,
// a second mark at once say so.
func (s *wordStory) cellMark(at int) {
	if len(s.story.tables) == 0 {
		s.story.beginTable()
	}
	end := flagsAt(s.w.paras, at)&rowEnd != 0
	if !s.w.marks {
		end = s.empty
	}
	if end {
		s.story.end("tr")
		s.passages().endRow()
	} else {
		s.story.write(s.para.String())
		s.story.end("tc")
		s.passages().cell(s.shown.String())
	}
	s.seen()
	s.para.Reset()
	s.empty = true
}

// codepage scans the text of Word 6 and 95, whose Chinese is in GBK.
func (in *inspection) codepage(b []byte) {
	s, _ := decodeLoose(b)
	in.fresh(Scan(s), Place{Part: Raw})
}
