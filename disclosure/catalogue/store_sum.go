package catalogue

import (
	"strconv"
	"strings"

	"yangguang/internal/db"
)

// sumRows is how many rows one statement writes.
const sumRows = 50

func (s sums) insert(tx *db.Tx, province int, id int64) error {
	var args []any
	put := func(table, key string, width int) error {
		for len(args) > 0 {
			n := min(len(args), sumRows*width)
			if _, err := tx.Exec("insert into "+table+" (province, id, "+key+", n) values "+marks(n/width, width)+
				" on conflict (province, id, "+key+") do update set n = "+table+".n + excluded.n", args[:n]...); err != nil {
				return err
			}
			args = args[n:]
		}
		return nil
	}
	for _, k := range sortedKeys(s.rows) {
		args = append(args, province, id, k.category, k.dueOn, int(k.band), s.rows[k])
	}
	if err := put("due_sum", "category, due_on, band", 6); err != nil {
		return err
	}
	for _, k := range sortedUnitKeys(s.units) {
		args = append(args, province, id, k.kind, k.openSince, s.units[k])
	}
	return put("due_unit_sum", "kind, open_since", 5)
}

// marks are the placeholders of so many rows.
func marks(rows, width int) string {
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

func lotsOfNation(tx *db.Tx) ([]lot, error) {
	return db.List(tx, scanLot, `select province * 10000000000, category, due_on, band, sum(n) from due_sum
 group by province, category, due_on, band having sum(n) <> 0 order by province, category, due_on, band limit 200000`)
}

func unitLotsOfNation(tx *db.Tx) ([]unitLot, error) {
	return db.List(tx, scanUnitLot, `select province * 10000000000, kind, open_since, sum(n) from due_unit_sum
 group by province, kind, open_since having sum(n) <> 0 order by province, kind, open_since limit 200000`)
}

// unfolded lists the provinces that have rows beside their sums.
func unfolded(tx *db.Tx) ([]int, error) {
	return db.List(tx, db.One[int], `select province from due_sum where id <> 0 union select province from due_unit_sum where id <> 0 order by 1 limit 200`)
}

// fold puts the rows beside the sums of a province into them. PostgreSQL takes
// them out and puts them in with one statement, so that a row that comes
// meanwhile stays, and one that another process folds is counted once.
func fold(tx *db.Tx, province int) error {
	for _, t := range []struct{ table, key string }{{"due_sum", "category, due_on, band"}, {"due_unit_sum", "kind, open_since"}} {
		out, from := "", t.table+" where province = $1 and id <> 0"
		if tx.Postgres() {
			out, from = "with gone as (delete from "+from+" returning "+t.key+", n) ", "gone where true"
		}
		if _, err := tx.Exec(out+"insert into "+t.table+" (province, id, "+t.key+", n) select $1, 0, "+t.key+", sum(n) from "+from+" group by "+t.key+" order by "+t.key+
			" on conflict (province, id, "+t.key+") do update set n = "+t.table+".n + excluded.n", province); err != nil {
			return err
		}
		rest := " and n = 0"
		if !tx.Postgres() {
			rest = " and (n = 0 or id <> 0)"
		}
		if _, err := tx.Exec("delete from "+t.table+" where province = $1"+rest, province); err != nil {
			return err
		}
	}
	return nil
}

// countedProvinces lists the provinces that have counters or sums.
func countedProvinces(tx *db.Tx) ([]int, error) {
	return db.List(tx, db.One[int], `select province from due_count union select province from due_sum
 union select province from due_unit_count union select province from due_unit_sum order by 1 limit 200`)
}

// holdSums keeps others from mending the sums of a province until the commit.
func holdSums(tx *db.Tx, province int) error {
	_, err := tx.Exec(`insert into due_sum (province, id, category, due_on, band, n) values ($1, 0, '', '', 0, 0)
 on conflict (province, id, category, due_on, band) do update set n = 0`, province)
	return err
}

// differences are what the counters of a province have and the sums lack, read
// with one statement each: a change in between is in both or in neither.
func differences(tx *db.Tx, province int) (sums, error) {
	s := newSums()
	type row struct {
		k sumKey
		n int64
	}
	rows, err := db.List(tx, func(r *db.Rows, x *row) error { return r.Scan(&x.k.category, &x.k.dueOn, &x.k.band, &x.n) },
		`select category, due_on, band, sum(n) from (select category, due_on, band, n from due_count where province = $1
 union all select category, due_on, band, -n from due_sum where province = $1) as x group by category, due_on, band having sum(n) <> 0 order by category, due_on, band limit 200000`, province)
	if err != nil {
		return s, err
	}
	for _, x := range rows {
		s.rows[x.k] = x.n
	}
	type unitRow struct {
		k unitSumKey
		n int64
	}
	units, err := db.List(tx, func(r *db.Rows, x *unitRow) error { return r.Scan(&x.k.kind, &x.k.openSince, &x.n) },
		`select kind, open_since, sum(n) from (select kind, open_since, n from due_unit_count where province = $1
 union all select kind, open_since, -n from due_unit_sum where province = $1) as x group by kind, open_since having sum(n) <> 0 order by kind, open_since limit 200000`, province)
	for _, x := range units {
		s.units[x.k] = x.n
	}
	return s, err
}
