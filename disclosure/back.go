package disclosure

import (
	"context"
	"strings"
	"time"

	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Return gives a version back to its author with what must change.
func (d *Disclosure) Return(ctx context.Context, province int, version int64, note string) (err error) {
	defer fault.Wrap(&err, "disclosure.Return(%d)", version)
	return d.stepBack(ctx, province, version, "return", note)
}

// Withdraw takes the author's own submission back while nobody has approved it
// (撤回 is one's own; a reviewer returns). Where the author has left, is frozen
// or is stood in for, whoever manages the unit's accounts may.
func (d *Disclosure) Withdraw(ctx context.Context, province int, version int64) (err error) {
	defer fault.Wrap(&err, "disclosure.Withdraw(%d)", version)
	return d.stepBack(ctx, province, version, "withdraw", "")
}

// Recall takes an approved version back before its time has come.
func (d *Disclosure) Recall(ctx context.Context, province int, version int64, note string) (err error) {
	defer fault.Wrap(&err, "disclosure.Recall(%d)", version)
	return d.stepBack(ctx, province, version, "recall", note)
}

func (d *Disclosure) stepBack(ctx context.Context, province int, version int64, verb, note string) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		w, err := d.open(tx, province, version, verb)
		if err == nil && verb == "return" {
			err = d.maySignStep(tx, w)
		}
		if err == nil && verb == "withdraw" {
			err = mayWithdraw(tx, w.by, w.v, w.u)
		}
		if err != nil {
			return err
		}
		if verb != "withdraw" && strings.TrimSpace(note) == "" {
			return fault.Fields(fault.Field{Name: "note", Key: "disclosure.need_note"})
		}
		was := w.v.Step
		w.v.State, w.v.Step, w.v.PublishAt = w.next, "", time.Time{}
		w.v.Reviewer, w.v.Reviewer2, w.v.Approver = 0, 0, 0
		return d.signed(tx, w, Step{Step: was, Verb: verb, Note: note})
	})
}

// Refer sends a doubt about secrecy or lawfulness upward: the superior, or the
// secrecy authority through it, decides (政府信息公开条例 art. 17).
func (d *Disclosure) Refer(ctx context.Context, province int, version int64, note string) (err error) {
	defer fault.Wrap(&err, "disclosure.Refer(%d)", version)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		w, err := d.open(tx, province, version, "refer")
		if err == nil {
			err = d.maySignStep(tx, w)
		}
		if err != nil {
			return err
		}
		if strings.TrimSpace(note) == "" {
			return fault.Fields(fault.Field{Name: "note", Key: "disclosure.need_note"})
		}
		w.v.State = w.next
		return d.signed(tx, w, Step{Step: w.v.Step, Verb: "refer", Note: note})
	})
}

// Rule answers a doubt: the review goes on (release), or the version goes back
// to its author and must not be published as it is.
func (d *Disclosure) Rule(ctx context.Context, province int, version int64, release bool, basis, note string) (err error) {
	defer fault.Wrap(&err, "disclosure.Rule(%d)", version)
	verb := "refuse"
	if release {
		verb = "rule"
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		w, err := d.open(tx, province, version, verb)
		if err != nil {
			return err
		}
		rule, err := d.rule(w.v)
		if err != nil {
			return err
		}
		if err := mayRule(w.by, w.v, rule, w.steps); err != nil {
			return err
		}
		var bad []fault.Field
		if strings.TrimSpace(basis) == "" {
			bad = append(bad, fault.Field{Name: "basis", Key: "disclosure.need_basis"})
		}
		if strings.TrimSpace(note) == "" {
			bad = append(bad, fault.Field{Name: "note", Key: "disclosure.need_note"})
		}
		if err := fault.Fields(bad...); err != nil {
			return err
		}
		was := w.v.Step
		w.v.State = w.next
		if !release {
			w.v.Step, w.v.Reviewer, w.v.Reviewer2, w.v.Approver = "", 0, 0, 0
		}
		return d.signed(tx, w, Step{Step: was, Verb: verb, Basis: basis, Note: note})
	})
}
