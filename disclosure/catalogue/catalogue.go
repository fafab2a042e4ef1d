package catalogue

import (
	"yangguang/agency"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/norm"
)

// Catalogue computes obligations from the norm and the calendar.
type Catalogue struct {
	Norm      *norm.Profile
	Calendars *calendar.Keeper
}

// Due is one obligation as it stands: the period owed now, and how the ones
// before it were met.
type Due struct {
	Province             int
	Agency               int64
	Category             string
	Kind                 agency.Kind
	Region               agency.Code
	Period               string     // "2026Q3"; "" for what is owed on formation or change
	OpensOn              clock.Date // from when it can be met
	DueOn                clock.Date // the last day in time
	RollsOn              clock.Date // when the next period becomes the one owed
	MetOn                clock.Date // no date while unmet
	Item                 int64
	OnTime, Late, Missed int
	Since                clock.Date // from when its counters count
}

// Overdue answers whether the obligation is past its day and unmet.
func (x Due) Overdue(today clock.Date) bool { return x.MetOn.IsZero() && x.DueOn.Before(today) }

// MetLate answers whether it was met after its day.
func (x Due) MetLate() bool { return !x.MetOn.IsZero() && x.MetOn.After(x.DueOn) }

// owed answers whether a category makes an obligation of the agency's own:
// inherited ones are shown from above, optional ones are never missing.
func owed(c norm.Category) bool { return !c.Inherited && !c.Optional }

// Sync gives an agency the rows its catalogue asks for today, their last days
// by the calendars as they stand, and drops rows of categories no longer owed. The reader of a retired category still finds
// what was published.
func (c *Catalogue) Sync(tx *db.Tx, u agency.Agency) error {
	return changing(tx, u, func() error { return c.sync(tx, u) })
}

func (c *Catalogue) sync(tx *db.Tx, u agency.Agency) error {
	today := clock.DateOf(tx.Now)
	have, err := c.Of(tx, u)
	if err != nil {
		return err
	}
	byCategory := map[string]Due{}
	for _, x := range have {
		byCategory[x.Category] = x
	}
	if cg := c.Norm.Catalogue(string(u.Kind)); cg != nil && u.State == agency.Active {
		for _, cat := range cg.ActiveOn(today) {
			if !owed(cat) {
				continue
			}
			if x, ok := byCategory[cat.ID]; ok {
				delete(byCategory, cat.ID)
				if x.Region != u.Division { // the agency moved
					if err := moveDue(tx, u, cat.ID); err != nil {
						return err
					}
				}
				if err := c.redate(tx, u, cat, x); err != nil {
					return err
				}
				continue
			}
			x, ok, err := c.first(tx, u, cat, today)
			if err != nil {
				return err
			}
			if !ok { // its first period is still to come
				continue
			}
			if x, err = c.state(tx, u, x); err != nil {
				return err
			}
			if err := insertDue(tx, u, x); err != nil {
				return err
			}
		}
	}
	for id := range byCategory {
		if err := deleteDue(tx, u, id); err != nil {
			return err
		}
	}
	return nil
}

// redate counts the last day of an obligation still open anew: a calendar
// published meanwhile may have moved it.
func (c *Catalogue) redate(tx *db.Tx, u agency.Agency, cat norm.Category, x Due) (err error) {
	if !x.MetOn.IsZero() {
		return nil
	}
	due := x.DueOn
	if !cat.Periodic() {
		due, err = c.within(tx, u, cat, x.OpensOn)
	} else if w, ok := c.window(cat, x.Period, x.OpensOn); ok {
		due, err = c.dueOfWindow(tx, u, cat, w)
	}
	if err != nil || due == x.DueOn {
		return err
	}
	x.DueOn = due
	return updateDue(tx, x)
}

// first is the obligation an agency begins with: for periods, the latest one
// that has come due and did not end before there was an agency; else the
// founding of the agency itself.
func (c *Catalogue) first(tx *db.Tx, u agency.Agency, cat norm.Category, today clock.Date) (x Due, ok bool, err error) {
	x = Due{Province: u.Division.Province(), Agency: u.ID, Category: cat.ID, Kind: u.Kind, Region: u.Division}
	from := c.since(u, cat, today)
	if !cat.Periodic() {
		due, err := c.within(tx, u, cat, from)
		x.OpensOn, x.DueOn, x.Since = from, due, from
		return x, err == nil, err
	}
	ws := c.Norm.Periods(cat, today.AddMonths(-13), today.AddMonths(13))
	i := -1
	for k, w := range ws {
		if !w.Base.After(today) && !w.End.Before(from) {
			i = k
		}
	}
	if i < 0 {
		return x, false, nil
	}
	x.Since = ws[i].Start
	x, err = c.fill(tx, u, cat, x, ws, i)
	return x, err == nil, err
}

// since is from when an agency owes a category: both must exist, and the norm
// be in force. An agency whose founding is not known owes from today on.
func (c *Catalogue) since(u agency.Agency, cat norm.Category, today clock.Date) clock.Date {
	if u.FoundedOn.IsZero() {
		return today
	}
	from := u.FoundedOn
	for _, d := range []clock.Date{cat.ValidFrom, c.Norm.ValidFrom} {
		if from.Before(d) {
			from = d
		}
	}
	return from
}

// fill sets a row to the i-th window.
func (c *Catalogue) fill(tx *db.Tx, u agency.Agency, cat norm.Category, x Due, ws []norm.Window, i int) (Due, error) {
	due, err := c.dueOfWindow(tx, u, cat, ws[i])
	if err != nil {
		return x, err
	}
	x.Period, x.OpensOn, x.DueOn, x.RollsOn = ws[i].Key, ws[i].Start, due, clock.Date{}
	if i+1 < len(ws) {
		x.RollsOn = ws[i+1].Base.AddDays(1)
	}
	return x, nil
}

// dueOfWindow is the last day in time for a period; whoever was founded within
// it has as long from that day.
func (c *Catalogue) dueOfWindow(tx *db.Tx, u agency.Agency, cat norm.Category, w norm.Window) (clock.Date, error) {
	base := w.Base
	if from := c.since(u, cat, base); from.After(base) {
		base = from
	}
	return c.within(tx, u, cat, base)
}

// within is the last day in time, counted from day 0 in the calendar of the
// agency's place.
func (c *Catalogue) within(tx *db.Tx, u agency.Agency, cat norm.Category, from clock.Date) (clock.Date, error) {
	cal, err := c.Calendars.In(tx, int64(u.Division))
	if err != nil {
		return clock.Date{}, err
	}
	return cal.Deadline(from, SpanOf(cat), nil).Due, nil
}

// SpanOf is the category's time as the calendar counts it.
func SpanOf(cat norm.Category) calendar.Span {
	return calendar.Span{N: cat.Within.N, Unit: calendar.Unit(cat.Within.Unit), Roll: cat.Within.Unit != string(calendar.WorkingDays)}
}

// DueOf is the last day on which publishing for a period, or something formed
// on a day, is in time; no date when neither is known.
func (c *Catalogue) DueOf(tx *db.Tx, u agency.Agency, category, period string, formed clock.Date) (clock.Date, error) {
	cat := c.Norm.Category(category)
	if cat == nil {
		return clock.Date{}, nil
	}
	if w, ok := c.window(*cat, period, clock.DateOf(tx.Now)); ok {
		return c.dueOfWindow(tx, u, *cat, w)
	}
	if cat.Periodic() || formed.IsZero() {
		return clock.Date{}, nil
	}
	return c.within(tx, u, *cat, formed)
}

// window finds a period by its key among the last ten years and the next.
func (c *Catalogue) window(cat norm.Category, key string, today clock.Date) (norm.Window, bool) {
	if key == "" {
		return norm.Window{}, false
	}
	for _, w := range c.Norm.Periods(cat, today.AddMonths(-120), today.AddMonths(13)) {
		if w.Key == key {
			return w, true
		}
	}
	return norm.Window{}, false
}

// Window is the period a key names.
func (c *Catalogue) Window(category, key string, today clock.Date) (norm.Window, bool) {
	cat := c.Norm.Category(category)
	if cat == nil {
		return norm.Window{}, false
	}
	return c.window(*cat, key, today)
}

// Met notes that an item was published. The row and its counters are stated
// anew from what is published, so that no order of events can make them wrong.
func (c *Catalogue) Met(tx *db.Tx, u agency.Agency, category, period string, item int64, on, formed clock.Date) error {
	return c.restate(tx, u, category)
}

// Unmet notes that an item was taken down: another published one of the same
// period keeps the obligation met, else it is owed again.
func (c *Catalogue) Unmet(tx *db.Tx, u agency.Agency, category, period string, item int64) error {
	return c.restate(tx, u, category)
}

func (c *Catalogue) restate(tx *db.Tx, u agency.Agency, category string) error {
	return changing(tx, u, func() error {
		x, err := find(tx, u, category)
		if fault.Is(err, fault.NotFound) {
			return nil // optional, inherited or retired: nothing is owed
		}
		if err != nil {
			return err
		}
		if x, err = c.state(tx, u, x); err != nil {
			return err
		}
		return updateDue(tx, x)
	})
}
