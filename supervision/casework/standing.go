package casework

import (
	"yangguang/internal/db"
)

// Standing is how far a matter is, for whoever follows it by its number: nothing
// of what it says.
type Standing struct {
	Number string
	State  string
	Rated  string // yes, partly, no, unreached, or "": is it solved, as the person said
}

// Solved answers whether the person said that it is.
func (s Standing) Solved() bool { return s.State == Closed && s.Rated == "yes" }

// Standings are those of the matters with some numbers, at most 500. A protected
// matter, or one hidden from a unit, has none here.
func (c *Casework) Standings(tx *db.Tx, province int, numbers []string) (out map[string]Standing, err error) {
	var w db.Where
	w.And("m.province = ?", province).And("not m.hidden")
	for _, t := range c.Norm.Casework.Types {
		w.If(t.Confidential, "m.type <> ?", t.ID)
	}
	where, args := db.In(&w, "m.number", numbers[:min(len(numbers), 500)]).SQL()
	rows, err := db.List(tx, func(r *db.Rows, s *Standing) error { return r.Scan(&s.Number, &s.State, &s.Rated) },
		"select m.number, m.state, m.rated from casework m"+where+" order by m.number limit 500", args...)
	out = map[string]Standing{}
	for _, s := range rows {
		out[s.Number] = s
	}
	return out, err
}
