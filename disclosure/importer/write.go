package importer

import (
	"context"
	"time"

	"yangguang/agency"
	"yangguang/disclosure"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// inOne is how long and how many entries one writing transaction goes on, so
// that everybody else's next save waits a tenth of a second at most.
const (
	inOne     = 60 * time.Millisecond
	mostInOne = 20
)

// write publishes an accepted batch. Each entry and the mark that it was
// written are one transaction, so a try after a crash goes on with the next.
func (m *Importer) write(ctx context.Context, province int, id int64) error {
	return m.inSteps(ctx, writeKind, province, id, Writing, RowReady, Done, m.writeRow)
}

func (m *Importer) writeRow(tx *db.Tx, u agency.Agency, b *Batch, x *Row) error {
	p := disclosure.Past{Unit: u, Batch: b.ID, BatchNumber: b.Number, Category: x.Category, Period: x.Period, Number: x.Number, DocNumber: x.DocNumber,
		Title: x.Title, Body: x.Body, FormedOn: x.Formed, PublishedOn: x.Published, Files: x.Files, Prepared: b.Preparer, First: b.First, Second: b.Second, Released: b.Released}
	if x.Old != "" {
		p.Old = []string{x.Old}
	}
	it, err := m.Disclosure.ImportPast(tx, p)
	switch {
	case err == nil:
		x.State, x.Item = RowWritten, it.ID
		b.Done++
	case fault.KindOf(err) == fault.Internal || fault.KindOf(err) == fault.Unavailable:
		return err
	default: // refused before anything was written: somebody published the same meanwhile
		q := problemOf(err)
		q.Field = "title"
		x.State, x.Problems = RowFailed, append(x.Problems, *q)
		b.Failed++
	}
	x.Body, x.Findings, x.Files = "", nil, nil
	return updateRow(tx, x)
}

// undo takes the items of a batch down.
func (m *Importer) undo(ctx context.Context, province int, id int64) error {
	return m.inSteps(ctx, undoKind, province, id, Undoing, RowWritten, Undone, func(tx *db.Tx, u agency.Agency, b *Batch, x *Row) error {
		ended, err := m.Disclosure.EndImported(tx, u, x.Item, b.ID, b.UndoneBy, b.UndoReason)
		if err != nil {
			return err
		}
		x.State = RowKept
		if ended {
			x.State = RowUndone
			b.Done++
		}
		return updateRow(tx, x)
	})
}

// inSteps does something to every entry of a state in short transactions, then
// ends the batch. An entry leaves the state with the transaction that did it.
func (m *Importer) inSteps(ctx context.Context, kind string, province int, id int64, while, rowState, end string, do func(*db.Tx, agency.Agency, *Batch, *Row) error) error {
	began := m.Disclosure.DB.Clock().Now()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		left, err := false, error(nil)
		err = m.Disclosure.DB.Write(ctx, func(tx *db.Tx) error {
			left, err = m.someSteps(tx, province, id, while, rowState, end, do)
			return err
		})
		if err != nil || !left {
			return err
		}
		if m.Disclosure.DB.Clock().Now().Sub(began) > patience {
			return m.Disclosure.DB.Write(ctx, func(tx *db.Tx) error { return addJob(tx, kind, &Batch{Province: province, ID: id}) })
		}
	}
}

func (m *Importer) someSteps(tx *db.Tx, province int, id int64, while, rowState, end string, do func(*db.Tx, agency.Agency, *Batch, *Row) error) (left bool, err error) {
	b, err := lockBatch(tx, province, id)
	if err != nil || b.State != while {
		return false, err
	}
	u, err := agency.Find(tx, b.Agency)
	if err != nil {
		return false, err
	}
	rows, err := rowsOf(tx, b, rowState, false, 0, mostInOne)
	if err != nil {
		return false, err
	}
	began := m.Disclosure.DB.Clock().Now()
	for i := range rows {
		if err := do(tx, u, b, &rows[i]); err != nil {
			return false, err
		}
		if m.Disclosure.DB.Clock().Now().Sub(began) > inOne {
			break
		}
	}
	if len(rows) > 0 {
		return true, updateBatch(tx, b)
	}
	b.State, b.Ended = end, tx.Now
	if end == Done {
		if err := emptyRows(tx, b, RowDropped); err != nil {
			return false, err
		}
	}
	if err := updateBatch(tx, b); err != nil {
		return false, err
	}
	return false, record(tx, nil, b, end, "")
}
