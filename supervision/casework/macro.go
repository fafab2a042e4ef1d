package casework

import (
	"context"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Macro is a prepared sequence of steps (常用处理); what is empty is left out.
type Macro struct {
	Topic    string // the topic the matter is given
	Why      string // the reason that is noted for it
	Note     string // a remark of the office's own
	Accept   bool
	Told     string // what the acceptance tells the person
	Lead     int64  // the unit it is passed on to; 0: none
	Co       []int64
	SendWith string // the words that go with it
	Reply    *Reply // the draft of a reply
}

// CarryOut does the steps of a macro in one transaction: all of them or, when one is
// refused, none. Each asks for its own grant and leaves its own trace, as if it
// were done alone.
func (c *Casework) CarryOut(ctx context.Context, province int, id int64, x Macro) (err error) {
	defer fault.Wrap(&err, "casework.CarryOut(%d)", id)
	return c.DB.Write(ctx, func(tx *db.Tx) error {
		for _, step := range []struct {
			asked bool
			do    func() error
		}{
			{x.Topic != "", func() error { return c.reclassifyIn(tx, province, id, Change{Topic: x.Topic, Reason: x.Why}) }},
			{x.Note != "", func() error { return c.noteIn(tx, province, id, x.Note) }},
			{x.Accept, func() error { return c.acceptIn(tx, province, id, x.Told) }},
			{x.Lead != 0, func() error { return c.dispatchIn(tx, province, id, x.Lead, x.Co, x.SendWith) }},
			{x.Reply != nil, func() error { return c.saveIn(tx, province, id, *x.Reply) }},
		} {
			if !step.asked {
				continue
			}
			if err := step.do(); err != nil {
				return err
			}
		}
		return nil
	})
}
