package privacy

import (
	"testing"
	"time"
)

// TestANumberOfAnOldWorkbookIsShownAsItWasRead: dates as dates, shares as
// shares, and leading zeros kept; all else the plain number.
func TestANumberOfAnOldWorkbookIsShownAsItWasRead(t *testing.T) {
	t.Parallel()
	formats := map[int]string{164: `yyyy"年"m"月"d"日"`, 165: `yyyy-mm-dd hh:mm;@`, 166: `000000`, 167: `0.0%`, 168: `#,##0.00_);[Red](#,##0.00)`, 169: `[$-804]yyyy"年"m"月"`, 170: `"共"0"户"`, 171: `0"days"`}
	s := xlsStyles{own: formats}
	at := map[int]int{}
	for _, n := range []int{0, 9, 10, 14, 20, 57, 164, 165, 166, 167, 168, 169, 170, 171} {
		at[n] = len(s.of)
		s.of = append(s.of, n)
	}
	for _, c := range []struct {
		v      string
		format int
		want   string
	}{
		{"46081", 0, "46081"}, {"0.25", 9, "25%"}, {"0.12345", 10, "12.35%"}, {"46081", 14, "2026-02-28"}, {"0.5", 20, "12:00"}, {"46081", 57, "2026年2月"},
		{"46081", 164, "2026年2月28日"}, {"46081.75", 165, "2026-02-28 18:00"}, {"1234", 166, "001234"}, {"1234567", 166, "1234567"}, {"0.256", 167, "25.6%"},
		{"1234.5", 168, "1234.5"}, {"46081", 169, "2026年2月"}, {"12", 170, "12"}, {"12", 171, "12"}, {"-3", 14, "-3"}, {"99999999", 14, "99999999"}, {"1", 14, "1900-01-01"}, {"文字", 14, "文字"},
	} {
		if got := s.shown(c.v, at[c.format]); got != c.want {
			t.Errorf("%s as %q: %q, want %q", c.v, formats[c.format], got, c.want)
		}
	}
	if got := s.shown("5", 99); got != "5" {
		t.Errorf("a style nobody defined: %q", got)
	}
	s.from = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	if got := s.shown("0", at[14]); got != "1904-01-01" {
		t.Errorf("day 0 of 1904: %q", got)
	}
}
