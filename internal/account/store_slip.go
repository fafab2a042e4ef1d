package account

import (
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
)

type slipRow struct {
	id, login int64
	kind      SlipKind
	totp      []byte // sealed
	expires   time.Time
	used      time.Time
}

func insertSlip(tx *db.Tx, id int64, s Slip, code []byte, by int64, reason string) error {
	_, err := tx.Exec(`insert into account_slip (id, login, kind, code, issued_by, reason, created_at, expires_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, s.Login, s.Kind, code, by, reason, clock.Millis(tx.Now), clock.Millis(s.Expires))
	return err
}

func findSlip(tx *db.Tx, code []byte) (s slipRow, err error) {
	var expires int64
	err = tx.Row("select id, login, kind, totp, expires_at, used_at from account_slip where code = $1", code).
		Scan(&s.id, &s.login, &s.kind, &s.totp, &expires, db.OrZero(&s.used))
	s.expires = clock.FromMillis(expires)
	return s, err
}

func setSlipTOTP(tx *db.Tx, id int64, sealed []byte) error {
	_, err := tx.Exec("update account_slip set totp = $1 where id = $2", sealed, id)
	return err
}

// spendSlip marks a slip used and forgets the secret it carried.
func spendSlip(tx *db.Tx, id int64) error {
	_, err := tx.Exec("update account_slip set used_at = $1, totp = null where id = $2", clock.Millis(tx.Now), id)
	return err
}

// voidSlips ends every unused slip of a login.
func voidSlips(tx *db.Tx, login int64) error {
	_, err := tx.Exec("update account_slip set used_at = $1, totp = null where login = $2 and used_at is null", clock.Millis(tx.Now), login)
	return err
}

func setTOTP(tx *db.Tx, login int64, sealed []byte, counter int64) error {
	_, err := tx.Exec("update login set totp = $1, totp_counter = $2, demo = $3 where id = $4", sealed, counter, false, login)
	return err
}

// setDemo leaves a login of the demo without a second factor.
func setDemo(tx *db.Tx, login int64) error {
	_, err := tx.Exec("update login set totp = null, demo = $1 where id = $2", true, login)
	return err
}

// clearTraces forgets what the former means of a login left: passkeys, known places, wrong tries, sessions.
func clearTraces(tx *db.Tx, login int64) error {
	for _, q := range []string{
		"delete from account_passkey where login = $1",
		"delete from account_known where login = $1",
		"delete from account_session where login = $1",
		"update login set failed_tries = 0, next_try_at = 0 where id = $1",
	} {
		if _, err := tx.Exec(q, login); err != nil {
			return err
		}
	}
	return nil
}
