package fresh

import (
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
)

func insertChange(tx *db.Tx, province int, id int64, tags string) error {
	_, err := tx.Exec("insert into page_change (province, id, at, tags) values ($1, $2, $3, $4)", province, id, clock.Millis(tx.Now), tags)
	return err
}

type row struct {
	province int
	id, at   int64
	tags     string
}

func scanRow(r *db.Rows, x *row) error { return r.Scan(&x.province, &x.id, &x.at, &x.tags) }

// changesAfter lists what was changed since, in the order of the clock, one
// page after a row.
func changesAfter(tx *db.Tx, after row, n int) ([]row, error) {
	return db.List(tx, scanRow, `select province, id, at, tags from page_change where (at, province, id) > ($1, $2, $3)
 order by at, province, id limit $4`, after.at, after.province, after.id, n)
}

func sweep(tx *db.Tx, before time.Time, n int) (int64, error) {
	return tx.Exec(`delete from page_change where (province, id) in (select province, id from page_change where at < $1 order by at, province, id limit $2)`,
		clock.Millis(before), n)
}
