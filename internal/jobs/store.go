package jobs

import (
	"database/sql"
	"errors"
	"slices"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

const columns = "province, id, kind, dedupe, payload, state, run_at, attempt, revision, fault, created"

func insert(tx *db.Tx, j Job) error {
	_, err := tx.Exec(`insert into job (`+columns+`) values ($1, $2, $3, $4, $5, 0, $6, 0, 0, '', $7)
		on conflict (province, kind, dedupe) do update set
			payload = excluded.payload, revision = job.revision + 1,
			run_at = case when job.state = 1 or job.state = 0 and job.run_at < excluded.run_at then job.run_at else excluded.run_at end,
			attempt = case when job.state = 2 then 0 else job.attempt end,
			state = case when job.state = 2 then 0 else job.state end`,
		j.Province, j.ID, j.Kind, j.Key, j.Payload, clock.Millis(j.At), clock.Millis(tx.Now))
	return err
}

// insertPeriodic keeps the next run of a periodic job; one that waits for a
// later time than the schedule now says is brought forward.
func insertPeriodic(tx *db.Tx, j Job) error {
	_, err := tx.Exec(`insert into job (`+columns+`) values (0, $1, $2, $3, '', 0, $4, 0, 0, '', $5)
		on conflict (province, kind, dedupe) do update set run_at = excluded.run_at, state = 0, attempt = 0
			where job.state = 2 or job.state = 0 and job.run_at > excluded.run_at`,
		tx.ID(0), j.Kind, j.Key, clock.Millis(j.At), clock.Millis(tx.Now))
	return err
}

// due counts, at most to limit, the jobs that could run; a cheap look before
// the claim, which takes the writer.
func due(tx *db.Tx, kinds []string, limit int) (n int, err error) {
	var w db.Where
	db.In(w.And("state < 2 and run_at <= ?", clock.Millis(tx.Now)), "kind", kinds)
	limited := " limit " + w.Next(limit)
	where, args := w.SQL()
	err = tx.Row("select count(*) from (select id from job"+where+limited+") as d", args...).Scan(&n)
	return n, err
}

// claim leases due jobs: run_at becomes the end of the lease, so that the job
// of a worker that died comes back by itself.
func claim(tx *db.Tx, kinds []string, limit int, lease time.Duration) ([]Job, error) {
	now := clock.Millis(tx.Now)
	var w db.Where
	set := "update job set state = 1, attempt = attempt + 1, run_at = " + w.Next(now+lease.Milliseconds())
	db.In(w.And("state < 2 and run_at <= ?", now), "kind", kinds)
	limited := " order by run_at, id limit " + w.Next(limit) + tx.SkipLocked()
	where, args := w.SQL()
	js, err := db.List(tx, scanJob, set+" where (province, id) in (select province, id from job"+where+limited+") returning "+columns, args...)
	slices.SortFunc(js, func(a, b Job) int { return int(a.ID - b.ID) })
	return js, err
}

// renew puts off the end of a lease; ours is false when it was lost.
func renew(tx *db.Tx, j Job, lease time.Duration) (ours bool, err error) {
	n, err := tx.Exec("update job set run_at = $1 where province = $2 and id = $3 and attempt = $4 and state = 1",
		clock.Millis(tx.Now.Add(lease)), j.Province, j.ID, j.Attempt)
	return n == 1, err
}

// finish removes a job that was done, unless it was added again meanwhile.
func finish(tx *db.Tx, j Job) error {
	n, err := tx.Exec("delete from job where province = $1 and id = $2 and revision = $3 and attempt = $4 and state = 1", j.Province, j.ID, j.revision, j.Attempt)
	if err != nil || n > 0 {
		return err
	}
	return again(tx, j, tx.Now)
}

// again lets a job of ours start from its first try at a later time.
func again(tx *db.Tx, j Job, at time.Time) error {
	_, err := tx.Exec("update job set state = 0, attempt = 0, fault = '', run_at = $1 where province = $2 and id = $3 and attempt = $4 and state = 1",
		clock.Millis(at), j.Province, j.ID, j.Attempt)
	return err
}

// failed stores what becomes of a job whose try failed; attempt tells whether
// the lease is still ours.
func failed(tx *db.Tx, j Job, state State, at time.Time, fault string) error {
	_, err := tx.Exec("update job set state = $1, run_at = $2, fault = $3 where province = $4 and id = $5 and attempt = $6 and state = 1",
		int(state), clock.Millis(at), fault, j.Province, j.ID, j.Attempt)
	return err
}

// release gives a job back untried.
func release(tx *db.Tx, j Job) error {
	_, err := tx.Exec("update job set state = 0, run_at = $1, attempt = attempt - 1 where province = $2 and id = $3 and attempt = $4 and state = 1",
		clock.Millis(tx.Now), j.Province, j.ID, j.Attempt)
	return err
}

func revive(tx *db.Tx, province, id int64) error {
	return oneRow(tx.Exec("update job set state = 0, attempt = 0, run_at = $1 where province = $2 and id = $3 and state = 2", clock.Millis(tx.Now), province, id))
}

func drop(tx *db.Tx, province, id int64) error {
	return oneRow(tx.Exec("delete from job where province = $1 and id = $2 and state = 2", province, id))
}

func oneRow(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.As(fault.NotFound, errors.New("no such dead job"))
	}
	return err
}

func list(tx *db.Tx, f Filter) ([]Job, error) {
	var w db.Where
	w.And("state = ?", int(f.State)).If(f.Kind != "", "kind = ?", f.Kind).If(f.Before != 0, "id < ?", f.Before)
	limit := " order by id desc limit " + w.Next(f.Limit)
	where, args := w.SQL()
	return db.List(tx, scanJob, "select "+columns+" from job"+where+limit, args...)
}

func count(tx *db.Tx, now int64) (due, oldest, dead int64, err error) {
	var first sql.NullInt64
	if err = tx.Row("select count(*), min(run_at) from job where state < 2 and run_at <= $1", now).Scan(&due, &first); err != nil {
		return 0, 0, 0, err
	}
	err = tx.Row("select count(*) from job where state = 2").Scan(&dead)
	return due, first.Int64, dead, err
}

func scanJob(r *db.Rows, j *Job) error {
	var at, created int64
	err := r.Scan(&j.Province, &j.ID, &j.Kind, &j.Key, &j.Payload, &j.State, &at, &j.Attempt, &j.revision, &j.Fault, &created)
	j.At, j.Created = clock.FromMillis(at), clock.FromMillis(created)
	return err
}
