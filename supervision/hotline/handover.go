package hotline

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// consulted is why a seat is busy without having a call.
const consulted = "consulted"

// Engage takes a ready seat for a colleague who wants to ask it something, or to
// pass a call on: nothing rings there meanwhile. node is the process that speaks
// with it; when that dies the seat is away.
func (h *Hotline) Engage(ctx context.Context, call, seat Ref) (s *Seat, err error) {
	defer fault.Wrap(&err, "hotline.Engage(%d)", seat.ID)
	err = h.DB.Write(ctx, func(tx *db.Tx) error {
		if s, err = seatByID(tx, seat); err != nil {
			return err
		}
		c, err := callByID(tx, call)
		if err != nil {
			return err
		}
		full := []Seat{*s}
		if err := whole(tx, s.Province, full); err != nil {
			return err
		}
		if s.Reach == "browser" && !slices.Contains(full[0].Nodes, h.Node) {
			return fault.Say(fault.Conflict, "hotline.seat_state")
		}
		// A sealed call stays with those who may have it, whoever passes it on.
		if c.Sealed && (full[0].level("report", "") == 0 || c.About != 0 && s.Agency == c.About) {
			return fault.Say(fault.Conflict, "hotline.seat_state")
		}
		n, err := tx.Exec("update hotline_seat set state = 'busy', since = $3, reason = $4, node = $5 where province = $1 and id = $2 and state = 'ready'", s.Province, s.ID, clock.Millis(tx.Now), consulted, h.Node)
		if err != nil || n == 0 {
			return cmp.Or(err, fault.Say(fault.Conflict, "hotline.seat_state"))
		}
		tx.After(h.Bell.Ring)
		return note(tx, c, "consulted", s.ID, "seat", 0)
	})
	return s, err
}

// Release frees a seat that was engaged and did not get the call.
func (h *Hotline) Release(ctx context.Context, seat Ref) (err error) {
	defer fault.Wrap(&err, "hotline.Release(%d)", seat.ID)
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		tx.After(h.Bell.Ring)
		_, err := tx.Exec("update hotline_seat set state = 'ready', since = $3, idle_since = $3, reason = '' where province = $1 and id = $2 and state = 'busy' and reason = $4", seat.Province, seat.ID, clock.Millis(tx.Now), consulted)
		return err
	})
}

// Moved gives a call to the seat that was engaged; the one it had writes up.
func (h *Hotline) Moved(ctx context.Context, call, to Ref) error {
	return h.change(ctx, call, "Moved", func(tx *db.Tx, c *Call) error {
		if c.Seat == to.ID {
			return nil
		}
		s, err := seatByID(tx, to)
		if err != nil {
			return err
		}
		n, err := tx.Exec("update hotline_seat set reason = '' where province = $1 and id = $2 and state = 'busy' and reason = $3", to.Province, to.ID, consulted)
		if err != nil || n == 0 {
			return cmp.Or(err, fault.Say(fault.Conflict, "hotline.seat_state"))
		}
		l, err := lineByID(tx, c.Province, c.Line)
		if err != nil {
			return err
		}
		if err := h.leave(tx, c, l); err != nil {
			return err
		}
		if _, err := tx.Exec("update hotline_call set seat = $3, person = $4, transferred = 'seat', held_at = null where province = $1 and id = $2", c.Province, c.ID, s.ID, s.Person); err != nil {
			return err
		}
		return note(tx, c, evTransferred, s.ID, "seat", 0)
	})
}

// CallNow rings a seat for a call-back its person chose, whether it is ready or
// writes up: he has decided that now is the time.
func (h *Hotline) CallNow(ctx context.Context, callBack, seat Ref) (o *Offer, err error) {
	defer fault.Wrap(&err, "hotline.CallNow(%d)", callBack.ID)
	conflict := fault.Say(fault.Conflict, "hotline.callback_taken")
	err = h.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := seatByID(tx, seat)
		if err != nil {
			return err
		}
		one := []Seat{*s}
		if err := whole(tx, s.Province, one); err != nil {
			return err
		}
		s = &one[0]
		b, err := lockCallBack(tx, callBack)
		if err != nil {
			return err
		}
		if b.State == "taken" && b.Person == s.Person && b.Seat == 0 { // he took it from the list before
			if _, err := tx.Exec("update hotline_callback set state = 'open', person = null, taken_at = null where province = $1 and id = $2", b.Province, b.ID); err != nil {
				return err
			}
			b.State = "open"
		}
		if ours, err := setSeat(tx, seat, Ready, "", time.Time{}, Ready, WrapUp, Away); err != nil || !ours {
			return cmp.Or(err, fault.Say(fault.Conflict, "hotline.seat_state"))
		}
		s.State = Ready
		w := waiting{callback: b, call: &Call{Province: b.Province, ID: b.ID, Agency: b.Agency, Region: b.Region, Line: b.Line, Way: "out", Sealed: b.Sealed, About: b.About, Wants: b.Wants, OverflowAt: tx.Now}}
		if b.State != "open" || !Fits(w.call, s, 0, tx.Now) {
			return conflict
		}
		l, err := lineByID(tx, b.Province, b.Line)
		if err != nil {
			return err
		}
		if o, err = h.offerIn(tx, w, s, l); err == nil && o == nil {
			err = conflict
		}
		return err
	})
	if errors.Is(err, errGone) {
		err = conflict
	}
	return o, err
}

// PhoneUser is what the desk phone of a seat signs in as.
func (h *Hotline) PhoneUser(ctx context.Context, s *Seat) (user string, err error) {
	defer fault.Wrap(&err, "hotline.PhoneUser(%d)", s.ID)
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		p, err := phoneByID(tx, Ref{s.Province, s.Phone})
		if err == nil {
			user = p.Name
		}
		return err
	})
	return user, err
}
