package analysis

import (
	"encoding/json"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

const reportCols = "r.province, r.id, r.agency, r.region, r.place, r.unit, r.from_month, r.to_month, r.state, r.last, r.author, r.begun_at, r.submitted_at, r.closed_at"

func scanReport(rows *db.Rows, r *Report) error {
	return rows.Scan(&r.Province, &r.ID, &r.Agency, &r.Region, &r.at.code, &r.at.unit, &r.Period.from, &r.Period.to, &r.State, &r.Last, &r.Author, db.OrZero(&r.BegunAt), db.OrZero(&r.SubmittedAt), db.OrZero(&r.ClosedAt))
}

// findReport reads a report with the name of its place; lock is tx.ForUpdate()
// where it will be changed.
func findReport(tx *db.Tx, province int, id int64, lock string) (*Report, error) {
	r, err := db.Only(db.List(tx, scanReport, "select "+reportCols+" from casework_report r where r.province = $1 and r.id = $2"+lock, province, id))
	if err != nil {
		return nil, err
	}
	at, err := findPlace(tx, map[bool]string{true: r.at.code.Short()}[r.at.unit == 0], map[bool]string{true: r.at.query()[len("unit="):]}[r.at.unit != 0], r.at.code)
	r.at = at
	return r, err
}

// reportsIn lists reports where the ranges allow, the newest first; states
// narrows them where it is not empty.
func reportsIn(tx *db.Tx, ranges []account.Range, states []string, limit int) ([]Report, error) {
	w := &db.Where{}
	account.In(w, ranges, "r.agency", "r.region")
	if len(states) > 0 {
		db.In(w, "r.state", states)
	}
	sql, _ := w.SQL()
	n := w.Next(limit)
	return db.List(tx, scanReport, "select "+reportCols+" from casework_report r"+sql+" order by r.begun_at desc, r.id desc limit "+n, w.Args()...)
}

func orNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return clock.Millis(t)
}

func insertReport(tx *db.Tx, r *Report) error {
	_, err := tx.Exec(`insert into casework_report (province, id, agency, region, prefecture, county, place, unit, from_month, to_month, state, last, author, begun_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		r.Province, r.ID, r.Agency, r.Region, r.Region.Prefecture(), r.Region.County(), r.at.code, r.at.unit, r.Period.from, r.Period.to, r.State, r.Last, r.Author, clock.Millis(r.BegunAt))
	return err
}

func updateReport(tx *db.Tx, r *Report) error {
	_, err := tx.Exec("update casework_report set state = $3, last = $4, submitted_at = $5, closed_at = $6 where province = $1 and id = $2", r.Province, r.ID, r.State, r.Last, orNull(r.SubmittedAt), orNull(r.ClosedAt))
	return err
}

func scanRevision(rows *db.Rows, v *Revision) error {
	var text, figures string
	if err := rows.Scan(&v.Number, &text, &figures, &v.Saved, &v.Author, db.OrZero(&v.SavedAt), db.OrZero(&v.SubmittedAt)); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), &v.Text); err != nil {
		return err
	}
	return json.Unmarshal([]byte(figures), &v.Figures)
}

const revisionCols = "v.number, v.written, v.figures, v.saved, v.author, v.saved_at, v.submitted_at"

func revisionOf(tx *db.Tx, r *Report, number int) (*Revision, error) {
	return db.Only(db.List(tx, scanRevision, "select "+revisionCols+" from casework_report_revision v where v.province = $1 and v.report = $2 and v.number = $3", r.Province, r.ID, number))
}

func putRevision(tx *db.Tx, r *Report, v *Revision) error {
	text, err := json.Marshal(v.Text)
	if err != nil {
		return err
	}
	figures, err := json.Marshal(v.Figures)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`insert into casework_report_revision (province, report, number, written, figures, saved, author, saved_at, submitted_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
 on conflict (province, report, number) do update set written = excluded.written, figures = excluded.figures, saved = excluded.saved, author = excluded.author, saved_at = excluded.saved_at, submitted_at = excluded.submitted_at`,
		r.Province, r.ID, v.Number, string(text), string(figures), v.Saved, v.Author, clock.Millis(v.SavedAt), orNull(v.SubmittedAt))
	return err
}

const instructionCols = "i.id, i.leader, i.content, i.follower, i.due_on, i.at, i.state, i.answer, i.answered_at, i.settled_at"

func scanInstruction(rows *db.Rows, x *Instruction) error {
	return rows.Scan(&x.ID, &x.Leader, &x.Content, &x.Follower, &x.DueOn, db.OrZero(&x.At), &x.State, &x.Answer, db.OrZero(&x.AnsweredAt), db.OrZero(&x.SettledAt))
}

func instructionsOf(tx *db.Tx, r *Report) ([]Instruction, error) {
	return db.List(tx, scanInstruction, "select "+instructionCols+" from casework_instruction i where i.province = $1 and i.report = $2 order by i.id limit 200", r.Province, r.ID)
}

func findInstruction(tx *db.Tx, r *Report, id int64) (*Instruction, error) {
	return db.Only(db.List(tx, scanInstruction, "select "+instructionCols+" from casework_instruction i where i.province = $1 and i.report = $2 and i.id = $3", r.Province, r.ID, id))
}

func insertInstruction(tx *db.Tx, r *Report, x Instruction) error {
	_, err := tx.Exec("insert into casework_instruction (province, report, id, leader, content, follower, due_on, at, state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)", r.Province, r.ID, x.ID, x.Leader, x.Content, x.Follower, x.DueOn, clock.Millis(x.At), x.State)
	return err
}

func updateInstruction(tx *db.Tx, r *Report, x *Instruction) error {
	a := account.From(tx.Ctx)
	_, err := tx.Exec(`update casework_instruction set state = $4, answer = $5, answered_at = $6, settled_at = $7, answered_by = case when $4 = 'answered' then $8 else answered_by end, settled_by = case when $4 = 'settled' then $8 else settled_by end
 where province = $1 and report = $2 and id = $3`, r.Province, r.ID, x.ID, x.State, x.Answer, orNull(x.AnsweredAt), orNull(x.SettledAt), a.Person)
	return err
}

// owed is an instruction somebody is to follow, with its report.
type owed struct {
	Instruction
	province int
	report   int64
}

// owedBy lists what a person is to follow, what is due first.
func owedBy(tx *db.Tx, person int64, limit int) ([]owed, error) {
	return db.List(tx, func(r *db.Rows, x *owed) error {
		return r.Scan(&x.province, &x.report, &x.ID, &x.Content, &x.DueOn, &x.State)
	}, "select i.province, i.report, i.id, i.content, i.due_on, i.state from casework_instruction i where i.follower = $1 and i.state = 'open' order by i.due_on, i.id limit $2", person, limit)
}
