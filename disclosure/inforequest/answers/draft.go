package answers

import (
	"context"
	"strconv"

	"yangguang/disclosure/inforequest"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

const (
	purposeTie  = "answers.tie"
	purposeFile = "answers.file"
)

func placeOf(id int64) []byte { return strconv.AppendInt(nil, id, 10) }

// mark is how the tie to an answer is found by whoever has the key.
func (s *Answers) mark(answer int64) []byte {
	return s.Requests.Keys.Index(purposeTie, strconv.FormatInt(answer, 10))
}

// tied is the answer made of a request, 0 without one.
func (s *Answers) tied(tx *db.Tx, province int, request int64) (int64, error) {
	sealed, err := tieOf(tx, province, request)
	if err != nil || sealed == nil {
		return 0, err
	}
	b, err := s.Requests.Keys.Open(purposeTie, placeOf(request), sealed)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(b), 10, 64)
}

// Propose begins the answer to a closed request: in the officer's words, with
// copies of the released files when they are to be public too.
func (s *Answers) Propose(ctx context.Context, province int, request int64, t Text, withFiles bool) (w *Answer, err error) {
	defer fault.Wrap(&err, "answers.Propose(%d)", request)
	c, err := s.Requests.Open(ctx, province, request)
	if err != nil {
		return nil, err
	}
	if err := mayAt(account.From(ctx), account.Target{Agency: c.Agency, Division: int64(c.Region)}, inforequest.Handling); err != nil {
		return nil, err
	}
	t.tidy()
	if err := t.wrong(); err != nil {
		return nil, err
	}
	var copies []fileCopy
	if withFiles && discloses(c.Decision) {
		if copies, err = s.copies(ctx, c); err != nil {
			return nil, err
		}
	}
	err = s.Requests.DB.Write(ctx, func(tx *db.Tx) error {
		w, err = s.propose(tx, province, request, t, copies)
		return err
	})
	return w, err
}

func (s *Answers) propose(tx *db.Tx, province int, request int64, t Text, copies []fileCopy) (*Answer, error) {
	texts := []string{t.Title, t.Asked, t.Summary}
	for _, f := range copies {
		texts = append(texts, f.name, f.text)
	}
	q, err := s.Requests.ForAnswer(tx, province, request, texts...)
	if err != nil {
		return nil, err
	}
	if had, err := s.tied(tx, province, request); err != nil || had != 0 {
		if err == nil {
			err = fault.Say(fault.Conflict, "answers.already")
		}
		return nil, err
	}
	a := account.From(tx.Ctx)
	w := &Answer{Province: province, ID: tx.RandomID(province), Agency: q.Agency, Region: q.Region, Text: t, Decision: q.Decision, Month: monthOf(q.DecidedOn), State: Draft,
		Author: a.Person, authorFor: a.PrincipalID()}
	if err := insertAnswer(tx, w); err != nil {
		return nil, err
	}
	for _, f := range copies {
		if err := s.keep(tx, w, f); err != nil {
			return nil, err
		}
	}
	if err := addHand(tx, w, w.Author, w.authorFor); err != nil {
		return nil, err
	}
	sealed := s.Requests.Keys.Seal(purposeTie, placeOf(request), placeOf(w.ID))
	if err := insertTie(tx, province, request, sealed, s.mark(w.ID)); err != nil {
		return nil, err
	}
	// Under the request's number and not the answer's id: the book would tie them.
	return w, audit.Append(tx, audit.Entry{Province: int64(province), Person: a.Person, Login: a.Login, Agency: w.Agency, Verb: "answers.propose", Object: "request " + q.Number})
}

// Save keeps the text of a draft as it is typed.
func (s *Answers) Save(ctx context.Context, province int, id int64, t Text) (err error) {
	defer fault.Wrap(&err, "answers.Save(%d)", id)
	return s.Requests.DB.Write(ctx, func(tx *db.Tx) error {
		w, a, err := s.save(tx, province, id, t)
		if err != nil {
			return err
		}
		return record(tx, a, w, "save", "")
	})
}

func (s *Answers) save(tx *db.Tx, province int, id int64, t Text) (*Answer, *account.Actor, error) {
	w, a, err := reach(tx, province, id, inforequest.Handling)
	if err != nil {
		return nil, nil, err
	}
	if err := w.in(Draft); err != nil {
		return nil, nil, err
	}
	t.tidy()
	if err := t.wrong(); err != nil {
		return nil, nil, err
	}
	w.Text, w.Author, w.authorFor = t, a.Person, a.PrincipalID()
	if _, err := s.request(tx, w); err != nil {
		return nil, nil, err
	}
	if err := addHand(tx, w, w.Author, w.authorFor); err != nil {
		return nil, nil, err
	}
	return w, a, updateAnswer(tx, w)
}

// request is the one an answer was made of, while its answer may be published
// and its texts do not tell who asked.
func (s *Answers) request(tx *db.Tx, w *Answer) (int64, error) {
	id, err := requestOf(tx, w.Province, s.mark(w.ID))
	if err != nil {
		return 0, err
	}
	_, err = s.Requests.ForAnswer(tx, w.Province, id, w.Text.Title, w.Text.Asked, w.Text.Summary)
	return id, err
}

// Submit sends a draft to whoever publishes.
func (s *Answers) Submit(ctx context.Context, province int, id int64, t Text) (err error) {
	defer fault.Wrap(&err, "answers.Submit(%d)", id)
	return s.Requests.DB.Write(ctx, func(tx *db.Tx) error {
		w, a, err := s.save(tx, province, id, t)
		if err != nil {
			return err
		}
		w.State, w.Note = InReview, ""
		if err := updateAnswer(tx, w); err != nil {
			return err
		}
		return record(tx, a, w, "submit", "")
	})
}

// Discard gives a draft up: nothing of it is left, and another may be begun.
func (s *Answers) Discard(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "answers.Discard(%d)", id)
	return s.Requests.DB.Write(ctx, func(tx *db.Tx) error {
		w, a, err := reach(tx, province, id, inforequest.Handling)
		if err != nil {
			return err
		}
		if err := w.in(Draft); err != nil {
			return err
		}
		if err := s.drop(tx, w); err != nil {
			return err
		}
		return record(tx, a, w, "discard", "")
	})
}

func (s *Answers) drop(tx *db.Tx, w *Answer) error {
	s.forgetFiles(tx, w)
	return deleteAnswer(tx, w, s.mark(w.ID))
}

// ConsentBack gives up the unpublished answer of a request whose applicant does
// not agree any more; it is what inforequest.Requests.DropAnswer is set to.
func (s *Answers) ConsentBack(tx *db.Tx, q *inforequest.Request) error {
	id, err := s.tied(tx, q.Province, q.ID)
	if err != nil || id == 0 {
		return err
	}
	w, err := lockAnswer(tx, q.Province, id)
	if err != nil {
		return err
	}
	if w.State != Draft && w.State != InReview {
		return fault.Say(fault.Conflict, "answers.consent_late")
	}
	return s.drop(tx, w)
}

// State is how far the answer made of a request is; it is what
// inforequest.Requests.AnswerOf is set to.
func (s *Answers) State(tx *db.Tx, q *inforequest.Request) (string, error) {
	id, err := s.tied(tx, q.Province, q.ID)
	if err != nil || id == 0 {
		return "", err
	}
	w, err := answerByID(tx, q.Province, id, "")
	if err != nil {
		return "", err
	}
	return w.State, nil
}

// monthOf is a day as the log tells it.
func monthOf(d clock.Date) string { return d.String()[:7] }
