package privacy

import "strings"

// provinces marks the first two digits of resident numbers (GB/T 2260), with
// 71 81 82 (台湾 香港 澳门) and 83 (台湾 residence permits) and 91 (foreigners).
var provinces = func() (t [100]bool) {
	for _, p := range []int{11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46,
		50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83, 91} {
		t[p] = true
	}
	return t
}()

var (
	residentWords = []string{"身份", "证件", "证号", "公民", "ID No", "id no", "ID number", "Identity", "identity"}
	registerWords = []string{"注册号", "登记号", "编号", "文号", "许可证", "执照", "合同", "订单", "流水", "单号", "代码", "账号", "帐号"}
)

// residents looks for a resident number that begins with group g.
func (s *scanner) residents(g int) {
	if s.groups[g].taken {
		return
	}
	if s.groups[g].n > 18 {
		s.embedded(g)
		return
	}
	d := s.digits[s.groups[g].at:]
	if len(d) < 14 || !provinces[two(d)] {
		return
	}
	last := len(s.groups)
	if !plausible(d[6:14]) { // then only the 15 digits of old, cut in three at most
		if !plausible([]byte{'1', '9', d[6], d[7], d[8], d[9], d[10], d[11]}) {
			return
		}
		last = min(last, g+3)
	}
	total, seps := 0, 0
	for b := g; b < last && !s.groups[b].taken; b++ {
		if b > g {
			seps |= s.groups[b].sep
		}
		total += s.groups[b].n
		switch {
		case total > 18:
			return
		case total == 14 && s.half(g, b, seps):
			return
		case total == 18 && s.resident18(g, b, seps, s.digits[s.groups[g].at:s.groups[g].at+18], 0):
			return
		case total == 17:
			if n := s.letterX(s.groups[b].end); n > 0 {
				var d [18]byte
				copy(d[:], s.digits[s.groups[g].at:])
				d[17] = 'X'
				if s.resident18(g, b, seps, d[:], n) {
					return
				}
			}
		case total == 15 && s.resident15(g, b, seps):
			return
		}
	}
}

// half judges 14 digits with stars behind them: a number of which only the last
// four are hidden still tells where and when its person was born.
func (s *scanner) half(a, b, seps int) bool {
	d := s.digits[s.groups[a].at : s.groups[a].at+14]
	end := s.groups[b].end
	stars := 0
	for _, w := range [...]string{"*", "＊", "X", "x", "×"} {
		for stars < 4 && strings.HasPrefix(s.text[end:], w) {
			end += len(w)
			stars++
		}
	}
	if stars < 4 || seps&sepWeak != 0 || !provinces[two(d)] || !plausible(d[6:14]) {
		return false
	}
	s.takeAt(a, b, s.groups[a].start, end, Resident, Releasable, string(d[:2])+strings.Repeat("*", 16))
	return true
}

// letterX is the length of a last character X, with blanks before it, at i.
// A star counts too: a number with only its check digit hidden is not hidden.
func (s *scanner) letterX(i int) int {
	from := i
	for gap := 0; i < len(s.text) && gap < maxGap; gap++ {
		if s.text[i]-'0' <= 9 {
			return 0
		}
		for _, x := range [...]string{"X", "x", "Ｘ", "ｘ", "×", "Χ", "Х", "х", "*", "＊"} {
			if strings.HasPrefix(s.text[i:], x) {
				i += len(x)
				if (x == "*" || x == "＊") && strings.HasPrefix(s.text[i:], x) {
					return 0
				}
				return i - from
			}
		}
		k, n := sepAt(s.text, i)
		if n == 0 {
			return 0
		}
		_ = k
		i += n
	}
	return 0
}

// resident18 judges 18 digits in groups a to b; tail is the length of an X.
func (s *scanner) resident18(a, b, seps int, d []byte, tail int) bool {
	if !provinces[two(d)] || !plausible(d[6:14]) {
		return false
	}
	end := s.groups[b].end + tail
	valid := CheckDigit(string(d[:17])) == d[17]
	if tail > 0 && (s.text[end-1] == '*' || strings.HasSuffix(s.text[:end], "＊")) {
		valid = true
	}
	class := Never
	switch {
	case seps&sepWeak != 0 && (!valid || !s.natural(a, b)):
		return false
	case !valid && b-a > 3:
		return false
	case !valid && !s.near(s.groups[a].start, 60, aboutResident):
		class = Releasable // the shape without the check digit: a person decides
	}
	s.takeAt(a, b, s.groups[a].start, end, Resident, class, maskResident(d))
	return true
}

// natural answers whether the groups are cut where people cut a resident
// number: in two, at the date, in fours, or digit by digit.
func (s *scanner) natural(a, b int) bool {
	if b-a == 1 {
		return true
	}
	ones, fours, atDate := true, true, 0
	for g, sum := a, 0; g <= b; g++ {
		n := s.groups[g].n
		ones = ones && n == 1
		fours = fours && (n == 4 || n == 3 || g == b)
		sum += n
		if sum == 6 || sum == 14 {
			atDate++
		}
	}
	return ones || fours || atDate == 2
}

// resident15 judges 15 digits in groups a to b: the numbers issued until 1999,
// which carry no check digit.
func (s *scanner) resident15(a, b, seps int) bool {
	d := s.digits[s.groups[a].at : s.groups[a].at+15]
	if b-a > 2 || seps&^(sepBlank|sepDash) != 0 || !provinces[two(d)] || d[12] == '0' && d[13] == '0' && d[14] == '0' {
		return false
	}
	if pre := two(d[2:]); pre == 0 || pre > 90 || two(d[4:]) == 0 {
		return false
	}
	var date [8]byte
	copy(date[:], "19")
	copy(date[2:], d[6:12])
	if !plausible(date[:]) || s.letterAt(s.groups[a].start-1) || s.letterAt(s.groups[b].end) {
		return false
	}
	class := Never
	if s.near(s.groups[a].start, 40, aboutRegister) && !s.near(s.groups[a].start, 40, aboutResident) {
		class = Releasable
	}
	s.take(a, b, Resident, class, maskResident(d))
	return true
}

// embedded looks for valid resident numbers inside a longer row of digits, as
// when a table's cells run together.
func (s *scanner) embedded(g int) {
	gr := s.groups[g]
	d := s.digits[gr.at : gr.at+gr.n]
	for i := 0; i+18 <= len(d); i++ {
		w := d[i : i+18]
		if !provinces[two(w)] || !plausible(w[6:14]) || CheckDigit(string(w[:17])) != w[17] {
			continue
		}
		s.takeAt(g, g, s.offset(gr, i), s.offset(gr, i+18), Resident, Never, maskResident(w))
		i += 17
	}
}

// offset is the byte offset of the i-th digit of a group (or its end).
func (s *scanner) offset(g group, i int) int {
	at := g.start
	for at < g.end && i > 0 {
		if _, n := digitAt(s.text, at); n > 0 {
			at += n
			i--
		} else {
			_, n := sepAt(s.text, at)
			at += max(1, n)
		}
	}
	return at
}

func (s *scanner) letterAt(i int) bool {
	if i < 0 || i >= len(s.text) {
		return false
	}
	c := s.text[i] | 0x20
	return c >= 'a' && c <= 'z'
}

// plausible answers whether eight digits are a date of birth.
func plausible(d []byte) bool {
	y, m, day := two(d)*100+two(d[2:]), two(d[4:]), two(d[6:])
	if y < 1880 || y > 2099 || m < 1 || m > 12 || day < 1 {
		return false
	}
	last := [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1]
	if m == 2 && y%4 == 0 && (y%100 != 0 || y%400 == 0) {
		last = 29
	}
	return day <= last
}

func two(d []byte) int { return int(d[0]-'0')*10 + int(d[1]-'0') }

// CheckDigit is the 18th character of a resident number (GB 11643, mod 11-2)
// for its first 17 digits; 0 when they are not 17 digits.
func CheckDigit(d string) byte {
	if len(d) != 17 {
		return 0
	}
	sum := 0
	for i := range 17 {
		if d[i]-'0' > 9 {
			return 0
		}
		sum += int(d[i]-'0') * int("\x07\x09\x0a\x05\x08\x04\x02\x01\x06\x03\x07\x09\x0a\x05\x08\x04\x02"[i])
	}
	return "10X98765432"[sum%11]
}

func maskResident(d []byte) string {
	return string(d[:2]) + strings.Repeat("*", len(d)-5) + string(d[len(d)-3:])
}
