package importer

import (
	"encoding/json"
	"time"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

const batchCols = `b.province, b.id, b.number, b.region, b.agency, b.kind, b.name, b.hash, b.size, b.state, b.fault, b.rows_read, b.total, b.rows_done, b.rows_failed,
 b.preparer, b.first, b.second, b.released, b.note, b.undo_reason, b.undone_by, b.created_at, b.ended_at`

func scanBatch(r *db.Rows, b *Batch) error {
	var why string
	err := r.Scan(&b.Province, &b.ID, &b.Number, &b.Region, &b.Agency, &b.Kind, &b.Name, &b.Hash, &b.Size, &b.State, &why, &b.Read, &b.Total, &b.Done, &b.Failed,
		&b.Preparer, db.OrZero(&b.First), db.OrZero(&b.Second), &b.Released, &b.Note, &b.UndoReason, db.OrZero(&b.UndoneBy), db.OrZero(&b.Created), db.OrZero(&b.Ended))
	if err == nil && why != "" {
		b.Fault = &Problem{}
		err = json.Unmarshal([]byte(why), b.Fault)
	}
	return err
}

func batchByID(tx *db.Tx, province int, id int64) (*Batch, error) {
	return db.Only(db.List(tx, scanBatch, "select "+batchCols+" from import_batch b where b.province = $1 and b.id = $2", province, id))
}

func lockBatch(tx *db.Tx, province int, id int64) (*Batch, error) {
	return db.Only(db.List(tx, scanBatch, "select "+batchCols+" from import_batch b where b.province = $1 and b.id = $2"+tx.ForUpdate(), province, id))
}

// batchesOf lists the batches in reach, the newest first.
func batchesOf(tx *db.Tx, ranges []account.Range, before int64, limit int) ([]Batch, error) {
	w := &db.Where{}
	account.In(w, ranges, "b.agency", "b.region")
	w.If(before > 0, "b.id < ?", before)
	sql, _ := w.SQL()
	n := w.Next(limit)
	return db.List(tx, scanBatch, "select "+batchCols+" from import_batch b"+sql+" order by b.id desc limit "+n, w.Args()...)
}

// unfinished lists the batches that wait for a person, the oldest first.
func unfinished(tx *db.Tx, ranges []account.Range, limit int) ([]Batch, error) {
	w := &db.Where{}
	account.In(w, ranges, "b.agency", "b.region")
	db.In(w, "b.state", []string{Checking, Submitted, Accepted})
	sql, _ := w.SQL()
	n := w.Next(limit)
	return db.List(tx, scanBatch, "select "+batchCols+" from import_batch b"+sql+" order by b.id limit "+n, w.Args()...)
}

func insertBatch(tx *db.Tx, b *Batch) error {
	_, err := tx.Exec(`insert into import_batch (province, id, number, region, agency, name, hash, size, state, preparer, created_at, changed_at)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)`, b.Province, b.ID, b.Number, b.Region, b.Agency, b.Name, b.Hash, b.Size, b.State, b.Preparer, clock.Millis(tx.Now))
	return err
}

func updateBatch(tx *db.Tx, b *Batch) error {
	why := ""
	if b.Fault != nil {
		why = encode(b.Fault)
	}
	_, err := tx.Exec(`update import_batch set kind = $3, state = $4, fault = $5, rows_read = $6, total = $7, rows_done = $8, rows_failed = $9, first = $10, second = $11,
 released = $12, note = $13, undo_reason = $14, undone_by = $15, changed_at = $16, ended_at = $17 where province = $1 and id = $2`,
		b.Province, b.ID, b.Kind, b.State, why, b.Read, b.Total, b.Done, b.Failed, db.OrNull(b.First), db.OrNull(b.Second), b.Released, b.Note,
		b.UndoReason, db.OrNull(b.UndoneBy), clock.Millis(tx.Now), db.OrNull(b.Ended))
	return err
}

// setPreparer gives a batch another preparer.
func setPreparer(tx *db.Tx, b *Batch) error {
	_, err := tx.Exec("update import_batch set preparer = $3, changed_at = $4 where province = $1 and id = $2", b.Province, b.ID, b.Preparer, clock.Millis(tx.Now))
	return err
}

// insertHands notes that a person, and whoever he stands in for, had a hand in
// a batch.
func insertHands(tx *db.Tx, b *Batch, a *account.Actor, role string) error {
	for _, p := range a.Persons() {
		if _, err := tx.Exec(`insert into import_hand (province, batch, person, role) values ($1, $2, $3, $4)
 on conflict (province, batch, person, role) do nothing`, b.Province, b.ID, p, role); err != nil {
			return err
		}
	}
	return nil
}

func handsOf(tx *db.Tx, b *Batch) ([]int64, error) {
	return db.List(tx, db.One[int64], "select person from import_hand where province = $1 and batch = $2 order by person, role limit 1000", b.Province, b.ID)
}

const rowCols = `r.province, r.id, r.batch, r.position, r.state, r.source, r.title, r.category, r.guessed, r.period, r.number, r.doc_number, r.formed_on, r.published_on,
 r.body, r.old, r.files, r.problems, r.findings, r.item`

func scanRow(r *db.Rows, x *Row) error {
	var files, problems, findings string
	if err := r.Scan(&x.Province, &x.ID, &x.Batch, &x.Position, &x.State, &x.Source, &x.Title, &x.Category, &x.Guessed, &x.Period, &x.Number, &x.DocNumber,
		&x.Formed, &x.Published, &x.Body, &x.Old, &files, &problems, &findings, db.OrZero(&x.Item)); err != nil {
		return err
	}
	for _, f := range []struct {
		from string
		to   any
	}{{files, &x.Files}, {problems, &x.Problems}, {findings, &x.Findings}} {
		if err := json.Unmarshal([]byte(f.from), f.to); err != nil {
			return err
		}
	}
	return nil
}

// encode writes what holds only words and numbers; it cannot fail.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	if string(b) == "null" {
		return "[]"
	}
	return string(b)
}

func insertRow(tx *db.Tx, x *Row) error {
	_, err := tx.Exec(`insert into import_row (province, id, batch, position, state, source, title, category, guessed, period, number, doc_number, formed_on, published_on,
 body, old, files, problems, findings) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		x.Province, x.ID, x.Batch, x.Position, x.State, x.Source, x.Title, x.Category, x.Guessed, x.Period, x.Number, x.DocNumber, x.Formed, x.Published,
		x.Body, x.Old, encode(x.Files), encode(x.Problems), encode(x.Findings))
	return err
}

func updateRow(tx *db.Tx, x *Row) error {
	_, err := tx.Exec(`update import_row set state = $3, title = $4, category = $5, guessed = $6, period = $7, number = $8, doc_number = $9, formed_on = $10, published_on = $11,
 body = $12, old = $13, files = $14, problems = $15, findings = $16, item = $17 where province = $1 and id = $2`,
		x.Province, x.ID, x.State, x.Title, x.Category, x.Guessed, x.Period, x.Number, x.DocNumber, x.Formed, x.Published, x.Body, x.Old,
		encode(x.Files), encode(x.Problems), encode(x.Findings), db.OrNull(x.Item))
	return err
}

func rowByID(tx *db.Tx, b *Batch, id int64) (*Row, error) {
	return db.Only(db.List(tx, scanRow, "select "+rowCols+" from import_row r where r.province = $1 and r.batch = $2 and r.id = $3", b.Province, b.ID, id))
}

// rowsOf lists a batch's entries after a position, of one state or of all.
func rowsOf(tx *db.Tx, b *Batch, state string, guessed bool, after, limit int) ([]Row, error) {
	w := (&db.Where{}).And("r.province = ?", b.Province).And("r.batch = ?", b.ID).And("r.position > ?", after)
	w.If(state != "", "r.state = ?", state)
	w.If(guessed, "r.guessed = ? and r.state = 'ready'", true)
	sql, _ := w.SQL()
	n := w.Next(limit)
	return db.List(tx, scanRow, "select "+rowCols+" from import_row r"+sql+" order by r.position limit "+n, w.Args()...)
}

// rowKeys are a batch's entries by what tells them apart.
func rowKeys(tx *db.Tx, b *Batch) ([]Row, error) {
	return db.List(tx, func(r *db.Rows, x *Row) error { return r.Scan(&x.Position, &x.Number, &x.Title, &x.Published) },
		"select position, number, title, published_on from import_row where province = $1 and batch = $2 order by position limit $3", b.Province, b.ID, MaxEntries+1)
}

func twinInBatch(tx *db.Tx, b *Batch, x *Row) (string, error) {
	for _, q := range []struct {
		key, sql string
		asked    bool
		args     []any
	}{
		{"importer.twin_number", "number = $4", x.Number != "", []any{x.Number}},
		{"importer.twin_title", "title = $4 and published_on = $5", x.Title != "" && !x.Published.IsZero(), []any{x.Title, x.Published}},
	} {
		if !q.asked {
			continue
		}
		var n int
		args := append([]any{b.Province, b.ID, x.ID}, q.args...)
		if err := tx.Row("select count(*) from import_row where province = $1 and batch = $2 and id <> $3 and state in ('ready', 'wrong') and "+q.sql, args...).Scan(&n); err != nil {
			return "", err
		}
		if n > 0 {
			return q.key, nil
		}
	}
	return "", nil
}

// Counts is how a batch's entries stand.
type Counts struct {
	By      map[string]int
	All     int
	Guessed int // ready, but for a category nobody confirmed
}

func countRows(tx *db.Tx, b *Batch) (c Counts, err error) {
	type part struct {
		state string
		g     bool
		n     int
	}
	c.By = map[string]int{}
	parts, err := db.List(tx, func(r *db.Rows, p *part) error { return r.Scan(&p.state, &p.g, &p.n) },
		"select state, guessed, count(*) from import_row where province = $1 and batch = $2 group by state, guessed order by state, guessed limit 100", b.Province, b.ID)
	for _, p := range parts {
		c.By[p.state] += p.n
		c.All += p.n
		if p.g && p.state == RowReady {
			c.Guessed += p.n
		}
	}
	return c, err
}

// doubtfulRows counts the entries that need a second person's release.
func doubtfulRows(tx *db.Tx, b *Batch) (n int, err error) {
	after := 0
	for {
		rows, err := rowsOf(tx, b, RowReady, false, after, 500)
		if err != nil {
			return n, err
		}
		for i := range rows {
			after = rows[i].Position
			if rows[i].Doubtful() > 0 {
				n++
			}
		}
		if len(rows) < 500 {
			return n, nil
		}
	}
}

func moveRows(tx *db.Tx, b *Batch, from, to string) (int64, error) {
	return tx.Exec("update import_row set state = $4 where province = $1 and batch = $2 and state = $3", b.Province, b.ID, from, to)
}

func confirmRows(tx *db.Tx, b *Batch, category string) (int64, error) {
	return tx.Exec("update import_row set guessed = $3 where province = $1 and batch = $2 and guessed = $4 and category <> '' and ($5 = '' or category = $5)",
		b.Province, b.ID, false, true, category)
}

// emptyRows takes the texts out of a batch's entries.
func emptyRows(tx *db.Tx, b *Batch, to string) error {
	_, err := tx.Exec("update import_row set state = $3, body = '', files = '[]', findings = '[]' where province = $1 and batch = $2 and state in ('ready', 'wrong', 'dropped')", b.Province, b.ID, to)
	return err
}

// eraseRow takes everything out of the entry an item came from but its numbers,
// days and old address.
func eraseRow(tx *db.Tx, province int, item int64) error {
	_, err := tx.Exec(`update import_row set source = '', title = '', body = '', doc_number = '', files = '[]', problems = '[]', findings = '[]'
 where province = $1 and item = $2`, province, item)
	return err
}

// pathsOf are the public addresses of published entries' items.
func pathsOf(tx *db.Tx, b *Batch, rows []Row) (map[int64]string, error) {
	var ids []int64
	for _, r := range rows {
		if r.Item != 0 {
			ids = append(ids, r.Item)
		}
	}
	out := map[int64]string{}
	if len(ids) == 0 {
		return out, nil
	}
	items, err := disclosure.ByIDs(tx, b.Province, ids)
	for i := range items {
		out[items[i].ID] = items[i].Href()
	}
	return out, err
}

// unitsOf lists the active agencies in reach, to choose one.
func unitsOf(tx *db.Tx, ranges []account.Range) ([]agency.Agency, error) {
	w := (&db.Where{}).And("a.state = 'active'")
	account.In(w, ranges, "a.id", "a.region")
	sql, _ := w.SQL()
	n := w.Next(300)
	return db.List(tx, func(r *db.Rows, u *agency.Agency) error { return r.Scan(&u.ID, &u.Name) }, "select a.id, a.name from agency a"+sql+" order by a.region, a.id limit "+n, w.Args()...)
}

// endedBefore lists batches that are over and still have their file.
func endedBefore(tx *db.Tx, before time.Time, limit int) ([]Batch, error) {
	return db.List(tx, scanBatch, "select "+batchCols+" from import_batch b where b.ended_at <= $1 and b.hash <> '' order by b.ended_at, b.id limit $2", clock.Millis(before), limit)
}

func forgetFile(tx *db.Tx, b *Batch) error {
	_, err := tx.Exec("update import_batch set hash = '' where province = $1 and id = $2", b.Province, b.ID)
	return err
}

func usesFile(tx *db.Tx, hash string) (bool, error) {
	var n int
	if err := tx.Row("select count(*) from import_batch where hash = $1", hash).Scan(&n); err != nil || n > 0 {
		return n > 0, err
	}
	err := tx.Row(`select count(*) from import_row r join import_batch b on b.province = r.province and b.id = r.batch
 where b.state in ('reading', 'checking', 'submitted', 'accepted', 'writing') and r.files like $1`, "%"+hash+"%").Scan(&n)
	return n > 0, err
}
