package casework

import (
	"strconv"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// HandOver passes the open matters of somebody who leaves to his successor, as
// part of the hand-over both sign.
func (c *Casework) HandOver(tx *db.Tx, from, to int64) (lines []string, err error) {
	defer fault.Wrap(&err, "casework.HandOver")
	numbers, err := db.List(tx, db.One[string], "select number from casework where handler = $1 and state not in ('closed', 'merged') order by number limit 10000", from)
	if err != nil || len(numbers) == 0 {
		return nil, err
	}
	if _, err := tx.Exec("update casework set handler = $2 where handler = $1 and state not in ('closed', 'merged')", from, to); err != nil {
		return nil, err
	}
	return append([]string{"casework: " + strconv.Itoa(len(numbers))}, numbers...), nil
}
