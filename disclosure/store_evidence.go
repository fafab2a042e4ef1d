package disclosure

import (
	"yangguang/agency"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/db"
)

// CountPublished counts what is published within a division in any of the
// categories; of none given, in all. It is the live evidence of a clause.
func CountPublished(tx *db.Tx, within agency.Code, categories []string) (n int64, err error) {
	w := (&db.Where{}).And("state = 'published'")
	agency.Within(w, within)
	if len(categories) > 0 {
		db.In(w, "category", categories)
	}
	sql, args := w.SQL()
	err = tx.Of(catalogue.PlaceTag(within)).Row("select count(*) from item"+sql, args...).Scan(&n)
	return n, err
}

// CountChanges counts the public corrections and take-downs of a province's
// items, which prove that nothing changes silently; of 0, of every province.
func CountChanges(tx *db.Tx, province int, verb string) (n int64, err error) {
	w := (&db.Where{}).And("verb = ?", verb).If(province != 0, "province = ?", province)
	sql, args := w.SQL()
	err = tx.Of(eventsTag(province)).Row("select count(*) from item_event"+sql, args...).Scan(&n)
	return n, err
}
