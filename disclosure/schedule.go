package disclosure

import (
	"context"
	"errors"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

// PublishDue publishes approved versions whose time has come, and tells how
// many. Each is a transaction of its own, so that one that cannot be published
// does not keep the others back.
func (d *Disclosure) PublishDue(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "disclosure.PublishDue")
	var failed error
	tried := map[int64]bool{}
	for {
		var due []Version
		err := d.DB.Read(ctx, func(tx *db.Tx) (err error) {
			due, err = dueVersions(tx, 50+len(tried))
			return err
		})
		if err != nil {
			return n, err
		}
		fresh := 0
		for _, v := range due {
			if tried[v.ID] {
				continue
			}
			tried[v.ID] = true
			fresh++
			switch done, err := d.publishOne(ctx, v.Province, v.ID); {
			case err != nil:
				failed = errors.Join(failed, err)
			case done:
				n++
			}
		}
		if fresh == 0 {
			return n, failed
		}
	}
}

func (d *Disclosure) publishOne(ctx context.Context, province int, version int64) (done bool, err error) {
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		done = false
		v, err := lockVersion(tx, province, version)
		if err != nil {
			return err
		}
		if v.State != Approved || v.PublishAt.After(tx.Now) { // another worker was faster, or it was recalled
			return nil
		}
		it, err := lockItem(tx, province, v.Item)
		if err != nil {
			return err
		}
		u, err := agency.Find(tx, it.Agency)
		if err != nil {
			return err
		}
		refusal, err := d.stillFit(tx, it, v)
		if err != nil {
			return err
		}
		if refusal != nil {
			return d.backToAuthor(tx, it, v, refusal)
		}
		done = true
		return d.publish(tx, u, it, v)
	})
	return done, err
}

// stillFit asks again, at its hour, what was asked when the version was
// approved: the gate may have learnt, the document number may be taken.
func (d *Disclosure) stillFit(tx *db.Tx, it *Item, v *Version) (refusal, err error) {
	if err := d.gateAgain(tx, v); err != nil {
		return asRefusal(err)
	}
	if v.DocNumber == "" {
		return nil, nil
	}
	other, err := docNumberOf(tx, it, v.DocNumber)
	if err == nil && other != 0 && other != it.ID {
		refusal = fault.Say(fault.Conflict, "disclosure.doc_number_taken")
	}
	return refusal, err
}

// asRefusal parts a refusal with a sentence from a failure of ours.
func asRefusal(err error) (refusal, failure error) {
	if _, _, ok := fault.Sentence(err); ok {
		return err, nil
	}
	return nil, err
}

// backToAuthor makes a draft of a version that can no longer be published as
// it was approved. The note is in the language of the office, as staff write.
func (d *Disclosure) backToAuthor(tx *db.Tx, it *Item, v *Version, why error) error {
	next, err := Flow.Next(v.State, "gate")
	if err != nil {
		return err
	}
	key, args, _ := fault.Sentence(why)
	note := i18n.T(i18n.With(tx.Ctx, i18n.ZH), key, args...)
	v.State, v.Step, v.PublishAt, v.ApprovedAt = next.To, "", clock.None, clock.None
	v.Reviewer, v.Reviewer2, v.Approver = 0, 0, 0
	if err := saveVersion(tx, v); err != nil {
		return err
	}
	if err := insertStep(tx, v, Step{Step: "gate", Verb: "gate", Note: note}); err != nil {
		return err
	}
	return record(tx, nil, it, "gate", key)
}
