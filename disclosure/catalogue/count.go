package catalogue

import (
	"cmp"
	"slices"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// Band is how an obligation stands by the days between what was due and what
// was done. Days are counted in bands, so that a median needs no list of rows.
type Band int

// The bands: unmet; in time by more than a week or by less; late by up to a
// week, a month, a quarter, or more.
const (
	Unmet Band = iota
	Early
	InTime
	LateWeek
	LateMonth
	LateQuarter
	LateMore
	Bands // how many there are
)

func bandOf(due, met clock.Date) Band {
	switch days := met.Sub(due); {
	case met.IsZero():
		return Unmet
	case days < -7:
		return Early
	case days <= 0:
		return InTime
	case days <= 7:
		return LateWeek
	case days <= 30:
		return LateMonth
	case days <= 90:
		return LateQuarter
	}
	return LateMore
}

// placed is what the counters need of a row.
type placed struct {
	Province         int
	Agency           int64
	Region           agency.Code
	Kind             agency.Kind
	Category         string
	DueOn, MetOn     clock.Date
	Prefecture, Base agency.Code
}

// baseOf is the place whose counters an agency is counted in.
func baseOf(c agency.Code) agency.Code {
	if county := c.County(); county != agency.Nation {
		return county
	}
	if pref := c.Prefecture(); pref != agency.Nation {
		return pref
	}
	return c.At(agency.LevelProvince)
}

type cell struct {
	province          int
	prefecture, place agency.Code
	category, dueOn   string
	band              Band
}

type unitCell struct {
	province          int
	prefecture, place agency.Code
	kind, openSince   string
}

// counts is a change of the counters, or the whole of them.
type counts struct {
	rows  map[cell]int64
	units map[unitCell]int64
}

func newCounts() counts { return counts{map[cell]int64{}, map[unitCell]int64{}} }

// add counts rows, all those of each agency in them.
func (c counts) add(xs []placed, n int64) {
	unit := map[int64]unitCell{}
	for i := range xs {
		x := &xs[i]
		k := cell{province: x.Province, prefecture: x.Prefecture, place: x.Base, category: x.Category, band: bandOf(x.DueOn, x.MetOn)}
		u, seen := unit[x.Agency]
		if !seen {
			u = unitCell{province: x.Province, prefecture: x.Prefecture, place: x.Base, kind: string(x.Kind)}
		}
		if k.band == Unmet {
			k.dueOn = x.DueOn.String()
			if u.openSince == "" || k.dueOn < u.openSince {
				u.openSince = k.dueOn
			}
		}
		unit[x.Agency] = u
		c.rows[k] += n
	}
	for _, u := range unit {
		c.units[u] += n
	}
}

// around runs f, which changes the rows of an agency, and notes what that
// changes in the counters. Whoever else changes them waits meanwhile.
func (c counts) around(tx *db.Tx, province int, agency int64, f func() error) error {
	before, err := lockPlaced(tx, province, agency)
	if err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	after, err := placedOf(tx, province, agency)
	if err != nil {
		return err
	}
	c.add(before, -1)
	c.add(after, 1)
	return nil
}

// changing is around for one agency, written at once.
func changing(tx *db.Tx, u agency.Agency, f func() error) error {
	c := newCounts()
	if err := c.around(tx, u.Province(), u.ID, f); err != nil {
		return err
	}
	return c.write(tx)
}

// write carries the change into the counters and the sums over them.
func (c counts) write(tx *db.Tx) error {
	if err := c.writePlaces(tx); err != nil {
		return err
	}
	return c.writeSums(tx)
}

// writePlaces carries the change into the counters of places, always in the
// same order, so that two transactions wait for each other at most once.
func (c counts) writePlaces(tx *db.Tx) error {
	for _, k := range c.sorted() {
		if n := c.rows[k]; n != 0 {
			if err := addCount(tx, k, n); err != nil {
				return err
			}
		}
	}
	for _, k := range c.sortedUnits() {
		if n := c.units[k]; n != 0 {
			if err := addUnitCount(tx, k, n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c counts) sorted() []cell {
	out := make([]cell, 0, len(c.rows))
	for k := range c.rows {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.province, b.province), cmp.Compare(a.place, b.place), cmp.Compare(a.category, b.category),
			cmp.Compare(a.dueOn, b.dueOn), cmp.Compare(a.band, b.band))
	})
	return out
}

func (c counts) sortedUnits() []unitCell {
	out := make([]unitCell, 0, len(c.units))
	for k := range c.units {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b unitCell) int {
		return cmp.Or(cmp.Compare(a.province, b.province), cmp.Compare(a.place, b.place), cmp.Compare(a.kind, b.kind), cmp.Compare(a.openSince, b.openSince))
	})
	return out
}
