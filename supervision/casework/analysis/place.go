package analysis

import (
	"context"
	"slices"
	"strconv"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/supervision/casework"
)

// place is what figures are of: a division with all below it, or one unit.
type place struct {
	code  agency.Code
	unit  int64 // 0 for a division
	name  string
	above []agency.Division
}

func (p place) scope() int64 {
	if p.unit != 0 {
		return p.unit
	}
	return int64(p.code)
}

func (p place) nation() bool { return p.unit == 0 && p.code == agency.Nation }

// query names the place in an address.
func (p place) query() string {
	if p.unit != 0 {
		return "unit=" + strconv.FormatInt(p.unit, 10)
	}
	return "place=" + p.code.Short()
}

// findPlace reads a place of an address; home where it names none.
func findPlace(tx *db.Tx, code, unit string, home agency.Code) (p place, err error) {
	no := fault.Say(fault.NotFound, "fault.not_found")
	if unit != "" {
		id, err := strconv.ParseInt(unit, 10, 64)
		if err != nil {
			return p, no
		}
		u, err := agency.Find(tx, id)
		if err != nil {
			return p, err
		}
		p = place{code: u.Division, unit: u.ID, name: u.Name}
		p.above, err = agency.Ancestors(tx, u.Division)
		if err != nil {
			return p, err
		}
		d, err := agency.FindDivision(tx, u.Division)
		p.above = append(p.above, d)
		return p, err
	}
	p.code = home
	if code != "" {
		if p.code, err = agency.ParseCode(code); err != nil || p.code.Short() != code {
			return p, no
		}
	}
	d, err := agency.FindDivision(tx, p.code)
	if err != nil {
		return p, err
	}
	p.name = d.Name
	p.above, err = agency.Ancestors(tx, p.code)
	return p, err
}

// may answers whether somebody may do a verb for all of a place.
func (p place) may(a *account.Actor, verb string) bool {
	if p.unit != 0 {
		return a.May(verb, account.Target{Agency: p.unit, Division: int64(p.code)})
	}
	lo, hi := p.code.Range()
	want := account.Range{Lo: int64(lo), Hi: int64(hi)}
	return a != nil && slices.ContainsFunc(a.Scope(verb), func(r account.Range) bool { return r.Covers(want) })
}

// exact answers whether somebody sees exact figures: he may read the matters of
// the place anyway.
func (p place) exact(a *account.Actor) bool {
	return slices.ContainsFunc(casework.Verbs(), func(v string) bool { return p.may(a, v) })
}

// ownPlace is where somebody who names no place begins: the widest division he
// may read, or else his first unit.
func ownPlace(tx *db.Tx, ctx context.Context, home agency.Code) (p place, err error) {
	a := account.From(ctx)
	best := account.Range{}
	for _, r := range a.Scope(Reading) {
		if r.Agency == 0 {
			if _, ok := (agency.Scope{Lo: agency.Code(r.Lo), Hi: agency.Code(r.Hi)}).Division(); !ok {
				continue
			}
		}
		if best == (account.Range{}) || r.Agency == 0 && (best.Agency != 0 || r.Hi-r.Lo > best.Hi-best.Lo) {
			best = r
		}
	}
	switch {
	case best == (account.Range{}) || best.Covers(account.Range{Lo: int64(home), Hi: int64(home)}) && best.Agency == 0:
		return findPlace(tx, "", "", home)
	case best.Agency != 0:
		return findPlace(tx, "", strconv.FormatInt(best.Agency, 10), home)
	}
	code, _ := (agency.Scope{Lo: agency.Code(best.Lo), Hi: agency.Code(best.Hi)}).Division()
	return findPlace(tx, code.Short(), "", home)
}
