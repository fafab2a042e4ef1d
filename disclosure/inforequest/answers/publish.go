package answers

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/disclosure/inforequest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/search"
)

// Return sends a draft back with what is to be mended.
func (s *Answers) Return(ctx context.Context, province int, id int64, why string) (err error) {
	defer fault.Wrap(&err, "answers.Return(%d)", id)
	if why, err = reasonOf("why", why); err != nil {
		return err
	}
	return s.Requests.DB.Write(ctx, func(tx *db.Tx) error {
		w, a, err := reach(tx, province, id, inforequest.Deciding)
		if err != nil {
			return err
		}
		if err := w.in(InReview); err != nil {
			return err
		}
		w.State, w.Note = Draft, why
		if err := updateAnswer(tx, w); err != nil {
			return err
		}
		return record(tx, a, w, "return", why)
	})
}

// maxReason is the longest reason, in characters.
const maxReason = 300

func reasonOf(name, why string) (string, error) {
	why = strings.TrimSpace(why)
	if n := utf8.RuneCountInString(why); n < 4 || n > maxReason {
		return "", fault.Fields(fault.Field{Name: name, Key: "answers.need_reason", Args: []any{maxReason}})
	}
	return why, nil
}

// Approve publishes an answer: whoever approves has not written at it, the
// applicant still agrees, and texts and files pass the gate once more.
func (s *Answers) Approve(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "answers.Approve(%d)", id)
	defer func() { err = whole(err) }()
	text, err := s.lookAgain(ctx, province, id)
	if err != nil {
		return err
	}
	return s.Requests.DB.Write(ctx, func(tx *db.Tx) error {
		w, a, err := reach(tx, province, id, inforequest.Deciding)
		if err != nil {
			return err
		}
		if err := w.in(InReview); err != nil {
			return err
		}
		hands, err := handsOf(tx, w)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(hands, a.Is) {
			return fault.Say(fault.Conflict, "inforequest.same_person")
		}
		if err := w.Text.wrong(); err != nil {
			return err
		}
		request, err := s.request(tx, w)
		if err != nil {
			return err
		}
		if _, err := s.Requests.ForAnswer(tx, province, request, text); err != nil {
			return err
		}
		w.State, w.Published = Published, monthOf(clock.DateOf(tx.Now))
		if err := publishAnswer(tx, w, a.Person, a.PrincipalID()); err != nil {
			return err
		}
		if err := index(tx, w); err != nil {
			return err
		}
		if err := changed(tx, w); err != nil {
			return err
		}
		return record(tx, a, w, "publish", "")
	})
}

// whole makes a refusal of a field one of the act: whoever approves has no
// fields to mend.
func whole(err error) error {
	if bad := fault.FieldsOf(err); len(bad) > 0 {
		return fault.Say(fault.Conflict, bad[0].Key, bad[0].Args...)
	}
	return err
}

// TakeDown takes an answer out of public sight; its address says why.
func (s *Answers) TakeDown(ctx context.Context, province int, id int64, why string) (err error) {
	defer fault.Wrap(&err, "answers.TakeDown(%d)", id)
	if why, err = reasonOf("reason", why); err != nil {
		return err
	}
	return s.Requests.DB.Write(ctx, func(tx *db.Tx) error {
		w, a, err := reach(tx, province, id, inforequest.Deciding)
		if err != nil {
			return err
		}
		if err := w.in(Published); err != nil {
			return err
		}
		s.forgetFiles(tx, w)
		if err := deleteFiles(tx, w); err != nil {
			return err
		}
		w.State, w.Reason = TakenDown, why
		if err := updateAnswer(tx, w); err != nil {
			return err
		}
		if err := search.Delete(tx, int64(province), id); err != nil {
			return err
		}
		if err := changed(tx, w); err != nil {
			return err
		}
		return record(tx, a, w, "take_down", why)
	})
}

// monthStart is when a month begins, for the order of the log.
func monthStart(month string) time.Time {
	d, err := clock.ParseDate(month + "-01")
	if err != nil {
		return time.UnixMilli(0)
	}
	return d.Start()
}
