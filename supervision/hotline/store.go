package hotline

import (
	"strings"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
)

// nobody stands in for the engine in rows that name who acted.
var nobody = &account.Actor{}

func actor(tx *db.Tx) *account.Actor {
	if a := account.From(tx.Ctx); a != nil {
		return a
	}
	return nobody
}

const lineCols = `province, id, agency, region, number, name, mode, target, hours, sealed, overflow, overflow_after, wrapup, ring, fallback, record, lang, purpose, crisis, police, ambulance, active`

func scanLine(r *db.Rows, l *Line) error {
	var after, wrap, ring int64
	err := r.Scan(&l.Province, &l.ID, &l.Agency, &l.Region, &l.Number, &l.Name, &l.Mode, &l.Target, &l.Hours, &l.Sealed, db.OrZero(&l.Overflow), &after, &wrap, &ring, &l.Fallback, &l.Record, &l.Lang, &l.Purpose,
		&l.Crisis, &l.Police, &l.Ambulance, &l.Open)
	l.OverflowAfter, l.WrapUp, l.Ring = time.Duration(after)*time.Second, time.Duration(wrap)*time.Second, time.Duration(ring)*time.Second
	return err
}

func lineByID(tx *db.Tx, province int, id int64) (*Line, error) {
	return db.Only(db.List(tx, scanLine, "select "+lineCols+" from hotline_line where province = $1 and id = $2", province, id))
}

const callCols = `province, id, agency, region, line, way, number, caller, private, sealed, about, wants, priority, overflow, overflow_at, state, node, arrived_at, queued_at, answered_at, ended_at,
 seat, person, callback, matter, matter_number, chosen, by_side, why, transferred, rating`

func scanCall(r *db.Rows, c *Call) error {
	var wants string
	err := r.Scan(&c.Province, &c.ID, &c.Agency, &c.Region, &c.Line, &c.Way, &c.number, &c.caller, &c.Private, &c.Sealed, db.OrZero(&c.About), &wants, &c.Priority, db.OrZero(&c.Overflow), db.OrZero(&c.OverflowAt), &c.State, &c.Node,
		db.OrZero(&c.ArrivedAt), db.OrZero(&c.QueuedAt), db.OrZero(&c.AnsweredAt), db.OrZero(&c.EndedAt), db.OrZero(&c.Seat), db.OrZero(&c.Person), db.OrZero(&c.CallBack), db.OrZero(&c.Matter), &c.Number, &c.Chosen,
		&c.By, &c.Why, &c.Transferred, db.OrZero(&c.Rating))
	c.HasNumber, c.Wants = len(c.number) > 0, parseWants(wants)
	return err
}

func callByID(tx *db.Tx, r Ref) (*Call, error) {
	return db.Only(db.List(tx, scanCall, "select "+callCols+" from hotline_call where province = $1 and id = $2", r.Province, r.ID))
}

// lockCall holds the one row of a call, in its one shard.
func lockCall(tx *db.Tx, r Ref) (*Call, error) {
	return db.Only(db.List(tx, scanCall, "select "+callCols+" from hotline_call where province = $1 and id = $2"+tx.ForUpdate(), r.Province, r.ID))
}

func insertCall(tx *db.Tx, c *Call, trunk string) error {
	_, err := tx.Exec(`insert into hotline_call (province, id, prefecture, county, region, agency, line, way, number, caller, private, sealed, about, wants, priority, overflow, trunk, state, node, arrived_at, queued_at, callback)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
		c.Province, c.ID, c.Region.Prefecture(), c.Region.County(), c.Region, c.Agency, c.Line, c.Way, orNone(c.number), orNone(c.caller), c.Private, c.Sealed, db.OrNull(c.About), formatWants(c.Wants), c.Priority, db.OrNull(c.Overflow), trunk,
		c.State, c.Node, clock.Millis(c.ArrivedAt), db.OrNull(c.QueuedAt), db.OrNull(c.CallBack))
	return err
}

func orNone(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

func formatWants(ws []Skill) string {
	out := make([]string, len(ws))
	for i, w := range ws {
		out[i] = w.Kind + ":" + w.Code
	}
	return strings.Join(out, " ")
}

func parseWants(s string) (out []Skill) {
	for _, f := range strings.Fields(s) {
		kind, code, _ := strings.Cut(f, ":")
		out = append(out, Skill{Kind: kind, Code: code})
	}
	return out
}

const seatCols = `province, id, agency, region, person, label, pool, state, since, idle_since, reason, reach, phone, node, wrap_until, fence, active`

func scanSeat(r *db.Rows, s *Seat) error {
	return r.Scan(&s.Province, &s.ID, &s.Agency, &s.Region, &s.Person, &s.Label, &s.Pool, &s.State, db.OrZero(&s.Since), db.OrZero(&s.IdleSince), &s.Reason, &s.Reach, db.OrZero(&s.Phone), &s.Node, db.OrZero(&s.WrapUntil), &s.Fence, &s.Active)
}

func seatByID(tx *db.Tx, r Ref) (*Seat, error) {
	return db.Only(db.List(tx, scanSeat, "select "+seatCols+" from hotline_seat where province = $1 and id = $2", r.Province, r.ID))
}

// perProvince bounds how many seats of a province are looked at for a call.
const perProvince = 5000

// readySeats lists the seats of a province that could be rung now, with skills.
func readySeats(tx *db.Tx, province int) ([]Seat, error) {
	seats, err := db.List(tx, scanSeat, "select "+seatCols+" from hotline_seat where province = $1 and state = 'ready' order by idle_since, id limit $2", province, perProvince)
	if err != nil {
		return nil, err
	}
	return seats, whole(tx, province, seats)
}

// withSkills fills in what the seats are good at.
func withSkills(tx *db.Tx, province int, seats []Seat) error {
	return beside(tx, province, seats, "seat, kind, code, level from hotline_skill", "kind, code", func(r *db.Rows, k *ofSeat[Skill]) error {
		return r.Scan(&k.seat, &k.of.Kind, &k.of.Code, &k.of.Level)
	}, func(s *Seat, k Skill) { s.Skills = append(s.Skills, k) })
}

// ofSeat is a row beside a seat's own.
type ofSeat[T any] struct {
	seat int64
	of   T
}

// beside reads the rows of a table that belong to seats, and adds each to its seat.
func beside[T any](tx *db.Tx, province int, seats []Seat, from, order string, scan func(*db.Rows, *ofSeat[T]) error, add func(*Seat, T)) error {
	if len(seats) == 0 {
		return nil
	}
	at := map[int64]*Seat{}
	ids := make([]int64, len(seats))
	for i := range seats {
		at[seats[i].ID], ids[i] = &seats[i], seats[i].ID
	}
	var w db.Where
	w.And("province = ?", province)
	where, args := db.In(&w, "seat", ids).SQL()
	all, err := db.List(tx, scan, "select "+from+where+" order by seat, "+order, args...)
	for _, row := range all {
		add(at[row.seat], row.of)
	}
	return err
}

// setSeat takes a seat from one of the states to another; false when it was in
// none of them any more. Becoming ready is when idling begins.
func setSeat(tx *db.Tx, s Ref, to, reason string, until time.Time, from ...string) (bool, error) {
	n, err := tx.Exec(`update hotline_seat set state = $3, since = $4, idle_since = case when $3 = 'ready' then $4 else idle_since end, reason = $5, wrap_until = $6
 where province = $1 and id = $2 and state in ('`+strings.Join(from, "', '")+"')", s.Province, s.ID, to, clock.Millis(tx.Now), reason, db.OrNull(until))
	return n == 1, err
}

const offerCols = `province, id, call, seat, fence, until`

type offerRow struct {
	province       int
	id, call, seat int64
	fence          int64
	until          time.Time
}

func scanOffer(r *db.Rows, o *offerRow) error {
	return r.Scan(&o.province, &o.id, &o.call, &o.seat, &o.fence, db.OrZero(&o.until))
}

func (o *offerRow) callRef() Ref { return Ref{o.province, o.call} }
func (o *offerRow) seatRef() Ref { return Ref{o.province, o.seat} }

// endOffer ends a live offer; false when somebody else did.
func endOffer(tx *db.Tx, province int, id int64, outcome string) (bool, error) {
	n, err := tx.Exec(`update hotline_offer set ended_at = $3, outcome = $4, taken_at = case when $4 = 'taken' then $3 else taken_at end where province = $1 and id = $2 and ended_at is null`,
		province, id, clock.Millis(tx.Now), outcome)
	return n == 1, err
}

func liveOfferOf(tx *db.Tx, call Ref) (*offerRow, error) {
	os, err := db.List(tx, scanOffer, "select "+offerCols+" from hotline_offer where province = $1 and call = $2 and ended_at is null", call.Province, call.ID)
	if err != nil || len(os) == 0 {
		return nil, err
	}
	return &os[0], nil
}
