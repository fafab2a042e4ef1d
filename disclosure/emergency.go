package disclosure

import (
	"context"
	"slices"
	"strings"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/privacy"
	"yangguang/norm"
)

// Emergency publishes at once on the hands of two on-call persons, for
// warnings that cannot wait (1.2.1(10) 预警信息): one wrote it, another confirms
// all that the profile's emergency steps check, and approves. The full review
// is owed afterwards and the public sees that it is (docs/divergence.md 1.1.c).
func (d *Disclosure) Emergency(ctx context.Context, province int, version int64, o Opinion) (err error) {
	defer fault.Wrap(&err, "disclosure.Emergency(%d)", version)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		w, err := d.open(tx, province, version, "emergency")
		if err != nil {
			return err
		}
		if o.Revision != 0 && o.Revision != w.v.Revision {
			return fault.Say(fault.Conflict, "disclosure.changed_since_read")
		}
		rule, err := d.rule(w.v)
		if err != nil {
			return err
		}
		cat := d.Norm.Category(w.it.Category)
		if cat == nil || !cat.Emergency || len(rule.Emergency) == 0 {
			return fault.Say(fault.Forbidden, "disclosure.no_emergency")
		}
		last := rule.Emergency[len(rule.Emergency)-1]
		if err := maySign(w.by, last.Slot, w.v, rule, w.steps); err != nil {
			return err
		}
		if w.lent, err = lentBy(tx, w.by, w.u, rule); err != nil {
			return err
		}
		if err := d.emergencyReady(tx, w, o, rule); err != nil {
			return err
		}
		w.v.Emergency, w.v.ReviewOwed, w.v.Step = true, true, rule.Steps[0].ID
		w.v.Approver, w.v.ApprovedAt, w.v.SubmittedAt = w.by.person(), tx.Now, tx.Now
		w.v.State = Approved
		if err := d.signed(tx, w, Step{Step: last.ID, Verb: "emergency", Checks: strings.Join(o.Checks, ","), Basis: o.Basis, Note: o.Note}); err != nil {
			return err
		}
		return d.publish(tx, w.u, w.it, w.v)
	})
}

// EmergencyChecks are what the second on-call person confirms: everything the
// rule's emergency steps check.
func EmergencyChecks(rule *norm.ReviewRule) (out []string) {
	for _, s := range rule.Emergency {
		for _, c := range s.Checks {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

func (d *Disclosure) emergencyReady(tx *db.Tx, w *work, o Opinion, rule *norm.ReviewRule) error {
	if err := passable(&norm.ReviewStep{Checks: EmergencyChecks(rule)}, o); err != nil {
		return err
	}
	if err := d.ready(tx, w); err != nil {
		return err
	}
	if _, err := d.examine(tx, w.v); err != nil {
		return err
	}
	// There is no time for a reason of each office telephone in a warning: the
	// second person's basis stands for all. What may never go out still may not.
	if _, err := tx.Exec(`update item_finding set state = 'released', person = $3, reason = $4
 where province = $1 and version = $2 and class = $5 and state = 'open'`, w.v.Province, w.v.ID, w.by.person(), o.Basis, string(privacy.Releasable)); err != nil {
		return err
	}
	return d.gateAgain(tx, w.v)
}

// PassAfter signs a review step of what was published in an emergency; the
// version shows which step the full review waits for.
func (d *Disclosure) PassAfter(ctx context.Context, province int, version int64, o Opinion) (err error) {
	defer fault.Wrap(&err, "disclosure.PassAfter(%d)", version)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		w, step, rule, err := d.openAfter(tx, province, version, "pass_after", o)
		if err != nil {
			return err
		}
		if step.Slot == "approver" {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		setSlot(w.v, step.Slot, w.by.person())
		w.v.Step = nextStep(rule, step.ID)
		if err := altered(tx, w.it); err != nil { // the page names the roles that signed
			return err
		}
		return d.signed(tx, w, Step{Step: step.ID, Verb: "pass_after", Checks: strings.Join(o.Checks, ","), Basis: o.Basis, Note: o.Note})
	})
}

// ApproveAfter ends the full review of an emergency publication: the public
// mark goes, the history keeps that there was one.
func (d *Disclosure) ApproveAfter(ctx context.Context, province int, version int64, o Opinion) (err error) {
	defer fault.Wrap(&err, "disclosure.ApproveAfter(%d)", version)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		w, step, _, err := d.openAfter(tx, province, version, "approve_after", o)
		if err != nil {
			return err
		}
		if step.Slot != "approver" {
			return fault.Say(fault.Conflict, "disclosure.review_unfinished")
		}
		if err := d.known(tx, w.it); err != nil {
			return err
		}
		w.v.Approver, w.v.ReviewOwed, w.v.Step = w.by.person(), false, ""
		w.it.Emergency, w.it.ChangedAt = false, tx.Now
		if err := updateItem(tx, w.it); err != nil {
			return err
		}
		if err := insertEvent(tx, w.it, "reviewed", w.v.Number, ""); err != nil {
			return err
		}
		if err := altered(tx, w.it); err != nil {
			return err
		}
		if err := d.signed(tx, w, Step{Step: step.ID, Verb: "approve_after", Checks: strings.Join(o.Checks, ","), Basis: o.Basis, Note: o.Note}); err != nil {
			return err
		}
		return d.logEvent(tx, w.it, loggedReviewed, eventContent{Verb: "reviewed", Version: w.v.Number, At: instant(tx.Now)})
	})
}

// openAfter opens a published version whose full review is owed. The gate
// looks again: what should not have gone out is corrected or taken down, not
// signed.
func (d *Disclosure) openAfter(tx *db.Tx, province int, version int64, verb string, o Opinion) (*work, *norm.ReviewStep, *norm.ReviewRule, error) {
	w, rule, err := d.openStep(tx, province, version, verb, o)
	if err != nil {
		return nil, nil, nil, err
	}
	step := rule.Step(w.v.Step)
	if !w.v.ReviewOwed || w.it.Current != w.v.ID {
		return nil, nil, nil, fault.Say(fault.Conflict, "flow.not_now")
	}
	if err := passable(step, o); err != nil {
		return nil, nil, nil, err
	}
	w.v.SavedAt = clock.FromMillis(clock.Millis(tx.Now))
	return w, step, rule, d.gateAgain(tx, w.v)
}
