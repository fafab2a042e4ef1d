package agency

import (
	"encoding/json"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/fresh"
)

const agencyColumns = `id, region, kind, slug, name, short_name, coalesce(credit_code, ''), address, hours, phone, fax,
	email, website, coalesce(superior, 0), founded_on, state, coalesce(successor, 0), valid_from, valid_to, demo`

func agencyDest(a *Agency) []any {
	return []any{&a.ID, &a.Division, &a.Kind, &a.Slug, &a.Name, &a.ShortName, &a.CreditCode, &a.Address, &a.Hours, &a.Phone,
		&a.Fax, &a.Email, &a.Website, &a.Superior, &a.FoundedOn, &a.State, &a.Successor, &a.ValidFrom, &a.ValidTo, &a.Demo}
}

// registry is for reading names, places and addresses: they stand on more pages
// than can be told apart, so that with a change of one of them all are forgotten.
func registry(tx *db.Tx) *db.Tx { return tx.Of(fresh.Everything) }

func scanAgency(r *db.Rows, a *Agency) error { return r.Scan(agencyDest(a)...) }

// oneAgency says in words that there is none.
func oneAgency(tx *db.Tx, query string, args ...any) (a Agency, err error) {
	err = registry(tx).Row(query, args...).Scan(agencyDest(&a)...)
	if fault.Is(err, fault.NotFound) {
		return Agency{}, fault.Say(fault.NotFound, "agency.unknown")
	}
	return a, err
}

// findAgency reads one agency; lock is tx.ForUpdate() when it is about to change.
func findAgency(tx *db.Tx, id int64, lock string) (Agency, error) {
	return oneAgency(tx, "select "+agencyColumns+" from agency where id = $1"+lock, id)
}

func findAgencyByPath(tx *db.Tx, division Code, slug string) (Agency, error) {
	return oneAgency(tx, "select "+agencyColumns+` from agency
		where id = (select agency from agency_path where region = $1 and slug = $2)`, division, slug)
}

func findAgencyByCredit(tx *db.Tx, code string) (Agency, error) {
	return oneAgency(tx, "select "+agencyColumns+" from agency where credit_code = $1 and state = 'active'", code)
}

func (f Filter) where() *db.Where {
	w := new(db.Where)
	if f.Here {
		w.And("region = ?", f.Within)
	} else if f.Within != Nation {
		lo, hi := f.Within.Range()
		w.And("region between ? and ?", lo, hi)
	}
	if len(f.Kinds) > 0 {
		db.In(w, "kind", f.Kinds)
	}
	if f.State == "" {
		f.State = Active
	}
	return w.And("state = ?", f.State)
}

func listAgencies(tx *db.Tx, f Filter) ([]Agency, error) {
	w := f.where().If(f.After.ID != 0, "(region > ? or region = ? and id > ?)", f.After.Division, f.After.Division, f.After.ID)
	top := w.Next(page(f.Limit))
	where, args := w.SQL()
	return db.List(registry(tx), scanAgency, "select "+agencyColumns+" from agency"+where+" order by region, id limit "+top, args...)
}

func countAgencies(tx *db.Tx, f Filter) (n int, err error) {
	where, args := f.where().SQL()
	err = registry(tx).Row("select count(*) from agency"+where, args...).Scan(&n)
	return n, err
}

func listSubordinates(tx *db.Tx, agency, after int64, limit int) ([]Agency, error) {
	return db.List(registry(tx), scanAgency, "select "+agencyColumns+` from agency
		where superior = $1 and id > $2 and state = 'active' order by id limit $3`, agency, after, limit)
}

func listPredecessors(tx *db.Tx, agency int64) ([]Agency, error) {
	return db.List(registry(tx), scanAgency, "select "+agencyColumns+` from agency
		where successor = $1 order by valid_to desc, id limit $2`, agency, MaxPage)
}

// countSubordinatesOutside counts active agencies directly below that do not lie in the division.
func countSubordinatesOutside(tx *db.Tx, agency int64, c Code) (n int, err error) {
	lo, hi := c.Range()
	err = tx.Row(`select count(*) from agency where superior = $1 and state = 'active'
		and not (region between $2 and $3)`, agency, lo, hi).Scan(&n)
	return n, err
}

func searchAgencies(tx *db.Tx, within Code, prefix string, limit int) ([]Match, error) {
	lo, hi := nameKeys(prefix)
	first, last := within.Range()
	var w db.Where
	w.And("n.name_key between ? and ?", lo, hi).
		And("n.name like ? escape '!'", likeEscape.Replace(prefix)+"%").
		If(within != Nation, "a.region between ? and ?", first, last)
	top := w.Next(limit)
	where, args := w.SQL()
	scan := func(r *db.Rows, m *Match) error {
		return r.Scan(append(agencyDest(&m.Agency), &m.Former)...)
	}
	// An agency whose full and short names, or old and present ones, both match comes once, by the present.
	return db.List(registry(tx), scan, "select "+agencyColumns+`, former from
		(select n.agency, case when min(case when n.until is null then 0 else 1 end) = 0 then '' else max(n.name) end as former
		from agency_name n join agency a on a.id = n.agency`+where+` group by n.agency) f
		join agency on id = f.agency order by region, id limit `+top, args...)
}

func insertAgency(tx *db.Tx, a Agency) error {
	_, err := tx.Exec(`insert into agency (id, region, province, prefecture, county, kind, slug, name, short_name,
		credit_code, address, hours, phone, fax, email, website, superior, founded_on, state, valid_from, demo)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		a.ID, a.Division, a.Division.Province(), a.Division.Prefecture(), a.Division.County(), a.Kind, a.Slug, a.Name,
		a.ShortName, none(a.CreditCode), a.Address, a.Hours, a.Phone, a.Fax, a.Email, a.Website, none(a.Superior),
		a.FoundedOn, a.State, a.ValidFrom, a.Demo)
	return err
}

// updateAgency writes everything that may change.
func updateAgency(tx *db.Tx, a Agency) error {
	_, err := tx.Exec(`update agency set region = $2, province = $3, prefecture = $4, county = $5, slug = $6, name = $7,
		short_name = $8, credit_code = $9, address = $10, hours = $11, phone = $12, fax = $13, email = $14, website = $15,
		superior = $16, state = $17, successor = $18, valid_to = $19 where id = $1`,
		a.ID, a.Division, a.Division.Province(), a.Division.Prefecture(), a.Division.County(), a.Slug, a.Name,
		a.ShortName, none(a.CreditCode), a.Address, a.Hours, a.Phone, a.Fax, a.Email, a.Website,
		none(a.Superior), a.State, none(a.Successor), a.ValidTo)
	return err
}

// none stores an absent value as NULL.
func none[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

func moveSubordinates(tx *db.Tx, from, to int64) error {
	_, err := tx.Exec("update agency set superior = $2 where superior = $1 and state = 'active'", from, to)
	return err
}

func insertPath(tx *db.Tx, a Agency) error {
	_, err := tx.Exec(`insert into agency_path (region, slug, agency) values ($1, $2, $3)
		on conflict (region, slug) do nothing`, a.Division, a.Slug, a.ID)
	return err
}

// pathTaken tells whether another agency has or had the address.
func pathTaken(tx *db.Tx, division Code, slug string, agency int64) (bool, error) {
	var n int
	err := tx.Row("select count(*) from agency_path where region = $1 and slug = $2 and agency <> $3", division, slug, agency).Scan(&n)
	return n > 0, err
}

// nameTaken tells whether another active agency in the division has the name.
func nameTaken(tx *db.Tx, division Code, name string, agency int64) (bool, error) {
	var n int
	err := tx.Row(`select count(*) from agency where region = $1 and name = $2 and id <> $3 and state = 'active'`,
		division, name, agency).Scan(&n)
	return n > 0, err
}

func creditTaken(tx *db.Tx, code string, agency int64) (bool, error) {
	var n int
	err := tx.Row("select count(*) from agency where credit_code = $1 and id <> $2 and state = 'active'", code, agency).Scan(&n)
	return n > 0, err
}

func insertNames(tx *db.Tx, a Agency, since clock.Date) error {
	names := []string{a.Name}
	if a.ShortName != a.Name {
		names = append(names, a.ShortName)
	}
	for _, n := range names {
		_, err := tx.Exec("insert into agency_name (id, agency, name, name_key, since) values ($1, $2, $3, $4, $5)",
			tx.ID(a.Province()), a.ID, n, nameKey(n), since)
		if err != nil {
			return err
		}
	}
	return nil
}

func endNames(tx *db.Tx, agency int64, until clock.Date) error {
	_, err := tx.Exec("update agency_name set until = $2 where agency = $1 and until is null", agency, until)
	return err
}

func insertChange(tx *db.Tx, c Change) error {
	before, err := json.Marshal(c.Before)
	if err != nil {
		return err
	}
	after, err := json.Marshal(c.After)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`insert into agency_change (id, agency, kind, effective, basis, before_text, after_text, actor, recorded_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		c.ID, c.Agency, c.Kind, c.Effective, c.Basis, string(before), string(after), c.By, clock.Millis(c.At))
	return err
}

func listChanges(tx *db.Tx, agency, before int64, limit int) ([]Change, error) {
	var w db.Where
	w.And("agency = ?", agency).If(before != 0, "id < ?", before)
	top := w.Next(limit)
	where, args := w.SQL()
	return db.List(registry(tx), scanChange, `select id, agency, kind, effective, basis, before_text, after_text, actor, recorded_at
		from agency_change`+where+" order by id desc limit "+top, args...)
}

func scanChange(r *db.Rows, c *Change) error {
	var before, after string
	var at int64
	if err := r.Scan(&c.ID, &c.Agency, &c.Kind, &c.Effective, &c.Basis, &before, &after, &c.By, &at); err != nil {
		return err
	}
	c.At = clock.FromMillis(at)
	if err := json.Unmarshal([]byte(before), &c.Before); err != nil {
		return err
	}
	return json.Unmarshal([]byte(after), &c.After)
}

func otherNames(tx *db.Tx, within Code, name string, limit int) ([]string, error) {
	lo, _ := nameKeys(name)
	first, last := within.Range()
	var w db.Where
	w.And("n.name_key = ?", lo).
		And("n.name = ?", name).
		And("o.name <> n.name").
		If(within != Nation, "a.region between ? and ?", first, last)
	top := w.Next(limit)
	where, args := w.SQL()
	return db.List(registry(tx), db.One[string], "select distinct o.name from agency_name n join agency_name o on o.agency = n.agency join agency a on a.id = n.agency"+where+" order by o.name limit "+top, args...)
}
