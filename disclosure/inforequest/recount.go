package inforequest

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"yangguang/agency"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Recount computes every open request's clock anew and writes what moved; the
// applicant sees that the calendar moved his day. On SQLite requests
// are taken in the order they were filed in, whatever their province: that is how
// they lie on disk, and each page of it is read and written once. PostgreSQL may
// keep provinces on different nodes and is asked province by province.
func (r *Requests) Recount(ctx context.Context) (moved int, err error) {
	defer fault.Wrap(&err, "inforequest.Recount")
	var ids []int64
	if err := r.DB.Read(ctx, func(tx *db.Tx) (err error) {
		ids, err = db.List(tx, db.One[int64], "select id from inforequest_clock where "+waits+" order by "+nextOn+", id limit 10000000")
		return err
	}); err != nil {
		return 0, err
	}
	slices.SortFunc(ids, func(a, b int64) int {
		if r.DB.Postgres() {
			return cmp.Compare(a, b)
		}
		return cmp.Or(cmp.Compare(db.Moment(a), db.Moment(b)), cmp.Compare(a, b))
	})
	chunks := slices.Collect(slices.Chunk(ids, cmp.Or(r.perRecount, perRecount)))
	var n atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(1)
	if r.DB.Postgres() {
		g.SetLimit(2) // one reckons while the other waits for the server
	}
	for _, ids := range chunks {
		g.Go(func() error { return r.recount(ctx, ids, &n) })
	}
	err = g.Wait()
	return int(n.Load()), err
}

func (r *Requests) recount(ctx context.Context, ids []int64, moved *atomic.Int64) error {
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := r.plan(tx, ids)
		if err != nil {
			return err
		}
		tx.After(func() { moved.Add(int64(len(c.moved))) })
		return c.write(tx)
	})
}

// perRecount is how many requests one transaction counts anew; a calendar's
// change must not hold the writer for long.
const perRecount = 1000

// waits is said of requests that have a day to act by.
const waits = "state in ('filed', 'open', 'clarifying', 'paying', 'review')"

// plan reckons some requests, without writing.
func (r *Requests) plan(tx *db.Tx, ids []int64) (*recounting, error) {
	byProvince := map[int][]int64{}
	for _, id := range ids {
		p := db.ProvinceOf(id)
		byProvince[p] = append(byProvince[p], id)
	}
	in, err := r.Calendars.Every(tx)
	if err != nil {
		return nil, err
	}
	c := &recounting{Requests: r, in: in, cals: map[agency.Code]*calendar.Calendar{}, to: map[written][]int64{}}
	for p, ids := range byProvince {
		if err := c.count(tx, p, ids); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// recounting is what one transaction of a recount is to write.
type recounting struct {
	*Requests
	in       func(division int64) (*calendar.Calendar, error)
	cals     map[agency.Code]*calendar.Calendar
	to       map[written][]int64
	moved    []int64 // those whose applicant is told
	consults []consultDue
}

// consultDue is the day a consultation's answer is due now.
type consultDue struct {
	province int
	request  int64
	ref      int64
	due      clock.Date
}

// written is what a statement writes: many clocks stand alike.
type written struct {
	province int
	standing
	calendar string
}

// standing is where a request's clock stands.
type standing struct {
	due, replyBy        clock.Date
	atLatest, uncertain bool
}

// waiting is as much of a request as its clock needs.
type waiting struct {
	id       int64
	region   agency.Code
	state    string
	filed    time.Time
	received clock.Date
	standing
	calendar string
}

func scanWaiting(r *db.Rows, q *waiting) error {
	return r.Scan(&q.id, &q.region, &q.state, db.OrZero(&q.filed), &q.received, &q.due, &q.replyBy, &q.atLatest, &q.uncertain, &q.calendar)
}

// count reckons some requests of a province.
func (c *recounting) count(tx *db.Tx, province int, ids []int64) error {
	w := &db.Where{}
	where := w.Next(province) + " and " + tx.Among(w, "id", ids) + " and " + waits
	qs, err := db.List(tx, scanWaiting, "select id, region, state, filed_at, received_on, due_on, reply_by, at_latest, provisional, calendar from inforequest_clock where province = "+where+tx.ForUpdate(), w.Args()...)
	if err != nil {
		return err
	}
	byRequest, err := turnsOf(tx, province, ids)
	if err != nil {
		return err
	}
	for i := range qs {
		if err := c.countOne(province, &qs[i], byRequest[qs[i].id]); err != nil {
			return err
		}
	}
	return nil
}

// countOne leaves alone whose clock stands where it stood: what a calendar does
// not move needs no writing, not even under which calendar it was counted.
func (c *recounting) countOne(province int, q *waiting, turns []Event) error {
	cal, err := c.calendarOf(q.region)
	if err != nil || q.calendar == cal.Version() {
		return err
	}
	if !q.received.IsZero() {
		turns = append(turns, Event{Kind: Received, On: q.received})
	}
	k := Reckon(cal, c.rules(), turns)
	if q.state == Filed {
		k.ReplyBy = cal.Deadline(clock.DateOf(q.filed), spanOf(c.Norm.Requests.Spans["confirm"]), nil).Due
	}
	for ref, due := range k.Consults {
		c.consults = append(c.consults, consultDue{province, q.id, ref, due})
	}
	now := standing{k.Due, k.ReplyBy, k.AtLatest, k.Provisional}
	if now == q.standing {
		return nil
	}
	to := written{province, now, cal.Version()}
	c.to[to] = append(c.to[to], q.id)
	if actBy(now.due, now.replyBy) != actBy(q.due, q.replyBy) {
		c.moved = append(c.moved, q.id)
	}
	return nil
}

func (c *recounting) calendarOf(region agency.Code) (cal *calendar.Calendar, err error) {
	if cal = c.cals[region]; cal == nil {
		cal, err = c.in(int64(region))
		c.cals[region] = cal
	}
	return cal, err
}

func (c *recounting) write(tx *db.Tx) error {
	for _, x := range c.consults {
		if _, err := tx.Exec("update inforequest_consult set due_on = $4 where province = $1 and request = $2 and id = $3 and answer = '' and due_on <> $4", x.province, x.request, x.ref, x.due); err != nil {
			return err
		}
	}
	for to, ids := range c.to {
		w := &db.Where{}
		set := "due_on = " + w.Next(to.due) + ", reply_by = " + w.Next(to.replyBy) + ", next_on = " + w.Next(actBy(to.due, to.replyBy)) +
			", at_latest = " + w.Next(to.atLatest) + ", provisional = " + w.Next(to.uncertain) + ", calendar = " + w.Next(to.calendar)
		if _, err := tx.Exec("update inforequest_clock set "+set+" where province = "+w.Next(to.province)+" and "+tx.Among(w, "id", ids), w.Args()...); err != nil {
			return err
		}
	}
	atOnce := perRecount
	if !tx.Postgres() {
		atOnce = 33 // SQLite looks each of their arguments up among all the others
	}
	for some := range slices.Chunk(c.moved, atOnce) {
		w := &db.Where{}
		tail := ", 'calendar', " + w.Next(clock.DateOf(tx.Now)) + ", " + w.Next(clock.Millis(tx.Now)) + ", 0, true)"
		rows := make([]string, len(some))
		for i, id := range some {
			p := db.ProvinceOf(id)
			rows[i] = "(" + w.Next(p) + ", " + w.Next(id) + ", " + w.Next(tx.ID(p)) + tail
		}
		if _, err := tx.Exec("insert into inforequest_event (province, request, id, kind, on_day, at, n, public) values "+strings.Join(rows, ", "), w.Args()...); err != nil {
			return err
		}
	}
	return nil
}

// turns are the events that turn a clock once it was set going; an index holds
// these alone, in these words.
const turns = "kind in ('" + Supplied + "', '" + Paid + "', '" + Clarified + "', '" + Charged + "', '" + Extended + "', '" + Deferred + "', '" + Consulted + "', '" + Replied + "')"

// turnsOf reads what turned the clocks of some requests of a province.
func turnsOf(tx *db.Tx, province int, requests []int64) (map[int64][]Event, error) {
	type row struct {
		request int64
		Event
	}
	w := &db.Where{}
	where := w.Next(province) + " and " + tx.Among(w, "request", requests) + " and " + turns
	rows, err := db.List(tx, func(r *db.Rows, x *row) error {
		return r.Scan(&x.request, &x.ID, &x.Kind, &x.On, db.OrZero(&x.Ref), db.OrZero(&x.N))
	}, "select request, id, kind, on_day, ref, n from inforequest_event where province = "+where+" order by request, id limit 1000000", w.Args()...)
	out := map[int64][]Event{}
	for _, x := range rows {
		out[x.request] = append(out[x.request], x.Event)
	}
	return out, err
}
