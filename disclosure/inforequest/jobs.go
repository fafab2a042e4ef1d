package inforequest

import (
	"context"
	"slices"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/jobs"
)

const (
	tickJob   = "inforequest.tick"
	reckonJob = "inforequest.reckon"
)

// Register names the room's jobs: what days bring about, and open requests
// counted anew under a new calendar.
func (r *Requests) Register(run *jobs.Runner) {
	run.Every(tickJob, jobs.Each(10*time.Minute), func(ctx context.Context, _ jobs.Job) error { return r.Tick(ctx) })
	run.Handle(reckonJob, func(ctx context.Context, _ jobs.Job) error {
		_, err := r.Recount(ctx)
		return err
	})
}

// CalendarChanged asks, in the transaction that publishes a calendar, that open
// requests follow it.
func (r *Requests) CalendarChanged(tx *db.Tx) error {
	return jobs.Add(tx, jobs.Job{Kind: reckonJob, Key: "all"})
}

// Tick does what the days bring about; running it twice changes nothing.
func (r *Requests) Tick(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "inforequest.Tick")
	for _, f := range []func(context.Context) error{r.confirmSilent, r.hearSilence, r.lapse, r.warn, r.forgetTries} {
		if err := f(ctx); err != nil {
			return err
		}
	}
	return nil
}

// perTick bounds what one statement takes up; the rest follows ten minutes later.
const perTick = 500

type key struct {
	province int
	id       int64
	ref      int64
}

func keysOf(tx *db.Tx, query string, args ...any) ([]key, error) {
	return db.List(tx, func(r *db.Rows, k *key) error { return r.Scan(&k.province, &k.id, &k.ref) }, query, args...)
}

// What the index of the open requests is over.
const (
	open   = "state <> 'closed'"
	nextOn = "coalesce(next_on, '" + noDay + "')"
)

// each does f to every request a query names, a transaction each.
func (r *Requests) each(ctx context.Context, query string, args []any, f func(tx *db.Tx, s *step, ref int64) error) error {
	var todo []key
	if err := r.DB.Read(ctx, func(tx *db.Tx) (err error) {
		todo, err = keysOf(tx, query, args...)
		return err
	}); err != nil {
		return err
	}
	for _, k := range todo {
		if err := r.DB.Write(ctx, func(tx *db.Tx) error {
			q, err := lockRequest(tx, k.province, k.id)
			if err != nil {
				return err
			}
			return f(tx, &step{q: q, today: clock.DateOf(tx.Now)}, k.ref)
		}); err != nil {
			return err
		}
	}
	return nil
}

func (r *Requests) today() clock.Date { return clock.DateOf(r.DB.Clock().Now()) }

// confirmSilent takes as confirmed what nobody confirmed in time, so that
// silence cannot keep the clock from beginning (docs/divergence.md, 1.1.b).
func (r *Requests) confirmSilent(ctx context.Context) error {
	return r.each(ctx, "select province, id, 0 from inforequest where "+open+" and state = 'filed' and "+nextOn+" < $1 order by "+nextOn+", id limit $2", []any{r.today(), perTick}, func(tx *db.Tx, s *step, _ int64) error {
		if s.q.State != Filed {
			return nil
		}
		on := s.q.ReplyBy
		if err := r.receive(tx, s.q, on, 0); err != nil {
			return err
		}
		if err := r.note(tx, s.q, Event{Kind: "confirmed_silent", On: on}, 0, "", true); err != nil {
			return err
		}
		return r.audit(tx, nil, s.q, "confirm", "by time")
	})
}

// hearSilence closes consultations nobody answered: a third party's silence
// leaves the decision to the agency, another agency's is consent.
func (r *Requests) hearSilence(ctx context.Context) error {
	return r.each(ctx, "select c.province, c.request, c.id from inforequest_consult c where c.answer = '' and c.due_on < $1 order by c.due_on, c.id limit $2", []any{r.today(), perTick}, func(tx *db.Tx, s *step, ref int64) error {
		x, err := consultByID(tx, s.q, ref)
		if err != nil || x.Answer != "" {
			return err
		}
		if err := answerConsult(tx, s.q, ref, "silent", x.DueOn, nil); err != nil {
			return err
		}
		return r.happen(tx, s.q, Event{Kind: Replied, Ref: ref, On: x.DueOn}, 0, "", true)
	})
}

// lapse closes what was not clarified or not paid in time: by law it counts as
// given up (article 30; 信息处理费管理办法). It can be taken up again for good reason.
func (r *Requests) lapse(ctx context.Context) error {
	return r.each(ctx, "select province, id, 0 from inforequest where "+open+" and state in ('clarifying', 'paying') and "+nextOn+" < $1 order by "+nextOn+", id limit $2", []any{r.today(), perTick}, func(tx *db.Tx, s *step, _ int64) error {
		if s.q.State != Clarifying && s.q.State != Paying {
			return nil // somebody was quicker
		}
		rule, err := Flow.Next(s.q.State, "lapse")
		if err != nil {
			return err
		}
		s.q.Decision = map[string]string{Clarifying: "closed_unclarified", Paying: "closed_unpaid"}[s.q.State]
		s.q.DecidedOn, s.to = s.today, rule.To
		if err := r.move(tx, s, Event{Kind: "lapse"}, ""); err != nil {
			return err
		}
		if err := r.audit(tx, nil, s.q, "lapse", s.q.Decision); err != nil {
			return err
		}
		return r.tellStep(tx, s.q, "notify.step_closed")
	})
}

// The levels of a warning: the handler, the head of the office, the superior,
// and from there one agency further up for each level.
const (
	warnHandler = iota + 1
	WarnHead
	WarnSuperior
)

// warnAt are the working days left at which each level begins; the last ones
// have passed by a week of work each.
var warnAt = []int{5, 2, -1, -6, -11, -16}

// WarningLevel is how far a warning has gone with so many working days left; 0
// is none.
func WarningLevel(left int) (level int) {
	for i, at := range warnAt {
		if left <= at {
			level = i + 1
		}
	}
	return level
}

// warn raises the level of what is due soon or late.
func (r *Requests) warn(ctx context.Context) error {
	soon := r.today().AddDays(14)
	return r.each(ctx, "select province, id, 0 from inforequest where "+open+" and state in ('open', 'review') and "+nextOn+" <= $1 order by "+nextOn+", id limit $2", []any{soon, perTick}, func(tx *db.Tx, s *step, _ int64) error {
		if !s.q.running() || s.q.DueOn.IsZero() {
			return nil
		}
		cal, err := r.Calendars.In(tx, int64(s.q.Region))
		if err != nil {
			return err
		}
		level := WarningLevel(cal.WorkingDaysBetween(s.today, s.q.DueOn))
		if level < warnHandler || level <= s.q.Warned {
			return nil
		}
		s.q.Warned = level
		return r.happenUnseen(tx, s.q, Event{Kind: "warn", On: s.today, N: level}, 0, "")
	})
}

func (r *Requests) forgetTries(ctx context.Context) error {
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec("delete from inforequest_try where hour < $1", hourOf(tx)-2)
		return err
	})
}

// DestroyIdentityImages carries out that line of the retention table: images of
// identity documents go, their rows stay and say so.
func (r *Requests) DestroyIdentityImages(ctx context.Context, _ time.Time) (n int64, err error) {
	defer fault.Wrap(&err, "inforequest.DestroyIdentityImages")
	var hashes []string
	if err := r.DB.Write(ctx, func(tx *db.Tx) error {
		hashes, err = db.List(tx, db.One[string], "select hash from inforequest_file where destroyed_at is null and destroy_on < $1 order by destroy_on, id limit 1000", clock.DateOf(tx.Now))
		if err != nil {
			return err
		}
		n, err = tx.Exec("update inforequest_file set destroyed_at = $1 where destroyed_at is null and destroy_on < $2", clock.Millis(tx.Now), clock.DateOf(tx.Now))
		return err
	}); err != nil {
		return 0, err
	}
	for _, h := range hashes { // sealed per row: no other row names these bytes
		if err := r.Blobs.Delete(ctx, h); err != nil {
			return n, err
		}
	}
	return n, nil
}

// perRecount is how many requests one transaction counts anew; a calendar's
// change must not hold the writer for long.
const perRecount = 1000

// Recount computes every open request's clock anew and writes what moved; the
// applicant sees that the calendar moved his day.
func (r *Requests) Recount(ctx context.Context) (moved int, err error) {
	defer fault.Wrap(&err, "inforequest.Recount")
	var provinces []int
	if err := r.DB.Read(ctx, func(tx *db.Tx) (err error) {
		provinces, err = db.List(tx, db.One[int], "select distinct province from inforequest where state in ('filed', 'open', 'clarifying', 'paying', 'review') order by province limit 100")
		return err
	}); err != nil {
		return 0, err
	}
	for _, p := range provinces {
		for after := int64(0); ; {
			n, last, err := r.recount(ctx, p, after)
			moved += n
			if err != nil || last == 0 {
				if err != nil {
					return moved, err
				}
				break
			}
			after = last
		}
	}
	return moved, nil
}

func (r *Requests) recount(ctx context.Context, province int, after int64) (moved int, last int64, err error) {
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		open, err := db.List(tx, func(r *db.Rows, q *Request) error {
			return r.Scan(&q.ID, &q.Region, &q.State, &q.DueOn, &q.ReplyBy, &q.AtLatest, &q.Uncertain, &q.calendar, db.OrZero(&q.FiledAt))
		}, `select id, region, state, due_on, reply_by, at_latest, provisional, calendar, filed_at from inforequest
 where province = $1 and id > $2 and state in ('filed', 'open', 'clarifying', 'paying', 'review') order by id limit $3`, province, after, perRecount)
		if err != nil || len(open) == 0 {
			return err
		}
		last = open[len(open)-1].ID
		byRequest, err := eventsBetween(tx, province, open[0].ID, last)
		if err != nil {
			return err
		}
		k := newRecounting()
		cals := map[agency.Code]*calendar.Calendar{}
		for i := range open {
			q := &open[i]
			q.Province = province
			if cals[q.Region] == nil {
				if cals[q.Region], err = r.Calendars.In(tx, int64(q.Region)); err != nil {
					return err
				}
			}
			if err := r.recountOne(tx, k, q, cals[q.Region], byRequest[q.ID]); err != nil {
				return err
			}
		}
		moved = len(k.moved)
		return k.write(tx, province)
	})
	return moved, last, err
}

// reckoned is where a request's clock stands: many stand alike, and are written
// together.
type reckoned struct {
	due, replyBy, next  clock.Date
	atLatest, uncertain bool
	calendar            string
	other               bool // than before; otherwise only the calendar is written, and no index
}

type recounting struct {
	to    map[reckoned][]int64
	moved []int64 // those the applicant is told of
}

func newRecounting() *recounting { return &recounting{to: map[reckoned][]int64{}} }

func (r *Requests) recountOne(tx *db.Tx, c *recounting, q *Request, cal *calendar.Calendar, evs []Event) error {
	if q.calendar == cal.Version() {
		return nil
	}
	was := *q
	k := Reckon(cal, r.rules(), evs)
	if q.State == Filed {
		k.ReplyBy = cal.Deadline(clock.DateOf(q.FiledAt), spanOf(r.Norm.Requests.Spans["confirm"]), nil).Due
	}
	q.follow(k, cal.Version())
	to := reckoned{q.DueOn, q.ReplyBy, q.NextOn(), q.AtLatest, q.Uncertain, q.calendar, true}
	if was.DueOn == q.DueOn && was.ReplyBy == q.ReplyBy && was.AtLatest == q.AtLatest && was.Uncertain == q.Uncertain {
		to = reckoned{calendar: q.calendar}
	}
	c.to[to] = append(c.to[to], q.ID)
	for ref, due := range k.Consults {
		if _, err := tx.Exec("update inforequest_consult set due_on = $4 where province = $1 and request = $2 and id = $3 and answer = ''", q.Province, q.ID, ref, due); err != nil {
			return err
		}
	}
	if q.NextOn() != was.NextOn() {
		c.moved = append(c.moved, q.ID)
	}
	return nil
}

// perStatement is how many requests one statement writes.
const perStatement = 250

func (c *recounting) write(tx *db.Tx, province int) error {
	for to, ids := range c.to {
		for some := range slices.Chunk(ids, perStatement) {
			w := &db.Where{}
			w.Next(province)
			ids := make([]string, len(some))
			for i, id := range some {
				ids[i] = w.Next(id)
			}
			set := "calendar = " + w.Next(to.calendar)
			if to.other {
				set += ", due_on = " + w.Next(to.due) + ", reply_by = " + w.Next(to.replyBy) + ", next_on = " + w.Next(to.next) + ", at_latest = " + w.Next(to.atLatest) + ", provisional = " + w.Next(to.uncertain)
			}
			if _, err := tx.Exec("update inforequest set "+set+" where province = $1 and id in ("+strings.Join(ids, ", ")+")", w.Args()...); err != nil {
				return err
			}
		}
	}
	for some := range slices.Chunk(c.moved, perStatement) {
		w := &db.Where{}
		head := "(" + w.Next(province) + ", "
		tail := ", 'calendar', " + w.Next(clock.DateOf(tx.Now)) + ", " + w.Next(clock.Millis(tx.Now)) + ", 0, true)"
		rows := make([]string, len(some))
		for i, id := range some {
			rows[i] = head + w.Next(id) + ", " + w.Next(tx.ID(province)) + tail
		}
		if _, err := tx.Exec("insert into inforequest_event (province, request, id, kind, on_day, at, n, public) values "+strings.Join(rows, ", "), w.Args()...); err != nil {
			return err
		}
	}
	return nil
}

// clockKinds are the events a clock is reckoned from.
var clockKinds = []string{Received, Supplied, Paid, Clarified, Charged, Extended, Deferred, Consulted, Replied}

func eventsBetween(tx *db.Tx, province int, from, to int64) (map[int64][]Event, error) {
	type row struct {
		request int64
		Event
	}
	rows, err := db.List(tx, func(r *db.Rows, x *row) error {
		return r.Scan(&x.request, &x.ID, &x.Kind, &x.On, db.OrZero(&x.Ref), db.OrZero(&x.N))
	}, "select request, id, kind, on_day, ref, n from inforequest_event where province = $1 and request between $2 and $3 and kind in ('"+strings.Join(clockKinds, "', '")+"') order by request, id limit 1000000", province, from, to)
	out := map[int64][]Event{}
	for _, x := range rows {
		out[x.request] = append(out[x.request], x.Event)
	}
	return out, err
}
