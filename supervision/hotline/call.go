package hotline

import (
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

const (
	purposeNumber = "hotline.number"
	purposeDraft  = "hotline.draft"
)

func placeOf(id int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(id)) }

// callerKey is what says "the same caller again". A sealed line has a key of its
// own: nobody can see that a reporter also called elsewhere.
func (h *Hotline) callerKey(number string, sealed bool) []byte {
	purpose := "hotline.caller"
	if sealed {
		purpose = "hotline.reporter"
	}
	return h.Keys.Index(purpose, number)
}

// tidyNumber is the one spelling of a telephone number.
func tidyNumber(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, s)
}

// Arrive writes a call down as it comes in.
func (h *Hotline) Arrive(ctx context.Context, a Arrival) (c *Call, err error) {
	defer fault.Wrap(&err, "hotline.Arrive")
	err = h.DB.Write(ctx, func(tx *db.Tx) error {
		at := a.At
		if at.IsZero() {
			at = tx.Now
		}
		c = h.arriving(a.Line, tx.ID(a.Line.Province), at)
		c.Private = a.Private
		h.sealNumber(c, a.Caller)
		return h.arriveIn(tx, c, a.Trunk)
	})
	return c, err
}

// arriving is a call to a line as it begins.
func (h *Hotline) arriving(l Line, id int64, at time.Time) *Call {
	return &Call{Province: l.Province, ID: id, Agency: l.Agency, Region: l.Region, Line: l.ID, Way: "in", Sealed: l.Sealed, Overflow: l.Overflow, State: Arrived, Node: h.Node, ArrivedAt: at}
}

func (h *Hotline) sealNumber(c *Call, number string) {
	if n := tidyNumber(number); n != "" {
		c.number, c.caller, c.HasNumber = h.Keys.Seal(purposeNumber, placeOf(c.ID), []byte(n)), h.callerKey(n, c.Sealed), true
	}
}

func (h *Hotline) arriveIn(tx *db.Tx, c *Call, trunk string) error {
	if err := insertCall(tx, c, trunk); err != nil {
		return err
	}
	tx.After(h.Bell.Ring)
	return note(tx, c, evArrived, 0, "", 0)
}

// Find is one call.
func (h *Hotline) Find(ctx context.Context, call Ref) (c *Call, err error) {
	defer fault.Wrap(&err, "hotline.Find(%d)", call.ID)
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		c, err = callByID(tx, call)
		return err
	})
	return c, err
}

// change does something to a call that goes on: locked, in one transaction.
func (h *Hotline) change(ctx context.Context, call Ref, what string, f func(tx *db.Tx, c *Call) error) (err error) {
	defer fault.Wrap(&err, "hotline.%s(%d)", what, call.ID)
	return h.write(ctx, func(tx *db.Tx) error {
		c, err := lockCall(tx, call)
		if err != nil {
			return err
		}
		if c.State == Ended && !beforeEnd(tx, c) {
			return fault.Say(fault.Conflict, "hotline.call_ended")
		}
		tx.After(h.Bell.Ring)
		return f(tx, c)
	})
}

// Queue has a call wait for a person. Queued again, after a seat failed or passed
// it on, it keeps the place it had; the seat it leaves writes up.
func (h *Hotline) Queue(ctx context.Context, call Ref, want Want) error {
	for _, s := range want.Skills {
		if !slices.Contains(SkillKinds, s.Kind) || strings.ContainsAny(s.Code, " :") {
			return fault.Say(fault.Invalid, "fault.invalid")
		}
	}
	return h.change(ctx, call, "Queue", func(tx *db.Tx, c *Call) error {
		if c.State == Ended {
			return fault.Say(fault.Conflict, "hotline.call_ended")
		}
		return h.queueIn(tx, c, want)
	})
}

func (h *Hotline) queueIn(tx *db.Tx, c *Call, want Want) error {
	l, err := lineByID(tx, c.Province, c.Line)
	if err != nil {
		return err
	}
	if err := h.leave(tx, c, l); err != nil {
		return err
	}
	first, over := c.QueuedAt, c.OverflowAt
	if first.IsZero() {
		first = tx.Now
	}
	if over.IsZero() && c.Overflow != 0 {
		over = first.Add(l.OverflowAfter)
	}
	if _, err := tx.Exec("update hotline_call set state = 'queued', queued_at = $3, overflow_at = $4, wants = $5, priority = $6, seat = null, person = null where province = $1 and id = $2",
		c.Province, c.ID, clock.Millis(first), db.OrNull(over), formatWants(want.Skills), want.Priority); err != nil {
		return err
	}
	return note(tx, c, evQueued, 0, "", want.Priority)
}

// leave frees the seat that rings for a call or talks in it.
func (h *Hotline) leave(tx *db.Tx, c *Call, l *Line) error {
	o, err := liveOfferOf(tx, c.Ref())
	if err != nil {
		return err
	}
	if o != nil {
		if _, err := endOffer(tx, o.province, o.id, "withdrawn"); err != nil {
			return err
		}
		if _, err := setSeat(tx, o.seatRef(), Ready, "", time.Time{}, Ringing); err != nil {
			return err
		}
	}
	if c.Seat == 0 || c.State == Ended {
		return nil
	}
	if c.State == Talking && l.WrapUp > 0 {
		_, err = setSeat(tx, Ref{c.Province, c.Seat}, WrapUp, "", tx.Now.Add(l.WrapUp), Busy)
	} else {
		_, err = setSeat(tx, Ref{c.Province, c.Seat}, Ready, "", time.Time{}, Busy)
	}
	return err
}

// The expected wait: place × time per call ÷ seats on duty. The time per call is
// the mean talk and write-up of the line today, usualCall while fewer than
// fewCalls were answered. A caller is told whole minutes, rounded up.
const (
	usualCall = 180 * time.Second
	fewCalls  = 10
)

// expect is the documented formula.
func expect(place int, perCall time.Duration, seats int) time.Duration {
	return time.Duration(place) * perCall / time.Duration(max(seats, 1))
}

// Position is how many are before a waiting call, and it, and the wait expected.
func (h *Hotline) Position(ctx context.Context, call Ref) (place int, wait time.Duration, err error) {
	defer fault.Wrap(&err, "hotline.Position(%d)", call.ID)
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := callByID(tx, call)
		if err != nil {
			return err
		}
		if c.State != Queued {
			return nil
		}
		if err := tx.Row(`select count(*) from hotline_call where province = $1 and state = 'queued' and line = $2 and (priority > $3 or priority = $3 and (queued_at < $4 or queued_at = $4 and id <= $5))`,
			c.Province, c.Line, c.Priority, clock.Millis(c.QueuedAt), c.ID).Scan(&place); err != nil {
			return err
		}
		seats := 0
		if err := tx.Row("select count(*) from hotline_seat where province = $1 and agency = $2 and state in ('ready', 'offered', 'busy', 'wrapup')", c.Province, c.Agency).Scan(&seats); err != nil {
			return err
		}
		l, err := lineByID(tx, c.Province, c.Line)
		if err != nil {
			return err
		}
		var answered, talk int64
		if err := tx.Row("select coalesce(sum(answered), 0), coalesce(sum(talk_ms), 0) from hotline_tally where province = $1 and line = $2 and day = $3", c.Province, c.Line, clock.DateOf(tx.Now).String()).Scan(&answered, &talk); err != nil {
			return err
		}
		per := usualCall
		if answered >= fewCalls {
			per = time.Duration(talk/answered)*time.Millisecond + l.WrapUp
		}
		wait = expect(place, per, seats)
		return nil
	})
	return place, wait, err
}

// Bridged says that caller and seat hear each other. Of several times the first counts.
func (h *Hotline) Bridged(ctx context.Context, call, seat Ref) error {
	return h.change(ctx, call, "Bridged", func(tx *db.Tx, c *Call) error {
		if c.Seat != seat.ID {
			return fault.Say(fault.Conflict, "hotline.offer_gone")
		}
		if c.State == Talking || c.State == Ended && !c.AnsweredAt.IsZero() {
			return nil
		}
		if c.State == Ended {
			return answeredAfterAll(tx, c)
		}
		if _, err := tx.Exec("update hotline_call set state = 'talking', answered_at = coalesce(answered_at, $3) where province = $1 and id = $2", c.Province, c.ID, clock.Millis(tx.Now)); err != nil {
			return err
		}
		return note(tx, c, evAnswered, seat.ID, "", 0)
	})
}

// Hold says that the seat lets the caller wait, or no longer.
func (h *Hotline) Hold(ctx context.Context, call Ref, on bool) error {
	return h.change(ctx, call, "Hold", func(tx *db.Tx, c *Call) error {
		var at any
		kind := evResumed
		if on {
			at, kind = clock.Millis(tx.Now), evHeld
		}
		if c.State == Ended {
			return note(tx, c, kind, c.Seat, "", 0)
		}
		if _, err := tx.Exec("update hotline_call set held_at = $3 where province = $1 and id = $2", c.Province, c.ID, at); err != nil {
			return err
		}
		return note(tx, c, kind, c.Seat, "", 0)
	})
}

// Transferred says where a call was passed to: a word of ours such as "leader",
// "crisis" or "centre", never a number.
func (h *Hotline) Transferred(ctx context.Context, call Ref, to string) error {
	if to == "" || !plainCode.MatchString(to) {
		return fault.Say(fault.Invalid, "fault.invalid")
	}
	return h.change(ctx, call, "Transferred", func(tx *db.Tx, c *Call) error {
		if _, err := tx.Exec("update hotline_call set transferred = $3 where province = $1 and id = $2", c.Province, c.ID, to); err != nil {
			return err
		}
		return note(tx, c, evTransferred, c.Seat, to, 0)
	})
}

// Ended ends a call, once. The seat writes up; who waited longer than
// AbandonAfter and hung up is called back when his number is known. What was
// taken for interrupted and had ended before is put right.
func (h *Hotline) Ended(ctx context.Context, call Ref, e Ending) (err error) {
	defer fault.Wrap(&err, "hotline.Ended(%d)", call.ID)
	return h.write(ctx, func(tx *db.Tx) error {
		c, err := lockCall(tx, call)
		if err != nil {
			return err
		}
		if c.State != Ended {
			return h.endIn(tx, c, e)
		}
		if c.Why == "interrupted" && beforeEnd(tx, c) {
			return h.endedBefore(tx, c, e)
		}
		return nil
	})
}

func (h *Hotline) endIn(tx *db.Tx, c *Call, e Ending) error {
	l, err := lineByID(tx, c.Province, c.Line)
	if err != nil {
		return err
	}
	if err := h.leave(tx, c, l); err != nil {
		return err
	}
	was := c.State
	if err := writeEnd(tx, c, e); err != nil {
		return err
	}
	if err := h.after(tx, c, was); err != nil {
		return err
	}
	tx.After(h.Bell.Ring)
	return addTally(tx, c, factsOf(c))
}

func writeEnd(tx *db.Tx, c *Call, e Ending) error {
	if !plainCode.MatchString(e.Why) || !plainCode.MatchString(e.By) {
		e.Why, e.By = "failed", "system"
	}
	if _, err := tx.Exec("update hotline_call set state = 'ended', ended_at = $3, by_side = $4, why = $5, chosen = $6, held_at = null, carried = $7 where province = $1 and id = $2",
		c.Province, c.ID, clock.Millis(tx.Now), e.By, e.Why, e.Chosen, e.Carried); err != nil {
		return err
	}
	c.State, c.EndedAt, c.By, c.Why, c.Chosen = Ended, tx.Now, e.By, e.Why, e.Chosen
	n := 0
	if e.Chosen {
		n = 1
	}
	return note(tx, c, evEnded, c.Seat, e.Why, n)
}

// after is what follows from an ended call: a call-back to make, or one made.
func (h *Hotline) after(tx *db.Tx, c *Call, was string) error {
	switch {
	case c.Way == "out":
		return h.calledBack(tx, c, was)
	case c.Why == "interrupted":
		if was == Arrived && c.AnsweredAt.IsZero() { // else a leader has him, without a seat
			if again, err := calledAgain(tx, c); err != nil || again {
				return err
			}
		}
		return h.callBack(tx, c, "interrupted")
	case (was == Queued || was == Offered) && !c.Chosen && tx.Now.Sub(c.QueuedAt) > AbandonAfter:
		return h.callBack(tx, c, "abandoned")
	}
	return nil
}

// calledAgain says that a caller whose call broke off before he waited has called
// since, or was led to another process while it rang.
func calledAgain(tx *db.Tx, c *Call) (bool, error) {
	if !c.HasNumber {
		return false, nil
	}
	later := 0
	err := tx.Row("select count(*) from (select 1 as one from hotline_call where province = $1 and caller = $2 and id > $3 limit 1) x", c.Province, c.caller, c.ID).Scan(&later)
	return later > 0, err
}

// openNumber is a caller's number, "" when there is none.
func (h *Hotline) openNumber(c *Call) (string, error) {
	if len(c.number) == 0 {
		return "", nil
	}
	b, err := h.Keys.Open(purposeNumber, placeOf(c.ID), c.number)
	return string(b), err
}

// Dial is the number of a call for the machine that dials it, and for nobody else.
func (h *Hotline) Dial(ctx context.Context, call Ref) (number string, err error) {
	defer fault.Wrap(&err, "hotline.Dial(%d)", call.ID)
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := callByID(tx, call)
		if err != nil {
			return err
		}
		if c.State == Ended {
			return fault.Say(fault.Conflict, "hotline.call_ended")
		}
		number, err = h.openNumber(c)
		return err
	})
	return number, err
}

// Rate keeps what the caller thought of the call, 1 to 5; the first time counts.
// It may come after the end, while his leg still stands.
func (h *Hotline) Rate(ctx context.Context, call Ref, digit int) (err error) {
	defer fault.Wrap(&err, "hotline.Rate(%d)", call.ID)
	if digit < 1 || digit > 5 {
		return fault.Say(fault.Invalid, "fault.invalid")
	}
	return h.write(ctx, func(tx *db.Tx) error {
		c, err := lockCall(tx, call)
		if err != nil || c.Rating != 0 {
			return err
		}
		if _, err := tx.Exec("update hotline_call set rating = $3 where province = $1 and id = $2", c.Province, c.ID, digit); err != nil {
			return err
		}
		if c.State == Ended && c.Way == "in" {
			if err := addTally(tx, c, facts{rated: 1, stars: int64(digit)}); err != nil {
				return err
			}
		}
		return note(tx, c, evRated, c.Seat, "", digit)
	})
}

// SaveDraft keeps what a seat has written so far, sealed: a process that dies
// takes none of it along. Whoever writes on after the call is over has KeepUnsent.
func (h *Hotline) SaveDraft(ctx context.Context, call Ref, form []byte) (err error) {
	defer fault.Wrap(&err, "hotline.SaveDraft(%d)", call.ID)
	if len(form) > maxDraft {
		return fault.Say(fault.Invalid, "fault.invalid")
	}
	return h.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := lockCall(tx, call)
		if err != nil {
			return err
		}
		if c.Matter != 0 || c.State == Ended && tx.Now.Sub(c.EndedAt) > KeepUnsent {
			return fault.Say(fault.Conflict, "hotline.call_ended")
		}
		_, err = tx.Exec("update hotline_call set draft = $3 where province = $1 and id = $2", c.Province, c.ID, h.Keys.Seal(purposeDraft, placeOf(c.ID), form))
		return err
	})
}

// maxDraft bounds a form, in bytes.
const maxDraft = 64 << 10

// Draft gives it back, nil when there is none.
func (h *Hotline) Draft(ctx context.Context, call Ref) (form []byte, err error) {
	defer fault.Wrap(&err, "hotline.Draft(%d)", call.ID)
	var sealed []byte
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.Row("select draft from hotline_call where province = $1 and id = $2", call.Province, call.ID).Scan(&sealed)
	})
	if err != nil || sealed == nil {
		return nil, err
	}
	return h.Keys.Open(purposeDraft, placeOf(call.ID), sealed)
}

// Became says which matter a call became, once; its draft goes.
func (h *Hotline) Became(tx *db.Tx, call Ref, matter int64, number string) error {
	c, err := lockCall(tx, call)
	if err != nil || c.Matter == matter {
		return err
	}
	if c.Matter != 0 {
		return fault.Say(fault.Conflict, "hotline.has_matter", c.Number)
	}
	if _, err := tx.Exec("update hotline_call set matter = $3, matter_number = $4, draft = null where province = $1 and id = $2", c.Province, c.ID, matter, number); err != nil {
		return err
	}
	return note(tx, c, evMatter, c.Seat, "", 0)
}
