package disclosure

import (
	"fmt"
	"slices"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/norm"
)

// LendingClause is the clause lending rests on: review is never bypassed, and
// a unit without people of its own for it gets them from above.
const LendingClause = "1.1.c"

// lentBy is the superior that lends a unit whoever signs a step of its review
// (委派); 0 for the unit's own people. A grant alone does not make somebody of
// another unit a reviewer: he is of a unit above, and the rule lets it lend.
// Whoever stands in for another is where that other is.
func lentBy(tx *db.Tx, by signer, u agency.Agency, rule *norm.ReviewRule) (int64, error) {
	home, person := by.Behalf(), by.person()
	if p := by.principal(); p != 0 {
		person = p
	}
	if home.Agency == u.ID {
		return 0, nil
	}
	if own, err := agency.IsMember(tx, u.ID, person); err != nil || own {
		return 0, err
	}
	if !rule.LendBySuperior {
		return 0, fault.Say(fault.Forbidden, "disclosure.never_lent", u.Name)
	}
	above, err := agency.Superiors(tx, u.ID)
	if err != nil {
		return 0, err
	}
	if !slices.ContainsFunc(above, func(s agency.Agency) bool { return s.ID == home.Agency }) {
		return 0, fault.Say(fault.Forbidden, "disclosure.not_lent_by_superior", u.Name)
	}
	return home.Agency, nil
}

// lentDetail is what the audit book says of a lent person's signature.
func lentDetail(by int64) string {
	if by == 0 {
		return ""
	}
	return fmt.Sprintf("lent by agency %d, clause %s", by, LendingClause)
}
