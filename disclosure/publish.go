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
	"yangguang/internal/search"
	"yangguang/norm"
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

// PublishDue publishes approved versions whose time has come, and tells how
// many. Each is a transaction of its own.
func (d *Disclosure) PublishDue(ctx context.Context) (n int, err error) {
	defer fault.Wrap(&err, "disclosure.PublishDue")
	for {
		var due []Version
		err := d.DB.Read(ctx, func(tx *db.Tx) (err error) {
			due, err = db.List(tx, scanVersion, "select "+versionCols+" from item_version v where v.state = 'approved' and v.publish_at <= $1 order by v.publish_at, v.id limit 50", clock.Millis(tx.Now))
			return err
		})
		if err != nil || len(due) == 0 {
			return n, err
		}
		for _, v := range due {
			if err := d.publishOne(ctx, v.Province, v.ID); err != nil {
				return n, err
			}
			n++
		}
	}
}

func (d *Disclosure) publishOne(ctx context.Context, province int, version int64) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		v, err := lockVersion(tx, province, version)
		if err != nil {
			return err
		}
		if v.State != Approved { // another worker was faster
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
		return d.publish(tx, u, it, v)
	})
}

// publish makes a version the one the public reads, in the transaction of the
// last signature or of the scheduler: row, event, obligation, search, audit.
func (d *Disclosure) publish(tx *db.Tx, u agency.Agency, it *Item, v *Version) error {
	first := it.Number == ""
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
	v.State, v.PublishedAt = Published, tx.Now
	if err := saveVersion(tx, v); err != nil {
		return err
	}
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
	if err := insertEvent(tx, it, verb, v.Number, v.Reason); err != nil {
		return err
	}
	if err := search.Put(tx, d.searchDoc(it, v, u)); err != nil {
		return err
	}
	tx.After(d.changed)
	return record(tx, account.From(tx.Ctx), it, verb, v.Reason)
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
// with the unified credit code in place of the old organisation code.
func DefaultNumber(u agency.Agency, year, serial int) string {
	return fmt.Sprintf("%s/%d-%05d", u.CreditCode, year, serial)
}

// timely compares the day of first publication with the day it was due and
// tells the catalogue that an obligation was met.
func (d *Disclosure) timely(tx *db.Tx, u agency.Agency, it *Item, first bool) error {
	if !first {
		return nil
	}
	on := clock.DateOf(tx.Now)
	due, err := d.Catalogue.DueOf(tx, u, it.Category, it.Period, it.FormedOn)
	if err != nil {
		return err
	}
	if !due.IsZero() {
		ok := !on.After(due)
		it.Timely = &ok
	}
	return d.Catalogue.Met(tx, u, it.Category, it.Period, it.ID, on, it.FormedOn)
}

func (d *Disclosure) searchDoc(it *Item, v *Version, u agency.Agency) search.Doc {
	return search.Doc{Province: int64(it.Province), ID: it.ID, Kind: "item", Title: v.Title, Body: d.searchText(v), At: it.PublishedAt,
		Scopes: scopes(it)}
}

// scopes are the terms a search is narrowed by.
func scopes(it *Item) []string {
	out := []string{"c" + it.Category, "u" + fmt.Sprint(it.Agency)}
	for _, c := range it.Region.Ancestors() {
		out = append(out, "d"+c.Short())
	}
	return append(out, "d"+it.Region.Short())
}

// Emergency publishes at once on the signatures of two on-call persons, for
// warnings that cannot wait (1.2.1(10) 预警信息). The full review is owed
// afterwards and the public sees that it is.
func (d *Disclosure) Emergency(ctx context.Context, province int, version int64, o Opinion) (err error) {
	defer fault.Wrap(&err, "disclosure.Emergency(%d)", version)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		w, err := d.open(tx, province, version, "emergency")
		if err != nil {
			return err
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
		if err := d.emergencyReady(tx, w, o, last); err != nil {
			return err
		}
		w.v.Emergency, w.v.ReviewOwed, w.v.Step = true, true, ""
		w.v.Approver, w.v.ApprovedAt, w.v.SubmittedAt = w.by.person(), tx.Now, tx.Now
		w.v.State = Approved
		if err := d.signed(tx, w, Step{Step: last.ID, Verb: "emergency", Basis: o.Basis, Note: o.Note}); err != nil {
			return err
		}
		return d.publish(tx, w.u, w.it, w.v)
	})
}

func (d *Disclosure) emergencyReady(tx *db.Tx, w *work, o Opinion, step norm.ReviewStep) error {
	if err := passable(&norm.ReviewStep{ID: step.ID}, o); err != nil {
		return err
	}
	if err := d.ready(tx, w); err != nil {
		return err
	}
	return d.gateAgain(tx, w.v)
}
