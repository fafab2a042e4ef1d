package disclosure

import (
	"context"
	"strings"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// ReleaseFinding records a second person's reason why something the gate saw
// may be published: an office telephone, a false finding. What may never be
// released has no such way.
func (d *Disclosure) ReleaseFinding(ctx context.Context, province int, version, finding int64, reason string) (err error) {
	defer fault.Wrap(&err, "disclosure.ReleaseFinding(%d)", finding)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		w, _, err := d.openStep(tx, province, version, "pass", Opinion{})
		if err != nil {
			return err
		}
		if strings.TrimSpace(reason) == "" {
			return fault.Fields(fault.Field{Name: "reason", Key: "disclosure.need_release_reason"})
		}
		n, err := tx.Exec(`update item_finding set state = 'released', person = $4, reason = $5
 where province = $1 and version = $2 and id = $3 and class = 'releasable' and state = 'open'`, province, version, finding, w.by.person(), reason)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Say(fault.Conflict, "disclosure.finding_fixed")
		}
		return record(tx, w.by.Actor, w.it, "release_finding", reason)
	})
}

// ClearFile records that a second person looked at a file the gate could not
// read with certainty, and found nothing personal in it.
func (d *Disclosure) ClearFile(ctx context.Context, province int, version, file int64, reason string) (err error) {
	defer fault.Wrap(&err, "disclosure.ClearFile(%d)", file)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		w, _, err := d.openStep(tx, province, version, "pass", Opinion{})
		if err != nil {
			return err
		}
		if strings.TrimSpace(reason) == "" {
			return fault.Fields(fault.Field{Name: "reason", Key: "disclosure.need_clear_reason"})
		}
		n, err := tx.Exec(`update item_file set cleared_by = $4, cleared_reason = $5 where province = $1 and version = $2 and id = $3 and uncertain <> ''`,
			province, version, file, w.by.person(), reason)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		return record(tx, w.by.Actor, w.it, "clear_file", reason)
	})
}
