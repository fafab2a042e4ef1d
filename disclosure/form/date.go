package form

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"yangguang/internal/clock"
)

var (
	dateShape  = regexp.MustCompile(`^(\d{4}) *(?:年|[-./]) *(\d{1,2}) *(?:月|[-./]) *(\d{1,2}) *[日号]?$`)
	dateDigits = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	monthShape = regexp.MustCompile(`^(\d{4}) *(?:年|[-./]) *(\d{1,2}) *月?$`)
	monthDigit = regexp.MustCompile(`^(\d{4})(\d{2})$`)
	hanNumeral = regexp.MustCompile(`[〇零○一二三四五六七八九十]+`)
)

// parseDate reads 2026年8月3日, 2026-8-3, 2026.8.3, 2026/8/3, 20260803 and
// 二〇二六年八月三日, in full-width digits too.
func parseDate(s string) (clock.Date, bool) {
	s = plainNumerals(s)
	m := dateShape.FindStringSubmatch(s)
	if m == nil {
		m = dateDigits.FindStringSubmatch(s)
	}
	if m == nil {
		return clock.Date{}, false
	}
	y, _ := strconv.Atoi(m[1])
	mo, _ := strconv.Atoi(m[2])
	d, _ := strconv.Atoi(m[3])
	date, err := clock.ParseDate(fmt.Sprintf("%04d-%02d-%02d", y, mo, d))
	return date, err == nil
}

// parseMonth reads the same spellings without a day, as "2026-08".
func parseMonth(s string) (string, bool) {
	s = plainNumerals(s)
	m := monthShape.FindStringSubmatch(s)
	if m == nil {
		m = monthDigit.FindStringSubmatch(s)
	}
	if m == nil {
		return "", false
	}
	y, _ := strconv.Atoi(m[1])
	mo, _ := strconv.Atoi(m[2])
	date, err := clock.ParseDate(fmt.Sprintf("%04d-%02d-01", y, mo))
	if err != nil {
		return "", false
	}
	return date.String()[:7], true
}

// plainNumerals folds widths and turns Chinese numerals into digits.
func plainNumerals(s string) string {
	return hanNumeral.ReplaceAllStringFunc(strings.TrimSpace(fold(s)), hanNumber)
}

var hanDigits = strings.NewReplacer("〇", "0", "零", "0", "○", "0", "一", "1", "二", "2", "三", "3",
	"四", "4", "五", "5", "六", "6", "七", "7", "八", "8", "九", "9")

// hanNumber reads 二〇二六 digit by digit and 三十一 as tens and ones.
func hanNumber(s string) string {
	tens, ones, ok := strings.Cut(s, "十")
	if !ok {
		return hanDigits.Replace(s)
	}
	if tens == "" {
		tens = "一"
	}
	if ones == "" {
		ones = "〇"
	}
	return hanDigits.Replace(tens + ones)
}

// monthOf is the first day of a month answer.
func monthOf(s string) (time.Time, bool) {
	t, err := time.Parse("2006-01", s)
	return t, err == nil
}
