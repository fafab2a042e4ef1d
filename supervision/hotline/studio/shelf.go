package studio

import (
	"slices"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/ivr"
)

// How a prompt stands: what a unit's callers hear of it.
const (
	Heard     = "used"      // a recording that says what it should
	Outdated  = "outdated"  // a recording that says something older
	InFolder  = "folder"    // a file the operator laid down
	Robotic   = "synthetic" // the placeholder voice, until somebody records it
	NotSpoken = "missing"   // nothing of this language: the language it is worded from, or a tone
)

// stands lists them in the order of a picture.
var stands = []string{Heard, InFolder, Outdated, Robotic, NotSpoken}

// A Row is one prompt as a unit has it.
type Row struct {
	Name
	Text   string // what is or should be said
	Stands string
	Use    *Version // what callers hear of the store; nil: the folder
	Of     agency.Agency
	Open   *Version // what is worked on or waits; nil: nothing
}

// shelf is every prompt of a language as a unit's callers hear it.
func (s *Studio) shelf(tx *db.Tx, u agency.Agency, t Tongue) (rows []Row, err error) {
	chain, err := chainOf(tx, u)
	if err != nil {
		return nil, err
	}
	all, err := inChain(tx, chain, t.Code)
	if err != nil {
		return nil, err
	}
	for _, p := range sentencesFirst() {
		text, _ := t.wording(p)
		if text == "" {
			continue
		}
		r := Row{Name: Name{t.Code, p.Key}, Text: text}
		r.fill(u, chain, all)
		if r.Use == nil {
			r.Stands = s.folder(r.Name)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// sentencesFirst is the catalogue with whole sentences before the clips of
// numbers and dates.
func sentencesFirst() []ivr.Prompt {
	all := ivr.List()
	at := max(0, slices.IndexFunc(all, func(p ivr.Prompt) bool { return p.Key == "greeting" }))
	return append(slices.Clone(all[at:]), all[:at]...)
}

// inChain are the versions in use of the units of a chain, and the open ones.
func inChain(tx *db.Tx, chain []agency.Agency, lang string) (all []Version, err error) {
	units := map[int][]int64{}
	for _, u := range chain {
		units[u.Province()] = append(units[u.Province()], u.ID)
	}
	for province, ids := range units {
		found, err := standing(tx, province, ids, lang)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// fill finds what is heard, the nearest unit's first, and what is worked on.
func (r *Row) fill(u agency.Agency, chain []agency.Agency, all []Version) {
	nearest := len(chain)
	for i := range all {
		v := &all[i]
		if v.Name != r.Name {
			continue
		}
		if v.State != Used {
			if v.Agency == u.ID {
				r.Open = v
			}
			continue
		}
		if at := slices.IndexFunc(chain, func(x agency.Agency) bool { return x.ID == v.Agency }); at >= 0 && at < nearest {
			nearest, r.Use, r.Of = at, v, chain[at]
		}
	}
	if r.Use == nil {
		return
	}
	r.Text, r.Stands = r.Use.Text, Heard
	if r.Use.Outdated() {
		r.Stands = Outdated
	}
}

// folder is how a prompt stands that the store has no recording of.
func (s *Studio) folder(n Name) string {
	switch made(s.Dir, ivr.Lang(n.Lang), n.Key) {
	case Recorded:
		return InFolder
	case Synthetic:
		return Robotic
	}
	return NotSpoken
}

// wants answers whether a row is of a state the list is narrowed to.
func (r *Row) wants(state string) bool {
	switch state {
	case "":
		return true
	case "missing":
		return r.Stands == Robotic || r.Stands == NotSpoken
	case "outdated":
		return r.Stands == Outdated || r.Open != nil && r.Open.Outdated()
	case Draft, Sent:
		return r.Open != nil && r.Open.State == state
	}
	return r.Stands == state
}
