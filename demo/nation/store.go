package nation

import (
	"yangguang/agency"
	"yangguang/internal/db"
)

// occupied answers whether the store holds units or items.
func occupied(tx *db.Tx) (bool, error) {
	var n int
	err := tx.Row("select case when exists (select 1 from agency) or exists (select 1 from item) then 1 else 0 end").Scan(&n)
	return n == 1, err
}

// divisionsAfter lists divisions in the order of their codes, so that what
// stands above comes first.
func divisionsAfter(tx *db.Tx, after agency.Code, begun bool, limit int) ([]agency.Division, error) {
	if !begun {
		after = -1
	}
	return db.List(tx, func(r *db.Rows, d *agency.Division) error { return r.Scan(&d.Code, &d.Level, &d.Name) },
		"select code, level, name from division where code > $1 order by code limit $2", after, limit)
}

// The made-up persons who wrote, reviewed and approved: three, as the rows
// demand, and nobody's account.
const author, reviewer, approver = 1, 2, 3

func insertItem(tx *db.Tx, it *item) error {
	u, c := &it.Unit, it.Unit.Division
	if _, err := tx.Exec(`insert into item (province, id, prefecture, county, region, agency, category, period, number, year, serial, state, current,
 title, formed_on, timely, published_at, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'published', $12, $13, $14, $15, $16, $16)`,
		u.Province(), it.ID, c.Prefecture(), c.County(), c, u.ID, it.Category, it.Period, it.number(), it.On.Year(), it.Serial, it.Version,
		it.Title, it.On, it.Timely, it.At); err != nil {
		return err
	}
	if _, err := tx.Exec(`insert into item_version (province, id, item, number, state, rule, title, body, body_text, formed_on, author, reviewer, approver,
 created_at, saved_at, submitted_at, approved_at, published_at) values ($1, $2, $3, 1, 'published', 'agency', $4, $5, $6, $7, $8, $9, $10, $11, $11, $11, $11, $11)`,
		u.Province(), it.Version, it.ID, it.Title, it.html(), it.Text, it.On, author, reviewer, approver, it.At); err != nil {
		return err
	}
	if _, err := tx.Exec("insert into item_event (province, id, item, at, verb, version) values ($1, $2, $3, $4, 'published', 1)", u.Province(), it.Event, it.ID, it.At); err != nil {
		return err
	}
	_, err := tx.Exec(`insert into item_serial (province, agency, year, last) values ($1, $2, $3, $4)
 on conflict (province, agency, year) do update set last = excluded.last`, u.Province(), u.ID, it.On.Year(), it.Serial)
	return err
}
