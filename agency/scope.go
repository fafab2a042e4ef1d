package agency

import (
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// maxDepth is more than any chain of superiors or mergers is long: the tree has six levels, with an
// institution or two between.
const maxDepth = 32

// Scope is a range of division codes, both ends included: the jurisdiction of an agency, or of a grant.
type Scope struct{ Lo, Hi Code }

// ScopeOf is the division with all inside it.
func ScopeOf(c Code) Scope {
	lo, hi := c.Range()
	return Scope{lo, hi}
}

// Contains tells whether a division lies in the scope.
func (s Scope) Contains(c Code) bool { return s.Lo <= c && c <= s.Hi }

// Covers tells whether all of o lies in the scope.
func (s Scope) Covers(o Scope) bool { return s.Lo <= o.Lo && o.Hi <= s.Hi }

// Within adds to a listing's condition that its rows lie in the division. The table has the columns province,
// prefecture, county and region: an equality is what an index answers in the order of any list; a township is a range inside the equality of
// its county. The province always stands beside it, since rows are spread by it.
func Within(w *db.Where, c Code) { WithinAs(w, "", c) }

// WithinAs is Within for a table that has an alias in the query: "i.".
func WithinAs(w *db.Where, alias string, c Code) {
	if c == Nation {
		return
	}
	w.And(alias+"province = ?", c.Province())
	lo, hi := c.Range()
	switch c.Level() {
	case LevelPrefecture:
		w.And(alias+"prefecture = ?", c)
	case LevelCounty:
		w.And(alias+"county = ?", c)
	case LevelTownship:
		if county := c.County(); county != Nation {
			w.And(alias+"county = ?", county)
		} else {
			w.And(alias+"prefecture = ?", c.Prefecture())
		}
		w.And(alias+"region between ? and ?", lo, hi)
	case LevelVillage:
		w.And(alias+"region = ?", c)
	}
}

// Division is the division a scope is of; false for a range that is none.
func (s Scope) Division() (Code, bool) {
	if s.Lo == Nation && s.Hi >= 999_999_999_999 {
		return Nation, true
	}
	return s.Lo, s.Lo.Valid() && ScopeOf(s.Lo) == s
}

// Superior is the agency directly above; absent at the top.
func Superior(tx *db.Tx, agency int64) (Agency, error) {
	a, err := Find(tx, agency)
	if err != nil {
		return Agency{}, err
	}
	if a.Superior == 0 {
		return Agency{}, fault.Say(fault.NotFound, "agency.no_superior")
	}
	return Find(tx, a.Superior)
}

// Superiors are all agencies above, the nearest first.
func Superiors(tx *db.Tx, agency int64) ([]Agency, error) {
	var up []Agency
	a, err := Find(tx, agency)
	for err == nil && a.Superior != 0 {
		if len(up) == maxDepth {
			return nil, fault.Say(fault.Conflict, "agency.too_deep")
		}
		if a, err = Find(tx, a.Superior); err == nil {
			up = append(up, a)
		}
	}
	return up, err
}

// Subordinates are the active agencies directly below, by id, beginning after the given one.
func Subordinates(tx *db.Tx, agency, after int64, limit int) ([]Agency, error) {
	return listSubordinates(tx, agency, after, page(limit))
}

// InSubtree tells whether agency is top or stands anywhere below it.
func InSubtree(tx *db.Tx, top, agency int64) (bool, error) {
	if top == agency {
		return true, nil
	}
	up, err := Superiors(tx, agency)
	for _, a := range up {
		if a.ID == top {
			return true, nil
		}
	}
	return false, err
}
