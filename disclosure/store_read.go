package disclosure

import (
	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fresh"
)

// Row is an item in a list, with the name and address of its agency.
type Row struct {
	Item
	Unit     string
	UnitPath string // "350525/wjj"
}

// Href is where the public reads the item.
func (r *Row) Href() string { return "/" + r.UnitPath + "/" + r.Slug() }

const rowFrom = " from item i join agency a on a.id = i.agency"

func scanRow(r *db.Rows, x *Row) error {
	var slug string
	it := &x.Item
	err := r.Scan(&it.Province, &it.ID, &it.Prefecture, &it.County, &it.Region, &it.Agency, &it.Category, &it.Period,
		db.OrZero(&it.Number), db.OrZero(&it.Year), db.OrZero(&it.Serial), &it.State, db.OrZero(&it.Current), &it.Title,
		&it.FormedOn, &it.EndsOn, &it.Validity, &it.Emergency, &it.Corrected, &it.Timely,
		db.OrZero(&it.PublishedAt), db.OrZero(&it.ChangedAt), db.OrZero(&it.EndedAt), db.OrZero(&it.EndKind), db.OrZero(&it.EndReason),
		db.OrZero(&it.Imported), db.OrZero(&it.Explains), &x.Unit, &slug)
	x.UnitPath = it.Region.Short() + "/" + slug
	return err
}

// Query says which published items to list, the newest first.
type Query struct {
	Within   agency.Code // everything within a division; Nation for all
	Agency   int64       // only this agency
	Category string      // norm category id
	Period   string
	Ended    bool // also what was taken down (tombstones)
	From, To clock.Date
	Before   Cursor
	Limit    int
}

// Cursor is the place in a list after which the next page begins.
type Cursor struct {
	At int64 // published, in milliseconds
	ID int64
}

// After is the cursor behind a row.
func (r *Row) After() Cursor { return Cursor{At: clock.Millis(r.PublishedAt), ID: r.ID} }

// MaxList is the most rows a page lists.
const MaxList = 100

// List lists published items, by stored ancestor columns, so that a province
// is as quick as a village.
func List(tx *db.Tx, q Query) ([]Row, error) {
	w := &db.Where{}
	if q.Ended {
		w.And("i.state <> 'unpublished'")
	} else {
		w.And("i.state = 'published'")
	}
	agency.WithinAs(w, "i.", q.Within)
	w.If(q.Agency != 0, "i.agency = ?", q.Agency)
	w.If(q.Category != "", "i.category = ?", q.Category)
	w.If(q.Period != "", "i.period = ?", q.Period)
	if !q.From.IsZero() {
		w.And("i.published_at >= ?", clock.Millis(q.From.Start()))
	}
	if !q.To.IsZero() {
		w.And("i.published_at < ?", clock.Millis(q.To.End()))
	}
	w.If(q.Before.ID != 0, "(i.published_at, i.id) < (?, ?)", q.Before.At, q.Before.ID)
	sql, _ := w.SQL()
	limit := w.Next(min(max(q.Limit, 1), MaxList))
	rows, err := db.List(tx.Of(q.tag()), scanRow, "select "+itemCols+", a.name, a.slug"+rowFrom+sql+" order by i.published_at desc, i.id desc limit "+limit, w.Args()...)
	return shown(tx.Ctx, rows), err
}

// ByIDs lists the published items of search hits, in the given order.
func ByIDs(tx *db.Tx, province int, ids []int64) ([]Row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	w := (&db.Where{}).And("i.state = 'published'").And("i.province = ?", province)
	db.In(w, "i.id", ids)
	sql, args := w.SQL()
	rows, err := db.List(tx, scanRow, "select "+itemCols+", a.name, a.slug"+rowFrom+sql+" order by i.id limit 500", args...)
	if err != nil {
		return nil, err
	}
	byID := map[int64]Row{}
	for _, r := range rows {
		byID[r.ID] = r
	}
	out := make([]Row, 0, len(ids))
	for _, id := range ids {
		if r, ok := byID[id]; ok {
			out = append(out, r)
		}
	}
	return out, nil
}

func itemBySerial(tx *db.Tx, u agency.Agency, year, serial int) (*Item, error) {
	it, err := db.Only(db.List(tx.Of(), scanItem, "select "+itemCols+" from item i where i.province = $1 and i.agency = $2 and i.year = $3 and i.serial = $4",
		u.Division.Province(), u.ID, year, serial))
	if err == nil {
		fresh.Note(tx.Ctx, itemTag(it))
	}
	return it, err
}

func explainedBy(tx *db.Tx, it *Item) ([]Row, error) {
	rows, err := db.List(tx.Of(itemTag(it)), scanRow, "select "+itemCols+", a.name, a.slug"+rowFrom+" where i.province = $1 and i.explains = $2 and i.state = 'published' order by i.published_at desc, i.id desc limit 20", it.Province, it.ID)
	return shown(tx.Ctx, rows), err
}

// dueVersions lists approved versions whose time has come, the earliest first.
func dueVersions(tx *db.Tx, limit int) ([]Version, error) {
	return db.List(tx, scanVersion, "select "+versionCols+" from item_version v where v.state = 'approved' and v.publish_at <= $1 order by v.publish_at, v.id limit $2",
		clock.Millis(tx.Now), limit)
}

// Task is an open version with its item and unit, as the inbox lists it.
type Task struct {
	Version
	Category string
	Period   string
	Index    string // 索引号 of a published item that is being corrected
	Agency   int64
	Region   agency.Code
	Unit     string
	Note     string // why a draft came back to its author; "" when it did not
}

func scanTask(r *db.Rows, t *Task) error {
	v := &t.Version
	return r.Scan(&v.Province, &v.ID, &v.Item, &v.Number, &v.State, &v.Step, &v.Rule, &v.Title, &v.Form, &v.Revision, &v.Author, db.OrZero(&v.Reviewer),
		db.OrZero(&v.Reviewer2), db.OrZero(&v.Approver), &v.Emergency, &v.ReviewOwed, db.OrZero(&v.PublishAt), db.OrZero(&v.SavedAt), db.OrZero(&v.SubmittedAt),
		&v.FormedOn, &t.Category, &t.Period, db.OrZero(&t.Index), &t.Agency, &t.Region, &t.Unit, db.OrZero(&t.Note))
}

const taskSelect = `select v.province, v.id, v.item, v.number, v.state, v.step, v.rule, v.title, v.form, v.revision, v.author, v.reviewer,
 v.reviewer2, v.approver, v.emergency, v.review_owed, v.publish_at, v.saved_at, v.submitted_at, v.formed_on,
 i.category, i.period, i.number, i.agency, i.region, a.name,
 case when v.state = 'draft' then (select s.note from item_step s where s.province = v.province and s.version = v.id
  and s.verb in ('return', 'refuse', 'recall', 'gate') order by s.id desc limit 1) end
 from item_version v join item i on i.province = v.province and i.id = v.item join agency a on a.id = i.agency`

// openTasks lists what is under way within a range of divisions, the longest
// waiting first.
func openTasks(tx *db.Tx, r reach, limit int) ([]Task, error) {
	return tasks(tx, r, "v.state in ('draft', 'review', 'referred', 'approved')", "v.saved_at, v.id", limit)
}

// owedReviews lists emergency publications whose full review is still to come.
func owedReviews(tx *db.Tx, r reach, limit int) ([]Task, error) {
	return tasks(tx, r, "v.review_owed and v.state = 'published'", "v.published_at, v.id", limit)
}

// tasksBy lists what a person wrote that is still under way, wherever.
func tasksBy(tx *db.Tx, author int64, limit int) ([]Task, error) {
	return db.List(tx, scanTask, taskSelect+" where v.author = $1 and v.state in ('draft', 'review', 'referred', 'approved') order by v.saved_at, v.id limit $2", author, limit)
}

func tasks(tx *db.Tx, r reach, cond, order string, limit int) ([]Task, error) {
	w := (&db.Where{}).And(cond)
	if c, ok := (agency.Scope{Lo: r.lo, Hi: r.hi}).Division(); ok {
		agency.WithinAs(w, "i.", c)
		w.If(c != agency.Nation, "v.province = ?", c.Province())
	} else { // a development zone, which is no division
		w.And("i.region between ? and ?", r.lo, r.hi)
		w.If(r.lo.Province() == r.hi.Province(), "v.province = ?", r.lo.Province())
	}
	w.If(r.agency != 0, "i.agency = ?", r.agency)
	sql, _ := w.SQL()
	n := w.Next(limit)
	return db.List(tx, scanTask, taskSelect+sql+" order by "+order+" limit "+n, w.Args()...)
}
