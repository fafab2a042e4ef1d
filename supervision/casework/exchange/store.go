package exchange

import (
	"slices"
	"time"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

const keyCols = "id, agency, region, kind, name, per_minute, at, revoked_at, coalesce(used_on, '')"

func scanKey(r *db.Rows, k *Key) error {
	return r.Scan(&k.ID, &k.Agency, &k.Region, &k.Kind, &k.Name, &k.PerMinute, db.OrZero(&k.At), db.OrZero(&k.RevokedAt), &k.UsedOn)
}

func insertKey(tx *db.Tx, k *Key, hash []byte, person int64) error {
	_, err := tx.Exec("insert into exchange_key (id, agency, region, kind, name, hash, per_minute, by_person, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		k.ID, k.Agency, k.Region, k.Kind, k.Name, hash, k.PerMinute, person, clock.Millis(tx.Now))
	return err
}

func keyByHash(tx *db.Tx, hash []byte) (*Key, error) {
	return db.Only(db.List(tx, scanKey, "select "+keyCols+" from exchange_key where hash = $1", hash))
}

func keyByID(tx *db.Tx, id int64) (*Key, error) {
	return db.Only(db.List(tx, scanKey, "select "+keyCols+" from exchange_key where id = $1"+tx.ForUpdate(), id))
}

func keysOf(tx *db.Tx, agencies []int64) ([]Key, error) {
	w := &db.Where{}
	db.In(w, "agency", agencies)
	cond, args := w.SQL()
	return db.List(tx, scanKey, "select "+keyCols+" from exchange_key"+cond+" order by id desc limit 500", args...)
}

func revokeKey(tx *db.Tx, id, person int64) error {
	_, err := tx.Exec("update exchange_key set revoked_at = $2, revoked_by = $3 where id = $1 and revoked_at is null", id, clock.Millis(tx.Now), person)
	return err
}

func usedKey(tx *db.Tx, id int64, day string) error {
	_, err := tx.Exec("update exchange_key set used_on = $2 where id = $1", id, day)
	return err
}

// arrival is a matter that came from another system.
type arrival struct {
	Province int
	Matter   int64
	Agency   int64
	Source   string
	Key      int64
	Outside  string
	Changed  int64
	token    []byte
	listed   bool
}

func insertArrival(tx *db.Tx, a arrival) error {
	now := clock.Millis(tx.Now)
	_, err := tx.Exec("insert into exchange_matter (province, matter, agency, source, api_key, token, outside, listed, at, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
		a.Province, a.Matter, a.Agency, a.Source, db.OrNull(a.Key), a.token, a.Outside, a.listed, now)
	return err
}

func touch(tx *db.Tx, province int, matter int64) error {
	_, err := tx.Exec("update exchange_matter set changed_at = $3 where province = $1 and matter = $2", province, matter, clock.Millis(tx.Now))
	return err
}

const arrivalCols = "x.province, x.matter, x.agency, x.source, x.api_key, x.outside, x.changed_at"

func scanArrival(r *db.Rows, a *arrival) error {
	return r.Scan(&a.Province, &a.Matter, &a.Agency, &a.Source, db.OrZero(&a.Key), &a.Outside, &a.Changed)
}

// settled is how old a change is before it is told.
const settled = 5 * time.Second

// place is where a page of a feed ends.
type place struct{ At, ID int64 }

// arrivals lists what came by a key, or what a unit took in, by when it changed.
func arrivals(tx *db.Tx, province int, key, unit int64, after place, limit int) ([]arrival, error) {
	w := &db.Where{}
	w.And("x.province = ?", province).If(key != 0, "x.api_key = ?", key).If(unit != 0, "x.agency = ?", unit).If(unit != 0, "x.source in ('orders', 'file')")
	w.And("(x.changed_at > ? or x.changed_at = ? and x.matter > ?)", after.At, after.At, after.ID)
	// What commits late has an earlier moment: a page stops short of now.
	w.And("x.changed_at <= ?", clock.Millis(tx.Now.Add(-settled)))
	n := w.Next(limit)
	cond, args := w.SQL()
	return db.List(tx, scanArrival, "select "+arrivalCols+" from exchange_matter x"+cond+" order by x.changed_at, x.matter limit "+n, args...)
}

func arrivalOf(tx *db.Tx, province int, matter int64) (*arrival, error) {
	return db.Only(db.List(tx, scanArrival, "select "+arrivalCols+" from exchange_matter x where x.province = $1 and x.matter = $2", province, matter))
}

func arrivalByToken(tx *db.Tx, province int, key int64, token []byte) (*arrival, error) {
	return db.Only(db.List(tx, scanArrival, "select "+arrivalCols+" from exchange_matter x where x.province = $1 and x.api_key = $2 and x.token = $3 order by x.matter limit 1", province, key, token))
}

// listing is what a list of the open interface asks for.
type listing struct {
	within   agency.Code
	types    []string
	numbers  []string
	from, to time.Time
	open     bool
	closed   bool
}

// maxListed is the bound GeoReport sets.
const maxListed = 1000

func listed(tx *db.Tx, l listing) ([]arrival, error) {
	w := &db.Where{}
	agency.WithinAs(w, "m.", l.within)
	w.If(l.within != agency.Nation, "x.province = ?", l.within.Province())
	w.And("x.listed").And("not m.hidden").And("m.state <> 'merged'")
	db.In(w, "m.type", l.types)
	if l.numbers != nil {
		db.In(w, "m.number", l.numbers)
	} else {
		w.And("x.at between ? and ?", clock.Millis(l.from), clock.Millis(l.to))
	}
	w.If(l.open && !l.closed, "m.state <> 'closed'").If(l.closed && !l.open, "m.state = 'closed'")
	n := w.Next(maxListed)
	cond, args := w.SQL()
	return db.List(tx, scanArrival, "select "+arrivalCols+" from exchange_matter x join casework m on m.province = x.province and m.id = x.matter"+cond+" order by x.at desc, x.matter desc limit "+n, args...)
}

const batchCols = "province, id, agency, region, kind, format, hash, heads, columns, state, total, done, filed, seen, wrong, by_person, at, ended_at"

func scanBatch(r *db.Rows, b *Batch) error {
	return r.Scan(&b.Province, &b.ID, &b.Agency, &b.Region, &b.Kind, &b.Format, &b.hash, &b.heads, &b.columns, &b.State, &b.Total, &b.Done, &b.Filed, &b.Seen, &b.Wrong, &b.Person, db.OrZero(&b.At), db.OrZero(&b.EndedAt))
}

func insertBatch(tx *db.Tx, b *Batch) error {
	_, err := tx.Exec("insert into exchange_batch (province, id, agency, region, kind, format, hash, heads, columns, state, total, by_person, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
		b.Province, b.ID, b.Agency, b.Region, b.Kind, b.Format, b.hash, b.heads, b.columns, b.State, b.Total, b.Person, clock.Millis(tx.Now))
	return err
}

func batchByID(tx *db.Tx, province int, id int64) (*Batch, error) {
	return db.Only(db.List(tx, scanBatch, "select "+batchCols+" from exchange_batch where province = $1 and id = $2", province, id))
}

func lockBatch(tx *db.Tx, province int, id int64) (*Batch, error) {
	return db.Only(db.List(tx, scanBatch, "select "+batchCols+" from exchange_batch where province = $1 and id = $2"+tx.ForUpdate(), province, id))
}

func updateBatch(tx *db.Tx, b *Batch) error {
	var ended any
	if !b.EndedAt.IsZero() {
		ended = clock.Millis(b.EndedAt)
	}
	_, err := tx.Exec("update exchange_batch set hash = $3, columns = $4, state = $5, done = $6, filed = $7, seen = $8, wrong = $9, ended_at = $10 where province = $1 and id = $2",
		b.Province, b.ID, b.hash, b.columns, b.State, b.Done, b.Filed, b.Seen, b.Wrong, ended)
	return err
}

func batchesOf(tx *db.Tx, units []agency.Agency) ([]Batch, error) {
	w := &db.Where{}
	of(w, units)
	cond, args := w.SQL()
	return db.List(tx, scanBatch, "select "+batchCols+" from exchange_batch"+cond+" order by id desc limit 100", args...)
}

// staleBatches are files nobody imported within the time given.
func staleBatches(tx *db.Tx, before time.Time) ([]Batch, error) {
	return db.List(tx, scanBatch, "select "+batchCols+" from exchange_batch where hash <> '' and state in ('mapping', 'done', 'dropped') and at < $1 order by at, id limit 200", clock.Millis(before))
}

func insertRow(tx *db.Tx, b *Batch, r Row) error {
	_, err := tx.Exec("insert into exchange_row (province, batch, n, outcome, number, problems) values ($1, $2, $3, $4, $5, $6)", b.Province, b.ID, r.N, r.Outcome, r.Number, packProblems(r.Problems))
	return err
}

func rowsOf(tx *db.Tx, b *Batch, after, limit int) ([]Row, error) {
	return db.List(tx, func(r *db.Rows, x *Row) error {
		var packed string
		err := r.Scan(&x.N, &x.Outcome, &x.Number, &packed)
		x.Problems = unpackProblems(packed)
		return err
	}, "select n, outcome, number, problems from exchange_row where province = $1 and batch = $2 and n > $3 order by n limit $4", b.Province, b.ID, after, limit)
}

func mappingOf(tx *db.Tx, u agency.Agency, kind string) (string, error) {
	all, err := db.List(tx, db.One[string], "select columns from exchange_mapping where province = $1 and agency = $2 and kind = $3", u.Province(), u.ID, kind)
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0], nil
}

func keepMapping(tx *db.Tx, b *Batch) error {
	_, err := tx.Exec("insert into exchange_mapping (province, agency, kind, columns) values ($1, $2, $3, $4) on conflict (province, agency, kind) do update set columns = excluded.columns", b.Province, b.Agency, b.Kind, b.columns)
	return err
}

const mailCols = "province, id, agency, outcome, reason, number, at, seen_at, sender, code"

func scanMail(r *db.Rows, m *Mail) error {
	return r.Scan(&m.Province, &m.ID, &m.Agency, &m.Outcome, &m.Reason, &m.Number, db.OrZero(&m.At), db.OrZero(&m.SeenAt), &m.sender, &m.code)
}

func insertMail(tx *db.Tx, m *Mail) error {
	bytes := func(b []byte) any {
		if len(b) == 0 {
			return nil
		}
		return b
	}
	_, err := tx.Exec("insert into exchange_mail (province, id, agency, message, sender, outcome, reason, number, code, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (province, agency, message) do update set outcome = excluded.outcome, reason = excluded.reason, number = excluded.number, code = excluded.code, at = excluded.at, seen_at = null, seen_by = null",
		m.Province, m.ID, m.Agency, m.message, bytes(m.sender), m.Outcome, m.Reason, m.Number, bytes(m.code), clock.Millis(tx.Now))
	return err
}

func mailByMessage(tx *db.Tx, u agency.Agency, message []byte) (*Mail, error) {
	return db.Only(db.List(tx, scanMail, "select "+mailCols+" from exchange_mail where province = $1 and agency = $2 and message = $3", u.Province(), u.ID, message))
}

func mailByID(tx *db.Tx, province int, id int64) (*Mail, error) {
	return db.Only(db.List(tx, scanMail, "select "+mailCols+" from exchange_mail where province = $1 and id = $2", province, id))
}

func markSeen(tx *db.Tx, m *Mail, person int64) error {
	_, err := tx.Exec("update exchange_mail set seen_at = $3, seen_by = $4 where province = $1 and id = $2 and seen_at is null", m.Province, m.ID, clock.Millis(tx.Now), person)
	return err
}

// mailOfNumber is the letter a matter was filed by.
func mailOfNumber(tx *db.Tx, province int, number string) (*Mail, error) {
	all, err := db.List(tx, scanMail, "select "+mailCols+" from exchange_mail where province = $1 and number = $2 and outcome = 'filed' order by id limit 1", province, number)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

func mailsOf(tx *db.Tx, units []agency.Agency, outcome string, limit int) ([]Mail, error) {
	w := &db.Where{}
	of(w, units)
	w.If(outcome != "", "outcome = ?", outcome)
	n := w.Next(limit)
	cond, args := w.SQL()
	return db.List(tx, scanMail, "select "+mailCols+" from exchange_mail"+cond+" order by id desc limit "+n, args...)
}

// filedBy counts what a sender filed since a moment.
func filedBy(tx *db.Tx, province int, sender []byte, since time.Time) (n int, err error) {
	err = tx.Row("select count(*) from exchange_mail where province = $1 and sender = $2 and at >= $3 and outcome = 'filed'", province, sender, clock.Millis(since)).Scan(&n)
	return n, err
}

func forgetMails(tx *db.Tx, before time.Time) (int64, error) {
	return tx.Exec("delete from exchange_mail where (province, id) in (select province, id from exchange_mail where at < $1 order by at, id limit 1000)", clock.Millis(before))
}

// Standing is how a mailbox was reached last.
type Standing struct {
	Agency    int64
	Name      string
	TriedAt   time.Time
	ReachedAt time.Time
	Fault     string // a key's last word: connect login tls folder read
}

func noteStanding(tx *db.Tx, u agency.Agency, name, why string) error {
	now := clock.Millis(tx.Now)
	var reached any
	if why == "" {
		reached = now
	}
	_, err := tx.Exec("insert into exchange_mailbox (province, agency, name, tried_at, reached_at, fault) values ($1, $2, $3, $4, $5, $6) on conflict (province, agency, name) do update set tried_at = excluded.tried_at, reached_at = coalesce(excluded.reached_at, exchange_mailbox.reached_at), fault = excluded.fault",
		u.Province(), u.ID, name, now, reached, why)
	return err
}

func standings(tx *db.Tx, units []agency.Agency) ([]Standing, error) {
	w := &db.Where{}
	of(w, units)
	cond, args := w.SQL()
	return db.List(tx, func(r *db.Rows, s *Standing) error {
		return r.Scan(&s.Agency, &s.Name, db.OrZero(&s.TriedAt), db.OrZero(&s.ReachedAt), &s.Fault)
	}, "select agency, name, tried_at, reached_at, fault from exchange_mailbox"+cond+" order by agency, name limit 200", args...)
}

// of narrows a list to rows of units, with their provinces: rows are spread by these.
func of(w *db.Where, units []agency.Agency) {
	var provinces []int
	for _, u := range units {
		if !slices.Contains(provinces, u.Province()) {
			provinces = append(provinces, u.Province())
		}
	}
	db.In(w, "province", provinces)
	db.In(w, "agency", idsOf(units))
}

// notFound is what whoever may not know of a thing is told.
func notFound() error { return fault.Say(fault.NotFound, "fault.not_found") }
