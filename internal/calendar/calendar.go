package calendar

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sort"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/i18n"
)

// Kind says why a day is worked or not.
type Kind string

// The kinds of day.
const (
	Weekday      Kind = "weekday"       // Monday to Friday
	Weekend      Kind = "weekend"       // Saturday or Sunday
	Holiday      Kind = "holiday"       // rest by the nation's notice
	MovedWorkday Kind = "moved_workday" // a weekend day worked by the nation's notice (调休上班)
	LocalHoliday Kind = "local_holiday" // rest by a division's own notice
	LocalWorkday Kind = "local_workday" // a weekend day worked by a division's own notice
	NormHoliday  Kind = "norm_holiday"  // rest by the norm the installation serves
	NormWorkday  Kind = "norm_workday"  // a weekend day worked by that norm
)

// Reason is why a day is worked or not, in words a citizen can check.
type Reason struct {
	Kind        Kind
	Name        i18n.Text // the holiday, for the kinds that have one
	Notice      string    // the notice's number; "" when not recorded or not needed
	Division    int64     // whose notice
	Provisional bool      // a notice still to come may change it: the year's own, or in late December the next year's
}

// own answers whether others than the nation say so.
func (r Reason) own() bool {
	return r.Division != 0 || r.Kind == NormHoliday || r.Kind == NormWorkday
}

// Calendar answers for one division which days are worked. It is immutable and
// safe for use by many at once.
//
// Only the days that depart from the plain week are kept, with running counts
// beside them, so that counting and adding working days cost a binary search
// however long the period.
type Calendar struct {
	days     []departure  // sorted by n
	covered  map[int]bool // years whose national notice is loaded
	hours    []Hours      // sorted by From
	editions []Edition
	version  string
}

// departure is a day about which some notice says something.
type departure struct {
	n      int // days since epoch
	worked bool
	reason Reason
	shift  int // working days gained (or lost, negative) up to and including this day
	count  int // working days up to and including this day
}

// epoch is a Monday before every date the house accepts.
var epoch = clock.MustDate("1900-01-01")

const lastYear = 2200 // as clock.ParseDate

// fixed are the holidays known without a notice: 全国年节及纪念日放假办法.
var fixed = []struct {
	month time.Month
	day   int
	name  string
}{
	{time.January, 1, "new_year"}, {time.May, 1, "labour"},
	{time.October, 1, "national"}, {time.October, 2, "national"}, {time.October, 3, "national"},
}

// New composes a calendar from the editions of a chain of divisions, the nation
// first and the nearest last; the nearest that speaks of a day wins.
func New(chain ...[]Edition) *Calendar {
	c := &Calendar{covered: map[int]bool{}}
	byDay := map[int]departure{}
	for _, editions := range chain {
		sorted := slices.Clone(editions)
		slices.SortFunc(sorted, func(a, b Edition) int { return a.Year - b.Year })
		for _, e := range sorted {
			c.lay(byDay, e)
		}
		c.layHours(sorted)
	}
	for year := epoch.Year(); year <= lastYear; year++ {
		if !c.covered[year] {
			provisional(byDay, year)
		}
	}
	c.count(byDay)
	c.version = digest(c.editions)
	return c
}

// lay puts an edition over what broader or earlier editions said.
func (c *Calendar) lay(byDay map[int]departure, e Edition) {
	rest, work := Holiday, MovedWorkday
	switch {
	case e.Norm != "":
		rest, work = NormHoliday, NormWorkday
	case e.Division != 0:
		rest, work = LocalHoliday, LocalWorkday
	default:
		c.covered[e.Year] = true
	}
	because := func(k Kind, name i18n.Text, own string) Reason {
		if own == "" {
			own = e.Notice
		}
		return Reason{Kind: k, Name: name, Notice: own, Division: e.Division}
	}
	for _, p := range e.Rest {
		for n := p.From.Sub(epoch); n <= p.To.Sub(epoch); n++ {
			byDay[n] = departure{n: n, reason: because(rest, p.Name, p.Notice)}
		}
	}
	for _, m := range e.Work {
		n := m.Date.Sub(epoch)
		byDay[n] = departure{n: n, worked: true, reason: because(work, m.Name, m.Notice)}
	}
	c.editions = append(c.editions, e)
}

// layHours replaces the hours of broader divisions from the first day for which
// this division keeps its own.
func (c *Calendar) layHours(layer []Edition) {
	var own []Hours
	for _, e := range layer {
		own = append(own, e.Hours...)
	}
	if len(own) == 0 {
		return
	}
	slices.SortStableFunc(own, func(a, b Hours) int { return a.From.Compare(b.From) })
	c.hours = slices.DeleteFunc(c.hours, func(h Hours) bool { return !h.From.Before(own[0].From) })
	c.hours = append(c.hours, own...)
}

// provisional fills a year without a notice with the fixed-date holidays, where
// no local notice speaks of the day.
func provisional(byDay map[int]departure, year int) {
	for _, f := range fixed {
		n := clock.NewDate(year, f.month, f.day).Sub(epoch)
		if _, said := byDay[n]; !said {
			byDay[n] = departure{n: n, reason: Reason{Kind: Holiday, Name: knownNames[f.name]}}
		}
	}
}

// count sorts the departures and lays the running counts beside them.
func (c *Calendar) count(byDay map[int]departure) {
	for _, d := range byDay {
		c.days = append(c.days, d)
	}
	slices.SortFunc(c.days, func(a, b departure) int { return a.n - b.n })
	shift := 0
	for i := range c.days {
		d := &c.days[i]
		switch plain := isWeekday(d.n); {
		case d.worked && !plain:
			shift++
		case !d.worked && plain:
			shift--
		}
		d.shift = shift
		d.count = weekdays(d.n) + shift
	}
}

func isWeekday(n int) bool { return ((n%7)+7)%7 < 5 } // epoch is a Monday

// weekdays counts Mondays to Fridays from epoch up to and including day n.
func weekdays(n int) int {
	week, day := (n+1)/7, (n+1)%7
	if day < 0 {
		week, day = week-1, day+7
	}
	return week*5 + min(day, 5)
}

// find is the index of the first departure after day n.
func (c *Calendar) find(n int) int {
	return sort.Search(len(c.days), func(i int) bool { return c.days[i].n > n })
}

// upTo counts working days from epoch up to and including day n.
func (c *Calendar) upTo(n int) int {
	if i := c.find(n); i > 0 {
		return weekdays(n) + c.days[i-1].shift
	}
	return weekdays(n)
}

// nth is the first day with which the count of working days reaches k.
func (c *Calendar) nth(k int) int {
	i := sort.Search(len(c.days), func(i int) bool { return c.days[i].count >= k })
	plain := k
	if i > 0 {
		plain -= c.days[i-1].shift
	}
	week, day := (plain-1)/5, (plain-1)%5
	if day < 0 {
		week, day = week-1, day+5
	}
	n := week*7 + day
	if i < len(c.days) && c.days[i].n < n {
		return c.days[i].n
	}
	return n
}

// Workday answers whether a day is worked, and why.
func (c *Calendar) Workday(d clock.Date) (bool, Reason) {
	n := d.Sub(epoch)
	if i := c.find(n); i > 0 && c.days[i-1].n == n {
		r := c.days[i-1].reason
		if r.Provisional = c.unsettled(d); r.own() { // what a division or norm says of its own day, the nation's next notice leaves
			r.Provisional = !c.covered[d.Year()]
		}
		return c.days[i-1].worked, r
	}
	r := Reason{Kind: Weekend, Provisional: c.unsettled(d)}
	if isWeekday(n) {
		r.Kind = Weekday
	}
	return r.Kind == Weekday, r
}

// Due is a day that was computed, and whether a notice still to come may move it.
type Due struct {
	Date        clock.Date
	Provisional bool
}

// AddWorkingDays is the n-th working day after start, which is day 0; with a
// negative n, the working day from which n working days lead to start.
func (c *Calendar) AddWorkingDays(start clock.Date, n int) Due {
	due := start
	if n != 0 {
		due = epoch.AddDays(c.nth(c.upTo(start.Sub(epoch)) + n))
	}
	return Due{Date: due, Provisional: c.provisional(start, due)}
}

// WorkingDaysBetween counts the working days after a, up to and including b;
// negative when b comes first.
func (c *Calendar) WorkingDaysBetween(a, b clock.Date) int {
	return c.upTo(b.Sub(epoch)) - c.upTo(a.Sub(epoch))
}

// provisional answers whether the days between a and b touch a year whose
// notice is not loaded.
func (c *Calendar) provisional(a, b clock.Date) bool {
	if b.Before(a) {
		a, b = b, a
	}
	for y := a.Year(); y <= b.Year(); y++ {
		if !c.covered[y] {
			return true
		}
		end := clock.NewDate(y, time.December, 31)
		if c.unsettled(end) && !b.Before(lastDays(y)) && !a.After(end) {
			return true
		}
	}
	return false
}

// lastDays is the day of a year from which the next year's notice may speak of
// it: New Year's Day has taken days since the 29th of December (2007, 2018) and
// a week more is no guess one should rely on.
func lastDays(year int) clock.Date { return clock.NewDate(year, time.December, 25) }

// unsettled answers whether a notice still to come may make a day worked or
// not: its year's, or at the end of December the next year's.
func (c *Calendar) unsettled(d clock.Date) bool {
	y := d.Year()
	return !c.covered[y] || !d.Before(lastDays(y)) && !c.covered[y+1]
}

// Covers answers whether the nation's notice of a year is loaded.
func (c *Calendar) Covers(year int) bool { return c.covered[year] }

// Editions lists what the calendar was composed from, the nation first.
func (c *Calendar) Editions() []Edition { return slices.Clone(c.editions) }

// Version is a short digest of everything the calendar was composed from. It is
// stored beside a computed deadline: a deadline with another version is stale.
func (c *Calendar) Version() string { return c.version }

func digest(es []Edition) string {
	h := sha256.New()
	for _, e := range es {
		h.Write(e.Encode())
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}
