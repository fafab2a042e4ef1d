package norm

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/i18n"
)

// Window is one period a periodic category is owed for.
type Window struct {
	Key        string // 2026, 2026H1, 2026Q3, 2026-09
	Title      i18n.Text
	Start, End clock.Date // both included
	Base       clock.Date // the day Category.Within is counted from: End, or Start where the category says so
}

// periodMonths is the length of each periodic period; on_change has none.
var periodMonths = map[string]int{"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}

// Periodic reports whether the category is owed once per period, rather than on change.
func (c Category) Periodic() bool { return periodMonths[c.Period] > 0 }

// Periods returns the windows that touch the days from..to and whose Base lies in the category's validity, oldest
// first. It is empty for on_change.
func (p *Profile) Periods(c Category, from, to clock.Date) []Window {
	n := periodMonths[c.Period]
	if n == 0 || from.IsZero() || to.Before(from) {
		return nil
	}
	var out []Window
	first := (int(from.Month()) - 1) / n * n
	for start := clock.NewDate(from.Year(), time.Month(first+1), 1); !start.After(to); start = start.AddMonths(n) {
		w := p.window(c, n, start)
		if c.ActiveOn(w.Base) {
			out = append(out, w)
		}
	}
	return out
}

func (p *Profile) window(c Category, n int, start clock.Date) Window {
	w := Window{Start: start, End: start.AddMonths(n).AddDays(-1)}
	if w.Base = w.End; c.Since == "start" {
		w.Base = w.Start
	}
	number := (int(start.Month())-1)/n + 1
	switch n {
	case 1:
		w.Key = fmt.Sprintf("%d-%02d", start.Year(), number)
	case 3:
		w.Key = fmt.Sprintf("%dQ%d", start.Year(), number)
	case 6:
		w.Key = fmt.Sprintf("%dH%d", start.Year(), number)
	default:
		w.Key = strconv.Itoa(start.Year())
	}
	t := p.Label("window." + c.Period)
	fill := strings.NewReplacer("{1}", strconv.Itoa(start.Year()), "{2}", strconv.Itoa(number), "{3}", start.Month().String())
	w.Title = i18n.Text{Zh: fill.Replace(t.Zh), En: fill.Replace(t.En)}
	return w
}
