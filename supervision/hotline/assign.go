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

// perRound bounds how many of those who wait in a province are looked at in one round.
const perRound = 200

// errGone says that somebody else was first; the round goes on.
var errGone = errors.New("somebody else was first")

// waiting is somebody to be connected: a call on the line, or a person to call back.
type waiting struct {
	call     *Call
	callback *CallBack // nil for a call on the line
}

// turn is whom a failure of ours cut off (0), who waits on the line or gave up
// the wait for a promise to be called (1), and who hung up or left a message, or
// was called and not reached (2): nobody waits on the line for an hour-old call.
func (w waiting) turn() int {
	switch b := w.callback; {
	case b == nil:
		return 1
	case b.First:
		return 0
	case b.Reason == "asked" && b.Tries == 0:
		return 1
	}
	return 2
}

// compareWaiting is the order of the queue: by turn, then by priority, then by
// when each began to wait. Who asked to be called back keeps the place he had.
func compareWaiting(a, b waiting) int {
	return cmp.Or(cmp.Compare(a.turn(), b.turn()), -cmp.Compare(a.call.Priority, b.call.Priority), a.call.QueuedAt.Compare(b.call.QueuedAt), cmp.Compare(a.call.ID, b.call.ID))
}

// Assign rings seats for whoever waits, one transaction to an offer, so that any
// process may do it at any time. It also ends write-ups that are over.
func (h *Hotline) Assign(ctx context.Context) (out []Offer, err error) {
	defer fault.Wrap(&err, "hotline.Assign")
	if err := h.lapse(ctx); err != nil {
		return nil, err
	}
	var provinces []int64
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		provinces, err = provincesWaiting(tx)
		return err
	})
	for _, p := range provinces {
		os, err := h.assign(ctx, int(p))
		if err != nil {
			return out, err
		}
		out = append(out, os...)
	}
	return out, err
}

func provincesWaiting(tx *db.Tx) ([]int64, error) {
	a, err := db.List(tx, db.One[int64], "select distinct province from hotline_call where state = 'queued' order by province")
	if err != nil {
		return nil, err
	}
	b, err := db.List(tx, db.One[int64], "select distinct province from hotline_callback where state = 'open' and due_at <= $1 order by province", clock.Millis(tx.Now))
	a = append(a, b...)
	slices.Sort(a)
	return slices.Compact(a), err
}

func (h *Hotline) assign(ctx context.Context, province int) (out []Offer, err error) {
	var seats []Seat
	var queue []waiting
	var now time.Time
	lines := map[int64]*Line{}
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		now = tx.Now
		if seats, err = readySeats(tx, province); err != nil || len(seats) == 0 {
			return err
		}
		if queue, err = h.queueOf(tx, province); err != nil {
			return err
		}
		for _, w := range queue {
			for _, id := range []int64{w.call.Line, w.call.Overflow} {
				if id == 0 || lines[id] != nil {
					continue
				}
				if lines[id], err = lineByID(tx, province, id); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	duties := map[int64]Duty{}
	for _, w := range queue {
		if _, asked := duties[w.call.Line]; !asked {
			duties[w.call.Line], _ = h.dutyAt(ctx, Ref{province, w.call.Line}, now)
		}
		over := int64(0)
		if l := lines[w.call.Overflow]; l != nil {
			over = l.Agency
		}
		for _, s := range prefer(w, Pick(w.call, seats, over, now), duties[w.call.Line]) {
			o, err := h.offer(ctx, w, s, lines[w.call.Line])
			if errors.Is(err, errGone) {
				s.State = Away // for this round
				continue
			}
			if err != nil {
				return out, err
			}
			if o != nil {
				s.State = Ringing
				out = append(out, *o)
			}
			break
		}
	}
	return out, nil
}

// queueOf is everybody who waits in a province, in order.
func (h *Hotline) queueOf(tx *db.Tx, province int) (out []waiting, err error) {
	calls, err := db.List(tx, scanCall, "select "+callCols+" from hotline_call where province = $1 and state = 'queued' and (leader_until is null or leader_until <= $3) order by priority desc, queued_at, id limit $2", province, perRound, clock.Millis(tx.Now))
	if err != nil {
		return nil, err
	}
	for i := range calls {
		out = append(out, waiting{call: &calls[i]})
	}
	backs, err := db.List(tx, scanCallBack, "select "+callBackCols+" from hotline_callback where province = $1 and state = 'open' and due_at <= $2 order by first desc, queued_at, id limit $3", province, clock.Millis(tx.Now), perRound)
	for i := range backs {
		b := &backs[i]
		out = append(out, waiting{callback: b, call: &Call{Province: province, ID: b.ID, Agency: b.Agency, Region: b.Region, Line: b.Line, Way: "out", Private: b.Private, Sealed: b.Sealed, About: b.About, Wants: b.Wants,
			QueuedAt: b.QueuedAt, CallBack: b.ID, number: b.number, caller: b.caller}})
	}
	slices.SortFunc(out, compareWaiting)
	return out, err
}

// offer rings one seat. The seat's loss is errGone; the call's is no offer and no
// error.
func (h *Hotline) offer(ctx context.Context, w waiting, s *Seat, l *Line) (o *Offer, err error) {
	err = h.DB.Write(ctx, func(tx *db.Tx) error {
		o, err = h.offerIn(tx, w, s, l)
		return err
	})
	if db.Broken(err, "hotline_offer_call", "hotline_offer_seat", "hotline_offer.province, hotline_offer.call", "hotline_offer.province, hotline_offer.seat") {
		return nil, errGone
	}
	if err != nil {
		return nil, err
	}
	return o, nil
}

// offerIn takes the call, the seat and makes the offer, each by its state.
func (h *Hotline) offerIn(tx *db.Tx, w waiting, s *Seat, l *Line) (o *Offer, err error) {
	c := w.call
	if w.callback != nil {
		if c, err = h.callOf(tx, w.callback, s); err != nil || c == nil {
			return nil, err
		}
	} else if n, err := tx.Exec("update hotline_call set state = 'offered', offered_at = $3 where province = $1 and id = $2 and state = 'queued'", c.Province, c.ID, clock.Millis(tx.Now)); err != nil || n == 0 {
		return nil, err
	}
	fences, err := db.List(tx, db.One[int64], "update hotline_seat set state = 'offered', since = $3, fence = fence + 1 where province = $1 and id = $2 and state = 'ready' returning fence", s.Province, s.ID, clock.Millis(tx.Now))
	if err != nil {
		return nil, err
	}
	if len(fences) == 0 {
		return nil, errGone
	}
	o = &Offer{ID: tx.ID(c.Province), Call: c.Ref(), Seat: s.Ref(), Reach: s.Reach, Until: tx.Now.Add(l.Ring), CallBack: w.callback != nil, Fence: fences[0]}
	if s.Reach == "phone" {
		p, err := phoneByID(tx, Ref{s.Province, s.Phone})
		if err != nil || !p.Reachable(tx.Now) {
			return nil, cmp.Or(err, errGone)
		}
		o.Phone = p.Name
	}
	if _, err := tx.Exec("insert into hotline_offer (province, id, call, seat, fence, at, until) values ($1, $2, $3, $4, $5, $6, $7)", c.Province, o.ID, c.ID, s.ID, o.Fence, clock.Millis(tx.Now), clock.Millis(o.Until)); err != nil {
		return nil, err
	}
	code := ""
	if s.Agency != c.Agency {
		code = "overflow"
	}
	tx.After(h.Bell.Ring)
	return o, note(tx, c, evOffered, s.ID, code, 0)
}

// Ref is the offer's key.
func (o Offer) Ref() Ref { return Ref{o.Call.Province, o.ID} }

// settle ends a live offer with its call and seat locked.
func (h *Hotline) settle(tx *db.Tx, offer Ref, outcome string, f func(o *offerRow, c *Call) error) error {
	gone := fault.Say(fault.Conflict, "hotline.offer_gone")
	o, err := db.Only(db.List(tx, scanOffer, "select "+offerCols+" from hotline_offer where province = $1 and id = $2", offer.Province, offer.ID))
	if err != nil {
		return err
	}
	s, err := seatByID(tx, o.seatRef())
	if err != nil {
		return err
	}
	if err := mayAct(tx, s); err != nil {
		return err
	}
	c, err := lockCall(tx, o.callRef())
	if err != nil {
		return err
	}
	if ours, err := endOffer(tx, o.province, o.id, outcome); err != nil || !ours || c.State != Offered {
		return cmp.Or(err, gone)
	}
	tx.After(h.Bell.Ring)
	return f(o, c)
}

// Take says that a seat takes what rings there. Only one can: the offer must
// still be live, and the call must still ring.
func (h *Hotline) Take(ctx context.Context, offer Ref) (err error) {
	defer fault.Wrap(&err, "hotline.Take(%d)", offer.ID)
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		return h.settle(tx, offer, "taken", func(o *offerRow, c *Call) error {
			gone := fault.Say(fault.Conflict, "hotline.offer_gone")
			if o.until.Before(tx.Now) {
				return gone
			}
			if ours, err := setSeat(tx, o.seatRef(), Busy, "", time.Time{}, Ringing); err != nil || !ours {
				return cmp.Or(err, gone)
			}
			s, err := seatByID(tx, o.seatRef())
			if err != nil {
				return err
			}
			if _, err := tx.Exec("update hotline_call set seat = $3, person = $4 where province = $1 and id = $2", c.Province, c.ID, s.ID, s.Person); err != nil {
				return err
			}
			return note(tx, c, evTaken, s.ID, "", 0)
		})
	})
}

// unreachable is why a seat did not take a call that its process could not ring.
const unreachable = "unreachable"

// Decline says that a seat does not take it. The seat is away until its person
// says otherwise, and the caller goes to the next with the place he had. A browser
// that one process cannot reach any more is still rung by the others it speaks with.
func (h *Hotline) Decline(ctx context.Context, offer Ref, why string) (err error) {
	defer fault.Wrap(&err, "hotline.Decline(%d)", offer.ID)
	if !plainCode.MatchString(why) {
		return fault.Say(fault.Invalid, "fault.invalid")
	}
	return h.DB.Write(ctx, func(tx *db.Tx) error { return h.back(tx, offer, "declined", cmp.Or(why, "declined")) })
}

// back puts the call of an offer nobody took back into the queue.
func (h *Hotline) back(tx *db.Tx, offer Ref, outcome, why string) error {
	return h.settle(tx, offer, outcome, func(o *offerRow, c *Call) error {
		to, reason := Away, why
		if why == unreachable {
			s, err := notAt(tx, o.seatRef(), c.Node)
			if err != nil {
				return err
			}
			if s.Reach == "browser" && len(s.Nodes) > 0 { // it is rung by the others
				to, reason = Ready, ""
			}
		}
		if _, err := setSeat(tx, o.seatRef(), to, reason, time.Time{}, Ringing); err != nil {
			return err
		}
		if err := note(tx, c, outcome, o.seat, why, 0); err != nil {
			return err
		}
		if c.Way == "out" {
			return h.endIn(tx, c, Ending{By: "system", Why: "no_seat"})
		}
		_, err := tx.Exec("update hotline_call set state = 'queued' where province = $1 and id = $2 and state = 'offered'", c.Province, c.ID)
		return err
	})
}

// Expire ends the offers nobody took in time, each once whichever process
// looks: the seat is away, the call goes to the next.
func (h *Hotline) Expire(ctx context.Context) (out []Offer, err error) {
	defer fault.Wrap(&err, "hotline.Expire")
	var late []offerRow
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		late, err = db.List(tx, scanOffer, "select "+offerCols+" from hotline_offer where ended_at is null and until <= $1 order by until, id limit $2", clock.Millis(tx.Now), perRound)
		return err
	})
	for i := range late {
		o := &late[i]
		err := h.DB.Write(withoutActor(ctx), func(tx *db.Tx) error { return h.back(tx, Ref{o.province, o.id}, "expired", "no_answer") })
		if fault.Is(err, fault.Conflict) {
			continue
		}
		if err != nil {
			return out, err
		}
		out = append(out, Offer{ID: o.id, Call: o.callRef(), Seat: o.seatRef(), Until: o.until, Fence: o.fence})
	}
	return out, err
}

// Offers lists what rings at a seat now: what a process that was started anew,
// or a page, has to show.
func (h *Hotline) OfferAt(ctx context.Context, seat Ref) (o *Offer, err error) {
	defer fault.Wrap(&err, "hotline.OfferAt(%d)", seat.ID)
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := db.List(tx, scanOffer, "select "+offerCols+" from hotline_offer where province = $1 and seat = $2 and ended_at is null", seat.Province, seat.ID)
		if err != nil || len(rows) == 0 {
			return err
		}
		s, err := seatByID(tx, seat)
		if err != nil {
			return err
		}
		c, err := callByID(tx, rows[0].callRef())
		if err != nil {
			return err
		}
		o = &Offer{ID: rows[0].id, Call: c.Ref(), Seat: seat, Reach: s.Reach, Until: rows[0].until, CallBack: c.Way == "out", Fence: rows[0].fence}
		return nil
	})
	return o, err
}
