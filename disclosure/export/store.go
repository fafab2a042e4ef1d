package export

import (
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// run is one copy as it is remembered.
type run struct {
	ID                      int64
	Started, Ended          time.Time
	Files, Changed, Removed int64
	Fault                   string // kind of the failure, never its text
}

// mostRuns is how many copies are remembered.
const mostRuns = 50

func begin(tx *db.Tx) (int64, error) {
	id := tx.ID(0)
	if _, err := tx.Exec("insert into export_run (id, started_at) values ($1, $2)", id, clock.Millis(tx.Now)); err != nil {
		return 0, err
	}
	_, err := tx.Exec("delete from export_run where id not in (select id from export_run order by started_at desc, id desc limit $1)", mostRuns)
	return id, err
}

func end(tx *db.Tx, id int64, rep Report, note string) error {
	_, err := tx.Exec("update export_run set ended_at = $1, files = $2, changed = $3, removed = $4, fault = $5 where id = $6",
		clock.Millis(tx.Now), rep.Files, rep.Changed, rep.Removed, note, id)
	return err
}

func lastRuns(tx *db.Tx, n int) ([]run, error) {
	return db.List(tx, func(r *db.Rows, x *run) error {
		return r.Scan(&x.ID, db.OrZero(&x.Started), db.OrZero(&x.Ended), &x.Files, &x.Changed, &x.Removed, &x.Fault)
	}, "select id, started_at, ended_at, files, changed, removed, fault from export_run order by started_at desc, id desc limit $1", n)
}
