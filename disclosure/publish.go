package disclosure

import (
	"context"
	"fmt"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Slug is the item's last part of its address: year-serial.
func (it *Item) Slug() string { return fmt.Sprintf("%d-%05d", it.Year, it.Serial) }

// Approve is the last signature. Without a time it publishes at once; with one
// the version waits for it.
func (d *Disclosure) Approve(ctx context.Context, province int, version int64, o Opinion, at time.Time) (err error) {
	defer fault.Wrap(&err, "disclosure.Approve(%d)", version)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		w, rule, err := d.openStep(tx, province, version, "approve", o)
		if err != nil {
			return err
		}
		step := rule.Step(w.v.Step)
		if step.Slot != "approver" {
			return fault.Say(fault.Conflict, "disclosure.review_unfinished")
		}
		if !at.IsZero() && !at.After(tx.Now) {
			return fault.Fields(fault.Field{Name: "publish_at", Key: "disclosure.publish_at_past"})
		}
		if err := passable(step, o); err != nil {
			return err
		}
		if err := d.gateAgain(tx, w.v); err != nil {
			return err
		}
		if !at.IsZero() { // what is published at once is decided below, as it is published
			if err := d.keepConcealed(tx, w.u, w.it, w.v); err != nil {
				return err
			}
		}
		w.v.State, w.v.Step, w.v.Approver, w.v.ApprovedAt, w.v.PublishAt = w.next, "", w.by.person(), tx.Now, at
		if err := d.signed(tx, w, Step{Step: step.ID, Verb: "approve", Checks: strings.Join(o.Checks, ","), Basis: o.Basis, Note: o.Note}); err != nil {
			return err
		}
		if !at.IsZero() {
			return nil
		}
		return d.publish(tx, w.u, w.it, w.v)
	})
}

// gateAgain runs the privacy gate once more before anything becomes public:
// the text may have changed since the review, and so may the gate.
func (d *Disclosure) gateAgain(tx *db.Tx, v *Version) error {
	fs, err := d.examine(tx, v)
	if err != nil {
		return err
	}
	files, err := filesOf(tx, v.Province, v.ID)
	if err != nil {
		return err
	}
	return gateForApproval(fs, files)
}

// publish makes a version the one the public reads, in the transaction of the
// last signature or of the scheduler: row, event, obligation, search, audit,
// public log.
func (d *Disclosure) publish(tx *db.Tx, u agency.Agency, it *Item, v *Version) (err error) {
	if it.State == ItemTakenDown {
		return fault.Say(fault.Conflict, "disclosure.not_published")
	}
	first := it.Number == ""
	if !first {
		if err := d.known(tx, it); err != nil {
			return err
		}
	}
	if first {
		if err := d.number(tx, u, it); err != nil {
			return err
		}
	}
	if v.DocNumber != "" {
		if err := registerDocNumber(tx, it, v.DocNumber); err != nil {
			return err
		}
	}
	if it.Current != 0 && it.Current != v.ID {
		old, err := lockVersion(tx, it.Province, it.Current)
		if err != nil {
			return err
		}
		old.State = Superseded
		if err := saveVersion(tx, old); err != nil {
			return err
		}
	}
	if err := d.keepConcealed(tx, u, it, v); err != nil {
		return err
	}
	v.State, v.PublishedAt = Published, tx.Now
	if err := saveVersion(tx, v); err != nil {
		return err
	}
	explained := it.Explains
	it.State, it.Current, it.Title, it.FormedOn, it.EndsOn, it.Explains = ItemPublished, v.ID, v.Title, v.FormedOn, v.EndsOn, v.Explains
	it.Emergency, it.Corrected, it.ChangedAt = v.ReviewOwed, !first, tx.Now
	verb := "corrected"
	if first {
		verb, it.PublishedAt = "published", tx.Now
	}
	if err := d.timely(tx, u, it, first); err != nil {
		return err
	}
	if err := updateItem(tx, it); err != nil {
		return err
	}
	if first {
		if err := d.Catalogue.Met(tx, u, it.Category, it.Period, it.ID, clock.DateOf(tx.Now), it.FormedOn); err != nil {
			return err
		}
	}
	if err := insertEvent(tx, it, verb, v.Number, v.Reason); err != nil {
		return err
	}
	if err := d.index(tx, it, v); err != nil {
		return err
	}
	if first {
		err = appeared(tx, u, it)
	} else {
		err = altered(tx, it, explained, it.Explains)
	}
	if err != nil {
		return err
	}
	if err := record(tx, account.From(tx.Ctx), it, verb, v.Reason); err != nil {
		return err
	}
	return d.logVersion(tx, it, v, kindOfPublication(v, verb))
}

// number gives the item its index number at first publication.
func (d *Disclosure) number(tx *db.Tx, u agency.Agency, it *Item) error {
	it.Year = clock.DateOf(tx.Now).Year()
	n, err := nextSerial(tx, it.Province, it.Agency, it.Year)
	if err != nil {
		return err
	}
	it.Serial = n
	it.Number = DefaultNumber(u, it.Year, n)
	if d.NumberFormat != nil {
		it.Number = d.NumberFormat(u, it.Year, n)
	}
	return nil
}

// DefaultNumber is credit code/yyyy-nnnnn, as 政府信息公开目录系统实施指引 has it
// with the unified credit code in place of the old organisation code. An agency
// without one is named by its address, so that two of them never share a number.
func DefaultNumber(u agency.Agency, year, serial int) string {
	body := u.CreditCode
	if body == "" {
		body = u.Division.Short() + "-" + u.Slug
	}
	return fmt.Sprintf("%s/%d-%05d", body, year, serial)
}

// timely compares the day of first publication with the day it was due.
func (d *Disclosure) timely(tx *db.Tx, u agency.Agency, it *Item, first bool) error {
	if !first {
		return nil
	}
	due, err := d.Catalogue.DueOf(tx, u, it.Category, it.Period, it.FormedOn)
	if err == nil && !due.IsZero() {
		ok := !clock.DateOf(tx.Now).After(due)
		it.Timely = &ok
	}
	return err
}

// scopes are the terms a search is narrowed by.
func scopes(it *Item) []string { return Scopes(it.Category, it.Agency, it.Region) }

// Scopes are the terms by which a search finds an agency's items of a category.
func Scopes(category string, unit int64, region agency.Code) []string {
	out := []string{"c" + category, "u" + fmt.Sprint(unit)}
	for _, c := range region.Ancestors() {
		out = append(out, "d"+c.Short())
	}
	return append(out, "d"+region.Short())
}
