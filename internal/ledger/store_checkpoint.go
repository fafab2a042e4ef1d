package ledger

import (
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// unsigned lists the logs whose head is ahead of their newest checkpoint.
func unsigned(tx *db.Tx) ([]int64, error) {
	return db.List(tx, db.One[int64], `select h.province from ledger_head h
 where not exists (select 1 from ledger_checkpoint c where c.province = h.province and c.size = h.size) order by h.province limit 200`)
}

func latest(tx *db.Tx, province int64) (text string, err error) {
	err = tx.Row("select note from ledger_checkpoint where province = $1 order by size desc limit 1", province).Scan(&text)
	return text, err
}

// SignedAt is how much of a log is signed, and when that was.
func SignedAt(tx *db.Tx, province int64) (size int64, at time.Time, err error) {
	var ms int64
	err = tx.Row("select size, at from ledger_checkpoint where province = $1 order by size desc limit 1", province).Scan(&size, &ms)
	return size, clock.FromMillis(ms), err
}

// Since is the time of a log's first leaf.
func Since(tx *db.Tx, province int64) (time.Time, error) {
	var ms int64
	err := tx.Row("select at from ledger_leaf where province = $1 and idx = 0", province).Scan(&ms)
	return clock.FromMillis(ms), err
}

// coveringNote is the newest cosigned checkpoint beyond an index, else the
// newest one beyond it.
func coveringNote(tx *db.Tx, province, index int64) (text string, err error) {
	err = tx.Row(`select c.note from ledger_checkpoint c left join ledger_cosignature w on w.province = c.province and w.size = c.size
 where c.province = $1 and c.size > $2 order by case when w.witness is null then 1 else 0 end, c.size desc limit 1`, province, index).Scan(&text)
	return text, err
}

// keptCheckpoints is how many uncosigned checkpoints of a log are kept, for
// readers that walk the log while it grows.
const keptCheckpoints = 20

func putCheckpoint(tx *db.Tx, province, size int64, text string) error {
	if _, err := tx.Exec(`insert into ledger_checkpoint (province, size, at, note) values ($1, $2, $3, $4)
 on conflict (province, size) do update set note = excluded.note`, province, size, clock.Millis(tx.Now), text); err != nil {
		return err
	}
	_, err := tx.Exec(`delete from ledger_checkpoint where province = $1
 and size < (select min(size) from (select size from ledger_checkpoint where province = $1 order by size desc limit $2) newest)
 and not exists (select 1 from ledger_cosignature w where w.province = ledger_checkpoint.province and w.size = ledger_checkpoint.size)`, province, keptCheckpoints)
	return err
}

func cosignaturesAt(tx *db.Tx, province, size int64) ([]string, error) {
	return db.List(tx, db.One[string], "select line from ledger_cosignature where province = $1 and size = $2 order by witness limit 50", province, size)
}

func noteKey(tx *db.Tx, province int64, vkey string, since int64) error {
	_, err := tx.Exec("insert into ledger_key (province, vkey, since, at) values ($1, $2, $3, $4) on conflict (province, vkey) do nothing", province, vkey, since, clock.Millis(tx.Now))
	return err
}

func keysOf(tx *db.Tx, province int64) ([]string, error) {
	return db.List(tx, db.One[string], "select vkey from ledger_key where province = $1 order by at desc, vkey limit 50", province)
}

func cosignedSize(tx *db.Tx, province int64, witness string) (n int64, err error) {
	err = tx.Row("select size from ledger_cosignature where province = $1 and witness = $2", province, witness).Scan(&n)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return n, err
}

func witnessedBy(tx *db.Tx, province int64) ([]Seen, error) {
	return db.List(tx, func(r *db.Rows, s *Seen) error {
		var at int64
		err := r.Scan(&s.Name, &s.Size, &at)
		s.At = clock.FromMillis(at)
		return err
	}, "select witness, size, at from ledger_cosignature where province = $1 order by size desc, witness limit 50", province)
}

func putCosignature(tx *db.Tx, province int64, witness string, size int64, at time.Time, line string) error {
	_, err := tx.Exec(`insert into ledger_cosignature (province, witness, size, at, line) values ($1, $2, $3, $4, $5)
 on conflict (province, witness) do update set size = excluded.size, at = excluded.at, line = excluded.line where excluded.size >= ledger_cosignature.size`,
		province, witness, size, clock.Millis(at), line)
	return err
}

func checkpoints(tx *db.Tx, province int64) ([]string, error) {
	return db.List(tx, db.One[string], "select note from ledger_checkpoint where province = $1 order by size desc limit 200", province)
}
