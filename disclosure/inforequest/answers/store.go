package answers

import (
	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
)

const answerCols = `w.province, w.id, w.agency, w.region, w.title, w.asked, w.decision, w.summary, w.month, w.state, w.note, w.reason, w.published, w.author, w.author_for, w.approver`

func scanAnswer(r *db.Rows, w *Answer) error {
	return r.Scan(&w.Province, &w.ID, &w.Agency, &w.Region, &w.Text.Title, &w.Text.Asked, &w.Decision, &w.Text.Summary, &w.Month, &w.State, &w.Note, &w.Reason,
		db.OrZero(&w.Published), &w.Author, db.OrZero(&w.authorFor), db.OrZero(&w.Approver))
}

func answerByID(tx *db.Tx, province int, id int64, lock string) (*Answer, error) {
	w, err := db.Only(db.List(tx.Of(tagOf(id)), scanAnswer, "select "+answerCols+" from answer w where w.province = $1 and w.id = $2"+lock, province, id))
	if err != nil {
		return nil, err
	}
	w.Files, err = filesOf(tx, w)
	return w, err
}

func lockAnswer(tx *db.Tx, province int, id int64) (*Answer, error) {
	return answerByID(tx, province, id, tx.ForUpdate())
}

func insertAnswer(tx *db.Tx, w *Answer) error {
	_, err := tx.Exec(`insert into answer (province, id, prefecture, county, region, agency, title, asked, decision, summary, month, state, author, author_for)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`, w.Province, w.ID, w.Region.Prefecture(), w.Region.County(), w.Region, w.Agency,
		w.Text.Title, w.Text.Asked, w.Decision, w.Text.Summary, w.Month, w.State, w.Author, db.OrNull(w.authorFor))
	return err
}

// updateAnswer writes what steps change, but who approved.
func updateAnswer(tx *db.Tx, w *Answer) error {
	_, err := tx.Exec("update answer set title = $3, asked = $4, summary = $5, state = $6, note = $7, reason = $8, author = $9, author_for = $10 where province = $1 and id = $2",
		w.Province, w.ID, w.Text.Title, w.Text.Asked, w.Text.Summary, w.State, w.Note, w.Reason, w.Author, db.OrNull(w.authorFor))
	return err
}

func publishAnswer(tx *db.Tx, w *Answer, approver, principal int64) error {
	_, err := tx.Exec("update answer set state = 'published', note = '', published = $3, approver = $4, approver_for = $5 where province = $1 and id = $2",
		w.Province, w.ID, w.Published, approver, db.OrNull(principal))
	return err
}

// deleteAnswer removes an answer that was never published, and the tie to it.
func deleteAnswer(tx *db.Tx, w *Answer, mark []byte) error {
	for _, q := range []string{"delete from answer_file where province = $1 and answer = $2", "delete from answer_hand where province = $1 and answer = $2",
		"delete from answer where province = $1 and id = $2"} {
		if _, err := tx.Exec(q, w.Province, w.ID); err != nil {
			return err
		}
	}
	_, err := tx.Exec("delete from answer_tie where province = $1 and mark = $2", w.Province, mark)
	return err
}

func addHand(tx *db.Tx, w *Answer, persons ...int64) error {
	for _, p := range persons {
		if p == 0 {
			continue
		}
		if _, err := tx.Exec("insert into answer_hand (province, answer, person) values ($1, $2, $3) on conflict (province, answer, person) do nothing", w.Province, w.ID, p); err != nil {
			return err
		}
	}
	return nil
}

func handsOf(tx *db.Tx, w *Answer) ([]int64, error) {
	return db.List(tx, db.One[int64], "select person from answer_hand where province = $1 and answer = $2 order by person limit 200", w.Province, w.ID)
}

func filesOf(tx *db.Tx, w *Answer) ([]File, error) {
	return db.List(tx.Of(tagOf(w.ID)), func(r *db.Rows, f *File) error { return r.Scan(&f.ID, &f.Name, &f.Kind, &f.Size, &f.hash) },
		"select id, name, kind, size, hash from answer_file where province = $1 and answer = $2 order by name, id limit 100", w.Province, w.ID)
}

func insertFile(tx *db.Tx, w *Answer, f File) error {
	_, err := tx.Exec("insert into answer_file (province, answer, id, name, kind, size, hash) values ($1, $2, $3, $4, $5, $6, $7)", w.Province, w.ID, f.ID, f.Name, f.Kind, f.Size, f.hash)
	return err
}

func deleteFiles(tx *db.Tx, w *Answer) error {
	_, err := tx.Exec("delete from answer_file where province = $1 and answer = $2", w.Province, w.ID)
	return err
}

// Query narrows the public log.
type Query struct {
	Within   agency.Code
	Agency   int64
	Decision string
	After    Key
	Limit    int
}

// Key is where a page of the log ends: by the month of publication, then by id.
type Key struct {
	Month string
	ID    int64
}

// list gives what is published, the newest month first.
func list(tx *db.Tx, q Query) ([]Answer, error) {
	w := (&db.Where{}).And("w.state = 'published'")
	agency.WithinAs(w, "w.", q.Within)
	w.If(q.Agency != 0, "w.agency = ?", q.Agency).If(q.Decision != "", "w.decision = ?", q.Decision)
	w.If(q.After.ID != 0, "(w.published < ? or w.published = ? and w.id < ?)", q.After.Month, q.After.Month, q.After.ID)
	sql, _ := w.SQL()
	n := w.Next(q.Limit)
	return db.List(tx.Of(allTag), scanAnswer, "select "+answerCols+" from answer w"+sql+" order by w.published desc, w.id desc limit "+n, w.Args()...)
}

// byIDs lists published answers that a search found.
func byIDs(tx *db.Tx, province int, ids []int64) ([]Answer, error) {
	w := (&db.Where{}).And("w.state = 'published'").And("w.province = ?", province)
	sql, args := db.In(w, "w.id", ids).SQL()
	return db.List(tx.Of(allTag), scanAnswer, "select "+answerCols+" from answer w"+sql+" order by w.id limit 500", args...)
}

// agenciesIn are those whose answers are public.
func agenciesIn(tx *db.Tx, within agency.Code, limit int) ([]int64, error) {
	w := (&db.Where{}).And("w.state = 'published'")
	agency.WithinAs(w, "w.", within)
	sql, _ := w.SQL()
	n := w.Next(limit)
	return db.List(tx.Of(allTag), db.One[int64], "select distinct w.agency from answer w"+sql+" order by w.agency limit "+n, w.Args()...)
}

// decisionsIn are those the log tells of.
func decisionsIn(tx *db.Tx, within agency.Code) ([]string, error) {
	w := (&db.Where{}).And("w.state = 'published'")
	agency.WithinAs(w, "w.", within)
	sql, args := w.SQL()
	return db.List(tx.Of(allTag), db.One[string], "select distinct w.decision from answer w"+sql+" order by w.decision limit 100", args...)
}

// within lists answers of any state within a person's reach, drafts first.
func within(tx *db.Tx, ranges []account.Range, states []string, after int64, limit int) ([]Answer, error) {
	w := &db.Where{}
	account.In(w, ranges, "w.agency", "w.region")
	db.In(w, "w.state", states)
	w.If(after != 0, "w.id < ?", after)
	sql, _ := w.SQL()
	n := w.Next(limit)
	return db.List(tx, scanAnswer, "select "+answerCols+" from answer w"+sql+" order by w.id desc limit "+n, w.Args()...)
}

// insertTie writes which answer is made of a request; a request has one.
func insertTie(tx *db.Tx, province int, request int64, sealed, mark []byte) error {
	_, err := tx.Exec("insert into answer_tie (province, request, answer, mark) values ($1, $2, $3, $4)", province, request, sealed, mark)
	return err
}

// tieOf is the sealed id of the answer made of a request; nil without one.
func tieOf(tx *db.Tx, province int, request int64) ([]byte, error) {
	found, err := db.List(tx, db.One[[]byte], "select answer from answer_tie where province = $1 and request = $2", province, request)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// requestOf is the request an answer was made of, for who has the keyed mark.
func requestOf(tx *db.Tx, province int, mark []byte) (id int64, err error) {
	err = tx.Row("select request from answer_tie where province = $1 and mark = $2", province, mark).Scan(&id)
	return id, err
}
