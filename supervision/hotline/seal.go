package hotline

import (
	"context"
	"slices"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Seal hands a call to the report line: from here on the caller is unseen, and
// no seat of the unit complained of is offered it. about may be 0.
func (h *Hotline) Seal(ctx context.Context, call Ref, about int64) error {
	return h.change(ctx, call, "Seal", func(tx *db.Tx, c *Call) error { return h.sealIn(tx, c, about) })
}

// AskReport is a caller's own wish, before anybody spoke with him, to be heard by
// the report line: he keeps the place he has, and whoever is rung for him is rung
// no more. Conflict says that a seat has taken the call, if only just now.
func (h *Hotline) AskReport(ctx context.Context, call Ref) error {
	return h.change(ctx, call, "AskReport", func(tx *db.Tx, c *Call) error {
		if c.Sealed || c.Seat != 0 || c.Way == "out" || !slices.Contains([]string{Arrived, Queued, Offered}, c.State) {
			return fault.Say(fault.Conflict, "hotline.seat_state")
		}
		return h.sealIn(tx, c, 0)
	})
}

func (h *Hotline) sealIn(tx *db.Tx, c *Call, about int64) error {
	c.Sealed = true
	if about != 0 {
		if _, err := agency.Find(tx, about); err != nil {
			return err
		}
	}
	var caller any
	if number, err := h.openNumber(c); err != nil {
		return err
	} else if number != "" {
		caller = h.callerKey(number, true)
	}
	if _, err := tx.Exec("update hotline_call set sealed = $3, about = $4, caller = $5 where province = $1 and id = $2", c.Province, c.ID, true, db.OrNull(about), caller); err != nil {
		return err
	}
	if err := note(tx, c, evSealed, c.Seat, "", 0); err != nil {
		return err
	}
	return h.queueIn(tx, c, Want{Skills: []Skill{{Kind: "report"}}, Priority: c.Priority})
}
