package privacy

import (
	"math"
	"strconv"
	"strings"
)

// xlsBook is an Excel 97–2003 or WPS workbook being read.
type xlsBook struct {
	in      *inspection
	strings []string
	used    []bool
	sheets  []xlsSheet
	at      map[int]int // sheet number by the offset of its first record
	rest    strings.Builder
	drawn   []byte
	styles  xlsStyles
	notes   int
	names   int
	links   int
}

type xlsSheet struct {
	state int
	kind  int // 0 for a sheet of cells
	name  string
}

// xls inspects the Workbook stream: every sheet, shown or not, its cells,
// comments, text boxes, headers, validations, names and external caches.
func (in *inspection) xls(b []byte) error {
	w := xlsBook{in: in, at: map[int]int{}}
	s := biff{b: b}
	first, ok := s.next()
	if !ok || first.kind != biffBOF || len(first.data) < 4 {
		in.rep.doubt(UncertainBroken)
		return nil
	}
	if le.Uint16(first.data) != 0x0600 {
		in.rep.doubt(UncertainOLE) // Excel 5 and 95: strings in a code page
		return nil
	}
	if err := w.substreams(&s); err != nil {
		return err
	}
	for i, v := range w.strings {
		if !w.used[i] {
			in.rep.text(v, Place{Part: Unseen})
		}
	}
	if s.cut {
		in.rep.doubt(UncertainBroken)
	}
	in.rep.hide(HiddenComment, Place{Part: Comment}, w.notes)
	in.rep.hide(HiddenName, Place{Part: Names}, w.names)
	in.rep.hide(HiddenLink, Place{Part: Link}, w.links)
	if len(w.drawn) > 0 {
		return in.drawings(w.drawn)
	}
	return nil
}

// substreams reads the globals and then each sheet, which begin with BOF.
func (w *xlsBook) substreams(s *biff) error {
	if err := w.globals(s); err != nil {
		return err
	}
	next := len(w.sheets)
	for {
		r, ok := s.next()
		if !ok {
			break
		}
		if r.kind != biffBOF {
			if r.kind != 0 || len(r.data) > 0 { // padding
				w.other(r, Place{Part: Raw})
			}
			continue
		}
		n, listed := w.at[r.pos]
		if !listed {
			next++
			n = next
			w.in.rep.hide(VeryHiddenSheet, Place{Sheet: n}, 1)
		}
		if err := w.sheet(s, n); err != nil {
			return err
		}
	}
	return nil
}

func (w *xlsBook) globals(s *biff) error {
	for {
		if err := w.in.goOn(); err != nil {
			return err
		}
		r, ok := s.next()
		if !ok {
			w.in.rep.doubt(UncertainBroken)
			return nil
		}
		switch r.kind {
		case biffEOF:
			w.in.rep.text(w.rest.String(), Place{Part: Names})
			w.rest.Reset()
			return w.in.ctx.Err()
		case biffFilePass:
			w.in.rep.doubt(UncertainEncrypted)
			s.at = len(s.b)
			return nil
		case biffBoundSheet:
			w.list(r)
		case biffSST:
			if err := w.shared(r); err != nil {
				return err
			}
		case biffName:
			w.name(r)
		case biffWriter: // the user's name, 54 bytes of a string and blanks
			if len(r.data) > 3 {
				w.in.rep.text(strings.TrimSpace(r.reader().long()), Place{Part: Properties})
			}
		case biffCRN:
			w.cached(r)
		case biffSupBook:
			if rd := r.from(2); len(r.data) > 6 {
				w.links++
				w.in.rep.text(rd.long(), Place{Part: Link})
			}
		default:
			w.styles.record(r)
			w.other(r, Place{Part: Names})
		}
	}
}

// list notes one sheet of the workbook.
func (w *xlsBook) list(r record) {
	if len(r.data) < 8 {
		w.in.rep.doubt(UncertainBroken)
		return
	}
	w.in.rep.Sheets++
	n := w.in.rep.Sheets
	w.at[int(le.Uint32(r.data))] = n
	p := Place{Sheet: n}
	switch r.data[4] & 3 {
	case 1:
		w.in.rep.hide(HiddenSheet, p, 1)
	case 2, 3:
		w.in.rep.hide(VeryHiddenSheet, p, 1)
	}
	if kind := r.data[5]; kind == 1 || kind == 6 {
		w.in.rep.hide(HiddenMacro, Place{Part: Code}, 1)
	}
	name := r.from(7).str(int(r.data[6]))
	w.sheets = append(w.sheets, xlsSheet{int(r.data[4] & 3), int(r.data[5]), name})
	w.in.rep.text(name, p)
}

// shared reads the strings that cells refer to by number.
func (w *xlsBook) shared(r record) error {
	rd := r.from(8)
	size := 0
	for !rd.empty() && !rd.bad {
		s := rd.long()
		if size += len(s) + 16; size > maxShared {
			return errBomb
		}
		w.strings = append(w.strings, s)
	}
	if rd.bad {
		w.in.rep.doubt(UncertainBroken)
	}
	w.used = make([]bool, len(w.strings))
	return nil
}

// name reads a defined name; its formula's texts stay in the bytes.
func (w *xlsBook) name(r record) {
	if len(r.data) < 15 {
		return
	}
	if r.data[0]&1 != 0 && r.data[0]&0x20 == 0 { // hidden, and none of Excel's own
		w.names++
	}
	w.rest.WriteString(r.from(14).str(int(r.data[3])) + "\n")
	w.other(r, Place{Part: Names})
}

// cached reads a row of values kept from another workbook.
func (w *xlsBook) cached(r record) {
	rd := r.from(4)
	for !rd.empty() && !rd.bad {
		switch rd.u8() {
		case 1:
			bits := uint64(rd.u32())
			bits |= uint64(rd.u32()) << 32
			w.in.rep.text(biffFloat(bits), Place{Part: Link})
		case 2:
			w.in.rep.text(rd.long(), Place{Part: Link})
		default:
			rd.skip(8)
		}
	}
}

// other scans the texts in a record whose structure does not matter here.
func (w *xlsBook) other(r record, p Place) {
	switch r.kind {
	case biffDrawings:
		w.drawn = append(w.drawn, r.data...)
		for _, m := range r.more {
			w.drawn = append(w.drawn, m...)
		}
		return
	case biffDrawing:
		p = Place{Part: Shape, Sheet: p.Sheet}
	}
	w.in.strings(r.data, p)
	for _, m := range r.more {
		w.in.strings(m, p)
	}
}

// xlsReader reads one sheet.
type xlsReader struct {
	w     *xlsBook
	place Place
	table table
	row   int
	cells []string
	cols  []int
	texts strings.Builder // text boxes and comments
	depth int             // charts inside the sheet
	shown *xlsShown       // for a copy; nil when only looked through, or hidden
}

func (w *xlsBook) sheet(s *biff, n int) error {
	x := xlsReader{w: w, place: Place{Sheet: n}}
	x.table.place = x.place
	if n <= len(w.sheets) && w.sheets[n-1].state == 0 {
		x.table.rep = w.in.rep
		if w.in.shown != nil && w.sheets[n-1].kind == 0 {
			x.shown = &xlsShown{darkRows: map[int]bool{}, litRows: map[int]bool{}}
		}
	}
	for {
		if err := w.in.goOn(); err != nil {
			return err
		}
		r, ok := s.next()
		if !ok {
			w.in.rep.doubt(UncertainBroken)
			break
		}
		switch r.kind {
		case biffBOF:
			x.depth++
		case biffEOF:
			x.depth--
		default:
			if err := x.record(s, r); err != nil {
				return err
			}
		}
		if x.depth < 0 {
			break
		}
	}
	x.flush()
	if x.shown != nil {
		rows, err := x.shown.table(w.in.budget)
		if err != nil {
			return err
		}
		w.in.shown.add(n, Passage{Title: w.sheets[n-1].name, Rows: rows})
	}
	w.in.rep.add(x.table.found...)
	w.in.rep.More += x.table.more
	w.in.rep.text(x.texts.String(), Place{Part: Shape, Sheet: n})
	return w.in.ctx.Err()
}

// record reads one record of a sheet.
func (x *xlsReader) record(s *biff, r record) error {
	d := r.data
	switch r.kind {
	case biffLabelSST, biffLabel, biffRString, biffNumber, biffRK, biffMulRK, biffBoolErr, biffFormula:
		if len(d) >= 6 {
			return x.cell(s, r)
		}
	case biffDefaultRow:
		if x.shown != nil && len(d) >= 2 {
			x.shown.darkByRule = d[0]&2 != 0
		}
	case biffRow:
		x.shown.rowInfo(d)
		if len(d) >= 16 && d[12]&0x20 != 0 {
			x.w.in.rep.hide(HiddenRow, x.place, 1)
			x.table.rep = nil // what nobody sees is not to be found; its rows are not told apart from here
		}
	case biffColInfo:
		x.shown.colInfo(d)
		if len(d) >= 10 && d[8]&1 != 0 {
			from, to := int(le.Uint16(d)), int(le.Uint16(d[2:]))
			x.w.in.rep.hide(HiddenColumn, x.place, max(1, min(to, 255)-from+1))
			x.table.rep = nil
		}
	case biffHeader, biffFooter:
		if len(d) > 2 {
			x.w.in.rep.text(r.reader().long(), Place{Sheet: x.place.Sheet, Part: Header})
		}
	case biffNote:
		if len(d) > 8 {
			x.w.notes++
			x.w.in.rep.text(r.from(8).long(), Place{Part: Comment})
		}
	case biffTXO:
		x.textbox(r)
	case biffDV:
		rd := r.from(4)
		for range 4 {
			x.w.in.rep.text(rd.long(), x.place)
		}
		x.w.other(r, x.place)
	case biffSeriesText:
		if len(d) > 3 {
			x.w.in.rep.text(r.from(3).str(int(d[2])), Place{Part: Shape, Sheet: x.place.Sheet})
		}
	default:
		x.w.other(r, x.place)
	}
	return nil
}

// textbox reads the text of a shape or comment, which stands in the
// continuations.
func (x *xlsReader) textbox(r record) {
	if len(r.data) < 14 || len(r.more) == 0 {
		return
	}
	rd := biffReader{now: nil, rest: r.more}
	x.texts.WriteString(rd.chars(int(le.Uint16(r.data[10:])), false) + "\n")
	if x.texts.Len() > flushAt {
		x.w.in.rep.text(x.texts.String(), Place{Part: Shape, Sheet: x.place.Sheet})
		x.texts.Reset()
	}
}

// cell reads one cell, or the row of numbers of MULRK.
func (x *xlsReader) cell(s *biff, r record) error {
	d := r.data
	row, col := int(le.Uint16(d))+1, int(le.Uint16(d[2:]))+1
	switch r.kind {
	case biffLabelSST:
		if len(d) < 10 {
			return nil
		}
		i := int(le.Uint32(d[6:]))
		if i >= len(x.w.strings) {
			x.w.in.rep.doubt(UncertainBroken)
			return nil
		}
		x.w.used[i] = true
		v := x.w.strings[i]
		if *x.w.in.budget -= int64(len(v)); *x.w.in.budget < 0 {
			return errBomb
		}
		x.add(row, col, v)
	case biffLabel, biffRString:
		x.add(row, col, r.from(6).long())
	case biffNumber:
		if len(d) >= 14 {
			x.number(row, col, d[4:], biffFloat(le.Uint64(d[6:])))
		}
	case biffRK:
		if len(d) >= 10 {
			x.number(row, col, d[4:], rkNumber(le.Uint32(d[6:])))
		}
	case biffMulRK:
		for i := 4; i+6 <= len(d)-2; i += 6 {
			x.number(row, col+(i-4)/6, d[i:], rkNumber(le.Uint32(d[i+2:])))
		}
	case biffBoolErr:
		if len(d) >= 8 {
			x.word(row, col, d[6], d[7] == 1)
		}
	case biffFormula:
		x.formula(s, r, row, col)
	}
	return nil
}

// formula takes the value a formula last had; texts in the formula itself are
// scanned too.
func (x *xlsReader) formula(s *biff, r record, row, col int) {
	d := r.data
	if len(d) < 20 {
		return
	}
	if len(d) > 30 {
		x.w.in.strings(d[22:], x.place)
	}
	if le.Uint16(d[12:]) != 0xFFFF {
		x.number(row, col, d[4:], biffFloat(le.Uint64(d[6:])))
		return
	}
	if d[6] != 0 {
		if d[6] <= 2 {
			x.word(row, col, d[8], d[6] == 2)
		}
		return
	}
	before := s.at
	for range 2 { // a shared or array formula may stand between
		n, ok := s.next()
		if !ok {
			return
		}
		if n.kind == biffString {
			x.add(row, col, n.reader().long())
			return
		}
	}
	s.at = before
}

// number adds a number: to be looked through as it is stored, to be copied as
// it is shown by the style named at the head of style.
func (x *xlsReader) number(row, col int, style []byte, v string) {
	if x.shown != nil {
		v = x.w.styles.shown(v, int(le.Uint16(style)))
	}
	x.add(row, col, v)
}

// word adds a truth or an error for a copy; neither is anybody's.
func (x *xlsReader) word(row, col int, v byte, wrong bool) {
	if x.shown != nil {
		x.add(row, col, xlsWord(v, wrong))
	}
}

// add joins a cell to its row. A sheet's cells come row by row; one out of
// order begins a row of its own.
func (x *xlsReader) add(row, col int, v string) {
	if v == "" {
		return
	}
	if row != x.row || len(x.cols) > 0 && col <= x.cols[len(x.cols)-1] {
		x.flush()
		x.row = row
	}
	x.cells, x.cols = append(x.cells, v), append(x.cols, col)
}

func (x *xlsReader) flush() {
	if len(x.cells) > 0 {
		x.table.row(x.row, x.cells, x.cols)
		x.shown.flush(x.row, x.cells, x.cols)
		x.cells, x.cols = x.cells[:0], x.cols[:0]
	}
}

// biffFloat writes a number as a person would read it.
func biffFloat(bits uint64) string {
	return shownNumber(math.Float64frombits(bits))
}

func shownNumber(f float64) string {
	if math.IsNaN(f) || math.Abs(f) >= 1e20 {
		return ""
	}
	if f == math.Trunc(f) {
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	return strconv.FormatFloat(f, 'g', 15, 64)
}

// rkNumber unpacks Excel's number of 30 bits, an integer or the head of a
// float, perhaps in hundredths.
func rkNumber(v uint32) string {
	var f float64
	if v&2 != 0 {
		f = float64(int32(v) >> 2)
	} else {
		f = math.Float64frombits(uint64(v&^3) << 32)
	}
	if v&1 != 0 {
		f /= 100
	}
	return shownNumber(f)
}
