package hotline

import (
	"context"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// RingingHere lists what rings for the calls this process holds, whichever
// process offered them: the one that has the caller rings the seat.
func (h *Hotline) RingingHere(ctx context.Context) (out []Offer, err error) {
	defer fault.Wrap(&err, "hotline.RingingHere")
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		calls, err := db.List(tx, scanCall, "select "+callCols+" from hotline_call where node = $1 and state = 'offered' order by id limit 2000", h.Node)
		for i := range calls {
			if err != nil {
				return err
			}
			var o *Offer
			if o, err = ringing(tx, &calls[i]); o != nil {
				out = append(out, *o)
			}
		}
		return err
	})
	return out, err
}

// ringing is the live offer of a call, nil when it ended just now.
func ringing(tx *db.Tx, c *Call) (*Offer, error) {
	rows, err := db.List(tx, scanOffer, "select "+offerCols+" from hotline_offer where province = $1 and call = $2 and ended_at is null", c.Province, c.ID)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	s, err := seatByID(tx, rows[0].seatRef())
	if err != nil {
		return nil, err
	}
	o := &Offer{ID: rows[0].id, Call: c.Ref(), Seat: s.Ref(), Reach: s.Reach, Until: rows[0].until, CallBack: c.Way == "out", Fence: rows[0].fence}
	if s.Reach == "phone" {
		p, err := phoneByID(tx, Ref{s.Province, s.Phone})
		if err != nil {
			return nil, err
		}
		o.Phone = p.Name
	}
	return o, nil
}
