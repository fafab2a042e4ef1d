package analysis

import (
	"context"
	"math"
	"slices"
	"strconv"

	"yangguang/internal/clock"
	"yangguang/internal/i18n"
)

// Version numbers the definitions. A change of one is a new version, said on
// the page of definitions.
const Version = "1"

// few is of how many a percentage says something; below it both counts are
// shown, and there is no band.
const few = 30

// indicator is a rate as it is defined: what is counted of what, never an
// average of averages. On roll-up both counts are added and it is divided anew.
type indicator struct {
	id       string
	num, den measure
	dim      string // kept by day: days that are not over are left out
	good     bool   // more is better
	top, mid int64  // per cent from which a place is in the first band, the second
}

// indicators are the rates the pages show, in their order.
var indicators = []indicator{
	{"ontime", ontime, due, byDue, true, 95, 80},
	{"reached", reached, asked, byAll, true, 90, 70},
	{"solved", solved, reached, byAll, true, 85, 70},
	{"satisfied", satisfied, reached, byAll, true, 85, 70},
	{"upheld", upheld, objected, byAll, false, 0, 0},
	{"reopened", reopened, replied, byAll, false, 0, 0},
	{"kept", promiseKept, promiseDue, byPromise, true, 95, 80},
}

func indicatorOf(id string) *indicator {
	i := slices.IndexFunc(indicators, func(x indicator) bool { return x.id == id })
	if i < 0 {
		return nil
	}
	return &indicators[i]
}

// rate is an indicator of one place and period.
type rate struct{ num, den int64 }

// shown tells a rate: a percentage; of a few the two counts; n/a of nothing.
func (r rate) shown(ctx context.Context) string {
	switch {
	case r.den == 0:
		return word(ctx, "na")
	case r.den < few:
		return word(ctx, "of", r.num, r.den)
	}
	return i18n.Percent(ctx, r.num, r.den)
}

// wilson is the 95 % interval of a rate: where it would lie in the long run if
// the same office went on as it did. Unlike the usual one it never leaves 0 to
// 1 and holds for few and for extreme rates.
func (r rate) wilson() (lo, hi float64) {
	if r.den == 0 {
		return 0, 1
	}
	const z = 1.959963984540054
	n := float64(r.den)
	p := float64(r.num) / n
	mid := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return math.Max(0, mid-half), math.Min(1, mid+half)
}

// interval says the interval in words.
func (r rate) interval(ctx context.Context) string {
	if r.den == 0 {
		return ""
	}
	lo, hi := r.wilson()
	return word(ctx, "interval", decimal(lo*100), decimal(hi*100))
}

// The bands of a place. None is ranked within its band.
const (
	bandNone = "none"
	bandGood = "good"
	bandFair = "late"
	bandPoor = "bad"
)

// band is where a place stands by the whole of its interval: it is in a lower
// band only when chance does not explain it, so that equal offices share one.
func (x indicator) band(r rate) string {
	if !x.good || r.den < few {
		return bandNone
	}
	_, hi := r.wilson()
	switch {
	case hi*100 >= float64(x.top):
		return bandGood
	case hi*100 >= float64(x.mid):
		return bandFair
	}
	return bandPoor
}

// change compares two counts: per cent more or less, n/a where there was
// nothing or the former has not been kept.
func change(ctx context.Context, now, before int64) string {
	if before == 0 {
		return word(ctx, "na")
	}
	d := float64(now-before) * 100 / float64(before)
	switch {
	case d > 0:
		return word(ctx, "more", decimal(d))
	case d < 0:
		return word(ctx, "less", decimal(-d))
	}
	return word(ctx, "same")
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// duration is how long it takes from acceptance to the first reply, of the
// matters accepted in a period.
type duration struct {
	Took map[int]int64 // of those replied to, by days
	Open map[int]int64 // of those still open, by the days they have been waiting
}

// durationOf reads it from sums: who began on which day and has no reply yet
// waits since then.
func durationOf(t tally, scope int64, p period, today clock.Date) duration {
	d := duration{map[int]int64{}, map[int]int64{}}
	for k, v := range t {
		if k.scope != scope || !p.has(k.month) {
			continue
		}
		switch k.dim {
		case byTook:
			if days, err := strconv.Atoi(k.value); err == nil {
				d.Took[days] += v[finished]
			}
		case byStart:
			if on, err := clock.ParseDate(k.value); err == nil {
				if n := v[cohort] - v[finished]; n != 0 {
					d.Open[max(0, today.Sub(on))] += n
				}
			}
		}
	}
	return d
}

func total(m map[int]int64) (n int64) {
	for _, v := range m {
		n += v
	}
	return n
}

// median is the time after which half of the matters have their reply, by
// Kaplan and Meier: the open ones count as long as they have waited, so that an
// office does not look quick because its slow cases are not over. ok is false
// while fewer than half of them have a reply.
//
// Where the curve lies flat at exactly one half, the median is the middle of
// that stretch, as it is of an even number of numbers. Of five matters replied
// to in 1 day and five in 9 (allowed: 2), it is so 5 and not 1; programs that
// average only what was in time say 1.
func (d duration) median() (days float64, ok bool) {
	atRisk := total(d.Took) + total(d.Open)
	if atRisk == 0 {
		return 0, false
	}
	var times []int
	for t := range d.Took {
		times = append(times, t)
	}
	for t := range d.Open {
		if _, both := d.Took[t]; !both {
			times = append(times, t)
		}
	}
	slices.Sort(times)
	const near = 1e-9
	alive, flat, from := 1.0, false, 0
	for _, t := range times {
		if n := d.Took[t]; n > 0 {
			if flat {
				return float64(from+t) / 2, true
			}
			alive *= 1 - float64(n)/float64(atRisk)
			switch {
			case alive < 0.5-near:
				return float64(t), true
			case alive < 0.5+near:
				flat, from = true, t
			}
		}
		atRisk -= d.Took[t] + d.Open[t] // what was open so long is out after the replies of that day
	}
	return float64(from), flat
}

// mean is of those replied to, late ones and all, with how many they are. It
// leaves out the open ones and is shown beside the median for that reason only.
func (d duration) mean() (days float64, n int64) {
	sum := int64(0)
	for t, v := range d.Took {
		sum += int64(t) * v
		n += v
	}
	if n == 0 {
		return 0, 0
	}
	return float64(sum) / float64(n), n
}
