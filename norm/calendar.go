package norm

import (
	"fmt"
	"slices"

	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/i18n"
)

// Calendar is the working-day calendar deadlines are counted in: one the
// program brings, and the days on which the norm departs from it.
type Calendar struct {
	Base string       `yaml:"base"` // id of the calendar it builds on; "cn" is the nation's
	Rest []RestDays   `yaml:"rest"` // days off under the norm
	Work []WorkingDay `yaml:"work"` // days of rest worked under the norm
}

// RestDays is a run of days off, both ends included.
type RestDays struct {
	From clock.Date `yaml:"from"`
	To   clock.Date `yaml:"to"` // From when left out
	Name i18n.Text  `yaml:"name"`
}

// WorkingDay is a day of rest that is worked.
type WorkingDay struct {
	Date clock.Date `yaml:"date"`
	Name i18n.Text  `yaml:"name"` // what it is worked for
}

// calendars are the ids of the calendars the program brings.
var calendars = []string{"cn"}

// restAtMost is more days than any run of holidays has, in days.
const restAtMost = 31

func (d RestDays) last() clock.Date {
	if d.To.IsZero() {
		return d.From
	}
	return d.To
}

// Days are the norm's departures from its base, one edition a year, as
// calendar.NewKeeper takes them.
func (p *Profile) Days() []calendar.Edition {
	years := map[int]*calendar.Edition{}
	in := func(d clock.Date) *calendar.Edition {
		e, ok := years[d.Year()]
		if !ok {
			e = &calendar.Edition{Norm: p.ID, Year: d.Year(), Version: 1, Source: p.Title.Zh}
			years[d.Year()] = e
		}
		return e
	}
	for _, d := range p.Calendar.Rest {
		e := in(d.From)
		e.Rest = append(e.Rest, calendar.Period{From: d.From, To: d.last(), Name: d.Name})
	}
	for _, d := range p.Calendar.Work {
		e := in(d.Date)
		e.Work = append(e.Work, calendar.Moved{Date: d.Date, Name: d.Name})
	}
	var out []calendar.Edition
	for _, e := range years {
		out = append(out, *e)
	}
	slices.SortFunc(out, func(a, b calendar.Edition) int { return a.Year - b.Year })
	return out
}

func (r *reader) calendar(c Calendar) {
	r.oneOf("calendar.base", c.Base, calendars)
	said := map[clock.Date]string{}
	say := func(path string, d clock.Date) {
		if first, ok := said[d]; ok {
			r.wrong(path, "%s is already said by %s; say it once", d, first)
			return
		}
		said[d] = path
	}
	for i, d := range c.Rest {
		path := fmt.Sprintf("calendar.rest[%d]", i)
		r.text(path+".name", d.Name, true)
		switch days := d.last().Sub(d.From) + 1; {
		case d.From.IsZero():
			r.wrong(path+".from", "the first day off is missing; write it as 2026-11-23")
		case days < 1 || days > restAtMost:
			r.wrong(path+".to", "a run of days off has 1 to %d days, this one %d", restAtMost, days)
		default:
			for n := range days {
				say(path+".from", d.From.AddDays(n))
			}
		}
	}
	for i, d := range c.Work {
		path := fmt.Sprintf("calendar.work[%d]", i)
		r.text(path+".name", d.Name, true)
		if d.Date.IsZero() {
			r.wrong(path+".date", "the day that is worked is missing; write it as 2026-11-23")
			continue
		}
		say(path+".date", d.Date)
	}
}
