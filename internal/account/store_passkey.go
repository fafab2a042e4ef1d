package account

import (
	"encoding/json"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"yangguang/internal/clock"
	"yangguang/internal/db"
)

type ceremonyRow struct {
	kind    string
	login   int64
	data    []byte // sealed
	expires time.Time
}

func insertCeremony(tx *db.Tx, ticket []byte, kind string, login int64, sealed []byte, expires time.Time) error {
	_, err := tx.Exec("insert into account_ceremony (ticket, kind, login, data, expires_at) values ($1, $2, $3, $4, $5)",
		ticket, kind, db.OrNull(login), sealed, clock.Millis(expires))
	return err
}

func deleteCeremony(tx *db.Tx, ticket []byte) (c ceremonyRow, err error) {
	var expires int64
	err = tx.Row("delete from account_ceremony where ticket = $1 returning kind, login, data, expires_at", ticket).
		Scan(&c.kind, db.OrZero(&c.login), &c.data, &expires)
	c.expires = clock.FromMillis(expires)
	return c, err
}

const passkeyColumns = "id, login, data, label, created_at, used_at" //nolint:gosec // names of columns

func (k *Passkey) scan(row interface{ Scan(...any) error }) error {
	var (
		data    []byte
		created int64
	)
	if err := row.Scan(&k.ID, &k.login, &data, &k.Label, &created, db.OrZero(&k.Used)); err != nil {
		return err
	}
	k.Created = clock.FromMillis(created)
	return json.Unmarshal(data, &k.credential)
}

func listPasskeys(tx *db.Tx, login int64) ([]Passkey, error) {
	return db.List(tx, func(r *db.Rows, k *Passkey) error { return k.scan(r) },
		"select "+passkeyColumns+" from account_passkey where login = $1 order by id limit 50", login)
}

func findPasskey(tx *db.Tx, credential []byte) (k Passkey, err error) {
	return k, k.scan(tx.Row("select "+passkeyColumns+" from account_passkey where credential = $1"+tx.ForUpdate(), credential))
}

func insertPasskey(tx *db.Tx, k Passkey) error {
	data, err := json.Marshal(k.credential)
	if err != nil {
		return err
	}
	_, err = tx.Exec("insert into account_passkey (id, login, credential, data, label, created_at) values ($1, $2, $3, $4, $5, $6)",
		k.ID, k.login, k.credential.ID, data, k.Label, clock.Millis(tx.Now))
	return err
}

// usePasskey stores the counter that shows a copied key.
func usePasskey(tx *db.Tx, id int64, c webauthn.Credential) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = tx.Exec("update account_passkey set data = $1, used_at = $2 where id = $3", data, clock.Millis(tx.Now), id)
	return err
}

func deletePasskey(tx *db.Tx, login, id int64) (int64, error) {
	return tx.Exec("delete from account_passkey where id = $1 and login = $2", id, login)
}

func findSubject(tx *db.Tx, issuer, subject string) (login int64, err error) {
	err = tx.Row("select login from account_subject where issuer = $1 and subject = $2", issuer, subject).Scan(&login)
	return login, err
}

func insertSubject(tx *db.Tx, issuer, subject string, login, by int64) error {
	_, err := tx.Exec("insert into account_subject (issuer, subject, login, linked_by, created_at) values ($1, $2, $3, $4, $5)",
		issuer, subject, login, by, clock.Millis(tx.Now))
	return err
}

func deleteSubjects(tx *db.Tx, login int64) (int64, error) {
	return tx.Exec("delete from account_subject where login = $1", login)
}
