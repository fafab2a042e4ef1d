package disclosure

import "yangguang/internal/db"

func linkedAfter(tx *db.Tx, province int, after int64, most int) ([]Linked, error) {
	return db.List(tx, func(r *db.Rows, l *Linked) error {
		var row Row
		err := r.Scan(&l.Province, &l.Item, &l.Version, &l.Agency, &l.Region, &row.Year, &row.Serial, &row.UnitPath, &l.form, &l.data, &l.hide, &l.body)
		row.UnitPath = l.Region.Short() + "/" + row.UnitPath
		l.Path = row.Href()
		return err
	}, `select i.province, i.id, i.current, i.agency, i.region, i.year, i.serial, a.slug, v.form, v.data, v.hidden, v.body
 from item i join agency a on a.id = i.agency join item_version v on v.province = i.province and v.id = i.current
 where i.province = $1 and i.state = 'published' and i.id > $2 order by i.id limit $3`, province, after, most)
}

// filesOfAll are the attachments of many items' current versions, by version.
func filesOfAll(tx *db.Tx, province int, of []Linked) (map[int64][]File, error) {
	ids := make([]int64, len(of))
	for i := range of {
		ids[i] = of[i].Version
	}
	w := (&db.Where{}).And("province = ?", province)
	sql, args := db.In(w, "version", ids).SQL()
	fs, err := db.List(tx, func(r *db.Rows, f *File) error { return r.Scan(&f.ID, &f.Version, &f.Name, &f.Hash) },
		"select id, version, name, hash from item_file"+sql+" order by version, position, id limit 20000", args...)
	out := map[int64][]File{}
	for _, f := range fs {
		out[f.Version] = append(out[f.Version], f)
	}
	return out, err
}
