package hotline

import (
	"context"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// seatLease is how long a browser may be silent before its seat is away.
const seatLease = 60 * time.Second

// withoutActor is for what the engine does by itself, whoever's request set it off.
func withoutActor(ctx context.Context) context.Context { return account.With(ctx, nil) }

// mayAct refuses whoever is neither the seat's person nor leads the shift there.
// Where nobody is signed in it is the engine that acts, which no page reaches.
func mayAct(tx *db.Tx, s *Seat) error {
	a := account.From(tx.Ctx)
	at := account.Target{Agency: s.Agency, Division: int64(s.Region)}
	if a == nil || a.Person == s.Person && a.May(Answering, at) || a.May(Leading, at) {
		return nil
	}
	return fault.Say(fault.Forbidden, "fault.forbidden")
}

// SeatOf is a person's seat, NotFound when he has none in use.
func (h *Hotline) SeatOf(ctx context.Context, person int64) (s *Seat, err error) {
	defer fault.Wrap(&err, "hotline.SeatOf(%d)", person)
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		s, err = seatOf(tx, person)
		return err
	})
	return s, err
}

func seatOf(tx *db.Tx, person int64) (*Seat, error) {
	rows, err := db.List(tx, scanSeat, "select "+seatCols+" from hotline_seat where person = $1 and active = $2 order by id limit 1", person, true)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fault.Say(fault.NotFound, "hotline.no_seat")
	}
	return &rows[0], whole(tx, rows[0].Province, rows)
}

// Seat is one seat.
func (h *Hotline) Seat(ctx context.Context, seat Ref) (s *Seat, err error) {
	defer fault.Wrap(&err, "hotline.Seat(%d)", seat.ID)
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		if s, err = seatByID(tx, seat); err != nil {
			return err
		}
		one := []Seat{*s}
		err = whole(tx, s.Province, one)
		*s = one[0]
		return err
	})
	return s, err
}

// seatAct changes a seat's state from one of some.
func (h *Hotline) seatAct(ctx context.Context, seat Ref, what, to, reason string, until time.Time, from ...string) (err error) {
	defer fault.Wrap(&err, "hotline.%s(%d)", what, seat.ID)
	if !plainCode.MatchString(reason) {
		return fault.Say(fault.Invalid, "fault.invalid")
	}
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := seatByID(tx, seat)
		if err != nil {
			return err
		}
		if err := mayAct(tx, s); err != nil {
			return err
		}
		ours, err := setSeat(tx, seat, to, reason, until, from...)
		if err == nil && !ours {
			return fault.Say(fault.Conflict, "hotline.seat_state")
		}
		tx.After(h.Bell.Ring)
		return err
	})
}

// Qualified is what is known of somebody's qualification to answer (上岗资格).
type Qualified struct {
	OK       bool
	Until    clock.Date // when OK
	Required bool       // his unit lets nobody answer without
}

// Refused answers whether he may not sign on.
func (q Qualified) Refused() bool { return q.Required && !q.OK }

// QualifiedAt is the qualification of a seat's person today; where nobody asks,
// he is qualified without end.
func (h *Hotline) QualifiedAt(ctx context.Context, s *Seat) (Qualified, error) {
	if h.Qualified == nil {
		return Qualified{OK: true}, nil
	}
	return h.Qualified(ctx, s.Person, s.Agency, clock.DateOf(h.DB.Clock().Now()))
}

// SignOn puts a person's seat on duty, away until he says he is ready. reach is
// browser or phone; a phone must be one that was given to the seat. Who has no
// qualification is refused where his unit insists on one.
func (h *Hotline) SignOn(ctx context.Context, person int64, reach string) (s *Seat, err error) {
	defer fault.Wrap(&err, "hotline.SignOn(%d)", person)
	if s, err = h.SeatOf(ctx, person); err != nil {
		return nil, err
	}
	if q, err := h.QualifiedAt(ctx, s); err != nil || q.Refused() {
		if err == nil {
			err = fault.Say(fault.Conflict, "hotline.not_qualified")
		}
		return nil, err
	}
	err = h.DB.Write(ctx, func(tx *db.Tx) error {
		if s, err = seatOf(tx, person); err != nil {
			return err
		}
		if err := mayAct(tx, s); err != nil {
			return err
		}
		if reach != "browser" && (reach != "phone" || s.Phone == 0) {
			return fault.Fields(fault.Field{Name: "reach", Key: "hotline.need_reach"})
		}
		var lease any
		if reach == "browser" {
			lease = clock.Millis(tx.Now.Add(seatLease))
		}
		n, err := tx.Exec("update hotline_seat set state = 'away', reason = 'signed_on', since = $3, reach = $4, node = '', lease_until = $5 where province = $1 and id = $2 and state in ('off', 'away', 'ready')",
			s.Province, s.ID, clock.Millis(tx.Now), reach, lease)
		if err != nil || n == 0 {
			if err == nil {
				err = fault.Say(fault.Conflict, "hotline.seat_state")
			}
			return err
		}
		s.State, s.Reach, s.Since, s.Reason, s.Node = Away, reach, tx.Now, "signed_on", ""
		tx.After(h.Bell.Ring)
		return nil
	})
	return s, err
}

// SignOff takes a seat off duty; not while a call rings or is talked on.
func (h *Hotline) SignOff(ctx context.Context, seat Ref) error {
	return h.seatAct(ctx, seat, "SignOff", Off, "", time.Time{}, Ready, WrapUp, Away, Off)
}

// Ready says that a seat may be rung.
func (h *Hotline) Ready(ctx context.Context, seat Ref) error {
	return h.seatAct(ctx, seat, "Ready", Ready, "", time.Time{}, WrapUp, Away, Ready)
}

// Away says that a seat may not be rung, and why: a word of ours such as "break".
func (h *Hotline) Away(ctx context.Context, seat Ref, reason string) error {
	return h.seatAct(ctx, seat, "Away", Away, reason, time.Time{}, Ready, WrapUp, Away)
}

// MaxWrapUp bounds how far a write-up may be put off at once.
const MaxWrapUp = time.Hour

// WrapUp says until when a seat writes up; it may be said again to have longer.
func (h *Hotline) WrapUp(ctx context.Context, seat Ref, until time.Time) error {
	if now := h.DB.Clock().Now(); until.Before(now) || until.After(now.Add(MaxWrapUp)) {
		return fault.Say(fault.Invalid, "fault.invalid")
	}
	return h.seatAct(ctx, seat, "WrapUp", WrapUp, "", until, WrapUp, Ready)
}

// lapse ends write-ups that are over.
func (h *Hotline) lapse(ctx context.Context) error {
	var over []Seat
	err := h.DB.Read(ctx, func(tx *db.Tx) (err error) {
		over, err = db.List(tx, scanSeat, "select "+seatCols+" from hotline_seat where state = 'wrapup' and wrap_until <= $1 order by wrap_until, id limit $2", clock.Millis(tx.Now), perRound)
		return err
	})
	for i := range over {
		s := &over[i]
		if err == nil {
			err = h.DB.Write(ctx, func(tx *db.Tx) error {
				tx.After(h.Bell.Ring)
				_, err := tx.Exec("update hotline_seat set state = 'ready', since = $3, idle_since = $3, wrap_until = null where province = $1 and id = $2 and state = 'wrapup' and wrap_until <= $3", s.Province, s.ID, clock.Millis(tx.Now))
				return err
			})
		}
	}
	return err
}
