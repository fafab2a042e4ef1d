package hotline

import (
	"context"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// CallAt is the call a seat is on, or that rings there; nil when there is none.
func (h *Hotline) CallAt(ctx context.Context, seat Ref) (c *Call, err error) {
	defer fault.Wrap(&err, "hotline.CallAt(%d)", seat.ID)
	if o, err := h.OfferAt(ctx, seat); err != nil || o != nil {
		if err != nil {
			return nil, err
		}
		return h.Find(ctx, o.Call)
	}
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := db.List(tx, scanCall, "select "+callCols+" from hotline_call where province = $1 and seat = $2 and state <> 'ended' order by id desc limit 1", seat.Province, seat.ID)
		if len(rows) > 0 {
			c = &rows[0]
		}
		return err
	})
	return c, err
}
