package privacy

import (
	"strings"
	"unicode/utf8"
)

var (
	homeWords   = []string{"住址", "家庭地址", "现住", "户籍地", "户籍地址", "居住地", "家住"}
	houseWords  = []string{"号", "室", "组", "栋", "幢", "单元", "弄", "户", "社", "楼"}
	townshipEnd = []string{"街道", "镇", "乡", "苏木"}
)

// addressReach is how far before a house number its announcing word may stand.
const addressReach = 120

// address looks for a house number (3组12号) on a line that announces a home
// address; a public office's address has no such word and is left alone.
func (s *scanner) address() {
	last := s.groups[len(s.groups)-1]
	if last.n > 5 || last.end >= len(s.text) || s.text[last.end] < 0xE4 {
		return
	}
	after := ""
	for _, w := range houseWords {
		if strings.HasPrefix(s.text[last.end:], w) {
			after = w
			break
		}
	}
	if after == "" {
		return
	}
	from := max(0, last.start-addressReach)
	before := s.text[from:last.start]
	if nl := strings.LastIndexByte(before, '\n'); nl >= 0 {
		from, before = from+nl+1, before[nl+1:]
	}
	start := -1
	for _, w := range homeWords {
		if i := strings.LastIndex(before, w); i >= 0 {
			start = max(start, from+i+len(w))
		}
	}
	if start < 0 {
		return
	}
	end := last.end + len(after)
	start += len(s.text[start:end]) - len(strings.TrimLeft(s.text[start:end], "：: 　为是在"))
	if n := len(s.found); n > 0 && s.found[n-1].End > start {
		if p := &s.found[n-1]; p.Kind == Address {
			p.End, p.Masked = end, maskAddress(s.text[p.Start:end])
		}
		return
	}
	s.found = append(s.found, Finding{Kind: Address, Class: Releasable, Start: start, End: end, Masked: maskAddress(s.text[start:end])})
}

// maskAddress keeps an address down to its township or street office.
func maskAddress(a string) string {
	cut := 0
	for _, w := range townshipEnd {
		if i := strings.Index(a, w); i >= 0 {
			cut = max(cut, i+len(w))
		}
	}
	return a[:cut] + "****"
}

// maskName keeps the first character of a name.
func maskName(n string) string {
	r, size := utf8.DecodeRuneInString(n)
	if r == utf8.RuneError {
		return "**"
	}
	return n[:size] + strings.Repeat("*", max(1, utf8.RuneCountInString(n)-1))
}
