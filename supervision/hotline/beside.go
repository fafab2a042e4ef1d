package hotline

import (
	"context"
	"slices"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// KeepUnsent is how long what was written beside a call can still be sent after
// the call ended.
const KeepUnsent = 12 * time.Hour

// OwnCall is a call the person acting talks in or talked in a while ago; for
// everybody else it is not there, nor for the unit it complains of.
func (h *Hotline) OwnCall(ctx context.Context, call Ref) (c *Call, err error) {
	defer fault.Wrap(&err, "hotline.OwnCall(%d)", call.ID)
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		if c, err = callByID(tx, call); err != nil {
			return err
		}
		if !heldBy(tx, c) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		return nil
	})
	return c, err
}

func heldBy(tx *db.Tx, c *Call) bool {
	a := actor(tx)
	late := c.State == Ended && tx.Now.Sub(c.EndedAt) > KeepUnsent
	return a.Person != 0 && c.Person == a.Person && !late && (c.About == 0 || a.Home.Agency != c.About)
}

// InHand is the call a seat works on: the one it is in, else, while it writes
// up, the one it was in last; nil when there is none.
func (h *Hotline) InHand(ctx context.Context, s *Seat) (c *Call, err error) {
	defer fault.Wrap(&err, "hotline.InHand(%d)", s.ID)
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		since := clock.Millis(tx.Now)
		if s.State == WrapUp {
			since = clock.Millis(s.Since.Add(-time.Minute))
		}
		rows, err := db.List(tx, scanCall, "select "+callCols+" from hotline_call where province = $1 and seat = $2 and (state <> 'ended' or ended_at >= $3) order by id desc limit 1", s.Province, s.ID, since)
		if len(rows) > 0 && heldBy(tx, &rows[0]) {
			c = &rows[0]
		}
		return err
	})
	return c, err
}

// mostUnsent bounds the list of what was not sent.
const mostUnsent = 5

// Unsent lists the calls a seat's person wrote something beside and made no
// matter of yet, the newest first.
func (h *Hotline) Unsent(ctx context.Context, s *Seat) (out []Call, err error) {
	defer fault.Wrap(&err, "hotline.Unsent(%d)", s.ID)
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := db.List(tx, scanCall, "select "+callCols+" from hotline_call where province = $1 and seat = $2 and state = 'ended' and ended_at > $3 and draft is not null and matter is null order by id desc limit $4",
			s.Province, s.ID, clock.Millis(tx.Now.Add(-KeepUnsent)), mostUnsent)
		for i := range rows {
			if heldBy(tx, &rows[i]) {
				out = append(out, rows[i])
			}
		}
		return err
	})
	return out, err
}

// Before is how often the same caller called and was called back within Lately,
// this call left out; of the two nothing else is known.
type Before struct{ Calls, Backs int }

// Lately is how far back Before looks.
const Lately = 30 * 24 * time.Hour

// Before counts them.
func (h *Hotline) Before(ctx context.Context, c *Call) (b Before, err error) {
	defer fault.Wrap(&err, "hotline.Before(%d)", c.ID)
	if len(c.caller) == 0 || c.Private {
		return b, nil
	}
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		from := clock.Millis(tx.Now.Add(-Lately))
		if err := tx.Row("select count(*) from hotline_call where province = $1 and caller = $2 and way = 'in' and id <> $3 and arrived_at >= $4", c.Province, c.caller, c.ID, from).Scan(&b.Calls); err != nil {
			return err
		}
		return tx.Row("select count(*) from hotline_callback where province = $1 and caller = $2 and at >= $3", c.Province, c.caller, from).Scan(&b.Backs)
	})
	return b, err
}

// Partners lists the other seats a call may be passed to now: ready ones of its
// unit or of the province's pool, and for a sealed call only those that take such.
func (h *Hotline) Partners(ctx context.Context, c *Call, own Ref) (out []Seat, err error) {
	defer fault.Wrap(&err, "hotline.Partners(%d)", c.ID)
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := readySeats(tx, c.Province)
		out = slices.DeleteFunc(all, func(s Seat) bool {
			return s.ID == own.ID || !s.Active || !reachable(c, &s) || s.Agency != c.Agency && !s.Pool || c.About != 0 && s.Agency == c.About || c.Sealed && s.level("report", "") == 0
		})
		return err
	})
	return out, err
}

// Ordered records that the person acting has his seat do something with a call
// that others may ask about later: detail is a word of ours.
func (h *Hotline) Ordered(ctx context.Context, call Ref, act, detail string) (err error) {
	defer fault.Wrap(&err, "hotline.Ordered(%s)", act)
	if !plainCode.MatchString(act) || !plainCode.MatchString(detail) {
		return fault.Say(fault.Invalid, "fault.invalid")
	}
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := callByID(tx, call)
		if err != nil {
			return err
		}
		if !heldBy(tx, c) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		return record(tx, c.Province, c.Agency, act, object("call", c.ID), detail)
	})
}

// OnShift is a seat on duty with the call it is in.
type OnShift struct {
	Seat
	Talk *Call // nil when it is in none
}

// Shift lists the seats on duty the person acting leads.
func (h *Hotline) Shift(ctx context.Context) (out []OnShift, err error) {
	defer fault.Wrap(&err, "hotline.Shift")
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		var w db.Where
		account.In(&w, reach(account.From(ctx), Leading), "agency", "region")
		w.And("state <> 'off'")
		limit := " order by region, agency, label, id limit " + w.Next(500)
		where, args := w.SQL()
		seats, err := db.List(tx, scanSeat, "select "+seatCols+" from hotline_seat"+where+limit, args...)
		if err != nil {
			return err
		}
		busy := map[int][]int64{}
		for i := range seats {
			out = append(out, OnShift{Seat: seats[i]})
			if seats[i].State == Busy {
				busy[seats[i].Province] = append(busy[seats[i].Province], seats[i].ID)
			}
		}
		for province, ids := range busy {
			var w db.Where
			w.And("province = ?", province)
			w.And("state = 'talking'")
			where, args := db.In(&w, "seat", ids).SQL()
			calls, err := db.List(tx, scanCall, "select "+callCols+" from hotline_call"+where+" order by id", args...)
			if err != nil {
				return err
			}
			for i := range calls {
				if k := slices.IndexFunc(out, func(x OnShift) bool { return x.Province == province && x.ID == calls[i].Seat }); k >= 0 {
					out[k].Talk = &calls[i]
				}
			}
		}
		return nil
	})
	return out, err
}

// watching are the ways a shift lead follows a call.
var watching = []string{"listen", "whisper", "barge"}

// Watch says that the person acting, who leads the shift there, hears the call
// of a seat, or speaks in it: the audit row is written before he hears a word, the
// call's own history when he does. Sealed calls are nobody's to hear.
func (h *Hotline) Watch(ctx context.Context, seat Ref, mode string) (err error) {
	defer fault.Wrap(&err, "hotline.Watch(%d)", seat.ID)
	if !slices.Contains(watching, mode) {
		return fault.Say(fault.Invalid, "fault.invalid")
	}
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := seatByID(tx, seat)
		if err != nil {
			return err
		}
		a := account.From(ctx)
		if a == nil || !a.May(Leading, account.Target{Agency: s.Agency, Division: int64(s.Region)}) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		rows, err := db.List(tx, scanCall, "select "+callCols+" from hotline_call where province = $1 and seat = $2 and state = 'talking' order by id desc limit 1", s.Province, s.ID)
		switch {
		case err != nil:
			return err
		case len(rows) == 0 || s.Person == a.Person:
			return fault.Say(fault.Conflict, "hotline.no_talk")
		case rows[0].Sealed:
			return fault.Say(fault.Forbidden, "hotline.sealed_talk")
		}
		c := &rows[0]
		return record(tx, c.Province, c.Agency, mode, object("call", c.ID), object("seat", s.ID))
	})
}
