package outcome

import (
	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/db"
)

const cols = `o.province, o.id, o.agency, o.region, o.type, o.topic, o.result, o.month, o.title, o.asked, o.reply, o.state, o.note, o.reason, o.published, o.author, o.author_for, o.approver`

func scan(r *db.Rows, x *Outcome) error {
	return r.Scan(&x.Province, &x.ID, &x.Agency, &x.Region, &x.Type, &x.Topic, &x.Result, &x.Month, &x.Text.Title, &x.Text.Asked, &x.Text.Reply, &x.State, &x.Note, &x.Reason, &x.Published, &x.Author, db.OrZero(&x.AuthorFor), db.OrZero(&x.Approver))
}

func outcomeByID(tx *db.Tx, province int, id int64, lock string) (*Outcome, error) {
	return db.Only(db.List(tx, scan, "select "+cols+" from casework_outcome o where o.province = $1 and o.id = $2"+lock, province, id))
}

func insertOutcome(tx *db.Tx, x *Outcome) error {
	_, err := tx.Exec(`insert into casework_outcome (province, id, prefecture, county, region, agency, type, topic, result, month, title, asked, reply, state, author, author_for)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		x.Province, x.ID, x.Region.Prefecture(), x.Region.County(), x.Region, x.Agency, x.Type, x.Topic, x.Result, x.Month, x.Text.Title, x.Text.Asked, x.Text.Reply, x.State, x.Author, db.OrNull(x.AuthorFor))
	return err
}

func updateOutcome(tx *db.Tx, x *Outcome, a *account.Actor) error {
	var approverFor any
	if x.Approver == a.Person && x.Approver != 0 {
		approverFor = db.OrNull(a.PrincipalID())
	}
	_, err := tx.Exec("update casework_outcome set title = $3, asked = $4, reply = $5, state = $6, note = $7, reason = $8, published = $9, author = $10, author_for = $11, approver = $12, approver_for = $13 where province = $1 and id = $2",
		x.Province, x.ID, x.Text.Title, x.Text.Asked, x.Text.Reply, x.State, x.Note, x.Reason, x.Published, x.Author, db.OrNull(x.AuthorFor), db.OrNull(x.Approver), approverFor)
	return err
}

// query narrows the public list.
type query struct {
	within agency.Code
	topic  string
	agency int64
	after  key
	limit  int
}

// key is where a page ends: newest month first, then by id.
type key struct {
	month string
	id    int64
}

func published(tx *db.Tx, q query) ([]Outcome, error) {
	w := (&db.Where{}).And("o.state = 'published'")
	agency.WithinAs(w, "o.", q.within)
	w.If(q.topic != "", "o.topic = ?", q.topic).If(q.agency != 0, "o.agency = ?", q.agency)
	w.If(q.after.id != 0, "(o.published < ? or o.published = ? and o.id < ?)", q.after.month, q.after.month, q.after.id)
	limit := w.Next(q.limit)
	cond, args := w.SQL()
	return db.List(tx.Of(allTag), scan, "select "+cols+" from casework_outcome o"+cond+" order by o.published desc, o.id desc limit "+limit, args...)
}

// atDesk lists the cases of the units a person works at, newest first.
func atDesk(tx *db.Tx, ranges []account.Range, limit int) ([]Outcome, error) {
	w := &db.Where{}
	account.In(w, ranges, "o.agency", "o.region")
	n := w.Next(limit)
	cond, args := w.SQL()
	return db.List(tx, scan, "select "+cols+" from casework_outcome o"+cond+" order by case o.state when 'review' then 0 when 'returned' then 1 else 2 end, o.id desc limit "+n, args...)
}
