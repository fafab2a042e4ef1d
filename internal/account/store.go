package account

import (
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

func first[T any](rows []T, err error) (*T, error) {
	if err == nil && len(rows) == 0 {
		err = fault.Say(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return nil, err
	}
	return &rows[0], nil
}

const loginCols = "id, person, name, state, must_change, changed_at, password, totp, totp_last, failed, next_try_at"

func scanLogin(r *db.Rows, l *Login) error {
	err := r.Scan(&l.ID, &l.Person, &l.Name, &l.State, &l.MustChange, db.OrZero(&l.ChangedAt), &l.password, &l.totp, &l.totpLast, &l.failed, db.OrZero(&l.nextTry))
	l.HasTOTP = l.totp != nil
	return err
}

func loginByName(tx *db.Tx, name string) (*Login, error) {
	return first(db.List(tx, scanLogin, "select "+loginCols+" from login where name = $1", name))
}

func loginByID(tx *db.Tx, n int64) (*Login, error) {
	return first(db.List(tx, scanLogin, "select "+loginCols+" from login where id = $1", n))
}

// PersonByID finds a person.
func PersonByID(tx *db.Tx, n int64) (*Person, error) {
	return first(db.List(tx, func(r *db.Rows, p *Person) error {
		return r.Scan(&p.ID, &p.Name, db.OrZero(&p.StaffNo), &p.State)
	}, "select id, name, staff_no, state from person where id = $1", n))
}

// Names finds the names of persons, for pages of the desk.
func Names(tx *db.Tx, ids []int64) (map[int64]string, error) {
	w := db.In(&db.Where{}, "id", ids)
	sql, args := w.SQL()
	ps, err := db.List(tx, func(r *db.Rows, p *Person) error { return r.Scan(&p.ID, &p.Name) }, "select id, name from person"+sql+" order by id limit 2000", args...)
	out := map[int64]string{}
	for _, p := range ps {
		out[p.ID] = p.Name
	}
	return out, err
}

// CreatePerson adds a natural person.
func CreatePerson(tx *db.Tx, p Person) (int64, error) {
	p.ID = tx.ID(0)
	_, err := tx.Exec("insert into person (id, name, staff_no, created_at) values ($1, $2, $3, $4)", p.ID, p.Name, db.OrNull(p.StaffNo), clock.Millis(tx.Now))
	return p.ID, err
}

// CreateLogin adds an active login with a password; used by the commands and
// the demonstration, where no slip is printed.
func (a *Accounts) CreateLogin(tx *db.Tx, person int64, name, phc string, mustChange bool) (int64, error) {
	n := tx.ID(0)
	_, err := tx.Exec("insert into login (id, person, name, password, state, must_change, changed_at, created_at) values ($1, $2, $3, $4, 'active', $5, $6, $6)",
		n, person, FoldName(name), phc, mustChange, clock.Millis(tx.Now))
	if db.Broken(err, "login_name", "login.name") {
		return 0, fault.Fields(fault.Field{Name: "name", Key: "account.name_taken"})
	}
	return n, err
}

// GiveGrant adds a grant.
func GiveGrant(tx *db.Tx, g Grant) error {
	_, err := tx.Exec("insert into grants (id, person, verb, agency, lo, hi, since, until, granted_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		tx.ID(0), g.Person, g.Verb, g.Agency, g.Lo, g.Hi, clock.Millis(tx.Now), db.OrNull(g.Until), db.OrNull(g.GrantedBy))
	return err
}

type sessionRow struct {
	id, login, person, actingFor int64
	name, state                  string
	created, seen, steppedUp     time.Time
}

func sessionByHash(tx *db.Tx, hash []byte) (*sessionRow, error) {
	return first(db.List(tx, func(r *db.Rows, s *sessionRow) error {
		return r.Scan(&s.id, &s.login, &s.person, &s.name, &s.state, db.OrZero(&s.created), db.OrZero(&s.seen), db.OrZero(&s.steppedUp), db.OrZero(&s.actingFor))
	}, `select s.id, s.login, l.person, p.name, l.state, s.created_at, s.seen_at, s.stepped_up_at, s.acting_for
 from session s join login l on l.id = s.login join person p on p.id = l.person where s.hash = $1 and p.state = 'active'`, hash))
}

// rightsOf reads what a person may do now: his own grants, and those of whom he
// stands in for.
func rightsOf(tx *db.Tx, person int64) ([]Right, error) {
	now := clock.Millis(tx.Now)
	own, err := db.List(tx, func(r *db.Rows, x *Right) error { return r.Scan(&x.Verb, &x.Agency, &x.Lo, &x.Hi) },
		"select verb, agency, lo, hi from grants where person = $1 and since <= $2 and (until is null or until > $2) order by verb, id limit 500", person, now)
	if err != nil {
		return nil, err
	}
	lent, err := db.List(tx, func(r *db.Rows, x *Right) error { return r.Scan(&x.Verb, &x.Agency, &x.Lo, &x.Hi, &x.Principal) },
		`select g.verb, g.agency, g.lo, g.hi, s.principal from substitute s join grants g on g.person = s.principal join person p on p.id = s.principal
 where s.delegate = $1 and s.since <= $2 and s.until > $2 and s.ended_at is null and p.state = 'active' and g.since <= $2 and (g.until is null or g.until > $2)
 and (s.verbs = '*' or ',' || s.verbs || ',' like '%,' || g.verb || ',%') order by s.principal, g.verb, g.id limit 500`, person, now)
	return append(own, lent...), err
}
