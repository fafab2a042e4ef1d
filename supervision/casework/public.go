package casework

import (
	"strings"

	"yangguang/internal/account"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// ForOutcome is the closed matter an anonymised case is written of, for whoever
// may: one that is neither confidential nor hidden from a unit, and none of
// whose contact stands in the texts.
func (c *Casework) ForOutcome(tx *db.Tx, province int, id int64, texts ...string) (*Matter, error) {
	m, _, err := c.reach(tx, province, id, Handling, Accepting)
	if err != nil {
		return nil, err
	}
	switch k := c.Kind(m); {
	case m.State != Closed || m.Result == "withdrawn" || m.Refusal != "":
		return nil, fault.Say(fault.Conflict, "flow.not_now")
	case k.Confidential || m.Hidden:
		return nil, fault.Say(fault.Conflict, "casework.outcome_protected")
	}
	w, err := c.contactOf(m)
	if err != nil {
		return nil, err
	}
	for _, s := range []string{w.Name, w.Phone, w.Email, w.Address, w.Helper} {
		if s = strings.TrimSpace(s); len(s) > 3 && strings.Contains(strings.Join(texts, "\n"), s) {
			return nil, fault.Fields(fault.Field{Name: "asked", Key: "casework.outcome_contact"})
		}
	}
	return m, nil
}

// MayShow answers whether the person acting works with matters of a unit.
func MayShow(a *account.Actor, t account.Target, verb string) error {
	switch {
	case a == nil || !mayOne(a, Verbs(), t):
		return fault.Say(fault.NotFound, "fault.not_found")
	case verb != "" && !a.May(verb, t):
		return fault.Say(fault.Forbidden, "casework.no_grant_"+strings.TrimPrefix(verb, "casework."))
	}
	return nil
}
