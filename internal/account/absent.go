package account

import (
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Absent tells who of some persons no longer acts himself: he has left, or his every login is frozen. What he began
// is his unit's to go on with.
func Absent(tx *db.Tx, ids ...int64) (absent map[int64]bool, err error) {
	defer fault.Wrap(&err, "account.Absent(%d)", len(ids))
	return absentAmong(tx, ids)
}

// StoodIn answers whether somebody stands in for a person now.
func StoodIn(tx *db.Tx, person int64) (stood bool, err error) {
	defer fault.Wrap(&err, "account.StoodIn(%d)", person)
	return anySubstitute(tx, person)
}
