package disclosure

import (
	"context"
	"slices"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/search"
)

// endPrivacy is the kind of take-down that destroys.
const endPrivacy = "privacy"

// EndKinds are the grounds on which a published item may be taken down.
var EndKinds = []string{endPrivacy, "secrecy", "error", "duplicate", "ended"}

// Validities are the states of a document's force: 有效, 已修改, 失效, 废止.
var Validities = []string{"valid", "amended", "expired", "abolished"}

// Correct opens a new version of a published item. What the public reads stays
// until the correction has passed its own review.
func (d *Disclosure) Correct(ctx context.Context, province int, item int64) (v *Version, err error) {
	defer fault.Wrap(&err, "disclosure.Correct(%d)", item)
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		it, u, a, err := d.openItem(tx, province, item, Drafting)
		if err != nil {
			return err
		}
		if it.State != ItemPublished {
			return fault.Say(fault.Conflict, "disclosure.not_published")
		}
		v, err = d.nextVersion(tx, it, u, a)
		return err
	})
	return v, err
}

func (d *Disclosure) openItem(tx *db.Tx, province int, item int64, verb string) (*Item, agency.Agency, *account.Actor, error) {
	it, err := lockItem(tx, province, item)
	if err != nil {
		return nil, agency.Agency{}, nil, err
	}
	u, err := agency.Find(tx, it.Agency)
	if err != nil {
		return nil, agency.Agency{}, nil, err
	}
	a, err := d.actor(tx, verb, u)
	return it, u, a, err
}

func (d *Disclosure) nextVersion(tx *db.Tx, it *Item, u agency.Agency, a *account.Actor) (*Version, error) {
	all, err := versionsOf(tx, it.Province, it.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(v Version) bool { return v.ID == it.Current })
	if i < 0 {
		return nil, fault.Say(fault.NotFound, "fault.not_found")
	}
	for _, o := range all {
		if slices.Contains([]string{Drafted, InReview, Referred, Approved}, o.State) {
			return nil, fault.Say(fault.Conflict, "disclosure.correction_open")
		}
	}
	old := all[i]
	v := old
	v.ID, v.Number, v.State, v.Step, v.Reason, v.Hidden = tx.ID(it.Province), all[0].Number+1, Drafted, "", "", ""
	v.Author, v.Reviewer, v.Reviewer2, v.Approver = a.Person, 0, 0, 0
	v.Emergency, v.ReviewOwed, v.Revision = false, false, 1
	v.CreatedAt, v.SavedAt = tx.Now, tx.Now
	v.SubmittedAt, v.ApprovedAt, v.PublishedAt, v.PublishAt = clock.None, clock.None, clock.None, clock.None
	if cg := d.Norm.Catalogue(string(u.Kind)); cg != nil {
		v.Rule = cg.Review // the rule in force now
	}
	if err := insertVersion(tx, &v); err != nil {
		return nil, err
	}
	if err := copyFiles(tx, it.Province, old.ID, v.ID); err != nil {
		return nil, err
	}
	return &v, record(tx, a, it, "correct", "")
}

// TombTitle is the title a tombstone of the item bears. A title may itself say
// whom it is about, so one taken down for privacy is called by its category.
func (d *Disclosure) TombTitle(it *Item, kind string) string {
	if kind != endPrivacy {
		return it.Title
	}
	if c := d.Norm.Category(it.Category); c != nil {
		return c.Title.Zh
	}
	return d.Norm.Label("item").Zh
}

// TakeDown ends an item's publication. The content is no longer shown; number,
// title and public reason stay as a tombstone. Where it ends for privacy, texts,
// title, files and what the public log hides of them are destroyed.
func (d *Disclosure) TakeDown(ctx context.Context, province int, item int64, kind, reason string) (err error) {
	defer fault.Wrap(&err, "disclosure.TakeDown(%d)", item)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		it, u, a, err := d.openItem(tx, province, item, TakingDown)
		if err != nil {
			return err
		}
		if it.State != ItemPublished {
			return fault.Say(fault.Conflict, "disclosure.not_published")
		}
		var bad []fault.Field
		if !slices.Contains(EndKinds, kind) {
			bad = append(bad, fault.Field{Name: "kind", Key: "disclosure.need_end_kind"})
		}
		reason = strings.TrimSpace(reason)
		if err := fault.Fields(append(bad, publicWords("reason", reason)...)...); err != nil {
			return err
		}
		if err := d.known(tx, it); err != nil {
			return err
		}
		if err := d.dropOpen(tx, it, a, reason); err != nil {
			return err
		}
		it.State, it.EndKind, it.EndReason, it.EndedAt, it.ChangedAt = ItemTakenDown, kind, reason, tx.Now, tx.Now
		it.Title = d.TombTitle(it, kind)
		if err := d.afterEnd(tx, it, u); err != nil {
			return err
		}
		if err := record(tx, a, it, "take_down", reason); err != nil {
			return err
		}
		return d.logEnd(tx, it)
	})
}

// dropOpen discards a correction under way, scheduled ones too: nothing brings
// back by the clock what was taken down.
func (d *Disclosure) dropOpen(tx *db.Tx, it *Item, a *account.Actor, reason string) error {
	all, err := versionsOf(tx, it.Province, it.ID)
	if err != nil {
		return err
	}
	for i := range all {
		r, err := Flow.Next(all[i].State, "drop")
		if err != nil { // not open
			continue
		}
		all[i].State, all[i].PublishAt, all[i].SavedAt = r.To, clock.None, tx.Now
		if err := saveVersion(tx, &all[i]); err != nil {
			return err
		}
		if err := insertStep(tx, &all[i], Step{Verb: "drop", Person: a.Person, Principal: a.PrincipalID(), Note: reason}); err != nil {
			return err
		}
	}
	return nil
}

// logEnd writes a take-down into the public log, and destroys what must go.
func (d *Disclosure) logEnd(tx *db.Tx, it *Item) (err error) {
	e := eventContent{Verb: loggedTakenDown, Ground: it.EndKind, Reason: it.EndReason, At: instant(it.EndedAt)}
	if it.EndKind == endPrivacy {
		if e.Erased, err = d.erase(tx, it); err != nil {
			return err
		}
	}
	return d.logEvent(tx, it, loggedTakenDown, e)
}

func (d *Disclosure) afterEnd(tx *db.Tx, it *Item, u agency.Agency) error {
	if err := updateItem(tx, it); err != nil {
		return err
	}
	if err := insertEvent(tx, it, "taken_down", 0, it.EndReason); err != nil {
		return err
	}
	if err := search.Delete(tx, int64(it.Province), it.ID); err != nil {
		return err
	}
	if err := d.Catalogue.Unmet(tx, u, it.Category, it.Period, it.ID); err != nil {
		return err
	}
	return appeared(tx, u, it)
}

// SetValidity records that a published document was amended, has expired or
// was abolished; the text stays readable with the word beside its title.
func (d *Disclosure) SetValidity(ctx context.Context, province int, item int64, validity, reason string) (err error) {
	defer fault.Wrap(&err, "disclosure.SetValidity(%d)", item)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		it, _, a, err := d.openItem(tx, province, item, TakingDown)
		if err != nil {
			return err
		}
		switch {
		case it.State != ItemPublished:
			return fault.Say(fault.Conflict, "disclosure.not_published")
		case !slices.Contains(Validities, validity) || validity == it.Validity:
			return fault.Fields(fault.Field{Name: "validity", Key: "disclosure.need_validity"})
		}
		reason = strings.TrimSpace(reason)
		if err := fault.Fields(publicWords("reason", reason)...); err != nil {
			return err
		}
		if err := d.known(tx, it); err != nil {
			return err
		}
		it.Validity, it.ChangedAt = validity, tx.Now
		if err := updateItem(tx, it); err != nil {
			return err
		}
		if err := insertEvent(tx, it, validity, 0, reason); err != nil {
			return err
		}
		if err := altered(tx, it); err != nil {
			return err
		}
		if err := record(tx, a, it, "validity", reason); err != nil {
			return err
		}
		return d.logEvent(tx, it, loggedValidity, eventContent{Verb: validity, Reason: reason, At: instant(tx.Now)})
	})
}

// CloseEarlier ends the reading of every superseded text of an item, for a
// correction that removed what should never have been public. The history goes
// on saying that there was an earlier text, and why it is closed.
func (d *Disclosure) CloseEarlier(ctx context.Context, province int, item int64, reason string) (err error) {
	defer fault.Wrap(&err, "disclosure.CloseEarlier(%d)", item)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		it, _, a, err := d.openItem(tx, province, item, TakingDown)
		if err != nil {
			return err
		}
		reason = strings.TrimSpace(reason)
		if err := fault.Fields(publicWords("close_reason", reason)...); err != nil {
			return err
		}
		if err := d.known(tx, it); err != nil {
			return err
		}
		closed, err := openSuperseded(tx, it)
		if err != nil {
			return err
		}
		if len(closed) == 0 {
			return fault.Say(fault.Conflict, "disclosure.nothing_to_close")
		}
		if err := closeSuperseded(tx, it, reason); err != nil {
			return err
		}
		if err := insertEvent(tx, it, "closed", 0, reason); err != nil {
			return err
		}
		if err := altered(tx, it); err != nil {
			return err
		}
		if err := record(tx, a, it, "close_earlier", reason); err != nil {
			return err
		}
		return d.logEvent(tx, it, loggedClosed, eventContent{Verb: "closed", Reason: reason, At: instant(tx.Now), Closed: closed})
	})
}
