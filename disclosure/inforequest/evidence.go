package inforequest

import (
	"yangguang/agency"
	"yangguang/internal/db"
)

// answeredTag names the part of the public record that the count is of.
const answeredTag = "inforequest.answered"

// CountAnswered counts the requests of a division that were answered, and how
// many of them in time: what shows that clause 1.1.b is lived. What the applicant
// gave up counts in neither.
func CountAnswered(tx *db.Tx, within agency.Code) (inTime, all int64, err error) {
	w := (&db.Where{}).And("delivered_at is not null")
	agency.Within(w, within)
	sql, args := w.SQL()
	err = tx.Of(answeredTag).Row("select coalesce(sum(case when late then 0 else 1 end), 0), count(*) from inforequest"+sql, args...).Scan(&inTime, &all)
	return inTime, all, err
}
