package notify

import (
	"errors"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

const columns = "province, id, agency, channel, masked, template, number, state, tries, fault, created, done"

// sealedNotice is a row with what only the sending needs.
type sealedNotice struct {
	Notice
	sealed []byte
	lang   i18n.Lang
}

func insert(tx *db.Tx, id int64, m Message, sealed []byte, masked string) error {
	_, err := tx.Exec(`insert into notice (province, id, agency, channel, address, masked, lang, template, number, state, tries, fault, created)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, '', $10)`,
		m.Province, id, m.Agency, string(m.Channel), sealed, masked, string(m.Lang), m.Template, m.Number, clock.Millis(tx.Now))
	return err
}

func load(tx *db.Tx, province, id int64) (n sealedNotice, err error) {
	n.Province, n.ID = province, id
	err = tx.Row("select channel, lang, template, number, state, tries, address from notice where province = $1 and id = $2", province, id).
		Scan(&n.Channel, &n.lang, &n.Template, &n.Number, &n.State, &n.Tries, &n.sealed)
	return n, err
}

// tried writes how a try ended; a notice given up meanwhile stays so unless it
// was sent all the same.
func tried(tx *db.Tx, province, id int64, to State, word string) error {
	var done any
	if to != Queued {
		done = clock.Millis(tx.Now)
	}
	_, err := tx.Exec("update notice set state = $1, tries = tries + 1, fault = $2, done = $3 where province = $4 and id = $5 and (state = 0 or $6 = 1)",
		int(to), word, done, province, id, int(to))
	return err
}

func requeue(tx *db.Tx, province, id int64) error {
	return oneRow(tx.Exec("update notice set state = 0, tries = 0, fault = '', done = null where province = $1 and id = $2 and state = 2 and address is not null", province, id))
}

func giveUp(tx *db.Tx, province, id int64) error {
	return oneRow(tx.Exec("update notice set state = 2, fault = 'given_up', done = $1 where province = $2 and id = $3 and state = 0", clock.Millis(tx.Now), province, id))
}

func oneRow(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.As(fault.Conflict, errors.New("the notice is not in the state for this"))
	}
	return err
}

func erase(tx *db.Tx, before time.Time, limit int) (int64, error) {
	return tx.Exec(`update notice set address = null, masked = '' where (province, id) in
		(select province, id from notice where done < $1 and address is not null order by done, id limit $2)`, clock.Millis(before), limit)
}

func list(tx *db.Tx, f Filter) ([]Notice, error) {
	var w db.Where
	w.And("province = ?", f.Province).If(f.Agency != 0, "agency = ?", f.Agency).If(f.Number != "", "number = ?", f.Number)
	if f.State != nil {
		w.And("state = ?", int(*f.State))
	}
	w.If(f.Before != 0, "id < ?", f.Before)
	limit := " order by id desc limit " + w.Next(f.Limit)
	where, args := w.SQL()
	return db.List(tx, scanNotice, "select "+columns+" from notice"+where+limit, args...)
}

func scanNotice(r *db.Rows, n *Notice) error {
	var created int64
	err := r.Scan(&n.Province, &n.ID, &n.Agency, &n.Channel, &n.Masked, &n.Template, &n.Number, &n.State, &n.Tries, &n.Fault, &created, db.OrZero(&n.Done))
	n.Created = clock.FromMillis(created)
	return err
}

// NumberOf is the public number a notice was about: whoever answers a mail of
// ours names it by its Message-ID.
func NumberOf(tx *db.Tx, province int, id int64) (number string, err error) {
	err = tx.Row("select number from notice where province = $1 and id = $2", province, id).Scan(&number)
	return number, err
}
