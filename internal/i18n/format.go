package i18n

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"yangguang/internal/clock"
)

var zhWeekdays = [...]string{"日", "一", "二", "三", "四", "五", "六"}

// Date shows a date as 2026年11月23日, or 23 November 2026.
func Date(ctx context.Context, d clock.Date) string {
	if d.IsZero() {
		return ""
	}
	if LangOf(ctx) == EN {
		return fmt.Sprintf("%d %s %d", d.Day(), d.Month(), d.Year())
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year(), int(d.Month()), d.Day())
}

// DateWeekday is Date with the day of the week, as deadlines are shown.
func DateWeekday(ctx context.Context, d clock.Date) string {
	if d.IsZero() {
		return ""
	}
	if LangOf(ctx) == EN {
		return d.Weekday().String() + " " + Date(ctx, d)
	}
	return Date(ctx, d) + "（星期" + zhWeekdays[d.Weekday()] + "）"
}

// Time shows an instant to the minute in Asia/Shanghai.
func Time(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return Date(ctx, clock.DateOf(t)) + " " + t.In(clock.Shanghai).Format("15:04")
}

// Number groups thousands with commas, the practice of both languages.
func Number(_ context.Context, n int64) string {
	s := strconv.FormatInt(n, 10)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if neg {
		return "-" + s
	}
	return s
}

// Percent shows num of den with one decimal; a dash when there is nothing to
// divide by, since none of nothing is not nought.
func Percent(_ context.Context, num, den int64) string {
	if den == 0 {
		return "—"
	}
	return strconv.FormatFloat(float64(num)*100/float64(den), 'f', 1, 64) + "%"
}
