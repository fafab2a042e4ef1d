package hotline

import (
	"context"
	"slices"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Duty is the leader on duty at a line (3.1.5): his seat is asked before all
// others, or his telephone is rung before any seat.
type Duty struct {
	Slot   int64
	Person int64  // the leader
	Deputy int64  // who stands in (AB 角); 0: nobody
	Phone  string // where he takes calls when not at a seat; never logged
	Stand  string // the telephone of who stands in; never logged
	Until  time.Time
}

// LeaderRing is how long a leader's telephone rings before the ordinary seats do.
const LeaderRing = 20 * time.Second

// leaderHold is for how long the seats are not asked meanwhile: both telephones
// of a slot ring, and somebody has to say what came of it.
const leaderHold = 2*LeaderRing + 5*time.Second

// dutyAt is who of the leaders is on duty; nobody when it cannot be known, since
// the queue goes on without them.
func (h *Hotline) dutyAt(ctx context.Context, line Ref, at time.Time) (Duty, bool) {
	if h.Leader == nil {
		return Duty{}, false
	}
	d, ok, err := h.Leader(withoutActor(ctx), line, at)
	if err != nil && h.Log != nil {
		h.Log.WarnContext(ctx, "the roster of leaders was not read", "fault", err.Error())
	}
	return d, ok && err == nil
}

// LeaderNow is the leader on duty at a line now, for a seat that passes a call on.
func (h *Hotline) LeaderNow(ctx context.Context, line Ref) (Duty, bool) {
	return h.dutyAt(ctx, line, h.DB.Clock().Now())
}

// prefer puts the seats of the leader on duty and of his substitute before the
// others; those who suit the call best keep their order behind them. A sealed
// call is nobody's to take first.
func prefer(w waiting, seats []*Seat, d Duty) []*Seat {
	if d.Slot == 0 || w.callback != nil || w.call.Sealed {
		return seats
	}
	rank := func(s *Seat) int {
		switch s.Person {
		case d.Person:
			return 0
		case d.Deputy:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(seats, func(a, b *Seat) int { return rank(a) - rank(b) })
	return seats
}

// ToLeader has a call wait, held back from the seats, while the telephone of the
// leader on duty is rung for it. ok is false, and nothing happened, where no
// leader takes calls at a telephone, he speaks with another caller, the call is
// sealed, or it was with him in vain. Whoever rings him says what came of it, by
// LeaderTook or LeaderMissed; a process that dies meanwhile holds nobody for long.
func (h *Hotline) ToLeader(ctx context.Context, call Ref, want Want) (d Duty, ok bool, err error) {
	c, err := h.Find(ctx, call)
	if err != nil || c.Sealed || c.Way != "in" {
		return Duty{}, false, err
	}
	d, ok = h.dutyAt(ctx, Ref{c.Province, c.Line}, h.DB.Clock().Now())
	if !ok || d.Phone == "" && d.Stand == "" {
		return Duty{}, false, nil
	}
	ok = false
	err = h.change(ctx, call, "ToLeader", func(tx *db.Tx, c *Call) error {
		n, err := tx.Exec("update hotline_call set leader_slot = $3, leader_until = $4 where province = $1 and id = $2 and state in ('arrived', 'queued') and not sealed and leader_slot is null and (leader_tried is null or leader_tried <> $3)",
			c.Province, c.ID, d.Slot, clock.Millis(tx.Now.Add(leaderHold)))
		if err != nil || n == 0 {
			return err
		}
		ok = true
		if err := h.queueIn(tx, c, want); err != nil {
			return err
		}
		return note(tx, c, "leader", 0, "rung", 0)
	})
	if db.Broken(err, "hotline_call_leader", "hotline_call.province, hotline_call.leader_slot") {
		return Duty{}, false, nil
	}
	return d, ok && err == nil, err
}

// LeaderTook says that a leader, or who stands in, answered his telephone and has
// the caller: for the queue the call was answered now. It is refused when the
// hold is over and a seat was asked meanwhile.
func (h *Hotline) LeaderTook(ctx context.Context, call Ref, person int64) error {
	return h.change(ctx, call, "LeaderTook", func(tx *db.Tx, c *Call) error {
		// He has no seat here, and the call none: it counts as with us until it ends.
		n, err := tx.Exec("update hotline_call set state = 'arrived', answered_at = coalesce(answered_at, $3), person = $4, transferred = 'leader', leader_until = null where province = $1 and id = $2 and state = 'queued' and leader_slot is not null",
			c.Province, c.ID, clock.Millis(tx.Now), person)
		if err == nil && n == 0 {
			err = fault.Say(fault.Conflict, "hotline.offer_gone")
		}
		if err != nil {
			return err
		}
		if err := note(tx, c, evTransferred, 0, "leader", 0); err != nil {
			return err
		}
		return note(tx, c, evAnswered, 0, "leader", 0)
	})
}

// LeaderMissed says that nobody answered there: the seats are asked, and the
// caller has the place he had.
func (h *Hotline) LeaderMissed(ctx context.Context, call Ref) error {
	return h.change(ctx, call, "LeaderMissed", func(tx *db.Tx, c *Call) error {
		n, err := tx.Exec("update hotline_call set leader_tried = leader_slot, leader_slot = null, leader_until = null where province = $1 and id = $2 and leader_slot is not null and state <> 'arrived'", c.Province, c.ID)
		if err != nil || n == 0 {
			return err
		}
		return note(tx, c, "leader", 0, "missed", 0)
	})
}

// Taken is a call a leader took himself.
type Taken struct {
	Call   Ref
	At     time.Time
	Person int64
	Took   time.Duration
	Number string // of the matter it became
}

// TakenBy lists the calls of a line that some persons answered in a time, at a
// seat or at the telephone. Sealed calls are in no list.
func TakenBy(tx *db.Tx, line Ref, persons []int64, from, to time.Time) ([]Taken, error) {
	var w db.Where
	w.And("province = ?", line.Province).And("line = ?", line.ID).And("way = 'in'").And("not sealed")
	w.And("arrived_at >= ?", clock.Millis(from.Add(-aheadOf))).And("arrived_at < ?", clock.Millis(to)).And("answered_at >= ?", clock.Millis(from)).And("answered_at < ?", clock.Millis(to))
	where, args := db.In(&w, "person", persons).SQL()
	return db.List(tx, func(r *db.Rows, t *Taken) error {
		var ended time.Time
		err := r.Scan(&t.Call.Province, &t.Call.ID, db.OrZero(&t.At), db.OrZero(&ended), &t.Person, &t.Number)
		if t.Took = ended.Sub(t.At); ended.IsZero() {
			t.Took = 0
		}
		return err
	}, "select province, id, answered_at, ended_at, person, matter_number from hotline_call"+where+" order by answered_at, id limit 500", args...)
}
