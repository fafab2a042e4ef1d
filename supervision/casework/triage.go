package casework

import (
	"context"
	"strings"

	"yangguang/agency"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Accept takes a matter on: the outer clock begins.
func (c *Casework) Accept(ctx context.Context, province int, id int64, note string) (err error) {
	defer fault.Wrap(&err, "casework.Accept(%d)", id)
	return c.DB.Write(ctx, func(tx *db.Tx) error { return c.acceptIn(tx, province, id, note) })
}

func (c *Casework) acceptIn(tx *db.Tx, province int, id int64, note string) error {
	note = strings.TrimSpace(note)
	k := checker{}
	k.length("note", note, 0, maxNote)
	if err := k.err(); err != nil {
		return err
	}
	return c.actIn(tx, province, id, "accept", func(tx *db.Tx, s *step) error {
		s.m.AcceptedAt = tx.Now
		if err := c.move(tx, s, Event{Kind: evAccepted}, note, true); err != nil {
			return err
		}
		return c.tellStep(tx, s.m, "notify.step_accepted")
	})
}

// Refuse does not accept, for one of the norm's reasons; the notice tells the
// person why and where he can turn to. It is delivered like a reply.
func (c *Casework) Refuse(ctx context.Context, province int, id int64, reason, text string) (err error) {
	defer fault.Wrap(&err, "casework.Refuse(%d)", id)
	text = strings.TrimSpace(text)
	k := checker{}
	k.when(c.Norm.Casework.Refusal(reason) == nil, "reason", "casework.need_refusal")
	k.length("explain", text, 4, maxNote)
	if err := k.err(); err != nil {
		return err
	}
	return c.act(ctx, province, id, "refuse", func(tx *db.Tx, s *step) error {
		s.m.Refusal = reason
		return c.out(tx, s, Event{Kind: "refuse", Code: reason}, text)
	})
}

// out ends the handling: something goes out to the person now.
func (c *Casework) out(tx *db.Tx, s *step, e Event, note string) error {
	s.m.RepliedAt = tx.Now
	if !s.m.DueAt.IsZero() && s.m.Reopened == 0 {
		s.m.Late = s.m.Late || !tx.Now.Before(s.m.DueAt)
	}
	if e.Unit == 0 {
		e.Unit = s.unit
	}
	if err := c.note(tx, s.m, e, s.a, note, true); err != nil {
		return err
	}
	if err := c.endHops(tx, s.m, "done"); err != nil {
		return err
	}
	return c.move(tx, s, Event{Kind: evReplied, Code: s.m.Result}, "", false)
}

// Ask asks the person for what is missing, once; the clock of acceptance stands still.
func (c *Casework) Ask(ctx context.Context, province int, id int64, question string) (err error) {
	defer fault.Wrap(&err, "casework.Ask(%d)", id)
	question = strings.TrimSpace(question)
	k := checker{}
	k.length("question", question, 4, maxNote)
	if err := k.err(); err != nil {
		return err
	}
	return c.act(ctx, province, id, "ask", func(tx *db.Tx, s *step) error {
		if s.m.Asked > 0 {
			return fault.Say(fault.Conflict, "casework.asked_once")
		}
		s.m.Asked++
		if err := c.move(tx, s, Event{Kind: evAsked}, question, true); err != nil {
			return err
		}
		return c.tellStep(tx, s.m, "notify.step_supplement")
	})
}

// Answer answers at once, where the norm lets the type be answered by whoever
// takes it: most enquiries. told is how the person heard it: oral or phone, or
// "" when it is still to be delivered.
func (c *Casework) Answer(ctx context.Context, province int, id int64, text string, quotes []string, told string) (err error) {
	defer fault.Wrap(&err, "casework.Answer(%d)", id)
	text = strings.TrimSpace(text)
	k := checker{}
	k.length("reply", text, 4, MaxText)
	k.when(told != "" && told != "oral" && told != "phone", "told", "casework.need_way")
	if err := k.err(); err != nil {
		return err
	}
	return c.act(ctx, province, id, "answer", func(tx *db.Tx, s *step) error {
		if !c.Kind(s.m).Instant {
			return fault.Say(fault.Conflict, "casework.not_instant")
		}
		s.m.Result = "explained"
		if s.m.AcceptedAt.IsZero() {
			s.m.AcceptedAt = tx.Now
			if err := c.note(tx, s.m, Event{Kind: evAccepted, Unit: s.unit}, s.a, "", true); err != nil {
				return err
			}
			if err := c.reckon(tx, s.m); err != nil {
				return err
			}
		}
		if err := c.keepInstant(tx, s, text, quotes); err != nil {
			return err
		}
		if err := c.out(tx, s, Event{Kind: "answer", Code: told}, ""); err != nil {
			return err
		}
		if told == "" {
			return c.tellStep(tx, s.m, "notify.step_replied")
		}
		return c.delivered(tx, s, told, "")
	})
}

// Change is what reclassifying may change of a matter; empty fields stay.
type Change struct {
	Type, Class, Topic string
	About              int64 // the unit it complains of
	Subject            string
	Reason             string
}

// Reclassify corrects what a matter is. What turns out to be a complaint about
// the unit that answers for it goes one level up.
func (c *Casework) Reclassify(ctx context.Context, province int, id int64, x Change) (err error) {
	defer fault.Wrap(&err, "casework.Reclassify(%d)", id)
	return c.DB.Write(ctx, func(tx *db.Tx) error { return c.reclassifyIn(tx, province, id, x) })
}

func (c *Casework) reclassifyIn(tx *db.Tx, province int, id int64, x Change) error {
	x.Reason, x.Subject = strings.TrimSpace(x.Reason), strings.TrimSpace(x.Subject)
	k := checker{}
	k.when(x.Type != "" && c.Norm.Casework.Type(x.Type) == nil, "type", "casework.need_type")
	k.when(x.Topic != "" && c.Norm.Casework.Topic(x.Topic) == nil, "topic", "casework.need_topic")
	if x.Class != "" {
		k.code("class", x.Class, c.Norm.Casework.Classes)
	}
	k.length("reason", x.Reason, 2, maxLine)
	k.length("subject", x.Subject, 0, MaxSubject)
	if err := k.err(); err != nil {
		return err
	}
	return c.actIn(tx, province, id, "reclassify", func(tx *db.Tx, s *step) error {
		m := s.m
		set := func(field *string, v string) {
			if v != "" {
				*field = v
			}
		}
		set(&m.Type, x.Type)
		set(&m.Class, x.Class)
		set(&m.Topic, x.Topic)
		if x.About != 0 {
			m.About = x.About
		}
		if m.told != nil { // another type may keep the subject otherwise
			told, err := c.toldOf(m)
			if err != nil {
				return err
			}
			set(&told.Subject, x.Subject)
			c.sealTold(m, told)
		}
		// What was hidden stays so under any other type: only the person lifts it.
		m.Hidden = m.Hidden || c.Kind(m).Protected && m.About != 0
		if err := c.handUp(tx, s); err != nil {
			return err
		}
		return c.move(tx, s, Event{Kind: "reclassify"}, x.Reason, true)
	})
}

// handUp moves a hidden matter away from the unit it is about.
func (c *Casework) handUp(tx *db.Tx, s *step) error {
	m := s.m
	if !m.Hidden || m.About != m.Agency && m.About != m.Holder {
		return nil
	}
	above, err := agency.Superior(tx, m.About)
	if err != nil {
		return fault.Fields(fault.Field{Name: "about", Key: "casework.nobody_above"})
	}
	if above.Province() != m.Province {
		return fault.Fields(fault.Field{Name: "about", Key: "casework.nobody_above"})
	}
	if m.About == m.Agency {
		m.Agency, m.Region = above.ID, above.Division
	}
	m.Holder, m.HolderRegion, m.Handler = above.ID, above.Division, 0
	return c.endHops(tx, m, "recalled")
}

// Refer passes a matter to an authority outside; the person is told where it is.
func (c *Casework) Refer(ctx context.Context, province int, id int64, target, whom, text string) (err error) {
	defer fault.Wrap(&err, "casework.Refer(%d)", id)
	whom, text = strings.TrimSpace(whom), strings.TrimSpace(text)
	k := checker{}
	k.code("target", target, c.Norm.Casework.Targets)
	k.length("whom", whom, 2, maxLine)
	k.length("explain", text, 4, maxNote)
	if err := k.err(); err != nil {
		return err
	}
	return c.act(ctx, province, id, "refer", func(tx *db.Tx, s *step) error {
		s.m.Result = "referred"
		return c.out(tx, s, Event{Kind: "refer", Code: target}, whom+"\n"+text)
	})
}

// Supplement is the person's answer to what was asked.
func (c *Casework) Supplement(ctx context.Context, number, code, text string, files []FiledFile) (err error) {
	defer fault.Wrap(&err, "casework.Supplement")
	text = strings.TrimSpace(text)
	k := checker{}
	k.length("text", text, 2, MaxText)
	in, wrong, err := c.inspect(ctx, files)
	if err != nil {
		return err
	}
	if err := withFields(k.err(), wrong); err != nil {
		return err
	}
	return c.own(ctx, number, code, "supplement", func(tx *db.Tx, s *step) error {
		if err := c.keep(tx, s.m, ToldFile, in); err != nil {
			return err
		}
		return c.move(tx, s, Event{Kind: evSupplied}, text, true)
	})
}

// Add is what the person adds of his own accord while a matter is open; it moves nothing.
func (c *Casework) Add(ctx context.Context, number, code, text string, files []FiledFile) (err error) {
	defer fault.Wrap(&err, "casework.Add")
	text = strings.TrimSpace(text)
	k := checker{}
	k.length("text", text, 2, MaxText)
	in, wrong, err := c.inspect(ctx, files)
	if err != nil {
		return err
	}
	if err := withFields(k.err(), wrong); err != nil {
		return err
	}
	return c.byCode(ctx, true, number, code, func(tx *db.Tx, m *Matter) error {
		if m.State == Closed {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		if err := c.keep(tx, m, ToldFile, in); err != nil {
			return err
		}
		before := *m
		return c.record(tx, &before, m, Event{Kind: "added"}, nil, text, true, "add")
	})
}

// Withdraw is the person's own: the matter is closed, and what he wrote stays in its file.
func (c *Casework) Withdraw(ctx context.Context, number, code string) (err error) {
	defer fault.Wrap(&err, "casework.Withdraw")
	return c.own(ctx, number, code, "withdraw", func(tx *db.Tx, s *step) error {
		if err := c.endHops(tx, s.m, "recalled"); err != nil {
			return err
		}
		s.m.Result = "withdrawn"
		return c.move(tx, s, Event{Kind: "withdraw"}, "", true)
	})
}

// Note is a remark of the office's own.
func (c *Casework) Note(ctx context.Context, province int, id int64, text string) (err error) {
	defer fault.Wrap(&err, "casework.Note(%d)", id)
	return c.DB.Write(ctx, func(tx *db.Tx) error { return c.noteIn(tx, province, id, text) })
}

func (c *Casework) noteIn(tx *db.Tx, province int, id int64, text string) error {
	text = strings.TrimSpace(text)
	k := checker{}
	k.length("note", text, 1, maxNote)
	if err := k.err(); err != nil {
		return err
	}
	m, a, err := c.reach(tx, province, id, Registering, Accepting, Handling, Reviewing)
	if err != nil {
		return err
	}
	before := *m
	return c.record(tx, &before, m, Event{Kind: "note", Unit: a.Behalf().Agency}, a, text, false, "note")
}
