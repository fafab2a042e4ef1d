package hotline

import (
	"context"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// What happens to a call while the store is away is written when it is back, with
// the moment it happened. By then others may have taken the call for interrupted,
// for the process that held it was silent; what is told late puts that right. It
// may be told twice, by a process that died before it could note that it was
// taken, and counts once.

type whenKey struct{}

// moment is when what is told happened; again says that it may have been told.
type moment struct {
	at    time.Time
	again bool
}

// When returns a context in which what is told of a call happened at a moment
// that has passed. again says that it may have been told before.
func When(ctx context.Context, at time.Time, again bool) context.Context {
	return context.WithValue(ctx, whenKey{}, moment{at, again})
}

func momentOf(ctx context.Context) (moment, bool) {
	m, ok := ctx.Value(whenKey{}).(moment)
	return m, ok
}

// write is a transaction whose instant is that of what happened.
func (h *Hotline) write(ctx context.Context, f func(tx *db.Tx) error) error {
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		if m, ok := momentOf(ctx); ok && m.at.Before(tx.Now) {
			tx.Now = m.at
		}
		return f(tx)
	})
}

// beforeEnd says that what is told late of an ended call happened before its end.
func beforeEnd(tx *db.Tx, c *Call) bool {
	_, late := momentOf(tx.Ctx)
	return late && !tx.Now.After(c.EndedAt)
}

// toldBefore says that an event told again stands there already.
func toldBefore(tx *db.Tx, c *Call, kind, code string, n int) (bool, error) {
	if m, _ := momentOf(tx.Ctx); !m.again {
		return false, nil
	}
	seen := 0
	err := tx.Row("select count(*) from hotline_event where province = $1 and call = $2 and kind = $3 and at = $4 and code = $5 and n = $6", c.Province, c.ID, kind, clock.Millis(tx.Now), code, n).Scan(&seen)
	return seen > 0, err
}

// answeredAfterAll is a call that was ended as interrupted while nobody could
// write that a seat spoke with the caller.
func answeredAfterAll(tx *db.Tx, c *Call) error {
	return putRight(tx, c, func() error {
		if _, err := tx.Exec("update hotline_call set answered_at = $3 where province = $1 and id = $2", c.Province, c.ID, clock.Millis(tx.Now)); err != nil {
			return err
		}
		c.AnsweredAt = tx.Now
		return note(tx, c, evAnswered, c.Seat, "", 0)
	})
}

// endedBefore is a call that was taken for interrupted and had ended before:
// nobody needs to be called back for it.
func (h *Hotline) endedBefore(tx *db.Tx, c *Call, e Ending) error {
	if err := putRight(tx, c, func() error { return writeEnd(tx, c, e) }); err != nil {
		return err
	}
	if c.Way == "out" {
		if c.AnsweredAt.IsZero() {
			return nil // to be tried again, as it stands
		}
		return h.notNeeded(tx, c.Province, "id = $2", c.CallBack, "reached")
	}
	return h.notNeeded(tx, c.Province, "call = $2", c.ID, "not_needed")
}

// notNeeded closes a call-back that was made for a failure of ours.
func (h *Hotline) notNeeded(tx *db.Tx, province int, which string, id int64, result string) error {
	_, err := tx.Exec("update hotline_callback set state = 'done', done_at = $3, result = $4, draft = null where province = $1 and "+which+" and state = 'open' and reason = 'interrupted'",
		province, id, clock.Millis(tx.Now), result)
	tx.After(h.Bell.Ring)
	return err
}

// putRight changes an ended call and what it counts as.
func putRight(tx *db.Tx, c *Call, change func() error) error {
	was := factsOf(c)
	if err := change(); err != nil {
		return err
	}
	return addTally(tx, c, factsOf(c).less(was))
}

// Kept is a call that came in, as it may lie outside of the store: the caller's
// number is sealed.
type Kept struct {
	Call    Ref
	Line    int64
	Number  []byte
	Caller  []byte
	Private bool
	Trunk   string
}

// Keep makes a call of an arrival that is not written yet.
func (h *Hotline) Keep(a Arrival) Kept {
	c := h.arriving(a.Line, h.DB.ID(a.Line.Province), a.At)
	h.sealNumber(c, a.Caller)
	return Kept{c.Ref(), a.Line.ID, c.number, c.caller, a.Private, a.Trunk}
}

// Enter writes such a call down. Told again, by whoever did not hear that it was
// taken, it is refused as there already.
func (h *Hotline) Enter(ctx context.Context, k Kept) (c *Call, err error) {
	defer fault.Wrap(&err, "hotline.Enter(%d)", k.Call.ID)
	err = h.write(ctx, func(tx *db.Tx) error {
		l, err := lineByID(tx, k.Call.Province, k.Line)
		if err != nil {
			return err
		}
		c = h.arriving(*l, k.Call.ID, tx.Now)
		c.number, c.caller, c.Private, c.HasNumber = k.Number, k.Caller, k.Private, len(k.Number) > 0
		return h.arriveIn(tx, c, k.Trunk)
	})
	return c, err
}
