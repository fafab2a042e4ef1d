package privacy

import (
	"cmp"
	"slices"
	"strings"
)

// Scan finds personal information in running text, in one pass and without
// regular expressions. Offsets are bytes of text; Place.Line counts from 1.
//
// Everything the gate knows in running text contains digits, so the hot loop
// only looks for a digit; words (身份证, 电话, 护照) are looked for backwards from
// a number that has the right shape.
func Scan(text string) []Finding {
	s := scanner{text: text, line: 1}
	s.scan()
	return s.found
}

// scan is the hot loop. A colon may announce a home address without digits.
func (s *scanner) scan() {
	text := s.text
	asked := 0
	for i := 0; i < len(text); {
		if i >= asked {
			if asked = i + askedEvery; s.patience.late() {
				return
			}
		}
		if !leads[text[i]] {
			i++
			continue
		}
		if _, n := digitAt(text, i); n == 0 {
			if text[i] == ':' || strings.HasPrefix(text[i:], "：") {
				s.home(i)
			}
			i++
			continue
		}
		i = s.read(i)
		i = s.judge(i)
		if s.max > 0 && len(s.found) > s.max {
			s.more += len(s.found) - s.max
			s.found = s.found[:s.max]
		}
	}
}

// askedEvery is after how many bytes of a text somebody looks at the clock.
const askedEvery = 64 << 10

// scanAt is Scan with every finding placed in a part of a document; beyond
// maxFindings they are only counted, so that a text of nothing else does not
// fill the memory.
func scanAt(text string, p Place, until *patience) (fs []Finding, more int) {
	s := scanner{text: text, line: 1, max: maxFindings, patience: until}
	s.scan()
	fs = s.found
	for i := range fs {
		line := fs[i].Place.Line
		fs[i].Place = p
		if p.Sheet == 0 && p.Row == 0 && (p.Part == Body || p.Para) {
			fs[i].Place.Line = p.Line + line
		}
	}
	return fs, s.more
}

// leads marks the bytes a digit can begin with: 0-9, ０-９, 𝟎-𝟿; and colons.
var leads = func() (t [256]bool) {
	for c := '0'; c <= '9'; c++ {
		t[c] = true
	}
	t[0xEF], t[0xF0], t[':'] = true, true, true
	return t
}()

// digitAt is the digit at offset i and its length in bytes; 0 if there is none.
func digitAt(s string, i int) (byte, int) {
	c := s[i]
	if c-'0' <= 9 {
		return c, 1
	}
	if c == 0xEF && i+2 < len(s) && s[i+1] == 0xBC && s[i+2]-0x90 <= 9 {
		return '0' + s[i+2] - 0x90, 3
	}
	if c == 0xF0 && i+3 < len(s) && s[i+1] == 0x9D && s[i+2] == 0x9F && s[i+3] >= 0x8E && s[i+3] <= 0xBF {
		return '0' + (s[i+3]-0x8E)%10, 4
	}
	return 0, 0
}

// Separators between groups of digits, as bits.
const (
	sepBlank = 1 << iota // spaces of every width
	sepDash              // hyphens and dashes
	sepDot               // . · •
	sepParen             // brackets, as in (010)
	sepWeak              // line ends, tabs, slashes: only a check digit may join over these
	sepGlue              // invisible characters, no separator at all
)

// sepAt is the kind and length of the separator at offset i; 0, 0 if none.
func sepAt(s string, i int) (kind, n int) {
	switch c := s[i]; {
	case c < 0x80:
		return asciiSep[c], min(1, asciiSep[c])
	case c == 0xC2 && i+1 < len(s):
		switch s[i+1] {
		case 0xA0:
			return sepBlank, 2
		case 0xAD:
			return sepGlue, 2
		case 0xB7:
			return sepDot, 2
		}
	case i+2 < len(s):
		return wideSep(c, s[i+1], s[i+2])
	}
	return 0, 0
}

var asciiSep = func() (t [128]int) {
	t[' '], t['-'], t['.'] = sepBlank, sepDash, sepDot
	t['('], t[')'], t['['], t[']'] = sepParen, sepParen, sepParen, sepParen
	t['\t'], t['\n'], t['\r'], t['/'], t['_'], t['|'], t['\''] = sepWeak, sepWeak, sepWeak, sepWeak, sepWeak, sepWeak, sepWeak
	t[0x1f], t[0x7f] = sepWeak, sepGlue
	return t
}()

func wideSep(a, b, c byte) (kind, n int) {
	switch {
	case a == 0xE2 && b == 0x80:
		switch {
		case c <= 0x8A, c == 0xAF:
			return sepBlank, 3
		case c <= 0x8F, c >= 0xAA && c <= 0xAE: // zero width, direction marks
			return sepGlue, 3
		case c >= 0x90 && c <= 0x95:
			return sepDash, 3
		case c == 0xA2, c == 0xA7:
			return sepDot, 3
		}
	case a == 0xE2 && b == 0x81 && (c >= 0xA0 && c <= 0xAF):
		return sepGlue, 3
	case a == 0xE2 && b == 0x88 && c == 0x92, a == 0xEF && b == 0xBC && c == 0x8D:
		return sepDash, 3
	case a == 0xE3 && b == 0x80 && c == 0x80:
		return sepBlank, 3
	case a == 0xEF && b == 0xBB && c == 0xBF:
		return sepGlue, 3
	case a == 0xEF && b == 0xBC && (c == 0x88 || c == 0x89):
		return sepParen, 3
	case a == 0xEF && b == 0xBC && (c == 0x8E || c == 0x8F):
		return sepDot, 3
	}
	return 0, 0
}

// group is an unbroken row of digits inside a run.
type group struct {
	start, end int // bytes of the text
	at, n      int // digits of the run
	sep        int // separators before it
	taken      bool
}

// scanner holds one pass over a text. Its buffers are reused from run to run.
type scanner struct {
	text   string
	digits []byte
	groups []group
	found  []Finding
	line   int // the line of offset lined
	lined  int
	free   int              // offset after the last finding of the runs before
	max    int              // findings kept; 0 for all
	more   int              // findings beyond
	words  [wordClasses]int // where a word of each class last began before the run; 0 if not looked for
	homeAt int              // offset after the last word that announces a home
	looked int              // offset up to which such words were looked for

	patience *patience
}

// maxGap is how many separators may stand between two groups of one number.
const maxGap = 4

// maxGroups is how many groups are judged together; a longer run is judged in
// pieces that overlap by what one number may have.
const (
	maxGroups = 4096
	overlap   = 24
)

// read collects the run of digit groups at offset i and returns its end.
func (s *scanner) read(i int) int {
	s.digits, s.groups = s.digits[:0], s.groups[:0]
	s.words = [wordClasses]int{}
	sep := 0
	for {
		g := group{start: i, at: len(s.digits), sep: sep}
		i = s.readGroup(i)
		g.end, g.n = i, len(s.digits)-g.at
		s.groups = append(s.groups, g)
		end := i
		sep = 0
		for gap := 0; i < len(s.text) && gap < maxGap; gap++ {
			k, n := sepAt(s.text, i)
			if n == 0 {
				break
			}
			sep |= k
			i += n
		}
		if i == end || i >= len(s.text) || len(s.groups) == maxGroups {
			return end
		}
		if _, n := digitAt(s.text, i); n == 0 {
			return end
		}
	}
}

// readGroup appends the digits at i, passing invisible characters between them.
func (s *scanner) readGroup(i int) int {
	end := i
	for i < len(s.text) {
		if d, n := digitAt(s.text, i); n > 0 {
			s.digits = append(s.digits, d)
			i += n
			end = i
			continue
		}
		k, n := sepAt(s.text, i)
		if k != sepGlue {
			break
		}
		i += n
	}
	return end
}

// judge looks for numbers of persons in the run just read, which ends at end,
// and returns where to read on.
func (s *scanner) judge(end int) int {
	gs := s.groups
	first := len(s.found)
	s.free = 0
	if first > 0 {
		s.free = s.found[first-1].End
	}
	whole := len(gs)
	if whole == maxGroups {
		whole -= overlap
	}
	if len(s.digits) >= 6 {
		for g := range whole {
			s.residents(g)
		}
		for g := range whole {
			if !gs[g].taken && !s.masked(g) {
				s.others(g)
			}
		}
	}
	if whole < len(gs) {
		for whole < len(gs)-1 && gs[whole].taken {
			whole++
		}
		end = gs[whole].start
	}
	s.address()
	if len(s.found) > first {
		s.tell(first)
	}
	return end
}

// tell orders the findings of the run and adds the names beside them.
func (s *scanner) tell(first int) {
	s.place(first)
	n := len(s.found)
	for _, f := range s.found[first:n] {
		s.beside(f)
		s.free = max(s.free, s.found[len(s.found)-1].End)
	}
	if len(s.found) > n {
		s.place(first)
	}
}

// masked answers whether the group is the visible tail of a masked number.
func (s *scanner) masked(g int) bool {
	at := s.groups[g].start
	return s.groups[g].n <= 4 && at > 0 && s.text[at-1] == '*'
}

// place sorts the findings of one run and gives them their line.
func (s *scanner) place(first int) {
	fs := s.found[first:]
	if !slices.IsSortedFunc(fs, byStart) {
		slices.SortStableFunc(fs, byStart)
	}
	for i := range fs {
		if fs[i].Start > s.lined {
			s.line += strings.Count(s.text[s.lined:fs[i].Start], "\n")
			s.lined = fs[i].Start
		}
		fs[i].Place.Line = s.line
	}
}

func byStart(a, b Finding) int { return cmp.Compare(a.Start, b.Start) }

// Classes of words looked for before a number.
const (
	aboutPhone = iota
	aboutAccount
	aboutPassport
	aboutHousehold
	aboutResident
	aboutRegister
	wordClasses
)

// farthest is how many bytes before a number any word is looked for.
const farthest = 60

// near answers whether a word of the class stands within reach bytes before i.
// The run itself holds none, so that each class is looked for once in a run.
func (s *scanner) near(i, reach, class int) bool {
	start := s.groups[0].start
	if i-start >= reach {
		return false
	}
	at := s.words[class]
	if at == 0 {
		from := max(0, start-farthest)
		before := s.text[from:start]
		at = -1
		for _, w := range wordsOf[class] {
			if k := strings.LastIndex(before, w); k >= 0 {
				at = max(at, from+k+1) // 0 means not looked for
			}
		}
		s.words[class] = at
	}
	return at > 0 && at-1 >= i-reach
}

// take marks groups a to b as used and records a finding over them.
func (s *scanner) take(a, b int, k Kind, c Class, masked string) {
	s.takeAt(a, b, s.groups[a].start, s.groups[b].end, k, c, masked)
}

func (s *scanner) takeAt(a, b, start, end int, k Kind, c Class, masked string) {
	for g := a; g <= b; g++ {
		s.groups[g].taken = true
	}
	if n := len(s.found); n == cap(s.found) && n > 256 {
		s.found = slices.Grow(s.found, n) // append alone grows by a quarter, and findings are large
	}
	s.found = append(s.found, Finding{Kind: k, Class: c, Start: start, End: end, Masked: masked})
}
