package importer

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"yangguang/disclosure"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

const maxReason = 500

// Submit hands a mended batch to the first acceptor. Nothing wrong and no
// unconfirmed guess may be left in it.
func (m *Importer) Submit(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "importer.Submit(%d)", id)
	return m.Disclosure.DB.Write(ctx, func(tx *db.Tx) error {
		b, _, a, err := m.openOwn(tx, province, id, Checking)
		if err != nil {
			return err
		}
		c, err := countRows(tx, b)
		switch {
		case err != nil:
			return err
		case c.By[RowWrong] > 0:
			return fault.Say(fault.Conflict, "importer.still_wrong", c.By[RowWrong])
		case c.Guessed > 0:
			return fault.Say(fault.Conflict, "importer.still_guessed", c.Guessed)
		case c.By[RowReady] == 0:
			return fault.Say(fault.Conflict, "importer.nothing_left")
		}
		b.State, b.Total, b.Note = Submitted, c.By[RowReady], ""
		if err := updateBatch(tx, b); err != nil {
			return err
		}
		return record(tx, a, b, "submit", "")
	})
}

// Accept is one of the two signatures of a batch. The two acceptors and the
// preparer are three natural persons; a delegate counts with his principal.
// What the privacy gate left to a second person is released by the first
// acceptor with a reason.
func (m *Importer) Accept(ctx context.Context, province int, id int64, released string) (err error) {
	defer fault.Wrap(&err, "importer.Accept(%d)", id)
	released = strings.TrimSpace(released)
	return m.Disclosure.DB.Write(ctx, func(tx *db.Tx) error {
		b, _, a, err := m.open(tx, province, id, disclosure.Importing, Submitted, Accepted)
		if err != nil {
			return err
		}
		hands, err := handsOf(tx, b)
		if err != nil {
			return err
		}
		if a.Person == 0 || slices.ContainsFunc(hands, a.Is) {
			return fault.Say(fault.Conflict, "importer.same_person")
		}
		role := "first"
		if b.State == Accepted {
			role = "second"
		}
		if err := insertHands(tx, b, a, role); err != nil {
			return err
		}
		if role == "first" {
			if err := firstSignature(tx, b, released); err != nil {
				return err
			}
			b.State, b.First, b.Released = Accepted, a.Person, released
		} else {
			b.State, b.Second, b.Done, b.Failed = Writing, a.Person, 0, 0
			if err := addJob(tx, writeKind, b); err != nil {
				return err
			}
		}
		if err := updateBatch(tx, b); err != nil {
			return err
		}
		return record(tx, a, b, "accept_"+role, released)
	})
}

func firstSignature(tx *db.Tx, b *Batch, released string) error {
	n, err := doubtfulRows(tx, b)
	if err != nil {
		return err
	}
	if chars := utf8.RuneCountInString(released); chars > maxReason || n > 0 && chars < 4 {
		return fault.Fields(fault.Field{Name: "released", Key: "importer.need_release", Args: []any{n}})
	}
	return nil
}

// Return gives a batch back to its preparer with a reason; signatures given so
// far are void, but not forgotten.
func (m *Importer) Return(ctx context.Context, province int, id int64, reason string) (err error) {
	defer fault.Wrap(&err, "importer.Return(%d)", id)
	if reason, err = needReason(reason); err != nil {
		return err
	}
	return m.Disclosure.DB.Write(ctx, func(tx *db.Tx) error {
		b, _, a, err := m.open(tx, province, id, disclosure.Importing, Submitted, Accepted)
		if err != nil {
			return err
		}
		b.State, b.First, b.Released, b.Note = Checking, 0, "", reason
		if err := updateBatch(tx, b); err != nil {
			return err
		}
		return record(tx, a, b, "return", reason)
	})
}

// Drop gives a batch up before anything of it was published.
func (m *Importer) Drop(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "importer.Drop(%d)", id)
	return m.Disclosure.DB.Write(ctx, func(tx *db.Tx) error {
		b, _, a, err := m.openOwn(tx, province, id, Checking, Failed)
		if err != nil {
			return err
		}
		if err := emptyRows(tx, b, RowDropped); err != nil {
			return err
		}
		b.State, b.Ended = Dropped, tx.Now
		if err := updateBatch(tx, b); err != nil {
			return err
		}
		return record(tx, a, b, "drop", "")
	})
}

// Undo takes a whole batch back, with a public reason on every item, as long
// as nobody corrected any of them.
func (m *Importer) Undo(ctx context.Context, province int, id int64, reason string) (err error) {
	defer fault.Wrap(&err, "importer.Undo(%d)", id)
	if reason, err = needReason(reason); err != nil {
		return err
	}
	return m.Disclosure.DB.Write(ctx, func(tx *db.Tx) error {
		b, u, a, err := m.open(tx, province, id, disclosure.TakingDown, Done)
		if err != nil {
			return err
		}
		n, err := disclosure.Touched(tx, u, b.ID)
		if err != nil {
			return err
		}
		if n > 0 {
			return fault.Say(fault.Conflict, "importer.touched", n)
		}
		b.State, b.UndoReason, b.UndoneBy, b.Done = Undoing, reason, a.Person, 0
		if err := updateBatch(tx, b); err != nil {
			return err
		}
		if err := addJob(tx, undoKind, b); err != nil {
			return err
		}
		return record(tx, a, b, "undo", reason)
	})
}

func needReason(s string) (string, error) {
	s = strings.TrimSpace(s)
	if n := utf8.RuneCountInString(s); n < 4 || n > maxReason {
		return "", fault.Fields(fault.Field{Name: "reason", Key: "importer.need_reason", Args: []any{maxReason}})
	}
	return s, nil
}
