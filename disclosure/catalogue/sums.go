package catalogue

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/fresh"
)

// sums is a change of the counters of one province, over all its places.
type sums struct {
	rows  map[sumKey]int64
	units map[unitSumKey]int64
}

type sumKey struct {
	category, dueOn string
	band            Band
}

type unitSumKey struct{ kind, openSince string }

func newSums() sums { return sums{map[sumKey]int64{}, map[unitSumKey]int64{}} }

func sortedKeys(m map[sumKey]int64) []sumKey {
	return slices.SortedFunc(maps.Keys(m), func(a, b sumKey) int {
		return cmp.Or(cmp.Compare(a.category, b.category), cmp.Compare(a.dueOn, b.dueOn), cmp.Compare(a.band, b.band))
	})
}

func sortedUnitKeys(m map[unitSumKey]int64) []unitSumKey {
	return slices.SortedFunc(maps.Keys(m), func(a, b unitSumKey) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.openSince, b.openSince))
	})
}

// sums are what a change of the counters changes in the provinces.
func (c counts) sums() map[int]sums {
	out := map[int]sums{}
	of := func(province int) sums {
		if _, ok := out[province]; !ok {
			out[province] = newSums()
		}
		return out[province]
	}
	for k, n := range c.rows {
		if s, x := of(k.province).rows, (sumKey{k.category, k.dueOn, k.band}); n != 0 {
			if s[x] += n; s[x] == 0 {
				delete(s, x)
			}
		}
	}
	for k, n := range c.units {
		if s, x := of(k.province).units, (unitSumKey{k.kind, k.openSince}); n != 0 {
			if s[x] += n; s[x] == 0 {
				delete(s, x)
			}
		}
	}
	return out
}

// writeSums carries a change into the provinces' sums: where one writes at a
// time into the sums themselves, else into rows of its own beside them.
func (c counts) writeSums(tx *db.Tx) error {
	all := c.sums()
	for _, province := range slices.Sorted(maps.Keys(all)) {
		id := int64(0)
		if tx.Postgres() {
			id = tx.ID(province)
		}
		if err := all[province].insert(tx, province, id); err != nil {
			return err
		}
	}
	return nil
}

// Fold puts what transactions wrote beside the sums into them, so that reading
// stays short. It may run at any time.
func Fold(ctx context.Context, d *db.DB) (err error) {
	defer fault.Wrap(&err, "catalogue.Fold")
	var provinces []int
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { provinces, err = unfolded(tx); return err }); err != nil {
		return err
	}
	for _, province := range provinces {
		if err := d.Write(ctx, func(tx *db.Tx) error { return fold(tx, province) }); err != nil {
			return err
		}
	}
	return nil
}

// mendSums has the sums say what the counters say, and tells how many did not.
// An earlier release beside this one changes counters and no sums.
func mendSums(ctx context.Context, d *db.DB) (wrong []Difference, err error) {
	var provinces []int
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { provinces, err = countedProvinces(tx); return err }); err != nil {
		return nil, err
	}
	for _, province := range provinces {
		n := 0
		if err := d.Read(ctx, func(tx *db.Tx) (err error) { n, err = lacking(tx, province); return err }); err != nil {
			return wrong, err
		}
		if n == 0 {
			continue
		}
		if err := d.Write(ctx, func(tx *db.Tx) (err error) { n, err = mendProvince(tx, province); return err }); err != nil {
			return wrong, err
		}
		if n > 0 {
			wrong = append(wrong, Difference{provinceCode(province), n})
		}
	}
	return wrong, nil
}

func lacking(tx *db.Tx, province int) (int, error) {
	lack, err := differences(tx, province)
	return len(lack.rows) + len(lack.units), err
}

func mendProvince(tx *db.Tx, province int) (n int, err error) {
	if err := holdSums(tx, province); err != nil {
		return 0, err
	}
	lack, err := differences(tx, province)
	if err != nil {
		return 0, err
	}
	if n = len(lack.rows) + len(lack.units); n > 0 {
		if err := fresh.Change(tx, province, placeTags(provinceCode(province))...); err != nil {
			return 0, err
		}
	}
	if err := lack.insert(tx, province, 0); err != nil {
		return 0, err
	}
	return n, fold(tx, province)
}
