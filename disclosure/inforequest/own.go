package inforequest

import (
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// HandOver passes the open requests of somebody who leaves to his successor, as
// part of the hand-over both sign; without one they are to be assigned anew.
func (r *Requests) HandOver(tx *db.Tx, from, to int64) (lines []string, err error) {
	defer fault.Wrap(&err, "inforequest.HandOver")
	open, err := db.List(tx, scanRequest, "select "+openCols+" from inforequest_clock k join inforequest q on q.province = k.province and q.id = k.id where k.handler = $1 order by k.id limit 1000", from)
	if err != nil {
		return nil, err
	}
	for i := range open {
		q := &open[i]
		q.Handler = to
		if err := r.note(tx, q, Event{Kind: "assign", On: clock.DateOf(tx.Now)}, to, "", false); err != nil {
			return nil, err
		}
		if err := updateRequest(tx, q); err != nil {
			return nil, err
		}
		lines = append(lines, q.Number+" "+q.Subject)
	}
	return lines, nil
}
