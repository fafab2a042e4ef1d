package knowledge

import (
	"context"
	"slices"
	"strings"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/fresh"
	"yangguang/internal/search"
)

// decide does a reviewer's step on a version.
func (k *Knowledge) decide(ctx context.Context, province int, id int64, number func(*Article) int, verb, reason string, do func(tx *db.Tx, x *Article, v *Version, a *account.Actor) error) error {
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		x, v, a, err := step(tx, province, id, number, verb)
		if err != nil {
			return err
		}
		if err := do(tx, x, v, a); err != nil {
			return err
		}
		return record(tx, a, x, verb, reason, v.Number)
	})
}

// Return sends a draft back with what is to be mended.
func (k *Knowledge) Return(ctx context.Context, province int, id int64, why string) (err error) {
	defer fault.Wrap(&err, "knowledge.Return(%d)", id)
	if why, err = reasonOf("why", why); err != nil {
		return err
	}
	return k.decide(ctx, province, id, working, "return", why, func(tx *db.Tx, x *Article, v *Version, _ *account.Actor) error {
		v.Note = why
		return update(tx, x, v)
	})
}

// Approve lets a version pass: whoever does has not written at it. The version
// before becomes a revised one.
func (k *Knowledge) Approve(ctx context.Context, province int, id int64, saves int) (err error) {
	defer fault.Wrap(&err, "knowledge.Approve(%d)", id)
	defer func() { err = ofTheAct(err) }()
	return k.decide(ctx, province, id, working, "approve", "", func(tx *db.Tx, x *Article, v *Version, a *account.Actor) error {
		if v.Saves != saves {
			return fault.Say(fault.Conflict, "knowledge.saved_meanwhile")
		}
		if err := another(tx, v, a); err != nil {
			return err
		}
		if err := fault.Fields(k.wrong(v.Text)...); err != nil {
			return err
		}
		if err := notStale(v.Text, today(tx)); err != nil {
			return err
		}
		if err := leads(tx, v.Text); err != nil {
			return err
		}
		if err := k.replace(tx, x); err != nil {
			return err
		}
		v.Note, v.Hash, v.Reviewer, v.reviewerFor, v.DecidedAt = "", v.sum(), a.Person, a.PrincipalID(), tx.Now
		x.Standing, x.Working, x.State = v.Number, 0, Valid
		x.mirror(v)
		if err := update(tx, x, v); err != nil {
			return err
		}
		return stands(tx, x, v)
	})
}

// another refuses whoever wrote at a version, himself or through a substitute.
func another(tx *db.Tx, v *Version, a *account.Actor) error {
	hands, err := handsOf(tx, v)
	if err == nil && slices.ContainsFunc(hands, a.Is) {
		err = fault.Say(fault.Conflict, "knowledge.same_person")
	}
	return err
}

// ofTheAct makes a refusal of a field one of the act: whoever approves has no
// fields to mend.
func ofTheAct(err error) error {
	if bad := fault.FieldsOf(err); len(bad) > 0 {
		return fault.Say(fault.Conflict, bad[0].Key, bad[0].Args...)
	}
	return err
}

// replace has the version that stood make way.
func (k *Knowledge) replace(tx *db.Tx, x *Article) error {
	if x.Standing == 0 {
		return nil
	}
	old, err := versionOf(tx, x.Province, x.ID, x.Standing)
	if err != nil {
		return err
	}
	r, err := Flow.Next(old.State, "replace")
	if err != nil {
		return err
	}
	old.State, old.Reason = r.To, ""
	return updateVersion(tx, old)
}

// Retire ends an article with a reason; it is kept and can be revised.
func (k *Knowledge) Retire(ctx context.Context, province int, id int64, why string) (err error) {
	defer fault.Wrap(&err, "knowledge.Retire(%d)", id)
	if why, err = reasonOf("reason", why); err != nil {
		return err
	}
	return k.decide(ctx, province, id, standing, "retire", why, func(tx *db.Tx, x *Article, v *Version, _ *account.Actor) error {
		v.Reason = why
		if err := update(tx, x, v); err != nil {
			return err
		}
		return stands(tx, x, v)
	})
}

// Confirm says at the review date that the text still holds, and when it is to be
// looked at again. Whoever confirms has not written it.
func (k *Knowledge) Confirm(ctx context.Context, province int, id int64, next clock.Date) (err error) {
	defer fault.Wrap(&err, "knowledge.Confirm(%d)", id)
	return k.decide(ctx, province, id, standing, "confirm", "", func(tx *db.Tx, x *Article, v *Version, a *account.Actor) error {
		if err := another(tx, v, a); err != nil {
			return err
		}
		if x.over(today(tx)) {
			return fault.Say(fault.Conflict, "knowledge.to_passed")
		}
		if !next.After(today(tx)) || next.After(today(tx).AddMonths(mostMonths)) {
			return fault.Fields(fault.Field{Name: "next", Key: "knowledge.bad_next", Args: []any{mostMonths}})
		}
		v.Review = next
		x.mirror(v)
		if err := update(tx, x, v); err != nil {
			return err
		}
		return stands(tx, x, v)
	})
}

// mostMonths is how long an article may go without a look.
const mostMonths = 24

// stands brings everything that follows what stands up to it: the list of what is
// due, the index, the pages that are kept.
func stands(tx *db.Tx, x *Article, v *Version) error {
	if x.State != Valid || x.Review.After(today(tx).AddDays(ahead)) {
		if err := deleteDue(tx, x.Province, x.ID); err != nil {
			return err
		}
	}
	if err := index(tx, x, v); err != nil {
		return err
	}
	return fresh.Change(tx, x.Province, allTag, tagOf(x.ID))
}

// The kinds of document in the index. The staff's own have a kind that no public
// search asks for.
const (
	publicKind = "knowledge"
	staffKind  = "knowledge_staff"
)

// index makes the version that stands findable by its title, by how people ask,
// and by its answer.
func index(tx *db.Tx, x *Article, v *Version) error {
	if x.State != Valid {
		return search.Delete(tx, int64(x.Province), x.ID)
	}
	kind := publicKind
	if x.Audience == ForStaff {
		kind = staffKind
	}
	return search.Put(tx, search.Doc{Province: int64(x.Province), ID: x.ID, Kind: kind, Title: v.Title + "\n" + strings.Join(v.Questions, "\n"), Body: v.Answer + "\n" + v.Basis(),
		Scopes: []string{scopeOf(x.Region)}, At: v.From.Start()})
}

// reindexed is how many articles one transaction indexes again.
const reindexed = 100

// Reindex puts every article that stands into the search index again.
func (k *Knowledge) Reindex(ctx context.Context) (done int, err error) {
	defer fault.Wrap(&err, "knowledge.Reindex")
	for after := int64(0); ; {
		n := 0
		if err := k.DB.Write(ctx, func(tx *db.Tx) error {
			some, err := standingAfter(tx, after, reindexed)
			for i := range some {
				if err == nil {
					err = index(tx, &some[i].Article, &some[i].Version)
				}
				after = some[i].ID
			}
			n = len(some)
			return err
		}); err != nil {
			return done, err
		}
		if done += n; n < reindexed {
			return done, nil
		}
	}
}
