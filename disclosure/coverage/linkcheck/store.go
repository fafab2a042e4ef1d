package linkcheck

import (
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// row is a link that failed when it was last asked.
type row struct {
	province              int
	agency, item, version int64
	region                agency.Code
	address, code         string
	failedOn, checkedOn   clock.Date
}

const rowCols = "l.province, l.agency, l.item, l.version, l.region, l.address, l.code, l.failed_on, l.checked_on"

func scanRow(r *db.Rows, x *row) error {
	return r.Scan(&x.province, &x.agency, &x.item, &x.version, &x.region, &x.address, &x.code, &x.failedOn, &x.checkedOn)
}

// failing are the rows of pages of a province, in reach of one statement.
func failing(tx *db.Tx, province int, pages []page) ([]row, error) {
	var agencies, items []int64
	for _, p := range pages {
		agencies, items = append(agencies, p.agency), append(items, p.item)
	}
	w := (&db.Where{}).And("l.province = ?", province)
	db.In(w, "l.agency", agencies)
	sql, args := db.In(w, "l.item", items).SQL()
	return db.List(tx, scanRow, "select "+rowCols+" from dead_link l"+sql+" order by l.agency, l.item, l.address limit 50000", args...)
}

// put notes that a link failed on a day; the first day it did stays.
func put(tx *db.Tx, x *row) error {
	_, err := tx.Exec(`insert into dead_link (province, agency, item, address, version, region, failed_on, checked_on, code)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (province, agency, item, address) do update set version = excluded.version,
 region = excluded.region, checked_on = excluded.checked_on, code = excluded.code`,
		x.province, x.agency, x.item, x.address, x.version, x.region, x.failedOn, x.checkedOn, x.code)
	return err
}

func drop(tx *db.Tx, x *row) error {
	_, err := tx.Exec("delete from dead_link where province = $1 and agency = $2 and item = $3 and address = $4", x.province, x.agency, x.item, x.address)
	return err
}

func erase(tx *db.Tx, province int, item int64) error {
	_, err := tx.Exec("delete from dead_link where province = $1 and item = $2", province, item)
	return err
}

func countRows(tx *db.Tx, province int) (n int, err error) {
	err = tx.Row("select count(*) from dead_link where province = $1", province).Scan(&n)
	return n, err
}

// sweep drops the rows of items that are no longer public and of websites no
// unit names any more.
func sweep(tx *db.Tx, province int) error {
	if _, err := tx.Exec(`delete from dead_link where province = $1 and item <> 0 and not exists
 (select 1 from item i where i.province = dead_link.province and i.id = dead_link.item and i.state = 'published')`, province); err != nil {
		return err
	}
	_, err := tx.Exec(`delete from dead_link where province = $1 and item = 0 and not exists
 (select 1 from agency a where a.id = dead_link.agency and a.state = 'active' and a.website = dead_link.address)`, province)
	return err
}

// site is a unit with the website its page names.
type site struct {
	id      int64
	region  agency.Code
	website string
}

// sitesAfter walks the units of a province, or of the nation itself, that name
// a website.
func sitesAfter(tx *db.Tx, province agency.Code, after int64, most int) ([]site, error) {
	lo, hi := province.Range()
	if province == agency.Nation {
		hi = lo
	}
	return db.List(tx, func(r *db.Rows, s *site) error { return r.Scan(&s.id, &s.region, &s.website) },
		"select id, region, website from agency where region between $1 and $2 and state = 'active' and website <> '' and id > $3 order by id limit $4", lo, hi, after, most)
}

// still is the condition that a row speaks of what is public now: a correction
// may have mended it, and the next check tells.
const still = ` left join item i on i.province = l.province and i.id = l.item join agency a on a.id = l.agency
 where l.checked_on > l.failed_on and (l.item = 0 and a.website = l.address or l.item <> 0 and i.state = 'published' and i.current = l.version)`

// countDead counts the dead links within a division.
func countDead(tx *db.Tx, c agency.Code) (n int64, err error) {
	within := &db.Where{}
	if c != agency.Nation {
		lo, hi := c.Range()
		within.And("l.province = ? and l.region between ? and ?", c.Province(), lo, hi)
	} else {
		within.And("1 = 1")
	}
	cond, args := within.SQL()
	err = tx.Row("select count(*) from dead_link l"+still+and(cond), args...).Scan(&n)
	return n, err
}

// and joins a condition made by db.Where to one that stands already.
func and(cond string) string { return " and " + cond[len(" where "):] }

// inRanges is the condition that a row lies where a person may act; a range
// within one province names it, so that an index answers, and one shard.
func inRanges(ranges []account.Range) *db.Where {
	parts, args := []string{"1 = 0"}, []any(nil)
	for _, r := range ranges {
		part := "l.region between ? and ?"
		args = append(args, r.Lo, r.Hi)
		if p := agency.Code(r.Lo).Province(); p != 0 && p == agency.Code(r.Hi).Province() {
			part, args = part+" and l.province = ?", append(args, p)
		}
		if r.Agency != 0 {
			part, args = part+" and l.agency = ?", append(args, r.Agency)
		}
		parts = append(parts, "("+part+")")
	}
	return (&db.Where{}).And("("+strings.Join(parts, " or ")+")", args...)
}

// listed is a dead link with the names a list shows.
type listed struct {
	row
	title, unit string
}

// list gives the dead links in reach, the longest dead first.
func list(tx *db.Tx, ranges []account.Range, unit int64, most int) ([]listed, error) {
	within := inRanges(ranges)
	within.If(unit != 0, "l.agency = ?", unit)
	cond, _ := within.SQL()
	limit := within.Next(most)
	return db.List(tx, func(r *db.Rows, x *listed) error {
		return r.Scan(&x.province, &x.agency, &x.item, &x.version, &x.region, &x.address, &x.code, &x.failedOn, &x.checkedOn, db.OrZero(&x.title), &x.unit)
	}, "select "+rowCols+", i.title, a.name from dead_link l"+still+and(cond)+" order by l.failed_on, l.province, l.agency, l.item, l.address limit "+limit, within.Args()...)
}

// behind is a unit with how many links of its pages are dead.
type behind struct {
	agency int64
	name   string
	links  int64
	since  clock.Date
}

// units counts the dead links in reach by unit, the most first.
func units(tx *db.Tx, ranges []account.Range, most int) ([]behind, error) {
	within := inRanges(ranges)
	cond, _ := within.SQL()
	limit := within.Next(most)
	return db.List(tx, func(r *db.Rows, b *behind) error { return r.Scan(&b.agency, &b.name, &b.links, &b.since) },
		"select l.agency, a.name, count(*), min(l.failed_on) from dead_link l"+still+and(cond)+" group by l.agency, a.name order by 3 desc, l.agency limit "+limit, within.Args()...)
}

// Tally is how many links were asked within a division when they were last
// checked, and how many were dead.
type Tally struct {
	Links, Unasked, Dead int64
	Outside              bool // addresses of other sites were asked as well
	On                   clock.Date
}

// At reads the tally of a division; On is zero where nothing was checked yet.
func At(tx *db.Tx, c agency.Code) (t Tally, err error) {
	// Where nothing is public there is nothing to count: the province's row tells the day.
	rows, err := db.List(tx, scanTally, `select place, links, unasked, outside, checked_on from link_tally where province = $1 and (place = $2 or place = $3) order by place limit 2`,
		c.Province(), c, c.At(agency.LevelProvince))
	if err != nil {
		return t, err
	}
	for _, r := range rows {
		if t.On, t.Outside = r.On, r.Outside; r.place == c {
			t.Links, t.Unasked = r.Links, r.Unasked
		}
	}
	t.Dead, err = countDead(tx, c)
	return t, err
}

type placed struct {
	place agency.Code
	Tally
}

func scanTally(r *db.Rows, p *placed) error {
	return r.Scan(&p.place, &p.Links, &p.Unasked, &p.Outside, &p.On)
}

func putTally(tx *db.Tx, p placed) error {
	_, err := tx.Exec(`insert into link_tally (province, place, links, unasked, outside, checked_on) values ($1, $2, $3, $4, $5, $6)
 on conflict (province, place) do update set links = excluded.links, unasked = excluded.unasked, outside = excluded.outside, checked_on = excluded.checked_on`,
		p.place.Province(), p.place, p.Links, p.Unasked, p.Outside, p.On)
	return err
}

func dropTallies(tx *db.Tx, province int, before clock.Date) error {
	_, err := tx.Exec("delete from link_tally where province = $1 and checked_on < $2", province, before)
	return err
}
