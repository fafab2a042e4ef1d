package form

import (
	"math/big"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"yangguang/norm"
)

// problem is what is wrong with one answer: a sentence key and its arguments.
type problem struct {
	key  string
	args []any
}

func bad(key string, args ...any) *problem { return &problem{key, args} }

// canon gives an answer its one spelling, or says what is wrong with it. Blank
// answers are always in order here; Required is checked by Validate.
func canon(f norm.Field, s string) (string, *problem) {
	if s = clean(s); s == "" {
		return "", nil
	}
	switch {
	case numeric(f):
		return canonNumber(f, s)
	case f.Type == "date":
		if d, ok := parseDate(s); ok {
			return d.String(), nil
		}
		return s, bad("form.bad_date")
	case f.Type == "month":
		if m, ok := parseMonth(s); ok {
			return m, nil
		}
		return s, bad("form.bad_month")
	case f.Type == "choice":
		return canonChoice(f, s)
	case f.Type == "phone":
		return canonPhone(s)
	case f.Type == "url":
		return s, checkURL(s)
	}
	return canonText(f, s)
}

func canonText(f norm.Field, s string) (string, *problem) {
	if f.Type != "longtext" {
		s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\t' }), " ")
	}
	if n := utf8.RuneCountInString(s); f.MaxLen > 0 && n > f.MaxLen {
		return s, bad("form.too_long", f.MaxLen, n)
	}
	return s, nil
}

func canonNumber(f norm.Field, s string) (string, *problem) {
	micro, p := parseNumber(f, s)
	if p != nil {
		return s, p
	}
	s = spell(f, big.NewInt(micro))
	if f.People && micro < 0 {
		return s, bad("form.people_negative")
	}
	if low, ok := limit(f.Min); ok && micro < low {
		return s, bad("form.below", Group(spell(f, big.NewInt(low))))
	}
	if high, ok := limit(f.Max); ok && micro > high {
		return s, bad("form.above", Group(spell(f, big.NewInt(high))))
	}
	return s, nil
}

// limit reads a bound of the norm the way it was written there: 0.1 is 0.1.
func limit(v *float64) (int64, bool) {
	if v == nil {
		return 0, false
	}
	micro, p := parseNumber(norm.Field{Type: "decimal"}, strconv.FormatFloat(*v, 'f', -1, 64))
	return micro, p == nil
}

func canonChoice(f norm.Field, s string) (string, *problem) {
	for _, c := range f.Choices {
		if s == c.ID {
			return c.ID, nil
		}
	}
	for _, c := range f.Choices {
		if sameWords(s, c.Title.Zh) || sameWords(s, c.Title.En) || sameWords(s, c.ID) {
			return c.ID, nil
		}
	}
	return s, bad("form.bad_choice")
}

// sameWords compares titles as people copy them: without regard to width,
// case, spaces, and the mark of what is required.
func sameWords(a, b string) bool { return b != "" && words(a) == words(b) }

func words(s string) string {
	s = strings.TrimSuffix(strings.TrimSpace(fold(s)), "*")
	return strings.ToLower(strings.Join(strings.Fields(s), ""))
}

var (
	areaInBrackets = regexp.MustCompile(`\((0\d{2,3})\)`)
	extension      = regexp.MustCompile(`(?i) *(转|分机|ext\.?) *`)
	dashes         = regexp.MustCompile(`[- ]+`)
	landline       = regexp.MustCompile(`^0\d{2,3}-?\d{7,8}(-\d{1,6})?$`)
	localNumber    = regexp.MustCompile(`^[1-9]\d{2,7}(-\d{1,6})?$`)
	mobile         = regexp.MustCompile(`^1[3-9]\d{9}$`)
	freeNumber     = regexp.MustCompile(`^([48]00)(\d{3})(\d{4})$`)
)

// canonPhone reads one or several office telephones, parted by 、 or commas.
func canonPhone(s string) (string, *problem) {
	parts := strings.FieldsFunc(fold(s), func(r rune) bool { return strings.ContainsRune("、,;/\n", r) })
	var out []string
	for _, p := range parts {
		n, ok := onePhone(p)
		if !ok {
			return s, bad("form.bad_phone")
		}
		out = append(out, n)
	}
	if len(out) == 0 {
		return s, bad("form.bad_phone")
	}
	return strings.Join(out, "、"), nil
}

func onePhone(s string) (string, bool) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "+86")
	s = areaInBrackets.ReplaceAllString(s, "$1-")
	s = extension.ReplaceAllString(s, "-")
	s = strings.Trim(dashes.ReplaceAllString(s, "-"), "-")
	digits := strings.ReplaceAll(s, "-", "")
	switch {
	case mobile.MatchString(digits):
		return digits, true
	case freeNumber.MatchString(digits):
		return freeNumber.ReplaceAllString(digits, "$1-$2-$3"), true
	case landline.MatchString(s), localNumber.MatchString(s):
		return s, true
	}
	return "", false
}

func checkURL(s string) *problem {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || len(s) > 2000 {
		return bad("form.bad_url")
	}
	return nil
}
