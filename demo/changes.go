package demo

import (
	"context"
	"fmt"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// ends is the day a unit is merged into another; no date when it lasts.
func (w *world) ends(u *unit) clock.Date {
	if u.plan.MergedInto == "" {
		return clock.Date{}
	}
	return w.span.opened.AddDays(u.plan.ChangedOn)
}

// lasts answers whether a unit still publishes on a day.
func (w *world) lasts(u *unit, on clock.Date) bool {
	end := w.ends(u)
	return end.IsZero() || on.Before(end)
}

// change carries out the day's changes of names and mergers.
func (w *world) change(ctx context.Context, d clock.Date) error {
	for _, u := range w.order {
		if u.plan.ChangedOn == 0 || w.span.opened.AddDays(u.plan.ChangedOn) != d {
			continue
		}
		if u.plan.Former != "" {
			in := agency.Renaming{Agency: u.ID, Name: u.plan.Name, ShortName: u.plan.Short, On: d, Basis: u.plan.ChangeBasis}
			if err := w.Agencies.Rename(ctx, in); err != nil {
				return words(err)
			}
			u.Name, u.ShortName = u.plan.Name, u.plan.Short
		}
		if u.plan.MergedInto == "" {
			continue
		}
		into := w.units[u.plan.MergedInto]
		if into == nil {
			return fmt.Errorf("%s shall be merged into %q, which is not among the units", u.key, u.plan.MergedInto)
		}
		if err := w.Agencies.Merge(ctx, agency.Merger{Agency: u.ID, Into: into.ID, On: d, Basis: u.plan.ChangeBasis}); err != nil {
			return words(err)
		}
		if err := w.owesNothing(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// owesNothing drops the obligations of a unit that is no more.
func (w *world) owesNothing(ctx context.Context, u *unit) error {
	return w.Disclosure.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := agency.Find(tx, u.ID)
		if err != nil {
			return err
		}
		return w.Disclosure.Catalogue.Sync(tx, a)
	})
}

// formerly is the name a unit is founded under.
func (p unitText) formerly() (name, short string) {
	if p.Former == "" {
		return p.Name, p.Short
	}
	return p.Former, p.FormerShort
}
