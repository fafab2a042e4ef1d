package casework

import (
	"context"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// perDestroy bounds what one run of the retention table takes up.
const perDestroy = 1000

// DestroyContacts carries out that line of the retention table: who brought a
// matter and how to reach him goes; the matter and its reply stay in the file.
func (c *Casework) DestroyContacts(ctx context.Context, before time.Time) (n int64, err error) {
	defer fault.Wrap(&err, "casework.DestroyContacts")
	err = c.DB.Write(ctx, func(tx *db.Tx) error {
		n, err = tx.Exec(`update casework set contact = null, who = null, has_contact = false, ack = '' where (province, id) in
 (select province, id from casework where state = 'closed' and closed_at < $1 and contact is not null order by closed_at, id limit $2)`, clock.Millis(before), perDestroy)
		return err
	})
	return n, err
}

// DestroyPrivate carries out another: what somebody wrote about a private
// citizen was not accepted, and goes with its files and notes. A count is left.
func (c *Casework) DestroyPrivate(ctx context.Context, before time.Time) (n int64, err error) {
	defer fault.Wrap(&err, "casework.DestroyPrivate")
	var hashes []string
	err = c.DB.Write(ctx, func(tx *db.Tx) error {
		gone, err := db.List(tx, scanMatter, "select "+matterCols+" from casework m where m.state = 'closed' and m.refusal = 'private_person' and m.closed_at < $1 and m.destroyed_at is null order by m.closed_at, m.id limit $2", clock.Millis(before), perDestroy)
		if err != nil {
			return err
		}
		for i := range gone {
			m := &gone[i]
			files, err := filesOf(tx, m)
			if err != nil {
				return err
			}
			for _, f := range files {
				hashes = append(hashes, f.hash)
			}
			if err := dropWords(tx, m, m.worded); err != nil {
				return err
			}
			for _, q := range []string{
				"update casework set told = null, contact = null, who = null, has_contact = false, subject = '', destroyed_at = $3 where province = $1 and id = $2",
				"update casework_event set note = null where province = $1 and matter = $2 and kind in ('filed', 'ask', 'supplement', 'added', 'note') and at < $3",
				"update casework_file set destroyed_at = $3 where province = $1 and matter = $2",
			} {
				if _, err := tx.Exec(q, m.Province, m.ID, clock.Millis(tx.Now)); err != nil {
					return err
				}
			}
			n++
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, h := range hashes { // sealed per row: no other row names these bytes
		if err := c.Blobs.Delete(ctx, h); err != nil {
			return n, err
		}
	}
	return n, nil
}
