package inforequest

import (
	"context"
	"time"

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

// nextOn is what the index of the open requests' clocks is over.
const nextOn = "coalesce(next_on, '" + noDay + "')"

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
	return r.each(ctx, "select province, id, 0 from inforequest_clock where state = 'filed' and "+nextOn+" < $1 order by "+nextOn+", id limit $2", []any{r.today(), perTick}, func(tx *db.Tx, s *step, _ int64) error {
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
	return r.each(ctx, "select province, id, 0 from inforequest_clock where state in ('clarifying', 'paying') and "+nextOn+" < $1 order by "+nextOn+", id limit $2", []any{r.today(), perTick}, func(tx *db.Tx, s *step, _ int64) error {
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
	return r.each(ctx, "select province, id, 0 from inforequest_clock where state in ('open', 'review') and "+nextOn+" <= $1 order by "+nextOn+", id limit $2", []any{soon, perTick}, func(tx *db.Tx, s *step, _ int64) error {
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
