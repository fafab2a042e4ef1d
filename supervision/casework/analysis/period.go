package analysis

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/i18n"
)

// period is some whole months that follow each other.
type period struct{ from, to int }

func (p period) months() int { return ordinal(p.to) - ordinal(p.from) + 1 }

// ordinal counts months from nothing, so that they can be added.
func ordinal(month int) int { return month/100*12 + month%100 - 1 }

func monthAt(ordinal int) int { return ordinal/12*100 + ordinal%12 + 1 }

// addMonths is a month so many later.
func addMonths(month, n int) int { return monthAt(ordinal(month) + n) }

// before is the period of the same length that ends where this begins (环比).
func (p period) before() period {
	n := p.months()
	return period{addMonths(p.from, -n), addMonths(p.to, -n)}
}

// yearBefore is the same months of the year before (同比).
func (p period) yearBefore() period { return period{addMonths(p.from, -12), addMonths(p.to, -12)} }

func (p period) has(month int) bool { return p.from <= month && month <= p.to }

// over answers whether all of the period has passed on a day.
func (p period) over(today clock.Date) bool { return p.to < monthOf(today) }

func (p period) first() clock.Date { return clock.NewDate(p.from/100, time.Month(p.from%100), 1) }

// end is the day after the last.
func (p period) end() clock.Date {
	n := addMonths(p.to, 1)
	return clock.NewDate(n/100, time.Month(n%100), 1)
}

// key is how an address names a period: 2026-11, 2026-q3, 2026.
func (p period) key() string {
	y := strconv.Itoa(p.from / 100)
	switch {
	case p.months() == 12 && p.from%100 == 1:
		return y
	case p.months() == 3:
		return y + "-q" + strconv.Itoa((p.from%100+2)/3)
	}
	return monthKey(p.from)
}

func monthKey(m int) string { return fmt.Sprintf("%04d-%02d", m/100, m%100) }

// parsePeriod reads a period; ok is false for what is none or not begun.
func parsePeriod(s string, today clock.Date) (p period, ok bool) {
	var y, n int
	switch {
	case len(s) == 4:
		y, _ = strconv.Atoi(s)
		p = period{y*100 + 1, y*100 + 12}
	case len(s) == 7 && s[4:6] == "-q":
		y, _ = strconv.Atoi(s[:4])
		n, _ = strconv.Atoi(s[6:])
		if n < 1 || n > 4 {
			return p, false
		}
		p = period{y*100 + n*3 - 2, y*100 + n*3}
	case len(s) == 7 && s[4] == '-':
		y, _ = strconv.Atoi(s[:4])
		n, _ = strconv.Atoi(s[5:])
		if n < 1 || n > 12 {
			return p, false
		}
		p = period{y*100 + n, y*100 + n}
	}
	return p, y >= 2000 && y < 2100 && p.from <= monthOf(today)
}

// said names a period.
func (p period) said(ctx context.Context) string {
	y := strconv.Itoa(p.from / 100)
	switch p.months() {
	case 12:
		return word(ctx, "year", y)
	case 3:
		return word(ctx, "quarter", y, strconv.Itoa((p.from%100+2)/3))
	}
	return word(ctx, "month", y, strconv.Itoa(p.from%100))
}

// choices are the periods offered: the last months, quarters and years.
func choices(today clock.Date, whole bool) (out []period) {
	now := monthOf(today)
	for i := range 13 {
		out = append(out, period{addMonths(now, -i), addMonths(now, -i)})
	}
	if whole {
		return out[1:]
	}
	q := now - (now%100-1)%3
	for i := range 5 {
		out = append(out, period{addMonths(q, -3*i), addMonths(q, -3*i+2)})
	}
	for y := now / 100; y > now/100-3; y-- {
		out = append(out, period{y*100 + 1, y*100 + 12})
	}
	return out
}

func word(ctx context.Context, key string, args ...any) string {
	return i18n.T(ctx, "analysis."+key, args...)
}
