package inforequest

import (
	"context"
	"slices"
	"strings"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

// step is one act on a request while its transaction is open.
type step struct {
	q     *Request
	a     *account.Actor // nil: the applicant by his code, or the clock
	today clock.Date
	to    string // the state that follows
}

func (s *step) person() int64 {
	if s.a == nil {
		return 0
	}
	return s.a.Person
}

// MayRead answers whether the person acting may see requests to an agency.
func MayRead(a *account.Actor, t account.Target) bool {
	return a != nil && slices.ContainsFunc(Verbs(), func(v string) bool { return a.May(v, t) })
}

// act does what the verb of the flow allows in the request's state: lock,
// check, change, record.
func (r *Requests) act(ctx context.Context, province int, id int64, verb string, f func(tx *db.Tx, s *step) error) error {
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		q, err := lockRequest(tx, province, id)
		if err != nil {
			return err
		}
		a := account.From(ctx)
		if !MayRead(a, q.target()) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		rule, err := Flow.Next(q.State, verb)
		if err != nil {
			return err
		}
		if rule.Who == "" || !a.May(rule.Who, q.target()) {
			return fault.Say(fault.Forbidden, "inforequest.no_grant_"+strings.TrimPrefix(rule.Who, "inforequest."))
		}
		s := &step{q: q, a: a, today: clock.DateOf(tx.Now), to: rule.To}
		if err := f(tx, s); err != nil {
			return err
		}
		return r.audit(tx, a, q, verb, "")
	})
}

// move takes the request into the state that follows, with the event that moves it.
func (r *Requests) move(tx *db.Tx, s *step, e Event, note string) error {
	s.q.State = s.to
	if s.to == Closed && s.q.ClosedOn.IsZero() {
		s.q.ClosedOn = s.today
	}
	if e.On.IsZero() {
		e.On = s.today
	}
	return r.happen(tx, s.q, e, s.person(), note, true)
}

// Confirm registers what came by web, fax or plain letter: the office has been
// in touch with the applicant, and the clock begins that day (article 31).
func (r *Requests) Confirm(ctx context.Context, province int, id int64, how string) (err error) {
	defer fault.Wrap(&err, "inforequest.Confirm(%d)", id)
	how = strings.TrimSpace(how)
	c := checker{}
	c.length("how", how, 2, maxLine)
	if err := fault.Fields(c.bad...); err != nil {
		return err
	}
	return r.act(ctx, province, id, "confirm", func(tx *db.Tx, s *step) error {
		return r.confirm(tx, s, how)
	})
}

func (r *Requests) confirm(tx *db.Tx, s *step, how string) error {
	if err := r.receive(tx, s.q, s.today, s.person()); err != nil {
		return err
	}
	if err := r.note(tx, s.q, Event{Kind: "confirmed", On: s.today}, s.person(), how, true); err != nil {
		return err
	}
	return r.tellStep(tx, s.q, "notify.step_accepted")
}

// tellStep tells the applicant that something moved.
func (r *Requests) tellStep(tx *db.Tx, q *Request, template string) error {
	w, err := r.identityOf(q)
	if err != nil {
		return err
	}
	return r.tell(tx, q, w, template, "")
}

// Assign gives a request to a unit of the agency and a handler.
func (r *Requests) Assign(ctx context.Context, province int, id, handler int64, unit string) (err error) {
	defer fault.Wrap(&err, "inforequest.Assign(%d)", id)
	unit = strings.TrimSpace(unit)
	return r.act(ctx, province, id, "assign", func(tx *db.Tx, s *step) error {
		people, err := account.Holders(tx, Handling, s.q.target(), maxPeople)
		if err != nil {
			return err
		}
		c := checker{}
		c.when(!slices.ContainsFunc(people, func(p account.Person) bool { return p.ID == handler }), "handler", "inforequest.need_handler")
		c.length("unit", unit, 0, maxName)
		if err := fault.Fields(c.bad...); err != nil {
			return err
		}
		s.q.Handler, s.q.Section = handler, unit
		if err := r.note(tx, s.q, Event{Kind: "assign", On: s.today}, s.person(), unit, false); err != nil {
			return err
		}
		return updateRequest(tx, s.q)
	})
}

// maxPeople bounds the list a handler is chosen from.
const maxPeople = 200

// Verify records that the officer saw the applicant's identity document.
func (r *Requests) Verify(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "inforequest.Verify(%d)", id)
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		q, a, err := r.reach(tx, province, id, Registering)
		if err != nil {
			return err
		}
		if q.VerifiedBy != 0 {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		q.VerifiedBy, q.VerifiedAt = a.Person, tx.Now
		if err := updateRequest(tx, q); err != nil {
			return err
		}
		return r.audit(tx, a, q, "verify", "")
	})
}

// reach locks a request for whoever may do verb to it.
func (r *Requests) reach(tx *db.Tx, province int, id int64, verb string) (*Request, *account.Actor, error) {
	q, err := lockRequest(tx, province, id)
	if err != nil {
		return nil, nil, err
	}
	a := account.From(tx.Ctx)
	switch {
	case !MayRead(a, q.target()):
		return nil, nil, fault.Say(fault.NotFound, "fault.not_found")
	case verb != "" && !a.May(verb, q.target()):
		return nil, nil, fault.Say(fault.Forbidden, "inforequest.no_grant_"+strings.TrimPrefix(verb, "inforequest."))
	}
	return q, a, nil
}

// OpenIdentity reads who asks, with a reason; the applicant sees each opening.
func (r *Requests) OpenIdentity(ctx context.Context, province int, id int64, reason string) (w Identity, err error) {
	defer fault.Wrap(&err, "inforequest.OpenIdentity(%d)", id)
	reason = strings.TrimSpace(reason)
	c := checker{}
	c.length("reason", reason, 4, maxLine)
	if err := fault.Fields(c.bad...); err != nil {
		return w, err
	}
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		q, a, err := r.reach(tx, province, id, "")
		if err != nil {
			return err
		}
		if w, err = r.identityOf(q); err != nil {
			return err
		}
		return r.opened(tx, a, q, reason)
	})
	return w, err
}

// Case is a request with all that a handler sees of it.
type Case struct {
	Request
	Asked    Asked
	Unit     agency.Agency
	Steps    []Step
	Consults []Consult
	Fees     []Fee
	Letters  []Letter
	Files    []File
	Remedies []Remedy
	Draft    *Draft
	Answer   string    // how far the answer for everybody is; "" without one
	Month    int       // which request of the applicant in its month this is
	Others   []Request // of the same applicant to the same agency
	Verbs    []string  // what the person acting may do now
	People   map[int64]string
}

// Open reads a request for whoever handles it.
func (r *Requests) Open(ctx context.Context, province int, id int64) (c *Case, err error) {
	defer fault.Wrap(&err, "inforequest.Open(%d)", id)
	err = r.DB.Read(ctx, func(tx *db.Tx) error {
		q, err := requestByID(tx, province, id)
		if err != nil {
			return err
		}
		a := account.From(ctx)
		if !MayRead(a, q.target()) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		if c, err = r.caseOf(tx, q); err != nil {
			return err
		}
		for _, rule := range Flow.Verbs(q.State) {
			if rule.Who != "" && a.May(rule.Who, q.target()) {
				c.Verbs = append(c.Verbs, rule.Verb)
			}
		}
		return r.name(tx, c)
	})
	return c, err
}

// caseOf reads everything about a request.
func (r *Requests) caseOf(tx *db.Tx, q *Request) (c *Case, err error) {
	c = &Case{Request: *q}
	read := func(f func() error) {
		if err == nil {
			err = f()
		}
	}
	read(func() error { c.Unit, err = agency.Find(tx, q.Agency); return err })
	read(func() error { c.Asked, err = r.askedOf(q); return err })
	read(func() error { c.Steps, err = r.steps(tx, q); return err })
	read(func() error { c.Consults, err = r.consults(tx, q); return err })
	read(func() error { c.Fees, err = feesOf(tx, q); return err })
	read(func() error { c.Letters, err = r.letters(tx, q); return err })
	read(func() error { c.Files, err = r.files(tx, q); return err })
	read(func() error { c.Remedies, err = remediesOf(tx, q); return err })
	read(func() error { c.Draft, err = r.draftOf(tx, q); return err })
	read(func() error { c.Month, err = monthly(tx, q); return err })
	if r.AnswerOf != nil {
		read(func() error { c.Answer, err = r.AnswerOf(tx, q); return err })
	}
	read(func() error { c.Others, err = siblings(tx, q, 20); return err })
	return c, err
}

// steps are a request's events with what was written in them.
func (r *Requests) steps(tx *db.Tx, q *Request) ([]Step, error) {
	out, err := stepsOf(tx, q.Province, q.ID)
	for i := range out {
		if s := &out[i]; s.note != nil && err == nil {
			var b []byte
			b, err = r.Keys.Open(purposeNote, placeOf(s.ID), s.note)
			s.Note = string(b)
			if s.Kind == "opened" && i18n.Has(i18n.ZH, s.Note) {
				s.Note = i18n.T(tx.Ctx, s.Note)
			}
		}
	}
	return out, err
}

// name looks up the names of the staff who acted.
func (r *Requests) name(tx *db.Tx, c *Case) (err error) {
	ids := []int64{c.Handler, c.VerifiedBy}
	for _, s := range c.Steps {
		ids = append(ids, s.Person)
	}
	if c.Draft != nil {
		ids = append(ids, c.Draft.Author, c.Draft.Approver)
	}
	slices.Sort(ids)
	c.People, err = account.Names(tx, slices.DeleteFunc(slices.Compact(ids), func(id int64) bool { return id == 0 }))
	return err
}

// May answers whether the person acting may do a verb of the flow now.
func (c *Case) May(verb string) bool { return slices.Contains(c.Verbs, verb) }

// Clock is a request's reckoning today, for the page that explains it.
func (r *Requests) Clock(ctx context.Context, c *Case) (k Reckoning, days []Day, err error) {
	cal, err := r.Calendars.For(ctx, int64(c.Region))
	if err != nil {
		return k, nil, err
	}
	evs := make([]Event, len(c.Steps))
	for i, s := range c.Steps {
		evs[i] = s.Event
	}
	k = Reckon(cal, r.rules(), evs)
	return k, k.Explain(cal), nil
}
