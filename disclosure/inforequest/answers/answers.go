package answers

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/disclosure"
	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/portal"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/fresh"
	"yangguang/internal/privacy"
	"yangguang/internal/search"
)

// Answers is the room.
type Answers struct {
	Requests   *inforequest.Requests
	Disclosure *disclosure.Disclosure
	Front      *front.Front
	Portal     *portal.Portal // the ways down to a unit; set before pages are served
}

// The states of an answer.
const (
	Draft     = "draft"
	InReview  = "review"
	Published = "published"
	TakenDown = "taken_down"
)

// Text is what the officer writes: none of it in the applicant's words as they
// were.
type Text struct {
	Title   string
	Asked   string
	Summary string
}

// Answer is one answer in the log.
type Answer struct {
	Province  int
	ID        int64
	Agency    int64
	Region    agency.Code
	Text      Text
	Decision  string
	Month     string // answered: 2026-11
	State     string
	Note      string // why it was sent back
	Reason    string // why it was taken down
	Published string // the month
	Author    int64
	Approver  int64
	Files     []File

	authorFor int64
}

// File is a copy of a released file.
type File struct {
	ID   int64
	Name string
	Kind string
	Size int64

	hash string
}

func (w *Answer) target() account.Target {
	return account.Target{Agency: w.Agency, Division: int64(w.Region)}
}

// Limits of texts, in characters.
const (
	MaxTitle   = 100
	MaxAsked   = 3000
	MaxSummary = 3000
)

// allTag is the log as a part of the public record; tagOf is one answer.
const allTag = "answers"

func tagOf(id int64) string { return "answer/" + strconv.FormatInt(id, 10) }

func (t *Text) tidy() {
	for _, s := range []*string{&t.Title, &t.Asked, &t.Summary} {
		*s = strings.TrimSpace(strings.ReplaceAll(*s, "\r\n", "\n"))
	}
}

// wrong refuses, each beside its field, what is missing, too long, or may never
// be released.
func (t Text) wrong() error {
	var bad []fault.Field
	for _, x := range []struct {
		name, text  string
		least, most int
	}{{"answer_title", t.Title, 4, MaxTitle}, {"answer_asked", t.Asked, 4, MaxAsked}, {"answer_summary", t.Summary, 4, MaxSummary}} {
		n := utf8.RuneCountInString(x.text)
		switch {
		case n < x.least:
			bad = append(bad, fault.Field{Name: x.name, Key: "answers.need_" + strings.TrimPrefix(x.name, "answer_")})
		case n > x.most:
			bad = append(bad, fault.Field{Name: x.name, Key: "answers.too_long", Args: []any{x.most}})
		case privacy.Blocks(privacy.Scan(x.text)):
			bad = append(bad, fault.Field{Name: x.name, Key: "answers.personal"})
		}
	}
	return fault.Fields(bad...)
}

// discloses answers whether files go with a decision.
func discloses(decision string) bool { return decision == "granted" || decision == "partial" }

// reach finds an answer for whoever handles or decides requests there; verb is
// what he must hold, "" for either.
func reach(tx *db.Tx, province int, id int64, verb string) (*Answer, *account.Actor, error) {
	w, err := lockAnswer(tx, province, id)
	if err != nil {
		return nil, nil, err
	}
	a := account.From(tx.Ctx)
	return w, a, mayAt(a, w.target(), verb)
}

// mayAt refuses whoever has no business with requests there, and whoever lacks
// the verb.
func mayAt(a *account.Actor, t account.Target, verb string) error {
	switch {
	case a == nil || !a.May(inforequest.Handling, t) && !a.May(inforequest.Deciding, t):
		return fault.Say(fault.NotFound, "fault.not_found")
	case verb != "" && !a.May(verb, t):
		return fault.Say(fault.Forbidden, "inforequest.no_grant_"+strings.TrimPrefix(verb, "inforequest."))
	}
	return nil
}

// in refuses a step in another state.
func (w *Answer) in(states ...string) error {
	if !slices.Contains(states, w.State) {
		return fault.Say(fault.Conflict, "flow.not_now")
	}
	return nil
}

// record writes the audit row of an act, last in its transaction.
func record(tx *db.Tx, a *account.Actor, w *Answer, verb, reason string) error {
	return audit.Append(tx, audit.Entry{Province: int64(w.Province), Person: a.Person, Login: a.Login, Agency: w.Agency, Verb: "answers." + verb, Object: "answer " + strconv.FormatInt(w.ID, 10), Reason: reason})
}

// changed says that the public log is no longer what it was.
func changed(tx *db.Tx, w *Answer) error { return fresh.Change(tx, w.Province, allTag, tagOf(w.ID)) }

// index makes a published answer findable.
func index(tx *db.Tx, w *Answer) error {
	d := search.Doc{Province: int64(w.Province), ID: w.ID, Kind: "answer", Title: w.Text.Title, Body: w.Text.Asked + "\n" + w.Text.Summary,
		Scopes: disclosure.Scopes(w.Decision, w.Agency, w.Region), At: monthStart(w.Published)}
	for _, f := range w.Files {
		d.Files = append(d.Files, f.Name)
	}
	return search.Put(tx, d)
}

// Reindex puts every published answer into the search index again.
func (s *Answers) Reindex(ctx context.Context) (done int, err error) {
	defer fault.Wrap(&err, "answers.Reindex")
	for after := (Key{}); ; {
		n := 0
		if err := s.Requests.DB.Write(ctx, func(tx *db.Tx) error {
			some, err := list(tx, Query{Within: agency.Nation, After: after, Limit: perPage})
			if err != nil {
				return err
			}
			for i := range some {
				w := &some[i]
				if w.Files, err = filesOf(tx, w); err == nil {
					err = index(tx, w)
				}
				if err != nil {
					return err
				}
				after = Key{Month: w.Published, ID: w.ID}
			}
			n = len(some)
			return nil
		}); err != nil {
			return done, err
		}
		if done += n; n < perPage {
			return done, nil
		}
	}
}

func (s *Answers) gate() *privacy.Gate {
	if s.Requests.Gate == nil {
		return privacy.Default()
	}
	return s.Requests.Gate
}

func (s *Answers) read(ctx context.Context, f func(tx *db.Tx) error) error {
	return s.Requests.DB.Read(ctx, f)
}
