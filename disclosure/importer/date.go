package importer

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"yangguang/internal/clock"
)

var days = regexp.MustCompile(`((?:19|20)\d{2})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})`)

// FindDate is the first day a text names: 2023年5月6日, 2023-05-06, 2023/5/6,
// 2023.5.6, 20230506, or a feed's "Sat, 06 May 2023 10:00:00 +0800".
func FindDate(s string) (clock.Date, bool) {
	s = norm.NFKC.String(s)
	if m := days.FindStringSubmatch(s); m != nil {
		return civil(m[1], m[2], m[3])
	}
	s = strings.TrimSpace(s)
	if len(s) >= 8 && allDigits(s[:8]) && (len(s) == 8 || len(s) == 14 && allDigits(s)) {
		return civil(s[:4], s[4:6], s[6:8])
	}
	for _, layout := range []string{time.RFC1123Z, time.RFC1123, time.RFC822Z, time.RFC822, "Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST", "2 Jan 2006", "Jan 2, 2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return clock.DateOf(t), true
		}
	}
	return clock.Date{}, false
}

// instant reads a feed's time, so that its day is the day in Shanghai.
func instant(s string) (clock.Date, bool) {
	if t, err := time.Parse(time.RFC3339, strings.TrimSpace(s)); err == nil {
		return clock.DateOf(t), true
	}
	return FindDate(s)
}

func civil(y, m, d string) (clock.Date, bool) {
	var year, month, day int
	if _, err := fmt.Sscanf(y+" "+m+" "+d, "%d %d %d", &year, &month, &day); err != nil {
		return clock.Date{}, false
	}
	out, err := clock.ParseDate(fmt.Sprintf("%04d-%02d-%02d", year, month, day))
	return out, err == nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
