package account

import (
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
)

const loginColumns = `l.id, l.person, l.name, l.password_hash, l.password_at, l.totp, l.totp_counter, l.state, l.failed_tries,
	l.next_try_at, l.must_change, l.demo, l.created_at`

// loginRow reads a login; done brings its instants into form.
type loginRow struct {
	Login
	next, created int64
}

func (r *loginRow) fields() []any {
	return []any{&r.ID, &r.Person, &r.Name, &r.passwordHash, db.OrZero(&r.PasswordAt), &r.totp, &r.totpCounter, &r.State, &r.FailedTries,
		&r.next, &r.MustChange, &r.Demo, &r.created}
}

func (r *loginRow) done() Login {
	r.NextTry, r.Created = clock.FromMillis(r.next), clock.FromMillis(r.created)
	return r.Login
}

func findLoginWhere(tx *db.Tx, cond string, arg any) (Login, error) {
	var r loginRow
	err := tx.Row("select "+loginColumns+" from login l where "+cond, arg).Scan(r.fields()...)
	return r.done(), err
}

func findLogin(tx *db.Tx, id int64) (Login, error) { return findLoginWhere(tx, "l.id = $1", id) }

func findLoginNamed(tx *db.Tx, key string) (Login, error) {
	return findLoginWhere(tx, "l.name_key = $1", key)
}

// lockLogin reads a login whose tries, code or password are about to change.
func lockLogin(tx *db.Tx, id int64) (Login, error) {
	return findLoginWhere(tx, "l.id = $1"+tx.ForUpdate(), id)
}

func listLogins(tx *db.Tx, person int64) ([]Login, error) {
	return db.List(tx, func(rows *db.Rows, l *Login) error {
		var r loginRow
		err := rows.Scan(r.fields()...)
		*l = r.done()
		return err
	}, "select "+loginColumns+" from login l where l.person = $1 order by l.id limit 20", person)
}

func insertLogin(tx *db.Tx, l Login) error {
	_, err := tx.Exec(`insert into login (id, person, name, name_key, password_hash, password_at, state, must_change, demo, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		l.ID, l.Person, l.Name, FoldName(l.Name), l.passwordHash, db.OrNull(l.PasswordAt), l.State, l.MustChange, l.Demo, clock.Millis(tx.Now))
	return err
}

func setLoginState(tx *db.Tx, id int64, s LoginState) error {
	_, err := tx.Exec("update login set state = $1 where id = $2", s, id)
	return err
}

func setTries(tx *db.Tx, id, tries, next int64) error {
	_, err := tx.Exec("update login set failed_tries = $1, next_try_at = $2 where id = $3", tries, next, id)
	return err
}

// welcome forgets the wrong tries and remembers the place.
func welcome(tx *db.Tx, id int64, remote []byte) error {
	if err := setTries(tx, id, 0, 0); err != nil {
		return err
	}
	if _, err := tx.Exec("delete from account_known where login = $1 and at < $2", id, clock.Millis(tx.Now.Add(-knownFor))); err != nil {
		return err
	}
	_, err := tx.Exec(`insert into account_known (login, remote, at) values ($1, $2, $3)
		on conflict (login, remote) do update set at = excluded.at`, id, remote, clock.Millis(tx.Now))
	return err
}

func isKnown(tx *db.Tx, id int64, remote []byte, since time.Time) (bool, error) {
	var n int64
	err := tx.Row("select count(*) from account_known where login = $1 and remote = $2 and at >= $3", id, remote, clock.Millis(since)).Scan(&n)
	return n > 0, err
}

func setTOTPCounter(tx *db.Tx, id, counter int64) error {
	_, err := tx.Exec("update login set totp_counter = $1 where id = $2", counter, id)
	return err
}

// setPasswordHash stores the same password at another cost.
func setPasswordHash(tx *db.Tx, id int64, hash string) error {
	_, err := tx.Exec("update login set password_hash = $1 where id = $2", hash, id)
	return err
}

// setPassword stores a new password chosen by its owner.
func setPassword(tx *db.Tx, id int64, hash string) error {
	_, err := tx.Exec("update login set password_hash = $1, password_at = $2, must_change = $3 where id = $4", hash, clock.Millis(tx.Now), false, id)
	return err
}
