package catalogue

import (
	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

const dueCols = "province, agency, category, kind, region, period, opens_on, due_on, rolls_on, met_on, item, on_time, late, missed, since"

func scanDue(r *db.Rows, x *Due) error {
	return r.Scan(&x.Province, &x.Agency, &x.Category, &x.Kind, &x.Region, &x.Period, &x.OpensOn, &x.DueOn, &x.RollsOn, &x.MetOn,
		db.OrZero(&x.Item), &x.OnTime, &x.Late, &x.Missed, &x.Since)
}

// Of lists an agency's obligations.
func (c *Catalogue) Of(tx *db.Tx, u agency.Agency) ([]Due, error) {
	return db.List(tx.Of(UnitTag(u.ID)), scanDue, "select "+dueCols+" from due where province = $1 and agency = $2 order by category limit 200", u.Division.Province(), u.ID)
}

// OfCategory is an agency's obligation of one category; nil when it owes none.
func (c *Catalogue) OfCategory(tx *db.Tx, u agency.Agency, category string) (*Due, error) {
	x, err := find(tx.Of(CategoryTag(u.ID, category)), u, category)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return &x, err
}

func find(tx *db.Tx, u agency.Agency, category string) (Due, error) {
	rows, err := db.List(tx, scanDue, "select "+dueCols+" from due where province = $1 and agency = $2 and category = $3", u.Division.Province(), u.ID, category)
	if err == nil && len(rows) == 0 {
		err = fault.Say(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return Due{}, err
	}
	return rows[0], nil
}

func insertDue(tx *db.Tx, u agency.Agency, x Due) error {
	_, err := tx.Exec(`insert into due (province, agency, category, prefecture, county, region, kind, period, opens_on, due_on, rolls_on, met_on, item,
 on_time, late, missed, since) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		x.Province, x.Agency, x.Category, u.Division.Prefecture(), u.Division.County(), u.Division,
		x.Kind, x.Period, x.OpensOn, x.DueOn, x.RollsOn, x.MetOn, db.OrNull(x.Item), x.OnTime, x.Late, x.Missed, x.Since)
	return err
}

func updateDue(tx *db.Tx, x Due) error {
	_, err := tx.Exec(`update due set period = $4, opens_on = $5, due_on = $6, rolls_on = $7, met_on = $8, item = $9, on_time = $10, late = $11, missed = $12
 where province = $1 and agency = $2 and category = $3`, x.Province, x.Agency, x.Category, x.Period, x.OpensOn, x.DueOn, x.RollsOn, x.MetOn,
		db.OrNull(x.Item), x.OnTime, x.Late, x.Missed)
	return err
}

// moveDue follows an agency to another division of its province.
func moveDue(tx *db.Tx, u agency.Agency, category string) error {
	_, err := tx.Exec("update due set prefecture = $4, county = $5, region = $6 where province = $1 and agency = $2 and category = $3",
		u.Division.Province(), u.ID, category, u.Division.Prefecture(), u.Division.County(), u.Division)
	return err
}

func deleteDue(tx *db.Tx, u agency.Agency, category string) error {
	_, err := tx.Exec("delete from due where province = $1 and agency = $2 and category = $3", u.Division.Province(), u.ID, category)
	return err
}

// rolling lists up to 200 rows whose next period has begun. They are locked and
// read again agency by agency.
func rolling(tx *db.Tx, today clock.Date) ([]Due, error) {
	return db.List(tx, scanDue, "select "+dueCols+" from due where rolls_on <= $1 order by rolls_on, province, agency, category limit 200", today)
}

// firstPublished is what met a period: the item table belongs to the same room.
type firstPublished struct {
	period string
	item   int64
	on     clock.Date
	formed clock.Date
}

func scanPublished(r *db.Rows, f *firstPublished) error {
	var ms int64
	err := r.Scan(&f.period, &f.item, &ms, &f.formed)
	f.on = clock.DateOf(clock.FromMillis(ms))
	if f.formed.IsZero() { // imported history may not say
		f.formed = f.on
	}
	return err
}

// firstOfPeriods gives, for each period, what was published first of what is
// published still.
func firstOfPeriods(tx *db.Tx, u agency.Agency, category string) ([]firstPublished, error) {
	return db.List(tx, scanPublished, `select i.period, i.id, i.published_at, i.formed_on from item i where i.province = $1 and i.agency = $2 and i.category = $3 and i.state = 'published'
 and not exists (select 1 from item o where o.province = i.province and o.agency = i.agency and o.category = i.category and o.state = 'published'
  and o.period = i.period and (o.published_at < i.published_at or o.published_at = i.published_at and o.id < i.id))
 order by i.period limit 1000`, u.Division.Province(), u.ID, category)
}

// lastPublished is the latest item of a category that is published still.
func lastPublished(tx *db.Tx, u agency.Agency, category string) (f firstPublished, ok bool, err error) {
	rows, err := db.List(tx, scanPublished, `select period, id, published_at, formed_on from item where province = $1 and agency = $2 and category = $3 and state = 'published' order by published_at desc, id desc limit 1`, u.Division.Province(), u.ID, category)
	if err != nil || len(rows) == 0 {
		return f, false, err
	}
	return rows[0], true, nil
}

type tally struct{ onTime, late int }

// tallyOf counts the published items of a category by whether each was timely.
func tallyOf(tx *db.Tx, u agency.Agency, category string) (t tally, err error) {
	err = tx.Row(`select coalesce(sum(case when timely then 1 else 0 end), 0), coalesce(sum(case when timely then 0 else 1 end), 0)
 from item where province = $1 and agency = $2 and category = $3 and state = 'published' and timely is not null`,
		u.Division.Province(), u.ID, category).Scan(&t.onTime, &t.late)
	return t, err
}

// Overdue lists what is past its day and unmet, the longest first, within a
// division or of one agency, beginning after a row (Due{} for the first page).
func Overdue(tx *db.Tx, c agency.Code, unit int64, after Due, limit int) ([]Due, error) {
	w := (&db.Where{}).And("met_on is null").And("due_on < ?", clock.DateOf(tx.Now))
	agency.Within(w, c)
	w.If(unit != 0, "agency = ?", unit)
	w.If(after.Agency != 0, "(due_on, province, agency, category) > (?, ?, ?, ?)", after.DueOn, after.Province, after.Agency, after.Category)
	sql, _ := w.SQL()
	top := w.Next(limit)
	of := PlaceTag(c)
	if unit != 0 {
		of = UnitTag(unit)
	}
	return db.List(tx.Of(of), scanDue, "select "+dueCols+" from due"+sql+" order by due_on, province, agency, category limit "+top, w.Args()...)
}

// MetAfter lists what is met within a division, agency by agency in the order
// of the tree, beginning after a row (Due{} for the first page).
func MetAfter(tx *db.Tx, c agency.Code, after Due, limit int) ([]Due, error) {
	w := (&db.Where{}).And("met_on is not null")
	agency.Within(w, c)
	order := "region, agency, category"
	if c == agency.Nation { // no index has every region in order; province by province
		order = "province, agency, category"
		w.If(after.Agency != 0, "(province, agency, category) > (?, ?, ?)", after.Region.Province(), after.Agency, after.Category)
	} else {
		w.If(after.Agency != 0, "(region, agency, category) > (?, ?, ?)", after.Region, after.Agency, after.Category)
	}
	sql, _ := w.SQL()
	top := w.Next(limit)
	return db.List(tx, scanDue, "select "+dueCols+" from due"+sql+" order by "+order+" limit "+top, w.Args()...)
}
