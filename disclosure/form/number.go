package form

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"yangguang/norm"
)

// Figures are counted in millionths, so that sums are exact: no figure ever
// passes through floating point on its way from the keyboard to the page.
const (
	places    = 6
	unitMicro = 1_000_000
	maxWhole  = 999_999_999_999
)

var grouped = regexp.MustCompile(`^[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$`)

// fold turns full-width letters, digits and signs into their plain forms.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - 0xFEE0
		case r == '￥':
			return '¥'
		case r == '−' || r == '–':
			return '-'
		case r == '\u3000' || r == '\u00A0' || r == '\u202F' || r == '\u2009':
			return ' '
		}
		return r
	}, s)
}

// decimals is how many digits a type may have after the point.
func decimals(f norm.Field) int {
	switch {
	case f.People || f.Type == "integer":
		return 0
	case f.Type == "money":
		return 2
	}
	return places
}

// numeric answers whether a field holds a figure.
func numeric(f norm.Field) bool {
	return f.People || f.Type == "integer" || f.Type == "decimal" || f.Type == "money"
}

// bare strips what people write around a figure: its sign of currency, its
// unit, and separators of thousands where they stand in the right places.
func bare(f norm.Field, s string) (string, bool) {
	s = strings.TrimSpace(fold(s))
	if f.Type == "money" {
		s = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(s, "RMB"), "¥"))
	}
	for _, u := range []string{f.Unit.Zh, f.Unit.En} {
		if u != "" {
			s = strings.TrimSpace(strings.TrimSuffix(s, fold(u)))
		}
	}
	s = strings.NewReplacer(" ", ",", "'", ",", "’", ",").Replace(s)
	if !grouped.MatchString(s) {
		return "", false
	}
	return strings.TrimPrefix(strings.ReplaceAll(s, ",", ""), "+"), true
}

// parseNumber reads a figure of the field's type; p says what is wrong.
func parseNumber(f norm.Field, s string) (micro int64, p *problem) {
	s, ok := bare(f, s)
	if !ok {
		if decimals(f) == 0 {
			return 0, bad("form.bad_integer")
		}
		return 0, bad("form.bad_number")
	}
	neg := strings.HasPrefix(s, "-")
	whole, frac, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	frac = strings.TrimRight(frac, "0")
	if n := decimals(f); len(frac) > n {
		return 0, placesProblem(n)
	}
	if whole = strings.TrimLeft(whole, "0"); len(whole) > 12 {
		return 0, bad("form.too_big", Group(strconv.Itoa(maxWhole)))
	}
	micro, err := strconv.ParseInt(whole+frac+strings.Repeat("0", places-len(frac)), 10, 64)
	if err != nil {
		return 0, bad("form.bad_number")
	}
	if neg {
		micro = -micro
	}
	return micro, nil
}

func placesProblem(n int) *problem {
	if n == 0 {
		return bad("form.bad_integer")
	}
	return bad("form.too_many_places", n)
}

// spell writes a count of millionths in the one spelling of the field's type.
func spell(f norm.Field, micro *big.Int) string {
	n := new(big.Int).Abs(micro)
	q, r := n.QuoRem(n, big.NewInt(unitMicro), new(big.Int))
	frac := strconv.FormatInt(r.Int64()+unitMicro, 10)[1:]
	frac = strings.TrimRight(frac, "0")
	if f.Type == "money" && !f.People {
		frac += strings.Repeat("0", max(0, 2-len(frac)))
	}
	s := q.String()
	if frac != "" {
		s += "." + frac
	}
	if micro.Sign() < 0 {
		s = "-" + s
	}
	return s
}

// Group shows a figure with its thousands apart: 1,234,567.50.
func Group(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, frac, point := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if point {
		whole += "." + frac
	}
	return sign + whole
}
