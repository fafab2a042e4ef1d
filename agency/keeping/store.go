package keeping

import (
	"time"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Ran is when a line of the table was last carried out.
type Ran struct {
	Record         string
	At             time.Time
	Records, Total int64
}

func noteRun(tx *db.Tx, record string, n int64) error {
	_, err := tx.Exec(`insert into keeping_run (record, at, records, total) values ($1, $2, $3, $4)
 on conflict (record) do update set at = excluded.at, records = excluded.records, total = keeping_run.total + excluded.total`, record, clock.Millis(tx.Now), n, max(n, 0))
	return err
}

func runs(tx *db.Tx) (map[string]Ran, error) {
	rows, err := db.List(tx, func(r *db.Rows, x *Ran) error { return r.Scan(&x.Record, db.OrZero(&x.At), &x.Records, &x.Total) },
		"select record, at, records, total from keeping_run order by record limit 200")
	out := map[string]Ran{}
	for _, x := range rows {
		out[x.Record] = x
	}
	return out, err
}

// sealedParts are what only an opening reads.
type sealedParts struct{ code, body, contact, answer []byte }

type requestRow struct {
	Request
	sealed sealedParts
}

const requestCols = `r.province, r.id, r.number, r.region, r.kind, r.state, r.at, r.due_on, r.answered_at, r.destroyed_at, r.code, r.body, r.contact, r.answer`

func scanRequest(r *db.Rows, x *requestRow) error {
	var gone time.Time
	err := r.Scan(&x.Province, &x.ID, &x.Number, &x.Region, &x.Kind, &x.State, db.OrZero(&x.At), &x.DueOn, db.OrZero(&x.AnsweredAt), db.OrZero(&gone),
		&x.sealed.code, &x.sealed.body, &x.sealed.contact, &x.sealed.answer)
	x.Destroyed = !gone.IsZero()
	return err
}

func oneRequest(rows []requestRow, err error) (*Request, sealedParts, error) {
	if err == nil && len(rows) == 0 {
		err = fault.Say(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return nil, sealedParts{}, err
	}
	return &rows[0].Request, rows[0].sealed, nil
}

func requestByID(tx *db.Tx, province int, id int64) (*Request, sealedParts, error) {
	return oneRequest(db.List(tx, scanRequest, "select "+requestCols+" from privacy_request r where r.province = $1 and r.id = $2", province, id))
}

func requestByNumber(tx *db.Tx, number string) (*Request, sealedParts, error) {
	return oneRequest(db.List(tx, scanRequest, "select "+requestCols+" from privacy_request r where r.number = $1", number))
}

func listRequests(tx *db.Tx, ranges []account.Range, limit int) (out []Request, err error) {
	w := &db.Where{}
	account.In(w, ranges, "0", "r.region")
	sql, _ := w.SQL()
	n := w.Next(limit)
	rows, err := db.List(tx, scanRequest, "select "+requestCols+" from privacy_request r"+sql+" order by case r.state when 'open' then 0 else 1 end, r.due_on, r.id limit "+n, w.Args()...)
	for _, x := range rows {
		out = append(out, x.Request)
	}
	return out, err
}

func insertRequest(tx *db.Tx, r *Request, code, body, contact []byte) error {
	_, err := tx.Exec(`insert into privacy_request (province, id, number, code, region, kind, body, contact, at, due_on) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		r.Province, r.ID, r.Number, code, r.Region, r.Kind, body, contact, clock.Millis(r.At), r.DueOn)
	return err
}

func answerRequest(tx *db.Tx, r *Request, by int64, answer []byte) (int64, error) {
	return tx.Exec("update privacy_request set state = 'answered', answer = $3, answered_by = $4, answered_at = $5 where province = $1 and id = $2 and state = 'open'",
		r.Province, r.ID, answer, by, clock.Millis(tx.Now))
}

func destroyRequests(tx *db.Tx, before time.Time) (int64, error) {
	return tx.Exec("update privacy_request set body = null, contact = null, answer = null, destroyed_at = $1 where answered_at <= $2 and destroyed_at is null", clock.Millis(tx.Now), clock.Millis(before))
}
