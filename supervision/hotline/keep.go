package hotline

import (
	"context"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// perDestroy bounds what one run of the retention table takes up.
const perDestroy = 1000

// keepDrafts is how long a form nobody sent stays after its call.
const keepDrafts = 7 * 24 * time.Hour

// DestroyNumbers carries out that line of the retention table: callers' numbers,
// the keyed hashes and what was written beside them go; the call stays in the
// log and in the figures. Forms nobody sent go after keepDrafts.
func (h *Hotline) DestroyNumbers(ctx context.Context, before time.Time) (n int64, err error) {
	defer fault.Wrap(&err, "hotline.DestroyNumbers")
	err = h.DB.Write(ctx, func(tx *db.Tx) error {
		n, err = tx.Exec(`update hotline_call set number = null, caller = null, draft = null where (province, id) in
 (select province, id from hotline_call where state = 'ended' and ended_at < $1 and number is not null order by ended_at, id limit $2)`, clock.Millis(before), perDestroy)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`update hotline_call set draft = null where (province, id) in
 (select province, id from hotline_call where state = 'ended' and ended_at < $1 and draft is not null order by ended_at, id limit $2)`, clock.Millis(tx.Now.Add(-keepDrafts)), perDestroy); err != nil {
			return err
		}
		backs, err := tx.Exec(`delete from hotline_callback where (province, id) in
 (select province, id from hotline_callback where state = 'done' and done_at < $1 order by done_at, id limit $2)`, clock.Millis(before), perDestroy)
		n += backs
		return err
	})
	return n, err
}
