package disclosure

import "yangguang/internal/db"

// tiedText is a text the public can read, current or earlier, as kept.
type tiedText struct {
	version, item, agency   int64
	state, category, period string
	form, data, hidden      string
}

// tiedTexts lists the texts with a form that some units of a province published
// in a category, of the periods from one year on and before another, or
// of none; closed and taken down ones tell nothing. The join is written crosswise
// because SQLite then begins with the units' items: left to choose, it walked
// every version of the province to have them in order.
func tiedTexts(tx *db.Tx, province int, agencies []int64, category, from, to string) ([]tiedText, error) {
	if len(agencies) == 0 {
		return nil, nil
	}
	w := (&db.Where{}).And("v.province = i.province and v.item = i.id").And("i.province = ?", province)
	db.In(w, "i.agency", agencies)
	w.And("i.category = ?", category).If(from == "", "i.period = ''").If(from != "", "i.period >= ? and i.period < ?", from, to).And("i.state = 'published'").
		And("v.state in ('published', 'superseded')").And("v.closed = ''").And("v.form <> ''")
	sql, args := w.SQL()
	return db.List(tx, func(r *db.Rows, x *tiedText) error {
		return r.Scan(&x.version, &x.item, &x.agency, &x.state, &x.category, &x.period, &x.form, &x.data, &x.hidden)
	}, `select v.id, v.item, i.agency, v.state, i.category, i.period, v.form, v.data, v.hidden
 from item i cross join item_version v`+sql+" order by v.id limit 20000", args...)
}

// unitsWithBelow tells which units have others directly below them.
func unitsWithBelow(tx *db.Tx, units []int64) (map[int64]bool, error) {
	out := map[int64]bool{}
	if len(units) == 0 {
		return out, nil
	}
	w := (&db.Where{}).And("state = 'active'")
	db.In(w, "superior", units)
	sql, args := w.SQL()
	ids, err := db.List(tx, func(r *db.Rows, id *int64) error { return r.Scan(id) }, "select distinct superior from agency"+sql+" order by superior limit 5000", args...)
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}
