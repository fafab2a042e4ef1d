package yearly

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"yangguang/internal/fault"
)

// Entry is one cell of table 2 as a person entered it: the number as typed, and
// the document it was taken from.
type Entry struct {
	Number string `json:"number"`
	Source string `json:"source"`
}

const (
	maxSource = 200
	maxCount  = 1_000_000_000_000 // of anything an agency does in a year, and of fen
	fenDigits = 6                 // ten thousand yuan are a million fen
)

var errNoNumber = errors.New("not a count")

// parseCount reads a whole number as people write it: full-width digits and
// commas between thousands are allowed.
func parseCount(s string) (int64, error) {
	s = plainDigits(s)
	if s == "" || strings.HasPrefix(s, "+") {
		return 0, errNoNumber
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > maxCount {
		return 0, errNoNumber
	}
	return n, nil
}

// parseTenThousands reads an amount in ten thousand yuan, to the fen.
func parseTenThousands(s string) (int64, error) {
	s = plainDigits(s)
	whole, part, _ := strings.Cut(s, ".")
	part = strings.TrimRight(part, "0")
	if whole == "" || len(whole) > 8 || len(part) > fenDigits || strings.Trim(whole+part, "0123456789") != "" {
		return 0, errNoNumber
	}
	n, err := strconv.ParseInt(whole+part+strings.Repeat("0", fenDigits-len(part)), 10, 64)
	if err != nil {
		return 0, errNoNumber
	}
	return n, nil
}

// tenThousands writes an amount of fen in ten thousand yuan without needless
// noughts.
func tenThousands(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	s := strconv.FormatInt(fen, 10)
	if len(s) <= fenDigits {
		s = strings.Repeat("0", fenDigits+1-len(s)) + s
	}
	whole, part := s[:len(s)-fenDigits], strings.TrimRight(s[len(s)-fenDigits:], "0")
	if part != "" {
		part = "." + part
	}
	return sign + whole + part
}

// plainDigits takes full-width characters, commas and blanks out of a number.
func plainDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '．':
			return '.'
		case r == '－' || r == '−':
			return '-'
		case r == ',' || r == '，' || unicode.IsSpace(r):
			return -1
		}
		return r
	}, s)
}

func parseEntry(id, number string) (int64, error) {
	if id == fees {
		return parseTenThousands(number)
	}
	return parseCount(number)
}

// entriesWrong tells what is wrong with what was typed into table 2; whole asks
// for every cell with its source, as submitting does.
func entriesWrong(es map[string]Entry, whole bool) (bad []fault.Field) {
	for _, id := range Entered {
		e := es[id]
		switch {
		case e.Number == "" && whole:
			bad = append(bad, fault.Field{Name: "n-" + id, Key: "yearly.need_number"})
		case e.Number != "":
			if _, err := parseEntry(id, e.Number); err != nil {
				key := "yearly.bad_number"
				if id == fees {
					key = "yearly.bad_amount"
				}
				bad = append(bad, fault.Field{Name: "n-" + id, Key: key})
			}
		}
		switch n := utf8.RuneCountInString(e.Source); {
		case n > maxSource:
			bad = append(bad, fault.Field{Name: "s-" + id, Key: "yearly.long_source", Args: []any{maxSource}})
		case n < 2 && (whole || e.Number != ""):
			bad = append(bad, fault.Field{Name: "s-" + id, Key: "yearly.need_source"})
		default:
			bad = append(bad, personal("s-"+id, e.Source)...)
		}
	}
	return bad
}

// fill puts what was entered into table 2; what is not a number yet counts as
// nothing.
func (x Figures) fill(es map[string]Entry) {
	for id, e := range es {
		n, err := parseEntry(id, e.Number)
		if err != nil {
			n = 0
		}
		x.Two.set(id, count, n)
	}
}
