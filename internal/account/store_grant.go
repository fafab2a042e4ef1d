package account

import (
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
)

const grantColumns = "g.id, g.person, g.verb, g.agency, g.lo, g.hi, g.since, g.until, g.granted_by"

// maxGrants bounds the grants of one person that are read for a request.
const maxGrants = 500

func scanGrant(r *db.Rows, g *Grant) error {
	var since int64
	err := r.Scan(&g.ID, &g.Person, &g.Verb, &g.Agency, &g.Lo, &g.Hi, &since, db.OrZero(&g.Until), &g.GrantedBy)
	g.Since = clock.FromMillis(since)
	return err
}

func insertGrant(tx *db.Tx, g Grant) error {
	_, err := tx.Exec(`insert into account_grant (id, person, verb, agency, lo, hi, since, until, granted_by)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		g.ID, g.Person, g.Verb, g.Agency, g.Lo, g.Hi, clock.Millis(g.Since), db.OrNull(g.Until), g.GrantedBy)
	return err
}

func findGrant(tx *db.Tx, id int64) (g Grant, err error) {
	var since int64
	err = tx.Row("select "+grantColumns+" from account_grant g where g.id = $1"+tx.ForUpdate(), id).
		Scan(&g.ID, &g.Person, &g.Verb, &g.Agency, &g.Lo, &g.Hi, &since, db.OrZero(&g.Until), &g.GrantedBy)
	g.Since = clock.FromMillis(since)
	return g, err
}

func endGrant(tx *db.Tx, g Grant, by int64) error {
	_, err := tx.Exec("update account_grant set until = $1, ended_by = $2 where id = $3", clock.Millis(tx.Now), by, g.ID)
	return err
}

// liveGrants are a person's grants that hold at t.
func liveGrants(tx *db.Tx, person int64, t time.Time) ([]Grant, error) {
	return db.List(tx, scanGrant, "select "+grantColumns+` from account_grant g
		where g.person = $1 and g.since <= $2 and (g.until is null or g.until > $2) order by g.id limit $3`,
		person, clock.Millis(t), maxGrants)
}

// openGrants are a person's grants that hold now or will.
func openGrants(tx *db.Tx, person int64, t time.Time) ([]Grant, error) {
	return db.List(tx, scanGrant, "select "+grantColumns+` from account_grant g
		where g.person = $1 and (g.until is null or g.until > $2) order by g.id limit $3`+tx.ForUpdate(),
		person, clock.Millis(t), maxGrants)
}

func listGrants(tx *db.Tx, person int64) ([]Grant, error) {
	return db.List(tx, scanGrant, "select "+grantColumns+" from account_grant g where g.person = $1 order by g.id desc limit $2", person, maxGrants)
}

func listHolders(tx *db.Tx, verb string, t Target, limit int) ([]Person, error) {
	return db.List(tx, scanPerson, "select "+personColumns+` from person p where p.state = 'active' and p.id in (
		select g.person from account_grant g where g.verb = $1 and g.agency in (0, $2) and g.lo <= $3 and g.hi >= $3
		and g.since <= $4 and (g.until is null or g.until > $4)) order by p.id limit $5`,
		verb, t.Agency, t.Division, clock.Millis(tx.Now), limit)
}
