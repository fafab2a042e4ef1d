// Package outcome keeps the public page of clause 3.1.3: what the public brought
// and what came of it, as anonymised cases a second person reviewed.
//
// A case is written anew and stored without the matter it was made of: what
// ties them is a keyed mark, so that one is not written twice. Nobody's words,
// name or day stand in it; only the month. Tip-offs and matters hidden from a
// unit are never cases.
package outcome

import (
	"context"
	"embed"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/fresh"
	"yangguang/internal/privacy"
	"yangguang/supervision/casework"
)

// Migrations is the room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Outcomes is the room.
type Outcomes struct {
	Cases *casework.Casework
	Front *front.Front
}

// The states of a case.
const (
	InReview  = "review"
	Returned  = "returned"
	Published = "published"
	TakenDown = "taken_down"
)

// Text is what an officer writes.
type Text struct{ Title, Asked, Reply string }

// Outcome is one case.
type Outcome struct {
	Province  int
	ID        int64
	Agency    int64
	Region    agency.Code
	Type      string
	Topic     string
	Result    string
	Month     string // closed: 2026-11
	Text      Text
	State     string
	Note      string // why it was sent back
	Reason    string // why it was taken down
	Published string // the month
	Author    int64
	AuthorFor int64
	Approver  int64
}

// Limits, in characters.
const (
	maxTitle  = 60
	maxText   = 2000
	maxReason = 300
)

// allTag is every case, for pages kept in memory.
const allTag = "outcomes"

func (t *Text) tidy() {
	for _, s := range []*string{&t.Title, &t.Asked, &t.Reply} {
		*s = strings.TrimSpace(strings.ReplaceAll(*s, "\r\n", "\n"))
	}
}

// wrong refuses, each beside its field, what is missing, too long or personal.
func (t Text) wrong() error {
	var bad []fault.Field
	for _, x := range []struct {
		name, text string
		most       int
	}{{"title", t.Title, maxTitle}, {"asked", t.Asked, maxText}, {"reply", t.Reply, maxText}} {
		switch n := utf8.RuneCountInString(x.text); {
		case n < 4:
			bad = append(bad, fault.Field{Name: x.name, Key: "outcome.need_" + x.name})
		case n > x.most:
			bad = append(bad, fault.Field{Name: x.name, Key: "outcome.too_long", Args: []any{x.most}})
		case len(privacy.Scan(x.text)) > 0:
			bad = append(bad, fault.Field{Name: x.name, Key: "outcome.personal"})
		}
	}
	return fault.Fields(bad...)
}

func monthOf(t time.Time) string { return t.In(clock.Shanghai).Format("2006-01") }

// Propose writes a case of a closed matter and gives it to a second person.
func (o *Outcomes) Propose(ctx context.Context, province int, matter int64, t Text) (made *Outcome, err error) {
	defer fault.Wrap(&err, "outcome.Propose")
	t.tidy()
	if err := t.wrong(); err != nil {
		return nil, err
	}
	err = o.Cases.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := o.Cases.ForOutcome(tx, province, matter, t.Title, t.Asked, t.Reply)
		if err != nil {
			return err
		}
		a := account.From(ctx)
		made = &Outcome{Province: province, ID: tx.RandomID(province), Agency: m.Agency, Region: m.Region, Type: m.Type, Topic: m.Topic, Result: m.Result, Month: monthOf(m.ClosedAt), Text: t, State: InReview,
			Author: a.Person, AuthorFor: a.PrincipalID()}
		n, err := tx.Exec("insert into casework_outcome_tie (province, matter, mark) values ($1, $2, $3) on conflict (province, matter) do nothing", province, matter, o.Cases.Keys.Index("outcome.tie", strconv.FormatInt(made.ID, 10)))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Say(fault.Conflict, "outcome.already")
		}
		if err := insertOutcome(tx, made); err != nil {
			return err
		}
		// Under the matter's number and not the case's id: the book would tie them.
		return audit.Append(tx, audit.Entry{Province: int64(province), Person: a.Person, Login: a.Login, Agency: m.Agency, Verb: "outcome.propose", Object: "matter " + m.Number})
	})
	return made, err
}

// act changes a case for whoever may do verb at its unit.
func (o *Outcomes) act(ctx context.Context, province int, id int64, verb, name string, states []string, f func(tx *db.Tx, x *Outcome, a *account.Actor) error) error {
	return o.Cases.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := outcomeByID(tx, province, id, tx.ForUpdate())
		if err != nil {
			return err
		}
		a := account.From(ctx)
		if err := casework.MayShow(a, x.target(), verb); err != nil {
			return err
		}
		ok := false
		for _, s := range states {
			ok = ok || s == x.State
		}
		if !ok {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		if err := f(tx, x, a); err != nil {
			return err
		}
		if err := updateOutcome(tx, x, a); err != nil {
			return err
		}
		if err := fresh.Change(tx, province, allTag); err != nil {
			return err
		}
		return audit.Append(tx, audit.Entry{Province: int64(province), Person: a.Person, Login: a.Login, Agency: x.Agency, Verb: "outcome." + name, Object: "outcome " + strconv.FormatInt(id, 10)})
	})
}

func (x *Outcome) target() account.Target {
	return account.Target{Agency: x.Agency, Division: int64(x.Region)}
}

// Rewrite mends what was sent back.
func (o *Outcomes) Rewrite(ctx context.Context, province int, id int64, t Text) (err error) {
	defer fault.Wrap(&err, "outcome.Rewrite(%d)", id)
	t.tidy()
	if err := t.wrong(); err != nil {
		return err
	}
	return o.act(ctx, province, id, casework.Handling, "rewrite", []string{Returned}, func(_ *db.Tx, x *Outcome, a *account.Actor) error {
		x.Text, x.State, x.Author, x.AuthorFor, x.Note = t, InReview, a.Person, a.PrincipalID(), ""
		return nil
	})
}

// Publish lets everybody read a case; whoever approves has not written it.
func (o *Outcomes) Publish(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "outcome.Publish(%d)", id)
	return o.act(ctx, province, id, casework.Reviewing, "publish", []string{InReview}, func(tx *db.Tx, x *Outcome, a *account.Actor) error {
		if a.Is(x.Author) || a.Is(x.AuthorFor) {
			return fault.Say(fault.Forbidden, "outcome.own")
		}
		if err := x.Text.wrong(); err != nil {
			return err
		}
		x.State, x.Approver, x.Published = Published, a.Person, monthOf(tx.Now)
		return nil
	})
}

// Return sends a case back with what to mend.
func (o *Outcomes) Return(ctx context.Context, province int, id int64, why string) (err error) {
	defer fault.Wrap(&err, "outcome.Return(%d)", id)
	if why, err = reasonOf(why); err != nil {
		return err
	}
	return o.act(ctx, province, id, casework.Reviewing, "return", []string{InReview}, func(_ *db.Tx, x *Outcome, _ *account.Actor) error {
		x.State, x.Note = Returned, why
		return nil
	})
}

// TakeDown takes a case off the public page; the reason stays in its place.
func (o *Outcomes) TakeDown(ctx context.Context, province int, id int64, why string) (err error) {
	defer fault.Wrap(&err, "outcome.TakeDown(%d)", id)
	if why, err = reasonOf(why); err != nil {
		return err
	}
	return o.act(ctx, province, id, casework.Reviewing, "take_down", []string{Published}, func(_ *db.Tx, x *Outcome, _ *account.Actor) error {
		x.State, x.Reason = TakenDown, why
		return nil
	})
}

func reasonOf(why string) (string, error) {
	why = strings.TrimSpace(why)
	if n := utf8.RuneCountInString(why); n < 4 || n > maxReason {
		return "", fault.Fields(fault.Field{Name: "why", Key: "outcome.need_reason", Args: []any{maxReason}})
	}
	return why, nil
}
