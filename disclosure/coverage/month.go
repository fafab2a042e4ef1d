package coverage

import (
	"context"
	"fmt"

	"yangguang/agency"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// trendMonths is how far back a trend is shown.
const trendMonths = 12

// lateClose is the last day of a month on which the one before can still be
// closed: later, the figures would be another month's, and a gap is honest.
const lateClose = 3

func monthKey(d clock.Date) string { return fmt.Sprintf("%04d-%02d", d.Year(), int(d.Month())) }

func monthLabel(d clock.Date) string { return fmt.Sprintf("%02d-%02d", d.Year()%100, int(d.Month())) }

// CloseMonth writes how every division stands at the end of the month before,
// once, in the first days of a month and before the new periods begin. A run
// that was cut short is done again from the start and ends in the same rows.
func CloseMonth(ctx context.Context, d *db.DB) (err error) {
	defer fault.Wrap(&err, "coverage.CloseMonth")
	today := clock.DateOf(d.Clock().Now())
	if today.Day() > lateClose {
		return nil
	}
	key := monthKey(today.AddDays(-today.Day()))
	done := false
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { done, err = closed(tx, key); return err }); err != nil || done {
		return err
	}
	return closeMonth(ctx, d, key, today)
}

func closeMonth(ctx context.Context, d *db.DB, key string, on clock.Date) error {
	nation, err := closePlace(ctx, d, agency.Nation, key, on, false)
	if err != nil || nation.Total.Owed == 0 {
		return err
	}
	for province := range nation.Below {
		p, err := closePlace(ctx, d, province, key, on, true)
		if err != nil {
			return err
		}
		for prefecture := range p.Below {
			f, err := closePlace(ctx, d, prefecture, key, on, true)
			if err != nil {
				return err
			}
			for county := range f.Below {
				if county.Level() != agency.LevelCounty {
					continue // a township of a prefecture without counties
				}
				if _, err := closePlace(ctx, d, county, key, on, true); err != nil {
					return err
				}
			}
		}
	}
	_, err = closePlace(ctx, d, agency.Nation, key, on, true)
	return err
}

// closePlace writes a division with those directly below it, in one
// transaction; townships so come with their county.
func closePlace(ctx context.Context, d *db.DB, c agency.Code, key string, on clock.Date, keep bool) (s *catalogue.Standing, err error) {
	if err := d.Read(ctx, func(tx *db.Tx) error { s, err = catalogue.At(tx, c); return err }); err != nil || !keep {
		return s, err
	}
	return s, d.Write(ctx, func(tx *db.Tx) error {
		for child, f := range s.Below {
			if child.Level() == agency.LevelTownship {
				if err := putMonth(tx, child, key, on, f); err != nil {
					return err
				}
			}
		}
		return putMonth(tx, c, key, on, s.Total)
	})
}
