package importer

import (
	"context"
	"time"

	"yangguang/disclosure"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Forget deletes the files handed in with batches that ended before a time.
func (m *Importer) Forget(ctx context.Context, before time.Time) (total int64, err error) {
	defer fault.Wrap(&err, "importer.Forget")
	for {
		n := 0
		err := m.Disclosure.DB.Write(ctx, func(tx *db.Tx) error {
			bs, err := endedBefore(tx, before, 100)
			n = len(bs)
			for _, b := range bs {
				if err := forgetFile(tx, &b); err != nil {
					return err
				}
				used, err := m.Uses(tx, b.Hash)
				if err == nil && !used {
					used, err = disclosure.FileUsed(tx, b.Hash)
				}
				if err != nil {
					return err
				}
				if !used {
					tx.After(func() { _ = m.Disclosure.Blobs.Delete(context.WithoutCancel(ctx), b.Hash) })
				}
			}
			return err
		})
		total += int64(n)
		if err != nil || n == 0 {
			return total, err
		}
	}
}

// Uses answers whether a batch still needs a file: as it was handed in, or as
// an attachment that is still to be published.
func (m *Importer) Uses(tx *db.Tx, hash string) (bool, error) { return usesFile(tx, hash) }

// Erase destroys what a batch keeps of an item that was taken down for privacy;
// its old address goes on leading to the tombstone.
func (m *Importer) Erase(tx *db.Tx, province int, item int64) error {
	return eraseRow(tx, province, item)
}
