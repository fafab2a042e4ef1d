package casework

import (
	"context"
	"slices"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

// Rating is what the person says once he has the reply.
type Rating struct {
	Channel    string // web, phone, sms
	Reached    bool   // somebody who calls back did not always reach him
	Contacted  string // yes no: was anybody in touch with him
	Solved     string // yes partly no
	Satisfied  string // yes fair no
	Discontent string // why not: a code of the norm
	Note       string
	At         int64
}

func (r *Rating) check(c *Casework) error {
	r.Note = strings.TrimSpace(r.Note)
	k := checker{}
	if r.Reached {
		k.when(!slices.Contains([]string{"yes", "partly", "no"}, r.Solved), "solved", "casework.need_solved")
		k.when(!slices.Contains([]string{"yes", "fair", "no"}, r.Satisfied), "satisfied", "casework.need_satisfied")
		k.when(r.Contacted != "" && !slices.Contains([]string{"yes", "no"}, r.Contacted), "contacted", "casework.need_contacted")
		if r.Solved == "no" || r.Satisfied == "no" {
			k.code("discontent", r.Discontent, c.Norm.Casework.Discontents)
		} else {
			r.Discontent = ""
		}
	}
	k.length("note", r.Note, 0, maxNote)
	return k.err()
}

// Rate is the person's own word. Unsolved, the matter is taken up again, once.
func (c *Casework) Rate(ctx context.Context, number, code string, r Rating) (err error) {
	defer fault.Wrap(&err, "casework.Rate")
	r.Reached = true
	if err := r.check(c); err != nil {
		return err
	}
	return c.byCode(ctx, true, number, code, func(tx *db.Tx, m *Matter) error {
		if m.State == Closed && (m.Rated != "" && m.Rated != "unreached" || m.Refusal != "" || m.Result == "withdrawn") {
			return fault.Say(fault.Conflict, "casework.rated")
		}
		if m.State == Merged {
			return c.rateMerged(tx, m, r)
		}
		if m.State != Callback && m.State != Closed {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		return c.rated(tx, &step{m: m, before: *m, verb: "rate"}, r)
	})
}

// rateMerged keeps the word of a person whose matter was merged into another
// that has its reply; the other goes its own way.
func (c *Casework) rateMerged(tx *db.Tx, m *Matter, r Rating) error {
	main, err := matterByID(tx, m.Province, m.MergedInto)
	if err != nil {
		return err
	}
	if main.State != Callback && main.State != Closed || m.Rated != "" {
		return fault.Say(fault.Conflict, "flow.not_now")
	}
	s := &step{m: m, before: *m, verb: "rate"}
	if err := c.keepRating(tx, s, r); err != nil {
		return err
	}
	return c.record(tx, &s.before, m, Event{Kind: "rated"}, nil, "", false, "rate")
}

// CallBack is what an officer heard when he called.
func (c *Casework) CallBack(ctx context.Context, province int, id int64, r Rating) (err error) {
	defer fault.Wrap(&err, "casework.CallBack(%d)", id)
	if err := r.check(c); err != nil {
		return err
	}
	return c.act(ctx, province, id, "settle", func(tx *db.Tx, s *step) error {
		if !r.Reached {
			return c.record(tx, &s.before, s.m, Event{Kind: "call_missed", Unit: s.unit}, s.a, r.Note, true, "call_back")
		}
		return c.rated(tx, s, r)
	})
}

// keepRating writes what the person said.
func (c *Casework) keepRating(tx *db.Tx, s *step, r Rating) error {
	m := s.m
	id := tx.ID(m.Province)
	var note any
	if r.Note != "" {
		note = c.Keys.Seal(purposeNote, placeOf(id), []byte(r.Note))
	}
	person := int64(0)
	if s.a != nil {
		person = s.a.Person
	}
	if _, err := tx.Exec("insert into casework_rating (province, matter, id, at, channel, person, reached, contacted, solved, satisfied, discontent, note) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		m.Province, m.ID, id, clock.Millis(tx.Now), r.Channel, db.OrNull(person), r.Reached, r.Contacted, r.Solved, r.Satisfied, r.Discontent, note); err != nil {
		return err
	}
	m.Rated, m.Discontent = r.Solved, r.Discontent
	return c.note(tx, m, Event{Kind: "rate", Ref: id, Code: r.Solved, Unit: s.unit}, s.a, "", true)
}

func (c *Casework) rated(tx *db.Tx, s *step, r Rating) error {
	m := s.m
	if err := c.keepRating(tx, s, r); err != nil {
		return err
	}
	again, err := c.mayReopen(tx, m)
	if err != nil {
		return err
	}
	switch {
	case r.Solved == "no" && again:
		return c.reopen(tx, s, "")
	case m.State == Closed:
		return c.record(tx, &s.before, m, Event{Kind: "rated"}, s.a, "", false, s.verb)
	case m.Result == "promised":
		return c.promise(tx, s)
	}
	s.to = Closed
	return c.move(tx, s, Event{Kind: "settle"}, "", true)
}

// mayReopen answers whether a matter can be taken up again: once, within the
// norm's days after its delivery, and only what was accepted.
func (c *Casework) mayReopen(tx *db.Tx, m *Matter) (bool, error) {
	if m.Reopened > 0 || m.AcceptedAt.IsZero() || m.Refusal != "" || m.Result == "referred" || m.Result == "withdrawn" || m.DeliveredAt.IsZero() {
		return false, nil
	}
	cal, err := c.Calendars.In(tx, int64(m.Region))
	if err != nil {
		return false, err
	}
	span := spanOf(c.Norm.Casework.Clock("reopen", m.Type, m.Class, m.Stage, levelName(m.Region)).Span)
	return tx.Now.Before(cal.DeadlineAt(m.DeliveredAt, span, nil).Instant), nil
}

// reopen takes a matter up again at the unit that handled it, with a clock of its own.
func (c *Casework) reopen(tx *db.Tx, s *step, note string) error {
	m := s.m
	m.Reopened++
	m.Result, m.Delivery, m.PromiseOn = "", "", clock.Date{}
	m.RepliedAt, m.DeliveredAt, m.ClosedAt = time.Time{}, time.Time{}, time.Time{}
	s.to, s.verb = InHand, "reopen"
	if err := c.move(tx, s, Event{Kind: evReopened}, note, true); err != nil {
		return err
	}
	return c.tellStep(tx, m, "notify.step_reopened")
}

// Reopen takes a matter up again for the office's own reason.
func (c *Casework) Reopen(ctx context.Context, province int, id int64, reason string) (err error) {
	defer fault.Wrap(&err, "casework.Reopen(%d)", id)
	reason = strings.TrimSpace(reason)
	k := checker{}
	k.length("reason", reason, 4, maxNote)
	if err := k.err(); err != nil {
		return err
	}
	return c.act(ctx, province, id, "reopen", func(tx *db.Tx, s *step) error {
		if again, err := c.mayReopen(tx, s.m); err != nil || !again {
			if err != nil {
				return err
			}
			return fault.Say(fault.Conflict, "casework.reopen_once")
		}
		return c.reopen(tx, s, reason)
	})
}

// NextRemedy is the stage a person may ask for after the reply, and until when;
// "" when his type of matter has none, or all are used up.
func (c *Casework) NextRemedy(tx *db.Tx, m *Matter) (stage string, until time.Time, err error) {
	stages := c.Kind(m).Remedies
	i := slices.Index(stages, m.Stage) + 1
	if m.State != Closed || m.Refusal != "" || m.Result == "withdrawn" || m.DeliveredAt.IsZero() || i >= len(stages) {
		return "", time.Time{}, nil
	}
	n := 0
	if err := tx.Row("select count(*) from casework where province = $1 and remedy_of = $2", m.Province, m.ID).Scan(&n); err != nil || n > 0 {
		return "", time.Time{}, err
	}
	cal, err := c.Calendars.In(tx, int64(m.Region))
	if err != nil {
		return "", time.Time{}, err
	}
	until = cal.DeadlineAt(m.DeliveredAt, spanOf(c.Norm.Casework.Clock("remedy", m.Type, m.Class, "", "").Span), nil).Instant
	if !tx.Now.Before(until) {
		return "", until, nil
	}
	return stages[i], until, nil
}

// Remedy asks the unit above for a review of the reply (复查, then 复核): a
// matter of its own, tied to the first, answered by the superior.
func (c *Casework) Remedy(ctx context.Context, number, code, reasons, token string) (made *Matter, made2 string, err error) {
	defer fault.Wrap(&err, "casework.Remedy")
	reasons = strings.TrimSpace(reasons)
	k := checker{}
	k.length("reasons", reasons, 10, MaxText)
	if err := k.err(); err != nil {
		return nil, "", err
	}
	err = c.byCode(ctx, true, number, code, func(tx *db.Tx, m *Matter) error {
		stage, _, err := c.NextRemedy(tx, m)
		if err != nil {
			return err
		}
		if stage == "" {
			return fault.Say(fault.Conflict, "casework.no_remedy")
		}
		above, err := agency.Superior(tx, m.Agency)
		if err != nil || above.Province() != m.Province {
			return fault.Say(fault.Conflict, "casework.nobody_above")
		}
		told, err := c.toldOf(m)
		if err != nil {
			return err
		}
		who, err := c.contactOf(m)
		if err != nil {
			return err
		}
		f := Filing{Agency: above.ID, Channel: "web", Type: m.Type, Class: m.Class, Topic: m.Topic, Told: told, Who: who, Ack: m.Ack, About: m.About, Stage: stage, RemedyOf: m.ID, Token: token, Lang: m.Lang}
		f.Told.Text = reasons
		if made, made2, err = c.FileIn(tx, f); err != nil {
			return err
		}
		before := *m
		return c.record(tx, &before, m, Event{Kind: "remedy", Ref: made.ID, Code: stage}, nil, "", true, "remedy")
	})
	return made, made2, err
}

// RenewCode gives a lost code anew at a counter. What is hidden from a unit is
// never renewed there; the reason says how the person was recognised.
func (c *Casework) RenewCode(ctx context.Context, number, reason string) (code string, err error) {
	defer fault.Wrap(&err, "casework.RenewCode")
	reason = strings.TrimSpace(reason)
	k := checker{}
	k.length("reason", reason, 4, maxLine)
	if err := k.err(); err != nil {
		return "", err
	}
	n, ok := secret.ParseNumber(number)
	if !ok {
		return "", fault.Fields(fault.Field{Name: "number", Key: "casework.unknown"})
	}
	err = c.DB.Write(ctx, func(tx *db.Tx) error {
		found, err := matterByNumber(tx, n)
		if err != nil {
			return fault.Fields(fault.Field{Name: "number", Key: "casework.unknown"})
		}
		m, err := lockMatter(tx, found.Province, found.ID)
		if err != nil {
			return err
		}
		a := account.From(ctx)
		out, err := barred(tx, a, m)
		if err != nil {
			return err
		}
		if out || a == nil || !a.Holds(Registering) {
			return fault.Fields(fault.Field{Name: "number", Key: "casework.unknown"})
		}
		code = secret.Code(10)
		m.code = c.codeIndex(m.Number, code)
		before := *m
		return c.record(tx, &before, m, Event{Kind: "code_renewed", Unit: a.Behalf().Agency}, a, reason, true, "renew_code")
	})
	return code, err
}
