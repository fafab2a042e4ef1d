package privacy

import (
	"strings"
	"unicode/utf8"
)

// biff reads the records of an Excel 97 stream ([MS-XLS]): a type, a length,
// the data, and CONTINUE records that carry on what did not fit.
type biff struct {
	b   []byte
	at  int
	cut bool // the stream ends inside a record
}

// record is one record with its continuations.
type record struct {
	kind uint16
	data []byte
	more [][]byte // the CONTINUE records
	pos  int      // offset of the record in the stream
}

// Record types that are read.
const (
	biffFormula    = 0x0006
	biffEOF        = 0x000A
	biffHeader     = 0x0014
	biffFooter     = 0x0015
	biffName       = 0x0018
	biffNote       = 0x001C
	biffFilePass   = 0x002F
	biffContinue   = 0x003C
	biffCRN        = 0x005A
	biffWriter     = 0x005C
	biffObj        = 0x005D
	biffDateMode   = 0x0022
	biffBoolErr    = 0x0205
	biffXF         = 0x00E0
	biffDefaultRow = 0x0225
	biffFormat     = 0x041E
	biffColInfo    = 0x007D
	biffBoundSheet = 0x0085
	biffMulRK      = 0x00BD
	biffSXNum      = 0x00C9
	biffSXString   = 0x00CD
	biffRString    = 0x00D6
	biffDrawings   = 0x00EB
	biffDrawing    = 0x00EC
	biffSST        = 0x00FC
	biffLabelSST   = 0x00FD
	biffSupBook    = 0x01AE
	biffTXO        = 0x01B6
	biffDV         = 0x01BE
	biffNumber     = 0x0203
	biffLabel      = 0x0204
	biffString     = 0x0207
	biffRow        = 0x0208
	biffRK         = 0x027E
	biffBOF        = 0x0809
	biffSeriesText = 0x100D
)

// next is the next record; false at the end.
func (s *biff) next() (r record, ok bool) {
	if s.at+4 > len(s.b) {
		return r, false
	}
	r.pos = s.at
	r.kind, r.data = s.raw()
	for s.at+4 <= len(s.b) && le.Uint16(s.b[s.at:]) == biffContinue {
		_, d := s.raw()
		r.more = append(r.more, d)
	}
	return r, true
}

func (s *biff) raw() (kind uint16, data []byte) {
	kind = le.Uint16(s.b[s.at:])
	from := s.at + 4
	to := from + int(le.Uint16(s.b[s.at+2:]))
	if to > len(s.b) {
		s.cut = true
		to = len(s.b)
	}
	s.at = to
	return kind, s.b[from:to]
}

// biffReader reads values across a record's continuations. A string's
// characters begin anew in each with a flag of their width.
type biffReader struct {
	now  []byte
	rest [][]byte
	bad  bool // read beyond the end
}

func (r record) reader() *biffReader { return &biffReader{now: r.data, rest: r.more} }

func (r record) from(n int) *biffReader {
	return &biffReader{now: r.data[min(n, len(r.data)):], rest: r.more}
}

// turn goes on to the next continuation when this one is used up.
func (r *biffReader) turn() bool {
	for len(r.now) == 0 {
		if len(r.rest) == 0 {
			return false
		}
		r.now, r.rest = r.rest[0], r.rest[1:]
	}
	return true
}

func (r *biffReader) u8() int {
	if !r.turn() {
		r.bad = true
		return 0
	}
	c := r.now[0]
	r.now = r.now[1:]
	return int(c)
}

func (r *biffReader) u16() int { a := r.u8(); return a | r.u8()<<8 }
func (r *biffReader) u32() int { a := r.u16(); return a | r.u16()<<16 }

func (r *biffReader) skip(n int) {
	for n > 0 && r.turn() {
		k := min(n, len(r.now))
		r.now, n = r.now[k:], n-k
	}
	r.bad = r.bad || n > 0
}

func (r *biffReader) empty() bool { return !r.turn() }

// str reads a string of n characters that begins with its flags: bit 0 wide,
// bit 2 phonetic data, bit 3 runs of formats.
func (r *biffReader) str(n int) string {
	if n == 0 && !r.turn() {
		return ""
	}
	flags := r.u8()
	runs, ext := 0, 0
	if flags&8 != 0 {
		runs = r.u16()
	}
	if flags&4 != 0 {
		ext = r.u32()
	}
	s := r.chars(n, flags&1 != 0)
	r.skip(4 * runs)
	if ext > 0 {
		r.skip(ext)
	}
	return s
}

// chars reads n characters, each continuation beginning with its own flag.
func (r *biffReader) chars(n int, wide bool) string {
	var b strings.Builder
	for n > 0 {
		if len(r.now) == 0 {
			if !r.turn() {
				r.bad = true
				break
			}
			wide = r.u8()&1 != 0
			continue
		}
		k := min(n, len(r.now))
		if wide {
			if k = min(n, len(r.now)/2); k == 0 { // half a character at the end of a record
				r.now = nil
				continue
			}
			writeUTF16(&b, r.now[:2*k])
			r.now = r.now[2*k:]
		} else {
			for _, c := range r.now[:k] {
				b.WriteRune(rune(c))
			}
			r.now = r.now[k:]
		}
		n -= k
	}
	return b.String()
}

// long reads a string whose length stands before it in two bytes.
func (r *biffReader) long() string { return r.str(r.u16()) }

// writeUTF16 decodes little-endian UTF-16.
func writeUTF16(b *strings.Builder, p []byte) {
	for i := 0; i+1 < len(p); i += 2 {
		c := rune(le.Uint16(p[i:]))
		if c >= 0xD800 && c < 0xDC00 && i+3 < len(p) {
			if d := rune(le.Uint16(p[i+2:])); d >= 0xDC00 && d < 0xE000 {
				b.WriteRune((c-0xD800)<<10 + (d - 0xDC00) + 0x10000)
				i += 2
				continue
			}
		}
		if c >= 0xD800 && c < 0xE000 {
			c = utf8.RuneError
		}
		b.WriteRune(c)
	}
}
