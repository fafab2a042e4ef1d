package catalogue

import (
	"context"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/fresh"
)

// Difference is a place whose counters did not say what its rows say. They do
// now.
type Difference struct {
	Place agency.Code
	Cells int // how many counters were wrong
}

// Recount counts every place anew from the obligations themselves, a
// transaction for each, and mends what differs. It may run at any time.
func Recount(ctx context.Context, d *db.DB) (mended []Difference, err error) {
	defer fault.Wrap(&err, "catalogue.Recount")
	var places []basePlace
	err = d.Read(ctx, func(tx *db.Tx) error {
		counted, err := countedPlaces(tx)
		if err != nil {
			return err
		}
		with, err := placesWithDues(tx)
		if err != nil {
			return err
		}
		seen := map[basePlace]bool{}
		for _, b := range append(counted, with...) {
			if !seen[b] {
				seen[b] = true
				places = append(places, b)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, b := range places {
		wrong := 0
		err := d.Write(ctx, func(tx *db.Tx) (err error) {
			wrong, err = recountPlace(tx, b)
			return err
		})
		if err != nil {
			return mended, err
		}
		if wrong > 0 {
			mended = append(mended, Difference{b.Place, wrong})
		}
	}
	sums, err := mendSums(ctx, d)
	return append(mended, sums...), err
}

func recountPlace(tx *db.Tx, b basePlace) (wrong int, err error) {
	rows, err := rowsOfBase(tx, b)
	if err != nil {
		return 0, err
	}
	have, err := cellsOfBase(tx, b)
	if err != nil {
		return 0, err
	}
	want := newCounts()
	want.add(rows, 1)
	for k, n := range have.rows {
		want.rows[k] -= n
	}
	for k, n := range have.units {
		want.units[k] -= n
	}
	for _, n := range want.rows {
		if n != 0 {
			wrong++
		}
	}
	for _, n := range want.units {
		if n != 0 {
			wrong++
		}
	}
	if err := want.writePlaces(tx); err != nil {
		return wrong, err
	}
	if wrong > 0 {
		if err := fresh.Change(tx, b.Province, placeTags(b.Place)...); err != nil {
			return wrong, err
		}
	}
	return wrong, sweep(tx, b)
}

func provinceCode(province int) agency.Code { return agency.Code(province) * 10_000_000_000 }

// Prepare counts a database that was made before there were counters, and mends
// the sums over provinces where an earlier release changed the counters alone.
func Prepare(ctx context.Context, d *db.DB) (err error) {
	defer fault.Wrap(&err, "catalogue.Prepare")
	missing := false
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { missing, err = uncounted(tx); return err }); err != nil {
		return err
	}
	if missing {
		_, err = Recount(ctx, d)
		return err
	}
	_, err = mendSums(ctx, d)
	return err
}
