package catalogue

import (
	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/norm"
)

// state sets what a row says of the past and of now from the items published:
// nothing is counted up or down, so a take-down, a late publication and a run
// repeated all end in the same figures.
func (c *Catalogue) state(tx *db.Tx, u agency.Agency, x Due) (Due, error) {
	cat := c.Norm.Category(x.Category)
	if cat == nil {
		return x, nil
	}
	if !cat.Periodic() {
		return c.stateOnChange(tx, u, *cat, x)
	}
	return c.statePeriods(tx, u, *cat, x)
}

// statePeriods counts each period from Since to the one owed now: in time,
// late, or missed when the next had begun without it.
func (c *Catalogue) statePeriods(tx *db.Tx, u agency.Agency, cat norm.Category, x Due) (Due, error) {
	first, err := firstOfPeriods(tx, u, x.Category)
	if err != nil {
		return x, err
	}
	byPeriod := map[string]firstPublished{}
	for _, f := range first {
		byPeriod[f.period] = f
	}
	x.OnTime, x.Late, x.Missed, x.MetOn, x.Item = 0, 0, 0, clock.Date{}, 0
	for _, w := range c.Norm.Periods(cat, x.Since, x.OpensOn) {
		f, ok := byPeriod[w.Key]
		if !ok {
			if w.Key != x.Period {
				x.Missed++
			}
			continue
		}
		due, err := c.dueOfWindow(tx, u, cat, w)
		if err != nil {
			return x, err
		}
		if f.on.After(due) {
			x.Late++
		} else {
			x.OnTime++
		}
		if w.Key == x.Period {
			x.MetOn, x.Item = f.on, f.item
		}
	}
	return x, nil
}

// stateOnChange counts each thing published by whether it came out within its
// time of being formed or changed. The row stands for the latest of them; as
// long as there is none, for the founding.
func (c *Catalogue) stateOnChange(tx *db.Tx, u agency.Agency, cat norm.Category, x Due) (Due, error) {
	t, err := tallyOf(tx, u, x.Category)
	if err != nil {
		return x, err
	}
	x.OnTime, x.Late = t.onTime, t.late
	last, ok, err := lastPublished(tx, u, x.Category)
	if err != nil {
		return x, err
	}
	x.MetOn, x.Item, x.OpensOn = clock.Date{}, 0, x.Since
	if ok {
		x.MetOn, x.Item, x.OpensOn = last.on, last.item, last.formed
	}
	x.DueOn, err = c.within(tx, u, cat, x.OpensOn)
	return x, err
}
