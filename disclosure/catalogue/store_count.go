package catalogue

import (
	"yangguang/agency"
	"yangguang/internal/db"
)

const placedCols = "province, agency, region, kind, category, due_on, met_on"

func scanPlaced(r *db.Rows, x *placed) error {
	err := r.Scan(&x.Province, &x.Agency, &x.Region, &x.Kind, &x.Category, &x.DueOn, &x.MetOn)
	x.Prefecture, x.Base = x.Region.Prefecture(), baseOf(x.Region)
	return err
}

func placedOf(tx *db.Tx, province int, agency int64) ([]placed, error) {
	return db.List(tx, scanPlaced, "select "+placedCols+" from due where province = $1 and agency = $2 order by category limit 200", province, agency)
}

// lockPlaced reads an agency's rows and holds them until the commit. What
// another transaction changed while this one waited is read after the wait.
func lockPlaced(tx *db.Tx, province int, agency int64) ([]placed, error) {
	if tx.Postgres() {
		if _, err := db.List(tx, db.One[string], "select category from due where province = $1 and agency = $2 order by category limit 200"+tx.ForUpdate(), province, agency); err != nil {
			return nil, err
		}
	}
	return placedOf(tx, province, agency)
}

func addCount(tx *db.Tx, k cell, n int64) error {
	_, err := tx.Exec(`insert into due_count (province, prefecture, place, category, due_on, band, n) values ($1, $2, $3, $4, $5, $6, $7)
 on conflict (province, prefecture, place, category, due_on, band) do update set n = due_count.n + excluded.n`,
		k.province, k.prefecture, k.place, k.category, k.dueOn, int(k.band), n)
	return err
}

func addUnitCount(tx *db.Tx, k unitCell, n int64) error {
	_, err := tx.Exec(`insert into due_unit_count (province, prefecture, place, kind, open_since, n) values ($1, $2, $3, $4, $5, $6)
 on conflict (province, prefecture, place, kind, open_since) do update set n = due_unit_count.n + excluded.n`,
		k.province, k.prefecture, k.place, k.kind, k.openSince, n)
	return err
}

// lot is some obligations that stand alike, below one division.
type lot struct {
	child    agency.Code
	category string
	dueOn    string
	band     Band
	n        int64
}

type unitLot struct {
	child     agency.Code
	kind      agency.Kind
	openSince string
	n         int64
}

func scanLot(r *db.Rows, x *lot) error {
	return r.Scan(&x.child, &x.category, &x.dueOn, &x.band, &x.n)
}

func scanUnitLot(r *db.Rows, x *unitLot) error {
	return r.Scan(&x.child, &x.kind, &x.openSince, &x.n)
}

// The counters of a province by prefecture, of a prefecture by county; those of
// the nation by province are kept as sums.

func lotsOfProvince(tx *db.Tx, province int) ([]lot, error) {
	return db.List(tx, scanLot, `select prefecture, category, due_on, band, sum(n) from due_count where province = $1
 group by prefecture, category, due_on, band order by prefecture, category, due_on, band limit 200000`, province)
}

func unitLotsOfProvince(tx *db.Tx, province int) ([]unitLot, error) {
	return db.List(tx, scanUnitLot, `select prefecture, kind, open_since, sum(n) from due_unit_count where province = $1
 group by prefecture, kind, open_since order by prefecture, kind, open_since limit 200000`, province)
}

func lotsOfPrefecture(tx *db.Tx, c agency.Code) ([]lot, error) {
	return db.List(tx, scanLot, `select place, category, due_on, band, n from due_count where province = $1 and prefecture = $2
 order by place, category, due_on, band limit 200000`, c.Province(), c)
}

func unitLotsOfPrefecture(tx *db.Tx, c agency.Code) ([]unitLot, error) {
	return db.List(tx, scanUnitLot, `select place, kind, open_since, n from due_unit_count where province = $1 and prefecture = $2
 order by place, kind, open_since limit 200000`, c.Province(), c)
}

func lotsOfPlace(tx *db.Tx, c agency.Code) ([]lot, error) {
	return db.List(tx, scanLot, `select place, category, due_on, band, n from due_count where province = $1 and prefecture = $2 and place = $3
 order by category, due_on, band limit 200000`, c.Province(), c.Prefecture(), c)
}

func unitLotsOfPlace(tx *db.Tx, c agency.Code) ([]unitLot, error) {
	return db.List(tx, scanUnitLot, `select place, kind, open_since, n from due_unit_count where province = $1 and prefecture = $2 and place = $3
 order by kind, open_since limit 200000`, c.Province(), c.Prefecture(), c)
}

// rowsWithin are the obligations themselves, where there are few of them: of a
// county and below. The townships of a prefecture without counties lie with its
// own agencies in the range of the county 00.
func rowsWithin(tx *db.Tx, c agency.Code) ([]placed, error) {
	const head = "select " + placedCols + " from due where province = $1 and "
	const tail = " order by region, agency, category limit 100000"
	switch c.Level() {
	case agency.LevelCounty:
		return db.List(tx, scanPlaced, head+"county = $2"+tail, c.Province(), c)
	case agency.LevelVillage:
		return rowsAt(tx, c)
	case agency.LevelPrefecture:
		return db.List(tx, scanPlaced, head+"region between $2 and $3"+tail, c.Province(), c, c+999_999)
	}
	lo, hi := c.Range()
	return db.List(tx, scanPlaced, head+"region between $2 and $3"+tail, c.Province(), lo, hi)
}

// rowsAt are the obligations of the agencies that sit in a division itself.
func rowsAt(tx *db.Tx, c agency.Code) ([]placed, error) {
	return db.List(tx, scanPlaced, "select "+placedCols+" from due where province = $1 and region = $2 order by agency, category limit 5000", c.Province(), c)
}

// Counting anew: every place that has rows or counters, one after another.

type basePlace struct {
	Province   int
	Prefecture agency.Code
	Place      agency.Code
}

func countedPlaces(tx *db.Tx) ([]basePlace, error) {
	return db.List(tx, func(r *db.Rows, x *basePlace) error { return r.Scan(&x.Province, &x.Prefecture, &x.Place) },
		`select province, prefecture, place from due_count group by province, prefecture, place
 union select province, prefecture, place from due_unit_count group by province, prefecture, place order by 1, 2, 3 limit 100000`)
}

// placesWithDues lists where there are obligations. It walks an index of all of them.
func placesWithDues(tx *db.Tx) ([]basePlace, error) {
	return db.List(tx, func(r *db.Rows, x *basePlace) error {
		err := r.Scan(&x.Province, &x.Prefecture, &x.Place)
		switch {
		case x.Place != 0:
		case x.Prefecture != 0:
			x.Place = x.Prefecture
		default:
			x.Place = agency.Code(x.Province) * 10_000_000_000
		}
		return err
	}, `select province, prefecture, county from due group by province, prefecture, county order by province, prefecture, county limit 100000`)
}

// rowsOfBase are the obligations counted at a place.
func rowsOfBase(tx *db.Tx, b basePlace) ([]placed, error) {
	const head = "select " + placedCols + " from due where province = $1 and "
	tail := " order by agency, category limit 200000" + tx.ForUpdate()
	switch {
	case b.Place.Level() == agency.LevelCounty:
		return db.List(tx, scanPlaced, head+"county = $2"+tail, b.Province, b.Place)
	case b.Prefecture != 0:
		return db.List(tx, scanPlaced, head+"region between $2 and $3 and county = 0"+tail, b.Province, b.Place, b.Place+999_999)
	}
	return db.List(tx, scanPlaced, head+"prefecture = 0 and county = 0"+tail, b.Province)
}

func cellsOfBase(tx *db.Tx, b basePlace) (counts, error) {
	c := newCounts()
	ls, err := lotsOfBase(tx, b)
	if err != nil {
		return c, err
	}
	for _, x := range ls {
		c.rows[cell{b.Province, b.Prefecture, b.Place, x.category, x.dueOn, x.band}] = x.n
	}
	us, err := unitLotsOfBase(tx, b)
	for _, x := range us {
		c.units[unitCell{b.Province, b.Prefecture, b.Place, string(x.kind), x.openSince}] = x.n
	}
	return c, err
}

func lotsOfBase(tx *db.Tx, b basePlace) ([]lot, error) {
	return db.List(tx, scanLot, `select place, category, due_on, band, n from due_count where province = $1 and prefecture = $2 and place = $3
 order by category, due_on, band limit 200000`+tx.ForUpdate(), b.Province, b.Prefecture, b.Place)
}

func unitLotsOfBase(tx *db.Tx, b basePlace) ([]unitLot, error) {
	return db.List(tx, scanUnitLot, `select place, kind, open_since, n from due_unit_count where province = $1 and prefecture = $2 and place = $3
 order by kind, open_since limit 200000`+tx.ForUpdate(), b.Province, b.Prefecture, b.Place)
}

// sweep drops the counters of a place that came down to nought.
func sweep(tx *db.Tx, b basePlace) error {
	if _, err := tx.Exec("delete from due_count where province = $1 and prefecture = $2 and place = $3 and n = 0", b.Province, b.Prefecture, b.Place); err != nil {
		return err
	}
	_, err := tx.Exec("delete from due_unit_count where province = $1 and prefecture = $2 and place = $3 and n = 0", b.Province, b.Prefecture, b.Place)
	return err
}

// uncounted answers whether there are obligations and no counters: a database
// made by a release before there were any.
func uncounted(tx *db.Tx) (bool, error) {
	var n int
	err := tx.Row(`select case when exists (select 1 from due) and not exists (select 1 from due_unit_count) then 1 else 0 end`).Scan(&n)
	return n == 1, err
}
