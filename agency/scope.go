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
// prefecture, county and region: an equality is what an index answers in the order of any list;
// only below the county it is a range.
func Within(w *db.Where, c Code) {
	lo, hi := c.Range()
	switch c.Level() {
	case LevelNation:
	case LevelProvince:
		w.And("province = ?", c.Province())
	case LevelPrefecture:
		w.And("prefecture = ?", c)
	case LevelCounty:
		w.And("county = ?", c)
	case LevelVillage:
		w.And("region = ?", c)
	default:
		w.And("region between ? and ?", lo, hi)
	}
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
