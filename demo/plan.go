package demo

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"

	"yangguang/disclosure"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/norm"
)

// job is one item on its way.
type job struct {
	entry
	unit    *unit
	on      clock.Date // the day it is written, reviewed and published
	period  string
	text    disclosure.Text
	words   *strings.Replacer
	item    int64
	version int64
	after   laterText // with of: what happens to another
	of      *job
}

// plan lays every item on its day.
func (w *world) plan(ctx context.Context) error {
	cal, err := w.Disclosure.Calendars.For(ctx, int64(County))
	if err != nil {
		return err
	}
	w.days = map[clock.Date][]*job{}
	for _, u := range w.order {
		for i := range w.texts.Entries {
			e := &w.texts.Entries[i]
			if e.isFor(u) {
				w.planEntry(cal, u, *e)
			}
		}
		for i := range w.texts.Series {
			e := &w.texts.Series[i]
			if e.isFor(u) {
				w.planSeries(cal, u, *e)
			}
		}
	}
	return w.planErrands(cal)
}

// isFor answers whether a unit writes the entry.
func (e *entry) isFor(u *unit) bool {
	switch e.For {
	case "show-township":
		return u.show() && u.plan.Kind == "township"
	case "show-village":
		return u.show() && u.plan.Kind == "village"
	case "lent-village":
		return strings.HasSuffix(u.key, "100002")
	}
	return e.For == u.key || e.For == u.plan.Kind
}

// dice is chance that depends on nothing but the seed and the words.
func (w *world) dice(words ...string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.Join(words, "\x00")))
	return rand.New(rand.NewPCG(w.Seed, h.Sum64()))
}

func (w *world) planEntry(cal *calendar.Calendar, u *unit, e entry) {
	r := w.dice(u.key, e.Category, e.Title)
	if r.IntN(100) < e.Skip {
		return
	}
	for _, on := range w.daysOf(e.On) {
		if e.Spread > 0 {
			on = on.AddDays(r.IntN(e.Spread))
		}
		j := &job{entry: e, unit: u, on: workday(cal, on)}
		if j.on.After(w.span.last) || !w.lasts(u, j.on) {
			continue
		}
		j.period = periodOf(e.Period, j.on)
		w.put(cal, j)
	}
}

// daysOf reads when an entry is written.
func (w *world) daysOf(on string) []clock.Date {
	if n, err := strconv.Atoi(on); err == nil {
		return []clock.Date{w.dayOf(n)}
	}
	var out []clock.Date
	for y := w.span.opened.Year(); y <= w.span.last.Year(); y++ {
		d, err := clock.ParseDate(fmt.Sprintf("%d-%s", y, on))
		if err == nil && !d.Before(w.span.opened) && !d.After(w.span.last) {
			out = append(out, d)
		}
	}
	return out
}

// workday is the day itself, or the nearest working day before it.
func workday(cal *calendar.Calendar, d clock.Date) clock.Date {
	for range 15 {
		if ok, _ := cal.Workday(d); ok {
			return d
		}
		d = d.AddDays(-1)
	}
	return d
}

func periodOf(kind string, on clock.Date) string {
	switch kind {
	case "year":
		return strconv.Itoa(on.Year())
	case "quarter":
		return fmt.Sprintf("%dQ%d", on.Year(), (int(on.Month())+2)/3)
	case "last_year":
		return strconv.Itoa(on.Year() - 1)
	}
	return ""
}

// put lays a job and what happens to it afterwards on their days.
func (w *world) put(cal *calendar.Calendar, j *job) {
	w.days[j.on] = append(w.days[j.on], j)
	for _, l := range j.Later {
		on := workday(cal, j.on.AddDays(l.After))
		if l.After < 0 { // so many days before today
			on = workday(cal, w.span.today.AddDays(l.After))
		}
		if on.After(w.span.last) || !on.After(j.on) {
			continue
		}
		w.days[on] = append(w.days[on], &job{entry: j.entry, unit: j.unit, on: on, after: l, of: j})
	}
}

// planSeries lays one item for each period that ended since the founding:
// mostly in time, some late, some never.
func (w *world) planSeries(cal *calendar.Calendar, u *unit, e entry) {
	c := w.Disclosure.Norm.Category(e.Category)
	for _, p := range w.Disclosure.Norm.Periods(*c, w.span.founded, w.span.today) {
		if p.End.Before(w.span.founded) || !p.End.Before(w.span.today) {
			continue
		}
		due := cal.Deadline(p.Base, catalogue.SpanOf(*c), nil).Due
		on, ok := w.when(u, e, p, due)
		if !ok {
			continue
		}
		j := &job{entry: e, unit: u, on: workday(cal, on), period: p.Key}
		if !j.on.After(p.End) {
			j.on = w.nextWorkday(cal, p.End)
		}
		j.Formed = max(1, min(5, j.on.Sub(p.End)))
		if j.on.After(w.span.last) || j.on.Before(w.span.opened) || !w.lasts(u, j.on) {
			continue
		}
		if e.Hold != "" && u.show() && w.span.today.Sub(p.End) < 92 { // already overdue, or soon
			j.Stop, j.on = e.Hold, workday(cal, w.span.last)
		}
		w.figures(j, p)
		w.put(cal, j)
	}
}

func (w *world) nextWorkday(cal *calendar.Calendar, d clock.Date) clock.Date {
	for d = d.AddDays(1); ; d = d.AddDays(1) {
		if ok, _ := cal.Workday(d); ok {
			return d
		}
	}
}

// when is the day a unit publishes for a period; not at all for some. Units
// and townships differ in diligence, so that a map of them shows something.
func (w *world) when(u *unit, e entry, p norm.Window, due clock.Date) (clock.Date, bool) {
	r := w.dice(u.key, e.Category, p.Key)
	lazy := 0.0
	if !u.show() && u.plan.Kind != "authority" {
		lazy = 0.02 + 0.10*w.dice("lazy", u.Division.At(4).Short()).Float64() + 0.08*w.dice("lazy", u.key).Float64()
	}
	first := p.End.AddDays(4)
	if first.Before(w.span.opened) {
		first = w.span.opened
	}
	switch x := r.Float64(); {
	case x < lazy*0.6:
		return clock.Date{}, false
	case x < lazy*1.8:
		return due.AddDays(2 + r.IntN(25)), true
	}
	return first.AddDays(r.IntN(max(1, due.Sub(first)))), true
}
