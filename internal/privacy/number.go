package privacy

import "strings"

var (
	phoneWords     = []string{"电话", "传真", "热线", "联系方式", "座机", "手机", "咨询", "Tel", "tel", "TEL", "Phone", "phone", "Fax"}
	accountWords   = []string{"账号", "帐号", "账户", "帐户", "卡号", "银行卡", "一卡通", "存折", "开户"}
	passportWords  = []string{"护照", "通行证", "台胞证", "回乡证", "军官证", "士兵证", "居留证", "居住证", "assport", "PASSPORT"}
	householdWords = []string{"户口簿", "户口本", "户口号", "户籍号", "户籍编号", "户口编号", "户编号", "户口登记"}
)

var wordsOf = [wordClasses][]string{phoneWords, accountWords, passportWords, householdWords, residentWords, registerWords}

// others looks for every other number that begins with group g.
func (s *scanner) others(g int) {
	_ = s.card(g) || s.mobile(g) || s.telephone(g) || s.document(g) || s.account(g)
}

// card looks for a bank card: 16 to 19 digits, a known leading number, Luhn.
func (s *scanner) card(g int) bool {
	if at := s.groups[g].at; at+16 > len(s.digits) || !cardStarts[two(s.digits[at:])] || s.letterAt(s.groups[g].start-1) {
		return false
	}
	total, ones, cells := 0, true, false
	for b := g; b < len(s.groups) && !s.groups[b].taken; b++ {
		if b > g && s.groups[b].sep&(sepWeak|sepParen) != 0 {
			if s.groups[b].sep != sepWeak || s.groups[b-1].n != 4 {
				return false
			}
			cells = true // only a card cut in fours is joined over cells and lines
		}
		total += s.groups[b].n
		ones = ones && s.groups[b].n == 1
		if total > 19 {
			return false
		}
		d := s.digits[s.groups[g].at : s.groups[g].at+total]
		more := b+1 < len(s.groups) && s.groups[b+1].n <= 3 && s.groups[b+1].sep == sepBlank && total+s.groups[b+1].n <= 19
		written := ones || s.groups[g].n >= 4 && b-g <= 4
		if total < 16 || more && !ones || !written || s.letterAt(s.groups[b].end) {
			continue
		}
		if cardLead(d) && luhn(d) {
			class := Never
			if cells {
				if two(d) != 62 {
					return false
				}
				class = Releasable // columns of statistics may look so: a person decides
			}
			s.take(g, b, Card, class, string(d[:4])+strings.Repeat("*", len(d)-8)+string(d[len(d)-4:]))
			return true
		}
	}
	return false
}

// cardStarts marks the first two digits cardLead knows, of any length.
var cardStarts = func() (t [100]bool) {
	for _, p := range []int{62, 60, 68, 69, 51, 52, 53, 54, 55, 35, 36, 95} {
		t[p] = true
	}
	for p := 40; p < 50; p++ {
		t[p] = true
	}
	return t
}()

// cardLead answers whether cards of this length begin so: 62 and 60 (银联),
// 4 (Visa), 51-55 (Mastercard), 35 (JCB), 9558 and 955 of the older debit cards.
func cardLead(d []byte) bool {
	p := two(d)
	switch {
	case p == 62, p == 60, p == 68, p == 69:
		return true
	case len(d) == 16:
		return d[0] == '4' || p >= 51 && p <= 55 || p == 35 || p == 36
	case len(d) == 19:
		return string(d[:3]) == "955"
	}
	return false
}

func luhn(d []byte) bool {
	sum := 0
	for i := range d {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// mobile looks for 11 digits beginning 13 to 19, with 86 before them or not.
func (s *scanner) mobile(g int) bool {
	a := g
	if d := s.digits[s.groups[g].at:]; len(d) < 11 || (d[0] != '1' || d[1] < '3') && d[0] != '8' && d[0] != '0' {
		return false
	}
	if n := s.groups[g].n; n <= 4 && g+1 < len(s.groups) && !s.groups[g+1].taken {
		if d := string(s.digits[s.groups[g].at : s.groups[g].at+n]); d == "86" || d == "086" || d == "0086" {
			a = g + 1
		}
	}
	total, skip := 0, 0
	for b := a; b < len(s.groups) && !s.groups[b].taken && b-a < 11; b++ {
		if b > a && s.groups[b].sep&(sepWeak|sepParen) != 0 {
			return false
		}
		total += s.groups[b].n
		d := s.digits[s.groups[a].at : s.groups[a].at+total]
		if b == a && (total == 13 || total == 15) {
			skip = len(d) - 11
			if p := string(d[:skip]); p != "86" && p != "0086" {
				return false
			}
		}
		if total-skip < 11 {
			continue
		}
		d = d[skip:]
		if len(d) != 11 || d[0] != '1' || d[1] < '3' || !s.phoneCut(a, b) || strings.HasPrefix(s.text[s.groups[b].end:], "元") {
			return false
		}
		s.takeAt(g, b, s.groups[g].start, s.groups[b].end, Mobile, Releasable, string(d[:3])+"****"+string(d[7:]))
		return true
	}
	return false
}

// phoneCut answers whether groups a to b are cut as telephones are written.
func (s *scanner) phoneCut(a, b int) bool {
	n := func(i int) int { return s.groups[a+i].n }
	switch b - a {
	case 0:
		return true
	case 1:
		return n(0) == 3 || n(0) == 7
	case 2:
		return n(0) == 3 && n(1) == 4 || n(0) == 4 && n(1) == 4 || n(0) == 4 && n(1) == 3
	case 10:
		return true
	}
	return false
}

// telephone looks for a fixed line: area code and 7 or 8 digits, or the local
// number alone after a word that announces a telephone.
func (s *scanner) telephone(g int) bool {
	gr := s.groups[g]
	d := s.digits[gr.at:]
	if s.abroad(g) {
		return true
	}
	if d[0] != '0' {
		if (gr.n == 7 || gr.n == 8) && d[0] > '1' && s.near(gr.start, 30, aboutPhone) {
			s.take(g, g, Telephone, Releasable, "****"+string(d[gr.n-4:gr.n]))
			return true
		}
		return false
	}
	area := areaCode(d)
	if area == 0 {
		return false
	}
	if gr.n > area {
		if rest := gr.n - area; rest < 7 || rest > 8 || !s.near(gr.start, 30, aboutPhone) {
			return false
		}
		s.take(g, g, Telephone, Releasable, string(d[:area])+"-****"+string(d[gr.n-4:gr.n]))
		return true
	}
	total := 0
	for b := g + 1; b < len(s.groups) && b <= g+2 && gr.n == area && !s.groups[b].taken; b++ {
		if s.groups[b].sep&sepWeak != 0 || b > g+1 && s.groups[b-1].n != 4 {
			return false
		}
		total += s.groups[b].n
		if total == 7 || total == 8 {
			s.take(g, b, Telephone, Releasable, string(d[:area])+"-****"+string(d[area+total-4:area+total]))
			return true
		}
	}
	return false
}

// abroad looks for a fixed line with the country's code: +86-591-87654321.
func (s *scanner) abroad(g int) bool {
	gr := s.groups[g]
	if string(s.digits[gr.at:gr.at+gr.n]) != "86" && string(s.digits[gr.at:gr.at+gr.n]) != "0086" || g+2 >= len(s.groups) {
		return false
	}
	area, line := s.groups[g+1], s.groups[g+2]
	strong := (area.sep|line.sep)&sepWeak == 0 && !area.taken && !line.taken
	if !strong || line.n != 7 && line.n != 8 || area.n != 2 && area.n != 3 || area.n == 2 && string(s.digits[area.at:area.at+2]) != "10" && s.digits[area.at] != '2' {
		return false
	}
	tail := s.digits[line.at+line.n-4 : line.at+line.n]
	s.take(g, g+2, Telephone, Releasable, "0"+string(s.digits[area.at:area.at+area.n])+"-****"+string(tail))
	return true
}

// areaCode is the length of the Chinese area code d begins with, or 0.
func areaCode(d []byte) int {
	switch {
	case len(d) < 10:
		return 0
	case d[1] == '1' && d[2] == '0', d[1] == '2':
		return 3
	case d[1] >= '3':
		return 4
	}
	return 0
}

// document looks for a passport or household book number after its word.
func (s *scanner) document(g int) bool {
	gr := s.groups[g]
	if gr.n < 6 || gr.n > 12 {
		return false
	}
	start := gr.start
	for n := 0; n < 3 && s.letterAt(start-1); n++ {
		start--
	}
	d := s.digits[gr.at : gr.at+gr.n]
	switch {
	case gr.n <= 10 && s.near(start, 48, aboutPassport):
		head := s.text[start:gr.start]
		if head == "" {
			head = string(d[:1])
			d = d[1:]
		}
		s.takeAt(g, g, start, gr.end, Passport, Never, head+strings.Repeat("*", len(d)-3)+string(d[len(d)-3:]))
		return true
	case s.near(start, 30, aboutHousehold):
		s.takeAt(g, g, start, gr.end, Household, Never, string(d[:2])+strings.Repeat("*", len(d)-4)+string(d[len(d)-2:]))
		return true
	}
	return false
}

// account looks for a number that a word before it calls an account; it may be
// an office's own, so a person decides.
func (s *scanner) account(g int) bool {
	if !s.near(s.groups[g].start, 36, aboutAccount) {
		return false
	}
	total := 0
	for b := g; b < len(s.groups) && !s.groups[b].taken && b-g <= 5; b++ {
		if b > g && s.groups[b].sep&(sepWeak|sepParen) != 0 {
			break
		}
		total += s.groups[b].n
		next := b+1 < len(s.groups) && s.groups[b+1].sep&(sepWeak|sepParen) == 0 && !s.groups[b+1].taken
		if total < 12 || next {
			continue
		}
		if total > 24 {
			return false
		}
		d := s.digits[s.groups[g].at : s.groups[g].at+total]
		s.take(g, b, Account, Releasable, string(d[:4])+strings.Repeat("*", total-8)+string(d[total-4:]))
		return true
	}
	return false
}
