package casework

import (
	"context"
	"slices"
	"strings"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/norm"
)

// maxPeople bounds the list a handler is chosen from.
const maxPeople = 200

// Assign gives a matter to a section and a handler of the unit that has it.
func (c *Casework) Assign(ctx context.Context, province int, id, handler int64, section string) (err error) {
	defer fault.Wrap(&err, "casework.Assign(%d)", id)
	section = strings.TrimSpace(section)
	return c.act(ctx, province, id, "assign", func(tx *db.Tx, s *step) error {
		people, err := account.Holders(tx, Handling, account.Target{Agency: s.m.Holder, Division: int64(s.m.HolderRegion)}, maxPeople)
		if err != nil {
			return err
		}
		k := checker{}
		k.when(!slices.ContainsFunc(people, func(p account.Person) bool { return p.ID == handler }), "handler", "casework.need_handler")
		k.length("section", section, 0, maxName)
		out, err := recused(tx, s.m, handler)
		if err != nil {
			return err
		}
		k.when(out, "handler", "casework.handler_recused")
		if err := k.err(); err != nil {
			return err
		}
		s.m.Handler, s.m.Section = handler, section
		return c.move(tx, s, Event{Kind: "assign", Ref: handler}, section, false)
	})
}

func recused(tx *db.Tx, m *Matter, person int64) (bool, error) {
	n := 0
	err := tx.Row("select count(*) from casework_recusal where province = $1 and matter = $2 and person = $3", m.Province, m.ID, person).Scan(&n)
	return n > 0, err
}

// Reply is what goes out to the person: its text, the coded result, for a
// promise the day it is kept by.
type Reply struct {
	ID        int64
	Unit      int64
	Result    string
	PromiseOn clock.Date
	Text      string
	Quotes    []string // what of the knowledge base it quotes: article@version
	State     string   // draft review returned approved
	Author    int64
	AuthorFor int64
	Submitted int64
	Approver  int64
	Approved  int64

	content []byte
}

// SaveReply writes the draft of the reply.
func (c *Casework) SaveReply(ctx context.Context, province int, id int64, r Reply) (err error) {
	defer fault.Wrap(&err, "casework.SaveReply(%d)", id)
	return c.DB.Write(ctx, func(tx *db.Tx) error { return c.saveIn(tx, province, id, r) })
}

func (c *Casework) saveIn(tx *db.Tx, province int, id int64, r Reply) error {
	return c.actIn(tx, province, id, "save", func(tx *db.Tx, s *step) error {
		_, err := c.draft(tx, s, r, false)
		if err != nil {
			return err
		}
		return c.audit(tx, s.a, s.m, "save", "")
	})
}

// SubmitReply gives the reply to a second person.
func (c *Casework) SubmitReply(ctx context.Context, province int, id int64, r Reply) (err error) {
	defer fault.Wrap(&err, "casework.SubmitReply(%d)", id)
	return c.act(ctx, province, id, "submit", func(tx *db.Tx, s *step) error {
		rid, err := c.draft(tx, s, r, true)
		if err != nil {
			return err
		}
		if s.m.Handler == 0 {
			s.m.Handler = s.a.Person
		}
		return c.move(tx, s, Event{Kind: "submit", Ref: rid, Code: r.Result}, "", false)
	})
}

// draft checks and writes a reply; one that is submitted must be whole.
func (c *Casework) draft(tx *db.Tx, s *step, r Reply, whole bool) (int64, error) {
	r.Text = strings.TrimSpace(r.Text)
	k := checker{}
	least := 0
	if whole {
		least = 10
		k.code("result", r.Result, c.Norm.Casework.Results)
		today := clock.DateOf(tx.Now)
		k.when(r.Result == "promised" && (r.PromiseOn.IsZero() || !r.PromiseOn.After(today) || r.PromiseOn.Sub(today) > 366), "promise_on", "casework.need_promise_on")
	}
	k.length("reply", r.Text, least, MaxText)
	if err := k.err(); err != nil {
		return 0, err
	}
	if r.Result != "promised" {
		r.PromiseOn = clock.Date{}
	}
	if whole {
		if err := c.quoting(tx, s.m, r.Quotes); err != nil {
			return 0, err
		}
	}
	last, err := c.replyOf(tx, s.m)
	if err != nil {
		return 0, err
	}
	r.State = "draft"
	if whole {
		r.State = "review"
	}
	if last != nil && (last.State == "draft" || last.State == "review") { // what was returned stays, to compare with
		r.ID = last.ID
	} else {
		r.ID = tx.ID(s.m.Province)
	}
	r.content = c.Keys.Seal(purposeReply, placeOf(r.ID), []byte(r.Text))
	_, err = tx.Exec(`insert into casework_reply (province, matter, id, unit, result, promise_on, content, quotes, state, author, author_for, submitted_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
 on conflict (province, matter, id) do update set result = excluded.result, promise_on = excluded.promise_on, content = excluded.content, quotes = excluded.quotes, state = excluded.state,
 author = excluded.author, author_for = excluded.author_for, submitted_at = excluded.submitted_at`,
		s.m.Province, s.m.ID, r.ID, s.m.Holder, r.Result, r.PromiseOn, r.content, strings.Join(r.Quotes, " "), r.State, s.a.Person, db.OrNull(s.a.PrincipalID()), clock.Millis(tx.Now))
	return r.ID, err
}

// quoting asks whether a reply may quote what it quotes.
func (c *Casework) quoting(tx *db.Tx, m *Matter, quotes []string) error {
	if c.Quoting == nil || len(quotes) == 0 {
		return nil
	}
	return c.Quoting(tx, m, quotes)
}

// replyOf is the last reply of a matter; nil without one.
func (c *Casework) replyOf(tx *db.Tx, m *Matter) (*Reply, error) {
	rs, err := c.repliesOf(tx, m)
	if err != nil || len(rs) == 0 {
		return nil, err
	}
	return &rs[len(rs)-1], nil
}

func (c *Casework) repliesOf(tx *db.Tx, m *Matter) ([]Reply, error) {
	rs, err := db.List(tx, func(r *db.Rows, x *Reply) error {
		var quotes string
		err := r.Scan(&x.ID, &x.Unit, &x.Result, &x.PromiseOn, &x.content, &quotes, &x.State, &x.Author, db.OrZero(&x.AuthorFor), db.OrZero(&x.Submitted), db.OrZero(&x.Approver), db.OrZero(&x.Approved))
		x.Quotes = strings.Fields(quotes)
		return err
	}, "select id, unit, result, promise_on, content, quotes, state, author, author_for, submitted_at, approver, approved_at from casework_reply where province = $1 and matter = $2 order by id limit 100", m.Province, m.ID)
	for i := range rs {
		if err == nil {
			var b []byte
			b, err = c.Keys.Open(purposeReply, placeOf(rs[i].ID), rs[i].content)
			rs[i].Text = string(b)
		}
	}
	return rs, err
}

// keepInstant keeps what was answered at once; nobody has to approve it, and
// the overseer samples it.
func (c *Casework) keepInstant(tx *db.Tx, s *step, text string, quotes []string) error {
	if err := c.quoting(tx, s.m, quotes); err != nil {
		return err
	}
	id := tx.ID(s.m.Province)
	_, err := tx.Exec(`insert into casework_reply (province, matter, id, unit, result, content, quotes, state, author, author_for, submitted_at) values ($1, $2, $3, $4, $5, $6, $7, 'draft', $8, $9, $10)`,
		s.m.Province, s.m.ID, id, s.m.Holder, s.m.Result, c.Keys.Seal(purposeReply, placeOf(id), []byte(text)), strings.Join(quotes, " "), s.a.Person, db.OrNull(s.a.PrincipalID()), clock.Millis(tx.Now))
	return err
}

// Return sends a reply back to whoever wrote it, with what to change.
func (c *Casework) Return(ctx context.Context, province int, id int64, text string) (err error) {
	defer fault.Wrap(&err, "casework.Return(%d)", id)
	text = strings.TrimSpace(text)
	k := checker{}
	k.length("explain", text, 4, maxNote)
	if err := k.err(); err != nil {
		return err
	}
	return c.act(ctx, province, id, "return", func(tx *db.Tx, s *step) error {
		r, err := c.replyOf(tx, s.m)
		if err != nil {
			return err
		}
		if _, err := tx.Exec("update casework_reply set state = 'returned' where province = $1 and matter = $2 and id = $3", s.m.Province, s.m.ID, r.ID); err != nil {
			return err
		}
		return c.move(tx, s, Event{Kind: "return", Ref: r.ID}, text, false)
	})
}

// Approve lets a reply go out. Whoever approves has not written it.
func (c *Casework) Approve(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "casework.Approve(%d)", id)
	return c.act(ctx, province, id, "approve", func(tx *db.Tx, s *step) error {
		r, err := c.replyOf(tx, s.m)
		if err != nil {
			return err
		}
		if s.a.Is(r.Author) || s.a.Is(r.AuthorFor) {
			return fault.Say(fault.Forbidden, "casework.own_reply")
		}
		if _, err := tx.Exec("update casework_reply set state = 'approved', approver = $4, approver_for = $5, approved_at = $6 where province = $1 and matter = $2 and id = $3",
			s.m.Province, s.m.ID, r.ID, s.a.Person, db.OrNull(s.a.PrincipalID()), clock.Millis(tx.Now)); err != nil {
			return err
		}
		s.m.Result, s.m.PromiseOn = r.Result, r.PromiseOn
		if err := c.out(tx, s, Event{Kind: "approve", Ref: r.ID, Code: r.Result}, ""); err != nil {
			return err
		}
		return c.tellStep(tx, s.m, "notify.step_replied")
	})
}

// Ways are how a reply reaches the person.
var Ways = []string{"web", "sms", "email", "post", "counter", "phone", "oral"}

// Deliver records how the reply reached the person, with what shows it; or, by
// one of the norm's codes, why it could not.
func (c *Casework) Deliver(ctx context.Context, province int, id int64, way, proof string) (err error) {
	defer fault.Wrap(&err, "casework.Deliver(%d)", id)
	proof = strings.TrimSpace(proof)
	k := checker{}
	ok := slices.Contains(Ways, way) || slices.ContainsFunc(c.Norm.Casework.Undelivered, func(x norm.Choice) bool { return x.ID == way })
	k.when(!ok, "way", "casework.need_way")
	k.length("proof", proof, 2, maxLine)
	if err := k.err(); err != nil {
		return err
	}
	return c.act(ctx, province, id, "deliver", func(tx *db.Tx, s *step) error {
		if way == "anonymous" && s.m.HasContact {
			return fault.Fields(fault.Field{Name: "way", Key: "casework.not_anonymous"})
		}
		return c.delivered(tx, s, way, proof)
	})
}

// delivered goes on to the call-back, or closes what nobody is called back about.
func (c *Casework) delivered(tx *db.Tx, s *step, way, proof string) error {
	s.m.Delivery, s.m.DeliveredAt = way, tx.Now
	s.to, s.verb = Callback, "deliver"
	last := 0
	if !c.Kind(s.m).Callback || s.m.Refusal != "" || s.m.Result == "referred" {
		s.to, last = Closed, 1
	}
	if s.to == Closed && s.m.Result == "promised" {
		s.to = Promised
	}
	if err := c.move(tx, s, Event{Kind: evDelivered, Code: way, N: last}, proof, true); err != nil {
		return err
	}
	if s.to == Promised {
		s.before = *s.m
		return c.promise(tx, s)
	}
	return nil
}

// promise keeps a matter open until its promise is kept.
func (c *Casework) promise(tx *db.Tx, s *step) error {
	s.to, s.verb = Promised, "promise"
	return c.move(tx, s, Event{Kind: evPromised, Code: s.m.PromiseOn.String()}, "", true)
}

// Extend gives the handling more time, within the norm's extension; the person
// is told why.
func (c *Casework) Extend(ctx context.Context, province int, id int64, n int, reason string) (err error) {
	defer fault.Wrap(&err, "casework.Extend(%d)", id)
	reason = strings.TrimSpace(reason)
	k := checker{}
	k.length("reason", reason, 4, maxNote)
	if err := k.err(); err != nil {
		return err
	}
	return c.act(ctx, province, id, "extend", func(tx *db.Tx, s *step) error {
		most := c.rules(s.m).Extension.N - s.m.Extended
		k.when(n < 1 || n > most, "n", "casework.need_extension", most)
		k.when(!tx.Now.Before(s.m.DueAt), "n", "casework.extend_late")
		if err := k.err(); err != nil {
			return err
		}
		if err := c.move(tx, s, Event{Kind: evExtended, N: n}, reason, true); err != nil {
			return err
		}
		return c.tellStep(tx, s.m, "notify.step_extended")
	})
}

// Suspend lets the outer clock stand still on one of the norm's grounds, with
// what shows it.
func (c *Casework) Suspend(ctx context.Context, province int, id int64, ground, evidence string) (err error) {
	defer fault.Wrap(&err, "casework.Suspend(%d)", id)
	evidence = strings.TrimSpace(evidence)
	k := checker{}
	k.code("ground", ground, c.Norm.Casework.Grounds)
	k.length("evidence", evidence, 4, maxNote)
	if err := k.err(); err != nil {
		return err
	}
	return c.act(ctx, province, id, "suspend", func(tx *db.Tx, s *step) error {
		if err := c.move(tx, s, Event{Kind: evSuspended, Code: ground}, evidence, true); err != nil {
			return err
		}
		return c.tellStep(tx, s.m, "notify.step_suspended")
	})
}

// Resume lets the outer clock run on.
func (c *Casework) Resume(ctx context.Context, province int, id int64, text string) (err error) {
	defer fault.Wrap(&err, "casework.Resume(%d)", id)
	return c.act(ctx, province, id, "resume", func(tx *db.Tx, s *step) error {
		return c.move(tx, s, Event{Kind: evResumed}, strings.TrimSpace(text), true)
	})
}

// Keep takes a promise up: it is being kept, and the reply to that follows.
func (c *Casework) Keep(ctx context.Context, province int, id int64, text string) (err error) {
	defer fault.Wrap(&err, "casework.Keep(%d)", id)
	text = strings.TrimSpace(text)
	k := checker{}
	k.length("explain", text, 4, maxNote)
	if err := k.err(); err != nil {
		return err
	}
	return c.act(ctx, province, id, "keep", func(tx *db.Tx, s *step) error {
		s.m.Delivery, s.m.DeliveredAt = "", time.Time{}
		return c.move(tx, s, Event{Kind: evKept}, text, true)
	})
}
