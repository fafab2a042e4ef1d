package inforequest

import (
	"cmp"
	"slices"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

const requestCols = `q.province, q.id, q.agency, q.region, q.number, q.channel, q.applicant, q.state, q.subject, q.delivery, q.medium, q.own_record, q.open_answer,
 q.needs, q.helped, q.filed_at, q.received_on, q.verified_by, q.verified_at, q.handler, q.unit, q.due_on, q.reply_by, q.at_latest, q.provisional, q.extra, q.warned,
 q.decision, q.variant, q.decided_on, q.delivered_at, q.closed_on, q.late, q.reassess_on, q.merged_into, q.split_from, q.archived_at, q.destroyed_at, q.who, q.month, q.calendar, q.code, q.asked, q.identity`

func scanRequest(r *db.Rows, q *Request) error {
	var gone int64
	err := r.Scan(&q.Province, &q.ID, &q.Agency, &q.Region, &q.Number, &q.Channel, &q.Applicant, &q.State, &q.Subject, &q.Delivery, &q.Medium, &q.OwnRecord, &q.OpenAnswer,
		&q.Needs, &q.Helped, db.OrZero(&q.FiledAt), &q.ReceivedOn, db.OrZero(&q.VerifiedBy), db.OrZero(&q.VerifiedAt), db.OrZero(&q.Handler), &q.Section, &q.DueOn, &q.ReplyBy, &q.AtLatest, &q.Uncertain, &q.Extra, &q.Warned,
		db.OrZero(&q.Decision), &q.Variant, &q.DecidedOn, db.OrZero(&q.Delivered), &q.ClosedOn, &q.Late, &q.ReassessOn, db.OrZero(&q.MergedInto), db.OrZero(&q.SplitFrom), db.OrZero(&q.ArchivedAt), db.OrZero(&gone), &q.who, &q.month, &q.calendar, &q.code, &q.asked, &q.identity)
	q.Destroyed = gone != 0
	return err
}

// clocked has the clock of an open request, k, beside the request: while it is
// open its clock stands there alone.
const clocked = "inforequest q left join inforequest_clock k on k.province = q.province and k.id = q.id"

// anyCols are the columns of a request open or closed, openCols those of one
// that is known to be open.
var anyCols, openCols = withClock("case when k.id is null then q.$ else k.$ end"), withClock("k.$")

func withClock(from string) string {
	var with []string
	for _, c := range []string{"due_on", "reply_by", "at_latest", "provisional", "calendar"} {
		with = append(with, "q."+c+",", strings.ReplaceAll(from, "$", c)+",")
	}
	return strings.NewReplacer(with...).Replace(requestCols)
}

func requestByID(tx *db.Tx, province int, id int64) (*Request, error) {
	return db.Only(db.List(tx, scanRequest, "select "+anyCols+" from "+clocked+" where q.province = $1 and q.id = $2", province, id))
}

// lockRequest locks the clock first, as a recount does, which locks nothing else.
func lockRequest(tx *db.Tx, province int, id int64) (*Request, error) {
	lock := tx.ForUpdate()
	if tx.Postgres() {
		if _, err := tx.Exec("select id from inforequest_clock where province = $1 and id = $2"+lock, province, id); err != nil {
			return nil, err
		}
		lock += " of q"
	}
	return db.Only(db.List(tx, scanRequest, "select "+anyCols+" from "+clocked+" where q.province = $1 and q.id = $2"+lock, province, id))
}

func requestByNumber(tx *db.Tx, number string) (*Request, error) {
	return db.Only(db.List(tx, scanRequest, "select "+anyCols+" from "+clocked+" where q.number = $1", number))
}

// nearNumber is the request with a number or, where there is none, the next
// one: an unknown number costs the same work as a known one, so that time does
// not tell them apart. Whoever asks compares the number.
func nearNumber(tx *db.Tx, number string) (*Request, error) {
	near, err := db.List(tx, func(r *db.Rows, q *Request) error { return r.Scan(&q.Province, &q.ID, &q.Number, &q.code) },
		"select province, id, number, code from inforequest where number >= $1 order by number limit 1", number)
	if err != nil || len(near) == 0 {
		return &Request{}, err
	}
	return &near[0], nil
}

func requestByToken(tx *db.Tx, province int, token []byte) (*Request, error) {
	return db.Only(db.List(tx, scanRequest, "select "+anyCols+" from "+clocked+" where q.province = $1 and q.token = $2", province, token))
}

func numberTaken(tx *db.Tx, province int, number string) (bool, error) {
	n := 0
	err := tx.Row("select count(*) from inforequest where province = $1 and number = $2", province, number).Scan(&n)
	return n > 0, err
}

func insertRequest(tx *db.Tx, q *Request, token []byte) error {
	_, err := tx.Exec(`insert into inforequest (province, id, prefecture, county, region, agency, number, code, token, channel, applicant, who, month, state, subject, asked, identity,
 delivery, medium, own_record, open_answer, needs, helped, filed_at, verified_by, verified_at, split_from)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)`,
		q.Province, q.ID, q.Region.Prefecture(), q.Region.County(), q.Region, q.Agency, q.Number, q.code, token, q.Channel, q.Applicant, q.who, q.month, Filed, q.Subject, q.asked, q.identity,
		q.Delivery, q.Medium, q.OwnRecord, q.OpenAnswer, q.Needs, q.Helped, clock.Millis(q.FiledAt), db.OrNull(q.VerifiedBy), db.OrNull(q.VerifiedAt), db.OrNull(q.SplitFrom))
	if err != nil {
		return err
	}
	return putClock(tx, q, Filed)
}

// putClock writes the clock of a request in a state; what is closed has none.
func putClock(tx *db.Tx, q *Request, state string) error {
	if state == Closed {
		_, err := tx.Exec("delete from inforequest_clock where province = $1 and id = $2", q.Province, q.ID)
		return err
	}
	_, err := tx.Exec(`insert into inforequest_clock (province, id, prefecture, county, region, agency, handler, state, filed_at, received_on, due_on, reply_by, next_on, at_latest, provisional, calendar)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
 on conflict (province, id) do update set handler = excluded.handler, state = excluded.state, received_on = excluded.received_on, due_on = excluded.due_on, reply_by = excluded.reply_by,
 next_on = excluded.next_on, at_latest = excluded.at_latest, provisional = excluded.provisional, calendar = excluded.calendar`,
		q.Province, q.ID, q.Region.Prefecture(), q.Region.County(), q.Region, q.Agency, db.OrNull(q.Handler), state, clock.Millis(q.FiledAt), q.ReceivedOn,
		q.DueOn, q.ReplyBy, q.NextOn(), q.AtLatest, q.Uncertain, q.calendar)
	return err
}

// updateRequest writes what steps change, and where its clock stands.
func updateRequest(tx *db.Tx, q *Request) error {
	_, err := tx.Exec(`update inforequest set state = $3, subject = $4, asked = $5, identity = $6, received_on = $7, verified_by = $8, verified_at = $9, handler = $10, unit = $11,
 due_on = $12, reply_by = $13, next_on = $14, at_latest = $15, provisional = $16, calendar = $17, extra = $18, warned = $19, decision = $20, variant = $21, decided_on = $22,
 delivered_at = $23, closed_on = $24, late = $25, reassess_on = $26, merged_into = $27, code = $28, open_answer = $29 where province = $1 and id = $2`,
		q.Province, q.ID, q.State, q.Subject, q.asked, q.identity, q.ReceivedOn, db.OrNull(q.VerifiedBy), db.OrNull(q.VerifiedAt), db.OrNull(q.Handler), q.Section,
		q.DueOn, q.ReplyBy, q.NextOn(), q.AtLatest, q.Uncertain, q.calendar, q.Extra, q.Warned, db.OrNull(q.Decision), q.Variant, q.DecidedOn,
		db.OrNull(q.Delivered), q.ClosedOn, q.Late, q.ReassessOn, db.OrNull(q.MergedInto), q.code, q.OpenAnswer)
	if err != nil {
		return err
	}
	return putClock(tx, q, q.State)
}

// Step is an event as pages tell it.
type Step struct {
	Event
	At     int64 // milliseconds
	Person int64
	Public bool
	Note   string // empty until unsealed
	note   []byte
}

func scanStep(r *db.Rows, s *Step) error {
	return r.Scan(&s.ID, &s.Kind, &s.On, &s.At, db.OrZero(&s.Person), db.OrZero(&s.Ref), db.OrZero(&s.N), &s.note, &s.Public)
}

// maxSteps is more than any request has.
const maxSteps = 1000

func stepsOf(tx *db.Tx, province int, request int64) ([]Step, error) {
	return db.List(tx, scanStep, "select id, kind, on_day, at, person, ref, n, note, public from inforequest_event where province = $1 and request = $2 order by on_day, id limit $3", province, request, maxSteps)
}

func events(steps []Step) []Event {
	out := make([]Event, len(steps))
	for i, s := range steps {
		out[i] = s.Event
	}
	return out
}

func insertEvent(tx *db.Tx, q *Request, e Event, person int64, note []byte, public bool) error {
	var sealed any
	if len(note) > 0 {
		sealed = note
	}
	_, err := tx.Exec(`insert into inforequest_event (province, request, id, kind, on_day, at, person, ref, n, note, public) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		q.Province, q.ID, e.ID, e.Kind, e.On, clock.Millis(tx.Now), db.OrNull(person), db.OrNull(e.Ref), e.N, sealed, public)
	return err
}

// monthly counts the requests of one applicant at one agency in a calendar
// month, up to and including one of them.
func monthly(tx *db.Tx, q *Request) (n int, err error) {
	err = tx.Row("select count(*) from inforequest where province = $1 and agency = $2 and who = $3 and month = $4 and id <= $5", q.Province, q.Agency, q.who, q.month, q.ID).Scan(&n)
	return n, err
}

// siblings are other requests of the same applicant to the same agency, newest first.
func siblings(tx *db.Tx, q *Request, limit int) ([]Request, error) {
	return db.List(tx, scanRequest, "select "+anyCols+" from "+clocked+" where q.province = $1 and q.agency = $2 and q.who = $3 and q.id <> $4 order by q.id desc limit $5", q.Province, q.Agency, q.who, q.ID, limit)
}

// Filter narrows a listing of requests.
type Filter struct {
	States  []string
	Agency  int64
	Handler int64
	Text    string     // of the masked subject, or a number
	Due     clock.Date // act by this day or earlier
	After   Key
	Limit   int
}

// Key is where a page of a listing ends: by the next day, then by id.
type Key struct {
	On string
	ID int64
}

const noDay = "9999-12-31"

// nextDay is what the indexes of lists are over: a list in its order ends as
// soon as the page is full. q is before the column.
func nextDay(q string) string { return "coalesce(" + q + "next_on, '" + noDay + "')" }

// listRequests asks each range by itself, since an index answers one range in
// the order of the list, and lays the answers together.
func listRequests(tx *db.Tx, ranges []account.Range, f Filter) (out []Request, err error) {
	for _, x := range ranges {
		for _, closed := range f.halves() {
			rows, err := listRange(tx, x, closed, f)
			if err != nil {
				return nil, err
			}
			out = append(out, rows...)
		}
	}
	slices.SortFunc(out, func(a, b Request) int {
		return cmp.Or(strings.Compare(a.nextDay(), b.nextDay()), cmp.Compare(a.ID, b.ID))
	})
	out = slices.CompactFunc(out, func(a, b Request) bool { return a.ID == b.ID })
	return out[:min(len(out), f.Limit)], nil
}

// halves answers whether a filter is about the open, the closed or both: false
// and true.
func (f Filter) halves() (closed []bool) {
	if len(f.States) == 0 || slices.ContainsFunc(f.States, func(s string) bool { return s != Closed }) {
		closed = append(closed, false)
	}
	if len(f.States) == 0 || slices.Contains(f.States, Closed) {
		closed = append(closed, true)
	}
	return closed
}

// open are the open states a filter names; none when it asks for any.
func (f Filter) open() (out []string) {
	return slices.DeleteFunc(slices.Clone(f.States), func(s string) bool { return s == Closed })
}

// nextDay is the day as lists compare it.
func (q *Request) nextDay() string { return or(q.NextOn().String(), noDay) }

// place is the condition that a request lies in a range. It is said once: said
// twice, PostgreSQL takes what is found for so few that it reads them all. q is
// before each column.
func place(w *db.Where, q string, x account.Range) {
	c, ok := division(x)
	plain := strings.TrimPrefix(q, "+")
	switch {
	case x.Agency != 0:
		w.And(q+"agency = ?", x.Agency).And(plain+"region between ? and ?", x.Lo, x.Hi)
	case ok:
		agency.WithinAs(w, q, c)
	default:
		w.And(plain+"region between ? and ?", x.Lo, x.Hi)
	}
}

func division(x account.Range) (agency.Code, bool) {
	return agency.Scope{Lo: agency.Code(x.Lo), Hi: agency.Code(x.Hi)}.Division()
}

// many is from how many open requests on a place's page is looked for in the
// nation's order of days; fewer are all read and put in order.
const many = 2000

// crowded answers whether so many are open in a range. PostgreSQL knows by itself.
func crowded(tx *db.Tx, x account.Range) (bool, error) {
	w := &db.Where{}
	switch c, ok := division(x); {
	case tx.Postgres():
		return false, nil
	case x.Agency != 0:
		w.And("k.agency = ?", x.Agency)
	case !ok || c.Level() <= agency.LevelProvince:
		return true, nil
	case c.Level() <= agency.LevelCounty:
		agency.WithinAs(w, "k.", c)
	default:
		return false, nil
	}
	sql, _ := w.SQL()
	n, limit := 0, w.Next(many)
	err := tx.Row("select count(*) from (select k.id from inforequest_clock k"+sql+" limit "+limit+") as first", w.Args()...).Scan(&n)
	return n == many, err
}

// listRange goes on with the rest of the day a page ended in, and with the days
// after it: as one condition, an index would begin again with that day.
func listRange(tx *db.Tx, x account.Range, closed bool, f Filter) ([]Request, error) {
	list, q, from := listOpen, "k.", "k."
	if closed {
		list, q, from = listClosed, "q.", "q."
	} else if many, err := crowded(tx, x); err != nil {
		return nil, err
	} else if many {
		from = tx.Aside(q)
	}
	days := func(cond string, args ...any) ([]Request, error) {
		w := &db.Where{}
		place(w, from, x)
		w.If(cond != "", cond, args...).If(f.Agency != 0, q+"agency = ?", f.Agency).If(f.Handler != 0, q+"handler = ?", f.Handler)
		return list(tx, w.If(!f.Due.IsZero(), nextDay(q)+" <= ?", f.Due), f)
	}
	if f.After.ID == 0 {
		return days("")
	}
	out, err := days(nextDay(q)+" = ? and "+q+"id > ?", f.After.On, f.After.ID)
	if err != nil || len(out) == f.Limit {
		return out, err
	}
	later, err := days(nextDay(q)+" > ?", f.After.On)
	return append(out, later...), err
}

// listOpen finds a page among the clocks, which are narrow, and reads the
// requests of it alone; words are looked for in the requests themselves.
func listOpen(tx *db.Tx, w *db.Where, f Filter) ([]Request, error) {
	if states := f.open(); len(states) > 0 {
		db.In(w, tx.Aside("k.state"), states) // the list's own index is the one to take
	}
	sql, _ := w.SQL()
	order, n := " order by "+nextDay("k.")+", k.id limit ", w.Next(f.Limit)
	if f.Text == "" {
		sql += order + n
	}
	return db.List(tx, scanRequest, "select "+openCols+" from (select k.province, k.id, k.due_on, k.reply_by, k.next_on, k.at_latest, k.provisional, k.calendar from inforequest_clock k"+sql+
		") k cross join inforequest q where q.province = k.province and q.id = k.id"+f.worded(w)+order+n, w.Args()...)
}

func listClosed(tx *db.Tx, w *db.Where, f Filter) ([]Request, error) {
	sql, _ := w.And("q.state = 'closed'").SQL()
	sql += f.worded(w)
	n := w.Next(f.Limit)
	return db.List(tx, scanRequest, "select "+requestCols+" from inforequest q"+sql+" order by "+nextDay("q.")+", q.id limit "+n, w.Args()...)
}

// worded is the condition that a request has the words looked for.
func (f Filter) worded(w *db.Where) string {
	if f.Text == "" {
		return ""
	}
	return " and (q.subject like " + w.Next("%"+escapeLike(f.Text)+"%") + " escape '!' or q.number = " + w.Next(f.Text) + ")"
}
