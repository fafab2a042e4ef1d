package portal

import (
	"yangguang/agency"
	"yangguang/disclosure/catalogue"
	"yangguang/internal/db"
	"yangguang/internal/fresh"
)

// unitsByID reads names and addresses of agencies; the agency table is one of
// the reference tables every room may join.
func unitsByID(tx *db.Tx, ids []int64) (map[int64]agency.Agency, error) {
	out := map[int64]agency.Agency{}
	if len(ids) == 0 {
		return out, nil
	}
	w := &db.Where{}
	sql, args := db.In(w, "id", ids).SQL()
	rows, err := db.List(tx.Of(fresh.Everything), func(r *db.Rows, u *agency.Agency) error {
		return r.Scan(&u.ID, &u.Division, &u.Kind, &u.Slug, &u.Name, &u.State)
	}, "select id, region, kind, slug, name, state from agency"+sql+" order by id limit 1000", args...)
	for _, u := range rows {
		out[u.ID] = u
	}
	return out, err
}

// slice is a run of keys and how many rows lie in it.
type slice struct{ From, To, N int64 }

// itemDays counts published items within a division by day since 1970 in
// Asia/Shanghai.
func itemDays(tx *db.Tx, c agency.Code) ([]slice, error) {
	w := (&db.Where{}).And("state = 'published'")
	agency.Within(w, c)
	sql, args := w.SQL()
	return db.List(tx.Of(catalogue.PlaceTag(c)), scanSlice, "select (published_at + 28800000) / 86400000 as day, count(*) from item"+sql+" group by 1 order by 1 limit 50000", args...)
}

// unitPrefectures counts active agencies within a division by prefecture.
func unitPrefectures(tx *db.Tx, c agency.Code) ([]slice, error) {
	w := (&db.Where{}).And("state = 'active'")
	lo, hi := c.Range()
	w.If(c != agency.Nation, "region between ? and ?", lo, hi) // agencies are kept in the order of regions
	sql, args := w.SQL()
	return db.List(tx.Of(fresh.Everything), scanSlice, "select region / 100000000 as place, count(*) from agency"+sql+" group by 1 order by 1 limit 1000", args...)
}

func scanSlice(r *db.Rows, s *slice) error {
	err := r.Scan(&s.From, &s.N)
	s.To = s.From
	return err
}

// address is one line of a sitemap.
type address struct {
	Region  agency.Code
	Slug    string
	Year    int
	Serial  int
	Changed int64
}

func itemAddresses(tx *db.Tx, c agency.Code, s slice) ([]address, error) {
	w := (&db.Where{}).And("i.state = 'published'").And("i.published_at >= ?", s.From*86400000-28800000).And("i.published_at < ?", (s.To+1)*86400000-28800000)
	agency.WithinAs(w, "i.", c)
	sql, args := w.SQL()
	return db.List(tx, func(r *db.Rows, a *address) error { return r.Scan(&a.Region, &a.Slug, &a.Year, &a.Serial, &a.Changed) },
		"select i.region, a.slug, i.year, i.serial, i.changed_at from item i join agency a on a.id = i.agency"+sql+" order by i.published_at, i.id limit 50000", args...)
}

func unitAddresses(tx *db.Tx, c agency.Code, s slice) ([]address, error) {
	lo, hi := c.Range()
	w := (&db.Where{}).And("state = 'active'").And("region between ? and ?", s.From*100000000, s.To*100000000+99999999)
	w.If(c != agency.Nation, "region between ? and ?", lo, hi)
	sql, args := w.SQL()
	return db.List(tx, func(r *db.Rows, a *address) error { return r.Scan(&a.Region, &a.Slug) },
		"select region, slug from agency"+sql+" order by region, id limit 50000", args...)
}
