package audit

import (
	"strings"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

const columns = "province, seq, at, person, login, agency, verb, object, reason, detail, prev, hash"

// nextSeq takes the province's head until the commit.
func nextSeq(tx *db.Tx, province int64) (seq int64, prev []byte, err error) {
	err = tx.Row(`insert into audit_head (province, seq, hash) values ($1, 1, $2)
		on conflict (province) do update set seq = audit_head.seq + 1 returning seq, hash`,
		province, genesis).Scan(&seq, &prev)
	return seq, prev, err
}

func setHead(tx *db.Tx, province int64, hash []byte) error {
	_, err := tx.Exec("update audit_head set hash = $1 where province = $2", hash, province)
	return err
}

func insert(tx *db.Tx, l Line) error {
	_, err := tx.Exec("insert into audit ("+columns+") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		l.Province, l.Seq, clock.Millis(l.At), l.Person, l.Login, l.Agency, l.Verb, l.Object, l.Reason, l.Detail, l.Prev, l.Hash)
	return err
}

// HeadOf is the recorded end of a province's chain, to be witnessed elsewhere;
// Seq 0 when nothing was written yet.
func HeadOf(tx *db.Tx, province int64) (Head, error) {
	h := Head{Hash: genesis}
	err := tx.Row("select seq, hash from audit_head where province = $1", province).Scan(&h.Seq, &h.Hash)
	if fault.Is(err, fault.NotFound) {
		return Head{Hash: genesis}, nil
	}
	return h, err
}

func linesAfter(tx *db.Tx, province, seq int64, n int) ([]Line, error) {
	return db.List(tx, scanLine, "select "+columns+" from audit where province = $1 and seq > $2 order by seq limit $3", province, seq, n)
}

func list(tx *db.Tx, f Filter) ([]Line, error) {
	var w db.Where
	w.And("province = ?", f.Province)
	w.If(f.Person != 0, "person = ?", f.Person)
	w.If(f.Agency != 0, "agency = ?", f.Agency)
	if strings.HasSuffix(f.Verb, ".") { // not by range: collations order points differently
		w.And("substr(verb, 1, ?) = ?", len(f.Verb), f.Verb)
	} else {
		w.If(f.Verb != "", "verb = ?", f.Verb)
	}
	w.If(f.Object != "", "object = ?", f.Object)
	w.If(!f.From.IsZero(), "at >= ?", clock.Millis(f.From))
	w.If(!f.To.IsZero(), "at < ?", clock.Millis(f.To))
	w.If(f.Before > 0, "seq < ?", f.Before)
	limit := " order by seq desc limit " + w.Next(f.Limit)
	where, args := w.SQL()
	return db.List(tx, scanLine, "select "+columns+" from audit"+where+limit, args...)
}

func scanLine(r *db.Rows, l *Line) error {
	var at int64
	err := r.Scan(&l.Province, &l.Seq, &at, &l.Person, &l.Login, &l.Agency, &l.Verb, &l.Object, &l.Reason, &l.Detail, &l.Prev, &l.Hash)
	l.At = clock.FromMillis(at)
	return err
}
