package account

import (
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
)

const sessionColumns = "s.id, s.login, s.acting_for, s.means, s.created_at, s.seen_at, s.stepped_up_at"

type sessionRow struct {
	Session
	created, seen, stepped int64
}

func (r *sessionRow) fields() []any {
	return []any{&r.ID, &r.login, db.OrZero(&r.actingFor), &r.Means, &r.created, &r.seen, &r.stepped}
}

func (r *sessionRow) done() Session {
	r.Created, r.Seen, r.steppedUp = clock.FromMillis(r.created), clock.FromMillis(r.seen), clock.FromMillis(r.stepped)
	return r.Session
}

// findSession reads a session with its login and person in one statement: it runs for every request.
func findSession(tx *db.Tx, token []byte) (Session, Login, Person, error) {
	var (
		s       sessionRow
		l       loginRow
		p       Person
		created int64
	)
	err := tx.Row("select "+sessionColumns+", "+loginColumns+", "+personColumns+` from account_session s
		join login l on l.id = s.login join person p on p.id = l.person where s.token = $1`, token).
		Scan(append(append(s.fields(), l.fields()...), p.fields(&created)...)...)
	p.Created = clock.FromMillis(created)
	return s.done(), l.done(), p, err
}

func insertSession(tx *db.Tx, s Session, token []byte) error {
	_, err := tx.Exec(`insert into account_session (id, token, login, means, created_at, seen_at, stepped_up_at)
		values ($1, $2, $3, $4, $5, $6, $7)`,
		s.ID, token, s.login, s.Means, clock.Millis(s.Created), clock.Millis(s.Seen), clock.Millis(s.steppedUp))
	return err
}

func touch(tx *db.Tx, id int64, at time.Time) error {
	_, err := tx.Exec("update account_session set seen_at = $1 where id = $2 and seen_at < $1", clock.Millis(at), id)
	return err
}

func renewSession(tx *db.Tx, id int64, token []byte, at time.Time) error {
	_, err := tx.Exec("update account_session set token = $1, stepped_up_at = $2, seen_at = $2 where id = $3", token, clock.Millis(at), id)
	return err
}

func setActingFor(tx *db.Tx, id, principal int64) error {
	_, err := tx.Exec("update account_session set acting_for = $1 where id = $2", db.OrNull(principal), id)
	return err
}

func listSessions(tx *db.Tx, login int64, now time.Time) ([]Session, error) {
	return db.List(tx, func(rows *db.Rows, s *Session) error {
		var r sessionRow
		err := rows.Scan(r.fields()...)
		*s = r.done()
		return err
	}, "select "+sessionColumns+` from account_session s where s.login = $1 and s.created_at > $2 and s.seen_at > $3
		order by s.id desc limit 50`, login, clock.Millis(now.Add(-SessionLasts)), clock.Millis(now.Add(-IdleLasts)))
}

func deleteSession(tx *db.Tx, id int64) error {
	_, err := tx.Exec("delete from account_session where id = $1", id)
	return err
}

func deleteOwnSession(tx *db.Tx, login, id int64) (int64, error) {
	return tx.Exec("delete from account_session where id = $1 and login = $2", id, login)
}

func deleteSessions(tx *db.Tx, login int64) error {
	_, err := tx.Exec("delete from account_session where login = $1", login)
	return err
}

func deleteOtherSessions(tx *db.Tx, login, keep int64) error {
	_, err := tx.Exec("delete from account_session where login = $1 and id <> $2", login, keep)
	return err
}

// dropStale deletes the login's sessions begun too long ago.
func dropStale(tx *db.Tx, login int64, begun time.Time) error {
	_, err := tx.Exec("delete from account_session where login = $1 and created_at <= $2", login, clock.Millis(begun))
	return err
}

// ForgetSessions deletes what is over: sessions, ceremonies left half-way, places not signed in from for long. A daily job calls it.
func ForgetSessions(tx *db.Tx) error {
	for q, before := range map[string]time.Time{
		"delete from account_session where created_at <= $1":  tx.Now.Add(-SessionLasts),
		"delete from account_ceremony where expires_at <= $1": tx.Now,
		"delete from account_known where at <= $1":            tx.Now.Add(-knownFor),
	} {
		if _, err := tx.Exec(q, clock.Millis(before)); err != nil {
			return err
		}
	}
	return nil
}
