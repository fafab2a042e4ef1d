package account

import (
	"strings"

	"yangguang/internal/clock"
	"yangguang/internal/db"
)

const substituteColumns = "u.id, u.principal, u.delegate, u.since, u.until, u.verbs, u.agency, u.reason, u.made_by, u.ended_at"

type substituteRow struct {
	Substitute
	since, until int64
	verbs        string
}

func (r *substituteRow) fields() []any {
	return []any{&r.ID, &r.Principal, &r.Delegate, &r.since, &r.until, &r.verbs, &r.Agency, &r.Reason, &r.MadeBy, db.OrZero(&r.Ended)}
}

func (r *substituteRow) done() Substitute {
	r.Since, r.Until, r.Verbs = clock.FromMillis(r.since), clock.FromMillis(r.until), strings.Fields(r.verbs)
	return r.Substitute
}

func scanSubstitute(rows *db.Rows, s *Substitute) error {
	var r substituteRow
	err := rows.Scan(r.fields()...)
	*s = r.done()
	return err
}

func findSubstitute(tx *db.Tx, id int64) (Substitute, error) {
	var r substituteRow
	err := tx.Row("select "+substituteColumns+" from account_substitute u where u.id = $1"+tx.ForUpdate(), id).Scan(r.fields()...)
	return r.done(), err
}

func insertSubstitute(tx *db.Tx, s Substitute) error {
	_, err := tx.Exec(`insert into account_substitute (id, principal, delegate, since, until, verbs, agency, reason, made_by, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		s.ID, s.Principal, s.Delegate, clock.Millis(s.Since), clock.Millis(s.Until), strings.Join(s.Verbs, " "), s.Agency, s.Reason, s.MadeBy, clock.Millis(tx.Now))
	return err
}

func endSubstitute(tx *db.Tx, id int64) error {
	_, err := tx.Exec("update account_substitute set ended_at = $1 where id = $2", clock.Millis(tx.Now), id)
	return err
}

// endSubstitutesOf ends every arrangement a person is part of.
func endSubstitutesOf(tx *db.Tx, person int64) (int64, error) {
	return tx.Exec(`update account_substitute set ended_at = $1 where ended_at is null and until > $1
		and (principal = $2 or delegate = $2)`, clock.Millis(tx.Now), person)
}

func listSubstitutes(tx *db.Tx, person int64) ([]Substitute, error) {
	return db.List(tx, scanSubstitute, "select "+substituteColumns+` from account_substitute u
		where u.principal = $1 or u.delegate = $1 order by u.id desc limit 100`, person)
}

func liveSubstitutes(tx *db.Tx, principal, delegate int64) ([]Substitute, error) {
	return db.List(tx, scanSubstitute, "select "+substituteColumns+` from account_substitute u where u.principal = $1 and u.delegate = $2
		and u.since <= $3 and u.until > $3 and (u.ended_at is null or u.ended_at > $3) order by u.id limit 100`,
		principal, delegate, clock.Millis(tx.Now))
}

// anySubstitute answers whether an arrangement of a principal runs now.
func anySubstitute(tx *db.Tx, principal int64) (bool, error) {
	found, err := db.List(tx, db.One[int64], `select u.id from account_substitute u where u.principal = $1
		and u.since <= $2 and u.until > $2 and (u.ended_at is null or u.ended_at > $2) order by u.id limit 1`, principal, clock.Millis(tx.Now))
	return len(found) > 0, err
}

func listPrincipals(tx *db.Tx, delegate int64) ([]Person, error) {
	return db.List(tx, scanPerson, "select "+personColumns+` from person p where p.state = 'active' and p.id in (select u.principal from account_substitute u
		where u.delegate = $1 and u.since <= $2 and u.until > $2 and (u.ended_at is null or u.ended_at > $2)) order by p.id limit 100`,
		delegate, clock.Millis(tx.Now))
}
