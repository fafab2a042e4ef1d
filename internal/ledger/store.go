package ledger

import (
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// nextSizes takes the log's head, n leaves further, until the commit. Its time
// never goes back, whatever the clocks of several processes say.
func nextSizes(tx *db.Tx, province int64, n int) (size, at int64, err error) {
	err = tx.Row(`insert into ledger_head (province, size, at) values ($1, $2, $3)
 on conflict (province) do update set size = ledger_head.size + excluded.size,
  at = case when excluded.at > ledger_head.at then excluded.at else ledger_head.at end
 returning size, at`, province, n, clock.Millis(tx.Now)).Scan(&size, &at)
	return size, at, err
}

// Size is how many leaves a log has.
func Size(tx *db.Tx, province int64) (n int64, err error) {
	err = tx.Row("select size from ledger_head where province = $1", province).Scan(&n)
	if fault.Is(err, fault.NotFound) {
		return 0, nil
	}
	return n, err
}

// Provinces lists the logs that have leaves.
func Provinces(tx *db.Tx) ([]int64, error) {
	return db.List(tx, db.One[int64], "select province from ledger_head where size > 0 order by province limit 200")
}

func insertLeaves(tx *db.Tx, ls []Leaf) error {
	var leaves, opens []any
	for _, l := range ls {
		leaves = append(leaves, l.Province, l.Index, clock.Millis(l.At), l.Kind, l.Subject, l.Part, l.Commitment)
		opens = append(opens, l.Province, l.Index, l.Salt, l.Record)
	}
	if _, err := tx.Exec("insert into ledger_leaf (province, idx, at, kind, subject, part, commitment) values "+places(len(ls), 7), leaves...); err != nil {
		return err
	}
	_, err := tx.Exec("insert into ledger_open (province, idx, salt, record) values "+places(len(ls), 4), opens...)
	return err
}

// places are the placeholders of so many rows.
func places(rows, width int) string {
	var b strings.Builder
	for i := range rows * width {
		switch {
		case i == 0:
			b.WriteString("($")
		case i%width == 0:
			b.WriteString("), ($")
		default:
			b.WriteString(", $")
		}
		b.WriteString(strconv.Itoa(i + 1))
	}
	return b.String() + ")"
}

func deleteOpen(tx *db.Tx, province, index int64) error {
	_, err := tx.Exec("delete from ledger_open where province = $1 and idx = $2", province, index)
	return err
}

const leafSelect = `select l.province, l.idx, l.at, l.kind, l.subject, l.part, l.commitment, o.salt, o.record
 from ledger_leaf l left join ledger_open o on o.province = l.province and o.idx = l.idx`

func scanLeaf(r *db.Rows, l *Leaf) error {
	var at int64
	var salt, rec sql.RawBytes
	if err := r.Scan(&l.Province, &l.Index, &at, &l.Kind, &l.Subject, &l.Part, &l.Commitment, &salt, &rec); err != nil {
		return err
	}
	l.At, l.Open = clock.FromMillis(at), salt != nil
	l.Salt, l.Record = slices.Clone([]byte(salt)), slices.Clone([]byte(rec))
	l.Hash = tlog.RecordHash(entry(*l))
	if rec, err := ParseRecord(l.Record); err == nil {
		l.Content = rec.Content
	}
	return nil
}

// leavesOf lists a subject's leaves, the newest first.
func leavesOf(tx *db.Tx, province int64, subject string, n int) ([]Leaf, error) {
	return db.List(tx.Of(subject), scanLeaf, leafSelect+" where l.province = $1 and l.subject = $2 order by l.idx desc limit $3", province, subject, n)
}

func newest(tx *db.Tx, province, below int64, n int) ([]Leaf, error) {
	w := (&db.Where{}).And("l.province = ?", province)
	w.If(below >= 0, "l.idx < ?", below)
	query, _ := w.SQL()
	limit := w.Next(n)
	return db.List(tx, scanLeaf, leafSelect+query+" order by l.idx desc limit "+limit, w.Args()...)
}

// leavesFrom lists a log's leaves from an index on.
func leavesFrom(tx *db.Tx, province, index int64, n int) ([]Leaf, error) {
	return db.List(tx, scanLeaf, leafSelect+" where l.province = $1 and l.idx >= $2 order by l.idx limit $3", province, index, n)
}

// Find gives the leaf at an index.
func Find(tx *db.Tx, province, index int64) (l Leaf, err error) {
	ls, err := leavesFrom(tx, province, index, 1)
	if err == nil && (len(ls) == 0 || ls[0].Index != index) {
		err = fault.Say(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return l, err
	}
	return ls[0], nil
}

func tileOf(tx *db.Tx, province int64, level int, n int64) (b []byte, err error) {
	err = tx.Row("select hashes from ledger_tile where province = $1 and level = $2 and n = $3", province, level, n).Scan(&b)
	return b, err
}

func putTile(tx *db.Tx, province int64, level int, n int64, hashes []byte) error {
	_, err := tx.Exec(`insert into ledger_tile (province, level, n, hashes) values ($1, $2, $3, $4)
 on conflict (province, level, n) do update set hashes = excluded.hashes`, province, level, n, hashes)
	return err
}

// extent is the last index of a log's leaves and how many there are.
func extent(tx *db.Tx, province int64) (last, n int64, err error) {
	err = tx.Row("select coalesce(max(idx), -1), count(*) from ledger_leaf where province = $1", province).Scan(&last, &n)
	return last, n, err
}

// Has answers which of some subjects have a leaf.
func Has(tx *db.Tx, province int64, subjects ...string) (map[string]bool, error) {
	have := map[string]bool{}
	w := (&db.Where{}).And("province = ?", province)
	db.In(w, "subject", subjects)
	query, args := w.SQL()
	rows, err := db.List(tx, db.One[string], "select distinct subject from ledger_leaf"+query+" order by subject limit 1000", args...)
	for _, s := range rows {
		have[s] = true
	}
	return have, err
}

// About gives every leaf of some subjects, the oldest first.
func About(tx *db.Tx, province int64, subjects ...string) (map[string][]Leaf, error) {
	w := (&db.Where{}).And("l.province = ?", province)
	db.In(w, "l.subject", subjects)
	query, args := w.SQL()
	ls, err := db.List(tx, scanLeaf, leafSelect+query+" order by l.idx limit 50000", args...)
	out := map[string][]Leaf{}
	for _, l := range ls {
		out[l.Subject] = append(out[l.Subject], l)
	}
	return out, err
}
