package account

import (
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// maxHandoverLines bounds the list that is shown; a person's papers are far fewer.
const maxHandoverLines = 5000

func insertHandover(tx *db.Tx, h Handover) error {
	if _, err := tx.Exec(`insert into account_handover (id, leaver, successor, made_by, reason, created_at) values ($1, $2, $3, $4, $5, $6)`,
		h.ID, h.Leaver, h.Successor, h.MadeBy, h.Reason, clock.Millis(tx.Now)); err != nil {
		return err
	}
	for i, item := range h.Lines {
		if _, err := tx.Exec("insert into account_handover_line (handover, line, item) values ($1, $2, $3)", h.ID, i+1, item); err != nil {
			return err
		}
	}
	return nil
}

const handoverCols = "id, leaver, successor, made_by, reason, created_at, leaver_signed_at, successor_signed_at"

func scanHandover(r interface{ Scan(...any) error }, h *Handover) error {
	var at int64
	if err := r.Scan(&h.ID, &h.Leaver, &h.Successor, &h.MadeBy, &h.Reason, &at, db.OrZero(&h.LeaverSigned), db.OrZero(&h.SuccessorSigned)); err != nil {
		return err
	}
	h.At = clock.FromMillis(at)
	return nil
}

func findHandover(tx *db.Tx, id int64) (h Handover, err error) {
	if err := scanHandover(tx.Row("select "+handoverCols+" from account_handover where id = $1", id), &h); err != nil {
		return h, err
	}
	h.Lines, err = db.List(tx, db.One[string], "select item from account_handover_line where handover = $1 order by line limit $2", id, maxHandoverLines)
	return h, err
}

// listHandovers gives the lists a person is on, whichever side, without their lines.
func listHandovers(tx *db.Tx, person int64) ([]Handover, error) {
	return db.List(tx, func(r *db.Rows, h *Handover) error { return scanHandover(r, h) },
		"select "+handoverCols+" from account_handover where leaver = $1 or successor = $1 order by id desc limit 50", person)
}

// signHandover notes a signature that is not there yet.
func signHandover(tx *db.Tx, id int64, by string) error {
	q := "update account_handover set leaver_signed_at = $1 where id = $2 and leaver_signed_at is null"
	if by == "successor" {
		q = "update account_handover set successor_signed_at = $1 where id = $2 and successor_signed_at is null"
	}
	_, err := tx.Exec(q, clock.Millis(tx.Now), id)
	return err
}
