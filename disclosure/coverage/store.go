package coverage

import (
	"slices"
	"time"

	"yangguang/agency"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fresh"
)

// unitsOf reads the names of agencies, a reference table every room may join.
func unitsOf(tx *db.Tx, xs []catalogue.Due) (map[int64]agency.Agency, error) {
	out := map[int64]agency.Agency{}
	var ids []int64
	for i := range xs {
		ids = append(ids, xs[i].Agency)
	}
	if len(ids) == 0 {
		return out, nil
	}
	w := &db.Where{}
	sql, args := db.In(w, "id", ids).SQL()
	us, err := db.List(tx.Of(fresh.Everything), func(r *db.Rows, u *agency.Agency) error { return r.Scan(&u.ID, &u.Division, &u.Slug, &u.Name) },
		"select id, region, slug, name from agency"+sql+" order by id limit 1000", args...)
	for _, u := range us {
		out[u.ID] = u
	}
	return out, err
}

// month is how a division stood when a month ended.
type month struct {
	Month    string // 2026-11
	ClosedOn clock.Date
	catalogue.Figures
}

// monthsOf lists the last months of a division, the earliest first.
func monthsOf(tx *db.Tx, c agency.Code, limit int) ([]month, error) {
	ms, err := db.List(tx.Of(fresh.Everything), func(r *db.Rows, m *month) error {
		f := &m.Figures
		return r.Scan(&m.Month, &m.ClosedOn, &f.Units, &f.UnitsBehind, &f.Owed, &f.OnTime, &f.Late, &f.Overdue, &f.Pending)
	}, `select month, closed_on, units, units_behind, owed, on_time, late, overdue, pending from coverage_month
 where province = $1 and place = $2 order by month desc limit $3`, c.Province(), c, limit)
	for i, j := 0, len(ms)-1; i < j; i, j = i+1, j-1 {
		ms[i], ms[j] = ms[j], ms[i]
	}
	return ms, err
}

func putMonth(tx *db.Tx, c agency.Code, key string, on clock.Date, f catalogue.Figures) error {
	_, err := tx.Exec(`insert into coverage_month (province, place, month, closed_on, units, units_behind, owed, on_time, late, overdue, pending)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (province, place, month) do update set closed_on = excluded.closed_on,
 units = excluded.units, units_behind = excluded.units_behind, owed = excluded.owed, on_time = excluded.on_time, late = excluded.late,
 overdue = excluded.overdue, pending = excluded.pending`,
		c.Province(), c, key, on, f.Units, f.UnitsBehind, f.Owed, f.OnTime, f.Late, f.Overdue, f.Pending)
	return err
}

// closed answers whether a month was closed to its end: the nation is last.
func closed(tx *db.Tx, key string) (bool, error) {
	var n int
	err := tx.Row("select count(*) from coverage_month where province = 0 and place = 0 and month = $1", key).Scan(&n)
	return n > 0, err
}

// columnsAt counts the columns a division's own agencies keep up, those among
// them that never held anything, and those whose content is overdue.
func columnsAt(tx *db.Tx, c agency.Code) (all, empty, stale int64, err error) {
	err = tx.Row(`select count(*), coalesce(sum(case when not exists (select 1 from item i where i.province = d.province and i.agency = d.agency
 and i.category = d.category and i.state = 'published') then 1 else 0 end), 0),
 coalesce(sum(case when d.met_on is null and d.due_on < $3 then 1 else 0 end), 0) from due d where d.province = $1 and d.region = $2`,
		c.Province(), c, clock.DateOf(tx.Now)).Scan(&all, &empty, &stale)
	return all, empty, stale, err
}

// waitingReports counts readers' reports within a division that have no
// answer, and those that came before a day.
func waitingReports(tx *db.Tx, c agency.Code, before time.Time) (waiting, old int64, err error) {
	w := (&db.Where{}).And("r.state = 'open'")
	agency.WithinAs(w, "i.", c)
	sql, _ := w.SQL()
	at := w.Next(clock.Millis(before))
	err = tx.Row("select count(*), coalesce(sum(case when r.at < "+at+` then 1 else 0 end), 0) from error_report r
 join item i on i.province = r.province and i.id = r.item`+sql, w.Args()...).Scan(&waiting, &old)
	return waiting, old, err
}

// putMark notes one mark of a day. A second process, or a second try, that
// comes with the same one adds nothing.
func putMark(tx *db.Tx, at time.Time) error {
	_, err := tx.Exec(`insert into served_day (day, marks, first_at, last_at) values ($1, 1, $2, $2)
 on conflict (day) do update set marks = served_day.marks + 1, last_at = excluded.last_at where served_day.last_at < excluded.last_at`,
		clock.DateOf(at), clock.Millis(at))
	return err
}

func dropDays(tx *db.Tx, before clock.Date) error {
	_, err := tx.Exec("delete from served_day where day < $1", before)
	return err
}

// servedDays are the newest days on which the installation served, the earliest
// first: one more than the page tells of, so that it knows its own first day.
func servedDays(tx *db.Tx) ([]served, error) {
	ds, err := db.List(tx, func(r *db.Rows, d *served) error {
		var first, last int64
		err := r.Scan(&d.Day, &d.Marks, &first, &last)
		d.First, d.Last = clock.FromMillis(first), clock.FromMillis(last)
		return err
	}, "select day, marks, first_at, last_at from served_day order by day desc limit $1", reachDays+1)
	slices.Reverse(ds)
	return ds, err
}
