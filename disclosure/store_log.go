package disclosure

import (
	"strings"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// publicAfter lists items that are or were public, by key, for walking all.
func publicAfter(tx *db.Tx, after itemKey, n int) ([]Item, error) {
	return db.List(tx, scanItem, "select "+itemCols+` from item i
 where (i.province, i.id) > ($1, $2) and i.state <> 'unpublished' order by i.province, i.id limit $3`, after.Province, after.ID, n)
}

// publicIn lists items of one province that are or were public, by key.
func publicIn(tx *db.Tx, province int, after int64, n int) ([]Item, error) {
	return db.List(tx, scanItem, "select "+itemCols+` from item i
 where i.province = $1 and i.id > $2 and i.state <> 'unpublished' order by i.id limit $3`, province, after, n)
}

func fileHashes(tx *db.Tx, it *Item) ([]string, error) {
	return db.List(tx, db.One[string], `select distinct f.hash from item_file f join item_version v on v.province = f.province and v.id = f.version
 where v.province = $1 and v.item = $2 order by f.hash limit 2000`, it.Province, it.ID)
}

// eraseTexts blanks every version of an item, drafts of corrections too, and
// removes its files and what the gate noted about them.
func eraseTexts(tx *db.Tx, it *Item) error {
	for _, q := range []string{
		"delete from item_finding where province = $1 and version in (select id from item_version where province = $1 and item = $2)",
		"delete from item_file where province = $1 and version in (select id from item_version where province = $1 and item = $2)",
		`update item_version set title = '', summary = '', data = '', body = '', body_text = '', keywords = '', doc_number = null, reason = ''
 where province = $1 and item = $2`,
	} {
		if _, err := tx.Exec(q, it.Province, it.ID); err != nil {
			return err
		}
	}
	return nil
}

// textsOf reads what the public log was given of some items: their texts,
// files and events, by item and by version.
func textsOf(tx *db.Tx, province int, items []Item) (versions map[int64][]Version, files map[int64][]File, events map[int64][]Event, err error) {
	versions, files, events = map[int64][]Version{}, map[int64][]File{}, map[int64][]Event{}
	ids := make([]int64, len(items))
	for i := range items {
		ids[i] = items[i].ID
	}
	w := (&db.Where{}).And("v.province = ?", province).And("v.state in ('published', 'superseded')")
	db.In(w, "v.item", ids)
	query, args := w.SQL()
	vs, err := db.List(tx, scanVersion, "select "+versionCols+" from item_version v"+query+" order by v.item, v.number limit 20000", args...)
	if err != nil {
		return nil, nil, nil, err
	}
	for i := range vs {
		versions[vs[i].Item] = append(versions[vs[i].Item], vs[i])
	}
	w = (&db.Where{}).And("v.province = ?", province).And("v.state in ('published', 'superseded')")
	db.In(w, "v.item", ids)
	query, args = w.SQL()
	fs, err := db.List(tx, func(r *db.Rows, f *File) error {
		return r.Scan(&f.ID, &f.Version, &f.Position, &f.Name, &f.Kind, &f.Size, &f.Hash, &f.Note)
	}, "select f.id, f.version, f.position, f.name, f.kind, f.size, f.hash, f.note from item_file f join item_version v on v.province = f.province and v.id = f.version"+
		query+" order by f.version, f.position, f.id limit 20000", args...)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, f := range fs {
		files[f.Version] = append(files[f.Version], f)
	}
	type row struct {
		item int64
		Event
	}
	w = (&db.Where{}).And("e.province = ?", province)
	db.In(w, "e.item", ids)
	query, args = w.SQL()
	es, err := db.List(tx, func(r *db.Rows, e *row) error {
		return r.Scan(&e.item, db.OrZero(&e.At), &e.Verb, db.OrZero(&e.Version), &e.Reason)
	}, "select e.item, e.at, e.verb, e.version, e.reason from item_event e"+query+" order by e.item, e.id limit 50000", args...)
	for _, e := range es {
		events[e.item] = append(events[e.item], e.Event)
	}
	return versions, files, events, err
}

// ByNumber finds an item by its index number, for whoever checks it.
func ByNumber(tx *db.Tx, number string) (it *Item, err error) {
	defer fault.Wrap(&err, "disclosure.ByNumber")
	return db.Only(db.List(tx, scanItem, "select "+itemCols+" from item i where i.number = $1 and i.state <> 'unpublished' order by i.province, i.id limit 1", strings.TrimSpace(number)))
}

// loggedMark is how far what was public before the log has its leaves: up to an
// item, or as a whole.
type loggedMark struct {
	itemKey
	whole bool
}

func loggedSoFar(tx *db.Tx) (m loggedMark, err error) {
	err = tx.Row("select upto_province, upto_item, whole from item_logged where id = 1").Scan(&m.Province, &m.ID, &m.whole)
	if fault.Is(err, fault.NotFound) {
		return loggedMark{itemKey: itemKey{Province: -1}}, nil
	}
	return m, err
}

// markLogged moves the mark, never back: another process may be further.
func markLogged(tx *db.Tx, m loggedMark) error {
	_, err := tx.Exec(`insert into item_logged (id, upto_province, upto_item, whole, at) values (1, $1, $2, $3, $4)
 on conflict (id) do update set upto_province = excluded.upto_province, upto_item = excluded.upto_item, whole = excluded.whole, at = excluded.at
 where not item_logged.whole and (excluded.upto_province, excluded.upto_item) >= (item_logged.upto_province, item_logged.upto_item)`,
		m.Province, m.ID, m.whole, clock.Millis(tx.Now))
	return err
}
