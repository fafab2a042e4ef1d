package analysis

import (
	"fmt"
	"strconv"
	"strings"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/supervision/casework"
)

// eventsBetween reads the counted events of a run of matters, in their order.
func eventsBetween(tx *db.Tx, province int, from, to int64) (map[int64][]happened, error) {
	type one struct {
		matter int64
		happened
	}
	rows, err := db.List(tx, func(r *db.Rows, e *one) error { return r.Scan(&e.matter, &e.kind, db.OrZero(&e.at), &e.code) },
		"select matter, kind, at, code from casework_event where province = $1 and matter between $2 and $3 and kind in ('"+strings.Join(countedKinds, "', '")+"') order by matter, at, id limit 200000", province, from, to)
	out := map[int64][]happened{}
	for _, e := range rows {
		out[e.matter] = append(out[e.matter], e.happened)
	}
	return out, err
}

// wordsBetween reads what people said last of a run of matters.
func wordsBetween(tx *db.Tx, province int, from, to int64) (map[int64]*lastWord, error) {
	type one struct {
		matter int64
		lastWord
	}
	rows, err := db.List(tx, func(r *db.Rows, x *one) error {
		return r.Scan(&x.matter, &x.solved, &x.satisfied, &x.discontent, db.OrZero(&x.at))
	}, "select matter, solved, satisfied, discontent, at from casework_rating where province = $1 and matter between $2 and $3 and reached order by matter, id limit 200000", province, from, to)
	out := map[int64]*lastWord{}
	for i := range rows {
		out[rows[i].matter] = &rows[i].lastWord
	}
	return out, err
}

// counted is the memo of one matter.
type counted struct {
	province int
	matter   int64
	agency   int64
	region   agency.Code
	since    int64 // milliseconds
	marks    string
}

func scanCounted(r *db.Rows, x *counted) error {
	return r.Scan(&x.province, &x.matter, &x.agency, &x.region, &x.since, &x.marks)
}

const countedCols = "k.province, k.matter, k.agency, k.region, k.since, k.marks"

// countedOf is what a matter was counted as; nothing when it was not.
func countedOf(tx *db.Tx, province int, matter int64) (facts, string, error) {
	xs, err := db.List(tx, scanCounted, "select "+countedCols+" from casework_counted k where k.province = $1 and k.matter = $2", province, matter)
	if err != nil || len(xs) == 0 {
		return facts{}, "", err
	}
	f, err := readMarks(xs[0].agency, xs[0].region, xs[0].marks)
	return f, xs[0].marks, err
}

// countedAfter lists memos by matter.
func countedAfter(tx *db.Tx, province int, after int64, limit int) ([]counted, error) {
	return db.List(tx, scanCounted, "select "+countedCols+" from casework_counted k where k.province = $1 and k.matter > $2 order by k.matter limit $3", province, after, limit)
}

func putCounted(tx *db.Tx, m *casework.Matter, f facts) error {
	_, err := tx.Exec(`insert into casework_counted (province, matter, agency, region, prefecture, county, since, marks) values ($1, $2, $3, $4, $5, $6, $7, $8)
 on conflict (province, matter) do update set agency = excluded.agency, region = excluded.region, prefecture = excluded.prefecture, county = excluded.county, since = excluded.since, marks = excluded.marks`,
		m.Province, m.ID, m.Agency, m.Region, m.Region.Prefecture(), m.Region.County(), clock.Millis(f.since(m.FiledAt)), f.marks())
	return err
}

// perApply bounds the rows of one statement: the driver of SQLite looks each
// numbered parameter up along a list, so that long statements cost their square.
const perApply = 16

// apply adds changes to the sums of a province.
func apply(tx *db.Tx, province int, t tally) error {
	keys := t.tidy()
	for len(keys) > 0 {
		n := min(len(keys), perApply)
		if err := applySome(tx, province, t, keys[:n]); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}

func applySome(tx *db.Tx, province int, t tally, keys []key) error {
	var cols []measure
	for _, m := range measures {
		for _, k := range keys {
			if t[k][m] != 0 {
				cols = append(cols, m)
				break
			}
		}
	}
	var names, sets strings.Builder
	for i, m := range cols {
		names.WriteString(", " + string(m))
		if i > 0 {
			sets.WriteString(", ")
		}
		fmt.Fprintf(&sets, "%s = casework_tally.%s + excluded.%s", m, m, m)
	}
	var values strings.Builder
	args := make([]any, 0, len(keys)*(7+len(cols)))
	for i, k := range keys {
		if i > 0 {
			values.WriteString(", ")
		}
		own := []any{province, k.scope, levelOf(k.scope), k.month, k.dim, k.value, k.about}
		for _, m := range cols {
			own = append(own, t[k][m])
		}
		for j, v := range own {
			values.WriteString(map[bool]string{true: "($", false: ", $"}[j == 0] + strconv.Itoa(len(args)+1))
			args = append(args, v)
		}
		values.WriteString(")")
	}
	_, err := tx.Exec("insert into casework_tally (province, scope, level, month, dim, value, about"+names.String()+") values "+values.String()+
		" on conflict (province, scope, month, dim, value, about) do update set "+sets.String(), args...)
	return err
}

// levelOf is 0 for a unit, and for a division its level. The nation adds up
// what its provinces keep, and counts its own agencies as one more.
func levelOf(scope int64) int {
	switch c := agency.Code(scope); {
	case c == agency.Nation:
		return int(agency.LevelProvince)
	case c.Valid():
		return int(c.Level())
	}
	return 0
}

// ask is what sums are read of.
type ask struct {
	province int
	nation   bool // of all provinces, added up under scope 0
	scopes   []int64
	from, to int // months
	dims     []string
	hide     []int64 // units whose hidden matters are left out
	open     bool    // every hidden matter is left out
}

// sums reads rows of sums, each with its month.
func sums(tx *db.Tx, q ask) (tally, error) {
	w := &db.Where{}
	if q.nation {
		w.And("t.level = ?", int(agency.LevelProvince))
	} else {
		db.In(w.And("t.province = ?", q.province), "t.scope", q.scopes)
	}
	w.And("t.month between ? and ?", q.from, q.to)
	db.In(w, "t.dim", q.dims)
	switch {
	case q.open:
		w.And("t.about = 0")
	case len(q.hide) > 0:
		args := make([]any, len(q.hide))
		for i, u := range q.hide {
			args[i] = u
		}
		w.And("t.about not in ("+strings.TrimSuffix(strings.Repeat("?, ", len(args)), ", ")+")", args...)
	}
	cols := ""
	for _, m := range measures {
		cols += ", t." + string(m)
	}
	cond, args := w.SQL()
	out := tally{}
	_, err := db.List(tx, func(r *db.Rows, _ *struct{}) error {
		var k key
		vec := make([]int64, len(measures))
		into := []any{&k.scope, &k.month, &k.dim, &k.value}
		for i := range vec {
			into = append(into, &vec[i])
		}
		if err := r.Scan(into...); err != nil {
			return err
		}
		if q.nation {
			k.scope = 0
		}
		if out[k] == nil {
			out[k] = row{}
		}
		for i, m := range measures {
			if vec[i] != 0 {
				out[k][m] += vec[i]
			}
		}
		return nil
	}, "select t.scope, t.month, t.dim, t.value"+cols+" from casework_tally t"+cond+" order by t.scope, t.month, t.dim, t.value, t.about limit 200000", args...)
	return out, err
}

// wholeTally reads every sum of a province, with what it is hidden from.
func wholeTally(tx *db.Tx, province int) (tally, error) {
	cols := ""
	for _, m := range measures {
		cols += ", t." + string(m)
	}
	out := tally{}
	after := key{scope: -1}
	for {
		n := 0
		_, err := db.List(tx, func(r *db.Rows, _ *struct{}) error {
			var k key
			vec := make([]int64, len(measures))
			into := []any{&k.scope, &k.month, &k.dim, &k.value, &k.about}
			for i := range vec {
				into = append(into, &vec[i])
			}
			if err := r.Scan(into...); err != nil {
				return err
			}
			n++
			after = k
			x := row{}
			for i, m := range measures {
				if vec[i] != 0 {
					x[m] = vec[i]
				}
			}
			if len(x) > 0 {
				out[k] = x
			}
			return nil
		}, "select t.scope, t.month, t.dim, t.value, t.about"+cols+` from casework_tally t where t.province = $1 and (t.scope, t.month, t.dim, t.value, t.about) > ($2, $3, $4, $5, $6)
 order by t.scope, t.month, t.dim, t.value, t.about limit 20000`, province, after.scope, after.month, after.dim, after.value, after.about)
		if err != nil || n < 20000 {
			return out, err
		}
	}
}

// provincesCounted lists the provinces that have matters.
func provincesCounted(tx *db.Tx) ([]int, error) {
	return db.List(tx, db.One[int], "select distinct province from casework order by province limit 100")
}

func millis(d clock.Date) int64 { return clock.Millis(d.Start()) }
