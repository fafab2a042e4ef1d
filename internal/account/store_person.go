package account

import (
	"strings"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
)

const personColumns = "p.id, p.name, p.name_en, p.staff_no, p.home_agency, p.home_division, p.state, p.created_at, p.left_at"

// fields are where to read the columns of a person.
func (p *Person) fields(created *int64) []any {
	return []any{&p.ID, &p.Name, &p.NameEn, &p.StaffNo, &p.Home.Agency, &p.Home.Division, &p.State, created, db.OrZero(&p.Left)}
}

func scanPerson(r *db.Rows, p *Person) error {
	var created int64
	err := r.Scan(p.fields(&created)...)
	p.Created = clock.FromMillis(created)
	return err
}

func findPerson(tx *db.Tx, id int64) (p Person, err error) {
	var created int64
	err = tx.Row("select "+personColumns+" from person p where p.id = $1", id).Scan(p.fields(&created)...)
	p.Created = clock.FromMillis(created)
	return p, err
}

func findPersonByNational(tx *db.Tx, ref []byte) (p Person, err error) {
	var created int64
	err = tx.Row("select "+personColumns+" from person p where p.national_ref = $1", ref).Scan(p.fields(&created)...)
	return p, err
}

func findPersonByStaffNo(tx *db.Tx, agency int64, no string) (p Person, err error) {
	var created int64
	err = tx.Row("select "+personColumns+" from person p where p.home_agency = $1 and p.staff_no = $2", agency, no).Scan(p.fields(&created)...)
	return p, err
}

func personNames(tx *db.Tx, ids []int64) (map[int64]string, error) {
	out := map[int64]string{}
	type pair struct {
		id   int64
		name string
	}
	for len(ids) > 0 {
		n := min(len(ids), 500)
		var w db.Where
		db.In(&w, "id", ids[:n])
		where, args := w.SQL()
		ps, err := db.List(tx, func(r *db.Rows, p *pair) error { return r.Scan(&p.id, &p.name) },
			"select id, name from person"+where+" order by id limit 500", args...)
		if err != nil {
			return nil, err
		}
		for _, p := range ps {
			out[p.id] = p.name
		}
		ids = ids[n:]
	}
	return out, nil
}

func listPersons(tx *db.Tx, f PersonFilter, ranges []Range) ([]Person, error) {
	var w db.Where
	w.And("p.id > ?", f.After)
	w.If(f.Agency != 0, "p.home_agency = ?", f.Agency)
	w.If(f.Name != "", "p.name like ? escape '!'", strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(f.Name)+"%")
	In(&w, ranges, "p.home_agency", "p.home_division")
	limit := w.Next(f.Limit)
	where, args := w.SQL()
	return db.List(tx, scanPerson, "select "+personColumns+" from person p"+where+" order by p.id limit "+limit, args...)
}

func insertPerson(tx *db.Tx, p Person, national []byte) error {
	_, err := tx.Exec(`insert into person (id, name, name_en, staff_no, national_ref, home_agency, home_division, state, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, 'active', $8)`,
		p.ID, p.Name, p.NameEn, p.StaffNo, orNullBytes(national), p.Home.Agency, p.Home.Division, clock.Millis(tx.Now))
	return err
}

func setHome(tx *db.Tx, person int64, home Target) error {
	_, err := tx.Exec("update person set home_agency = $1, home_division = $2 where id = $3", home.Agency, home.Division, person)
	return err
}

func setNational(tx *db.Tx, person int64, ref []byte) error {
	_, err := tx.Exec("update person set national_ref = $1 where id = $2 and national_ref is null", ref, person)
	return err
}

// absentAmong lists who of some persons has left, or has logins and each of them frozen.
func absentAmong(tx *db.Tx, ids []int64) (map[int64]bool, error) {
	out := map[int64]bool{}
	for len(ids) > 0 {
		n := min(len(ids), 500)
		w := &db.Where{}
		db.In(w, "p.id", ids[:n])
		w.And("(p.state = 'left' or exists (select 1 from login l where l.person = p.id) and not exists (select 1 from login l where l.person = p.id and l.state <> 'frozen'))")
		sql, args := w.SQL()
		found, err := db.List(tx, db.One[int64], "select p.id from person p"+sql+" order by p.id limit 500", args...)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			out[p] = true
		}
		ids = ids[n:]
	}
	return out, nil
}

func setLeft(tx *db.Tx, person int64, at time.Time) error {
	_, err := tx.Exec("update person set state = 'left', left_at = $1 where id = $2", clock.Millis(at), person)
	return err
}

// orNullBytes writes NULL for no bytes, on both engines.
func orNullBytes(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}
