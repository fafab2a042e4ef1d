package knowledge

import (
	"context"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Start begins an article of a unit that is to hold for a division.
func (k *Knowledge) Start(ctx context.Context, unit int64, holds agency.Code, t Text) (x *Article, err error) {
	defer fault.Wrap(&err, "knowledge.Start(%d)", unit)
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		x, err = k.start(tx, unit, holds, t)
		return err
	})
	return x, err
}

func (k *Knowledge) start(tx *db.Tx, unit int64, holds agency.Code, t Text) (*Article, error) {
	u, err := k.owner(tx, unit, holds)
	if err != nil {
		return nil, err
	}
	if err := fault.Fields(k.wrong(t)...); err != nil {
		return nil, err
	}
	if err := leads(tx, t); err != nil {
		return nil, err
	}
	a := account.From(tx.Ctx)
	x := &Article{Province: holds.Province(), ID: tx.ID(holds.Province()), Region: holds, Agency: u.ID, Seat: u.Division, Working: 1, State: Draft}
	v := &Version{Province: x.Province, Article: x.ID, Number: 1, State: Draft, Saves: 1, Text: t, Author: a.Person, authorFor: a.PrincipalID(), WrittenAt: tx.Now}
	x.mirror(v)
	if err := insertArticle(tx, x); err != nil {
		return nil, err
	}
	if err := insertVersion(tx, v); err != nil {
		return nil, err
	}
	if err := addHand(tx, v); err != nil {
		return nil, err
	}
	return x, record(tx, a, x, "start", "", 1)
}

// owner is the unit a new article is to belong to: the person writes for it, and
// it answers for the division where the article is to hold.
func (k *Knowledge) owner(tx *db.Tx, unit int64, holds agency.Code) (agency.Agency, error) {
	u, err := agency.Find(tx, unit)
	if err != nil {
		return u, err
	}
	if !account.From(tx.Ctx).May(Writing, account.Target{Agency: u.ID, Division: int64(u.Division)}) {
		return u, notFound()
	}
	if !u.Division.Contains(holds) {
		return u, fault.Fields(fault.Field{Name: "holds", Key: "knowledge.not_within", Args: []any{u.Name}})
	}
	if _, err := agency.FindDivision(tx, holds); err != nil {
		return u, fault.Fields(fault.Field{Name: "holds", Key: "knowledge.no_division"})
	}
	return u, nil
}

// Save keeps the text of a draft; saves is the count its writer saw.
func (k *Knowledge) Save(ctx context.Context, province int, id int64, saves int, t Text) (err error) {
	defer fault.Wrap(&err, "knowledge.Save(%d)", id)
	return k.write(ctx, province, id, "save", func(tx *db.Tx, x *Article, v *Version, a *account.Actor) error {
		return k.keep(tx, x, v, a, saves, t)
	})
}

// Submit sends a draft to whoever reviews.
func (k *Knowledge) Submit(ctx context.Context, province int, id int64, saves int, t Text) (err error) {
	defer fault.Wrap(&err, "knowledge.Submit(%d)", id)
	return k.write(ctx, province, id, "submit", func(tx *db.Tx, x *Article, v *Version, a *account.Actor) error {
		if err := notStale(t, today(tx)); err != nil {
			return err
		}
		v.Note = ""
		return k.keep(tx, x, v, a, saves, t)
	})
}

// notStale refuses to submit or pass what would be over or due for review at once.
func notStale(t Text, on clock.Date) error {
	var bad []fault.Field
	if !t.Review.After(on) {
		bad = append(bad, fault.Field{Name: "review", Key: "knowledge.review_passed"})
	}
	if !t.To.IsZero() && t.To.Before(on) {
		bad = append(bad, fault.Field{Name: "to", Key: "knowledge.to_passed"})
	}
	return fault.Fields(bad...)
}

func (k *Knowledge) write(ctx context.Context, province int, id int64, verb string, do func(tx *db.Tx, x *Article, v *Version, a *account.Actor) error) error {
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		x, v, a, err := step(tx, province, id, working, verb)
		if err != nil {
			return err
		}
		if err := do(tx, x, v, a); err != nil {
			return err
		}
		return record(tx, a, x, verb, "", v.Number)
	})
}

func (k *Knowledge) keep(tx *db.Tx, x *Article, v *Version, a *account.Actor, saves int, t Text) error {
	if v.Saves != saves {
		return fault.Say(fault.Conflict, "knowledge.saved_meanwhile")
	}
	if err := fault.Fields(k.wrong(t)...); err != nil {
		return err
	}
	if err := leads(tx, t); err != nil {
		return err
	}
	v.Text, v.Saves, v.Author, v.authorFor, v.WrittenAt = t, v.Saves+1, a.Person, a.PrincipalID(), tx.Now
	if err := addHand(tx, v); err != nil {
		return err
	}
	if x.Standing == 0 {
		x.mirror(v)
	}
	return update(tx, x, v)
}

// Discard gives a draft up; an article that never stood goes with it.
func (k *Knowledge) Discard(ctx context.Context, province int, id int64) (gone bool, err error) {
	defer fault.Wrap(&err, "knowledge.Discard(%d)", id)
	err = k.write(ctx, province, id, "discard", func(tx *db.Tx, x *Article, v *Version, _ *account.Actor) error {
		if err := deleteVersion(tx, v); err != nil {
			return err
		}
		if gone = x.Standing == 0; gone {
			return deleteArticle(tx, x)
		}
		x.Working = 0
		return updateArticle(tx, x)
	})
	return gone, err
}

// Recall takes a draft back from review: the author's own.
func (k *Knowledge) Recall(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "knowledge.Recall(%d)", id)
	return k.write(ctx, province, id, "recall", func(tx *db.Tx, x *Article, v *Version, _ *account.Actor) error { return update(tx, x, v) })
}

// Revise begins the next version of an article; the one that stands holds until
// the new one passes.
func (k *Knowledge) Revise(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "knowledge.Revise(%d)", id)
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		x, v, a, err := step(tx, province, id, standing, "revise")
		if err != nil {
			return err
		}
		if x.Working != 0 {
			return fault.Say(fault.Conflict, "knowledge.being_revised")
		}
		next := &Version{Province: x.Province, Article: x.ID, Number: v.Number + 1, State: Draft, Saves: 1, Text: v.Text, Author: a.Person, authorFor: a.PrincipalID(), WrittenAt: tx.Now}
		if err := insertVersion(tx, next); err != nil {
			return err
		}
		if err := addHand(tx, next); err != nil {
			return err
		}
		x.Working = next.Number
		if err := updateArticle(tx, x); err != nil {
			return err
		}
		return record(tx, a, x, "revise", "", next.Number)
	})
}
