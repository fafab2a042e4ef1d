package hotline

import (
	"context"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// LetGo says that this process no longer joins the caller of a call that was
// passed outside. lost is true where he was cut off, or nobody was reached: he is
// called back, before everybody else.
func (h *Hotline) LetGo(ctx context.Context, call Ref, lost bool) (err error) {
	defer fault.Wrap(&err, "hotline.LetGo(%d)", call.ID)
	return h.write(ctx, func(tx *db.Tx) error {
		c, err := lockCall(tx, call)
		if err != nil || c.Why != "transferred" {
			return err
		}
		carried, err := putDown(tx, c)
		switch {
		case err != nil:
			return err
		case carried && lost:
			return h.callBack(tx, c, "interrupted")
		case !carried && !lost: // the others took the process for dead
			return h.notNeeded(tx, c.Province, "call = $2", c.ID, "not_needed")
		}
		return nil
	})
}

// putDown takes the mark of a carried call away; false when somebody else did.
func putDown(tx *db.Tx, c *Call) (carried bool, err error) {
	n, err := tx.Exec("update hotline_call set carried = $3 where province = $1 and id = $2 and carried", c.Province, c.ID, false)
	return n == 1, err
}

// dropped has those called back whom a process that is dead had passed outside
// and still carried.
func (h *Hotline) dropped(ctx context.Context, name string) (n int, err error) {
	for {
		var calls []Call
		err := h.DB.Read(ctx, func(tx *db.Tx) (err error) {
			calls, err = db.List(tx, scanCall, "select "+callCols+" from hotline_call where node = $1 and carried order by id limit $2", name, perRound)
			return err
		})
		for i := range calls {
			if err == nil {
				err = h.LetGo(ctx, calls[i].Ref(), true)
			}
		}
		if n += len(calls); err != nil || len(calls) < perRound {
			return n, err
		}
	}
}
