package privacy

import (
	"strings"
	"unicode/utf8"
)

var (
	homeWords   = []string{"住址", "家庭地址", "现住", "户籍地", "户籍地址", "居住地", "户口所在地", "家住"}
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
	start := s.announced(last.start)
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

// announced is where the address before offset i begins: after the last word
// for a home in the same line and reach, or -1. Each stretch of the text is
// looked at once.
func (s *scanner) announced(i int) int {
	from := max(s.looked, i-addressReach)
	for at := from; at < i; at++ {
		switch s.text[at] {
		case '\n':
			s.homeAt = 0
		case 0xE4, 0xE5:
			if homeEnds(s.text, at+3) && at+3 <= i {
				s.homeAt = at + 3
			}
		}
	}
	s.looked = max(s.looked, i)
	if s.homeAt == 0 || s.homeAt < i-addressReach {
		return -1
	}
	return s.homeAt
}

// homeEnds answers whether a word for a home ends at offset i.
func homeEnds(text string, i int) bool {
	if i > len(text) || i < 6 {
		return false
	}
	switch text[i-3 : i] {
	case "址", "住", "地":
		for _, w := range homeWords {
			if strings.HasSuffix(text[:i], w) {
				return true
			}
		}
	}
	return false
}

// below are words of places below a township, as they end.
var below = []string{"村", "社区", "组", "屯", "寨", "庄", "弄", "巷", "路", "街", "小区", "号"}

// home looks for a home address without digits (家庭住址：甲镇丙村三组), which the
// loop over digits does not meet, after the colon at offset i. Laws speak of the
// 居住地 of a person without naming any, so that the colon must be there.
func (s *scanner) home(i int) {
	j := i
	for j > 0 && (s.text[j-1] == ' ' || s.text[j-1] == ')' || strings.HasSuffix(s.text[:j], "）")) {
		if s.text[j-1] == ' ' || s.text[j-1] == ')' {
			j--
		} else {
			j -= 3
		}
		if i-j > 12 {
			return
		}
	}
	if j < i { // 户籍地（详细地址）：
		if k := strings.LastIndexAny(s.text[max(0, j-24):j], "（("); k >= 0 {
			j = max(0, j-24) + k
		}
	}
	if !homeEnds(s.text, j) && !homeEnds(s.text, i) {
		return
	}
	a, b := homeAfter(s.text, i)
	if b <= a || len(s.found) > 0 && s.found[len(s.found)-1].End > a {
		return
	}
	if s.max > 0 && len(s.found) >= s.max {
		s.more++
		return
	}
	s.found = append(s.found, Finding{Kind: Address, Class: Releasable, Start: a, End: b, Masked: maskAddress(s.text[a:b])})
	s.place(len(s.found) - 1)
}

// clauseEnd marks the ASCII characters no address goes beyond.
var clauseEnd = [128]bool{',': true, ';': true, '\n': true, '\r': true, '\t': true, 0x1f: true, '(': true}

// homeAfter is the address after a colon: up to the end of the clause, if it
// goes below a township.
func homeAfter(text string, i int) (from, to int) {
	rest := text[i:min(len(text), i+addressReach)]
	skip := strings.TrimLeft(rest, "：: 　")
	a := skip
	for k := 0; k < len(a); k++ {
		if c := a[k]; c < 0x80 && (clauseEnd[c] || c-'0' <= 9) ||
			c == 0xE3 && (strings.HasPrefix(a[k:], "。") || strings.HasPrefix(a[k:], "、")) || c == 0xEF && k+2 < len(a) && a[k+1] == 0xBC && a[k+2] < 0xA0 {
			a = a[:k]
			break
		}
	}
	a = strings.TrimSpace(strings.ToValidUTF8(a, ""))
	cut := 0
	for _, w := range townshipEnd {
		if j := strings.Index(a, w); j >= 0 {
			cut = max(cut, j+len(w))
		}
	}
	for _, w := range below {
		if j := strings.LastIndex(a, w); cut < len(a) && j >= cut+3 && cut+j > 0 {
			from = i + len(rest) - len(skip)
			return from, from + len(a)
		}
	}
	return 0, 0
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
