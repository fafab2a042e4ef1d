package disclosure

import (
	"context"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// inOneGo is how many rows a keeping job touches in one transaction.
const inOneGo = 200

// DestroyReports takes text and contact out of error reports answered before a
// time; what remains says that there was one, and its answer.
func (d *Disclosure) DestroyReports(ctx context.Context, before time.Time) (total int64, err error) {
	defer fault.Wrap(&err, "disclosure.DestroyReports")
	type key struct {
		province int
		id       int64
	}
	return d.repeat(ctx, func(tx *db.Tx) (n int64, err error) {
		keys, err := db.List(tx, func(r *db.Rows, k *key) error { return r.Scan(&k.province, &k.id) },
			"select province, id from error_report where answered_at <= $1 and destroyed_at is null order by answered_at, id limit $2", clock.Millis(before), inOneGo)
		for _, k := range keys {
			nothing := d.Keys.Seal(reportPurpose, []byte(objectID(k.id)), nil) // opens as an empty text
			if _, err := tx.Exec("update error_report set text = $3, contact = null, destroyed_at = $4 where province = $1 and id = $2", k.province, k.id, nothing, clock.Millis(tx.Now)); err != nil {
				return 0, err
			}
		}
		return int64(len(keys)), err
	})
}

// ForgetNudges deletes counts of periods that are no longer owed and for which
// nobody asked since a time.
func (d *Disclosure) ForgetNudges(ctx context.Context, before time.Time) (total int64, err error) {
	defer fault.Wrap(&err, "disclosure.ForgetNudges")
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		total, err = tx.Exec(`delete from nudge where last_at <= $1 and not exists (select 1 from due d
 where d.province = nudge.province and d.agency = nudge.agency and d.category = nudge.category and d.period = nudge.period and d.met_on is null)`, clock.Millis(before))
		return err
	})
	return total, err
}

// ForgetDrafts deletes the attachments of drafts discarded before a time, and
// the files nothing else uses; inUse answers for the rooms that keep files of
// their own by the same hash.
func (d *Disclosure) ForgetDrafts(ctx context.Context, before time.Time, inUse func(tx *db.Tx, hash string) (bool, error)) (total int64, err error) {
	defer fault.Wrap(&err, "disclosure.ForgetDrafts")
	type file struct {
		province    int
		id, version int64
		hash        string
	}
	return d.repeat(ctx, func(tx *db.Tx) (int64, error) {
		files, err := db.List(tx, func(r *db.Rows, f *file) error { return r.Scan(&f.province, &f.id, &f.version, &f.hash) },
			`select f.province, f.id, f.version, f.hash from item_file f join item_version v on v.province = f.province and v.id = f.version
 where v.state = 'discarded' and v.saved_at <= $1 order by v.saved_at, f.id limit $2`, clock.Millis(before), inOneGo)
		if err != nil {
			return 0, err
		}
		for _, f := range files {
			if _, err := tx.Exec("delete from item_finding where province = $1 and version = $2 and file = $3", f.province, f.version, f.id); err != nil {
				return 0, err
			}
			if _, err := tx.Exec("delete from item_file where province = $1 and id = $2", f.province, f.id); err != nil {
				return 0, err
			}
			if err := forgetText(tx, f.province, f.hash); err != nil {
				return 0, err
			}
			used, err := FileUsed(tx, f.hash)
			if err == nil && !used && inUse != nil {
				used, err = inUse(tx, f.hash)
			}
			if err != nil {
				return 0, err
			}
			if !used {
				// A failure leaves a file nobody reads, which the next backup's check names.
				tx.After(func() { _ = d.Blobs.Delete(context.WithoutCancel(ctx), f.hash) })
			}
		}
		return int64(len(files)), nil
	})
}

// FileUsed answers whether an attachment of any version has the content.
func FileUsed(tx *db.Tx, hash string) (bool, error) {
	var n int
	err := tx.Row("select count(*) from item_file where hash = $1", hash).Scan(&n)
	return n > 0, err
}

// repeat does a little in each transaction until nothing is left.
func (d *Disclosure) repeat(ctx context.Context, some func(tx *db.Tx) (int64, error)) (total int64, err error) {
	for {
		n := int64(0)
		if err := d.DB.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = some(tx)
			return err
		}); err != nil || n == 0 {
			return total, err
		}
		if total += n; ctx.Err() != nil {
			return total, ctx.Err()
		}
	}
}
