package inforequest

import (
	"context"
	"strings"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

// triesAnHour is how often a wrong code may be tried for one number, whoever
// tries.
const triesAnHour = 10

// Follow reads a request for whoever has its number and code. A number that is
// unknown and a code that is wrong are told alike, and cost the same work.
func (r *Requests) Follow(ctx context.Context, number, code string) (c *Case, err error) {
	defer fault.Wrap(&err, "inforequest.Follow")
	err = r.byCode(ctx, r.DB.Read, number, code, func(tx *db.Tx, q *Request) error {
		if c, err = r.caseOf(tx, q); err != nil {
			return err
		}
		c.hideWithin()
		return nil
	})
	return c, err
}

// hideWithin takes out of a case what is the office's own.
func (c *Case) hideWithin() {
	c.Others, c.Draft = nil, nil
	var steps []Step
	for _, s := range c.Steps {
		if s.Public {
			s.Person = 0
			steps = append(steps, s)
		}
	}
	var files []File
	for _, f := range c.Files {
		if f.Purpose == AskedFile || f.Purpose == Release && c.State == Closed {
			files = append(files, f)
		}
	}
	var letters []Letter
	for _, l := range c.Letters {
		if toApplicant(l.Kind) && (l.SentOn != clock.Date{} || c.State != Decided) {
			letters = append(letters, l)
		}
	}
	c.Steps, c.Files, c.Letters = steps, files, letters
	for i := range c.Consults {
		c.Consults[i].Whom, c.Consults[i].Address, c.Consults[i].Reasons = "", "", ""
	}
}

// byCode does f with the request a number and a code lead to, in a transaction
// that reads or writes. A wrong try is written in one of its own, since the
// answer is a refusal.
func (r *Requests) byCode(ctx context.Context, in func(context.Context, func(*db.Tx) error) error, number, code string, f func(tx *db.Tx, q *Request) error) error {
	wrong := fault.Fields(fault.Field{Name: "number", Key: "inforequest.unknown"})
	n, ok1 := secret.ParseNumber(number)
	cd, ok2 := secret.ParseCode(code)
	if !ok1 || !ok2 {
		return wrong
	}
	key := r.Keys.Index("inforequest.try", n)
	var q *Request
	err := r.DB.Read(ctx, func(tx *db.Tx) (err error) {
		times, err := tries(tx, key)
		if err != nil {
			return err
		}
		if times >= triesAnHour {
			return fault.Fields(fault.Field{Name: "number", Key: "inforequest.tried_often", Args: []any{triesAnHour}})
		}
		q, err = nearNumber(tx, n)
		return err
	})
	if err != nil {
		return err
	}
	same := secret.Equal([]byte(q.Number), []byte(n))
	if !secret.Equal(q.code, r.codeIndex(n, cd)) || !same {
		if err := r.DB.Write(ctx, func(tx *db.Tx) error { return addTry(tx, key) }); err != nil {
			return err
		}
		return wrong
	}
	return in(ctx, func(tx *db.Tx) error {
		q, err := requestByID(tx, q.Province, q.ID)
		if err != nil {
			return err
		}
		return f(tx, q)
	})
}

// byApplicant is act for the applicant: the verb must be one nobody needs a
// grant for.
func (r *Requests) byApplicant(ctx context.Context, number, code, verb string, f func(tx *db.Tx, s *step) error) error {
	return r.byCode(ctx, r.DB.Write, number, code, func(tx *db.Tx, q *Request) error {
		q, err := lockRequest(tx, q.Province, q.ID)
		if err != nil {
			return err
		}
		rule, err := Flow.Next(q.State, verb)
		if err != nil {
			return err
		}
		if rule.Who != "" {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		s := &step{q: q, today: clock.DateOf(tx.Now), to: rule.To}
		if err := f(tx, s); err != nil {
			return err
		}
		return r.audit(tx, nil, q, verb, "applicant")
	})
}

// Supplement is the applicant's answer to a notice to clarify; the clock begins
// anew that day (article 30).
func (r *Requests) Supplement(ctx context.Context, number, code, text string) (err error) {
	defer fault.Wrap(&err, "inforequest.Supplement")
	text = strings.TrimSpace(text)
	c := checker{}
	c.length("text", text, 4, MaxDetail)
	if err := fault.Fields(c.bad...); err != nil {
		return err
	}
	return r.byApplicant(ctx, number, code, "supplement", func(tx *db.Tx, s *step) error {
		return r.supplement(tx, s, text)
	})
}

func (r *Requests) supplement(tx *db.Tx, s *step, text string) error {
	a, err := r.askedOf(s.q)
	if err != nil {
		return err
	}
	a.Detail = strings.TrimSpace(a.Detail + "\n\n" + text)
	r.sealAsked(s.q, a)
	return r.move(tx, s, Event{Kind: Supplied}, text)
}

// SupplementAtCounter enters what the applicant brought, wrote or said.
func (r *Requests) SupplementAtCounter(ctx context.Context, province int, id int64, text string) (err error) {
	defer fault.Wrap(&err, "inforequest.SupplementAtCounter(%d)", id)
	text = strings.TrimSpace(text)
	c := checker{}
	c.length("text", text, 4, MaxDetail)
	if err := fault.Fields(c.bad...); err != nil {
		return err
	}
	return r.atCounter(ctx, province, id, "supplement", func(tx *db.Tx, s *step) error { return r.supplement(tx, s, text) })
}

// atCounter does the applicant's step by an officer's hand.
func (r *Requests) atCounter(ctx context.Context, province int, id int64, verb string, f func(tx *db.Tx, s *step) error) error {
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		q, a, err := r.reach(tx, province, id, Registering)
		if err != nil {
			return err
		}
		rule, err := Flow.Next(q.State, verb)
		if err != nil {
			return err
		}
		if err := f(tx, &step{q: q, a: a, today: clock.DateOf(tx.Now), to: rule.To}); err != nil {
			return err
		}
		return r.audit(tx, a, q, verb, "counter")
	})
}

// Explain gives the reasons the agency asked for under article 35.
func (r *Requests) Explain(ctx context.Context, number, code, text string) (err error) {
	defer fault.Wrap(&err, "inforequest.Explain")
	text = strings.TrimSpace(text)
	c := checker{}
	c.length("text", text, 4, MaxDetail)
	if err := fault.Fields(c.bad...); err != nil {
		return err
	}
	return r.byCode(ctx, r.DB.Write, number, code, func(tx *db.Tx, q *Request) error {
		steps, err := stepsOf(tx, q.Province, q.ID)
		if err != nil {
			return err
		}
		if q.State != Open || !has(steps, "ask_reasons") || has(steps, "reasons") {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		a, err := r.askedOf(q)
		if err != nil {
			return err
		}
		a.Reasons = text
		r.sealAsked(q, a)
		return r.happen(tx, q, Event{Kind: "reasons", On: clock.DateOf(tx.Now)}, 0, text, true)
	})
}

// Withdraw ends a request at the applicant's word.
func (r *Requests) Withdraw(ctx context.Context, number, code string) (err error) {
	defer fault.Wrap(&err, "inforequest.Withdraw")
	return r.byApplicant(ctx, number, code, "withdraw", r.withdraw)
}

func (r *Requests) withdraw(tx *db.Tx, s *step) error {
	s.q.Decision, s.q.DecidedOn = "closed_other", s.today
	return r.move(tx, s, Event{Kind: "withdraw"}, "")
}

// WithdrawAtCounter is the same by an officer's hand, for who has no telephone.
func (r *Requests) WithdrawAtCounter(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "inforequest.WithdrawAtCounter(%d)", id)
	return r.atCounter(ctx, province, id, "withdraw", r.withdraw)
}

// Received is what an applicant does not need to send again: the file he was
// released, for his number and code.
func (r *Requests) Received(ctx context.Context, number, code string, file int64) (f *File, b []byte, err error) {
	defer fault.Wrap(&err, "inforequest.Received")
	err = r.byCode(ctx, r.DB.Read, number, code, func(tx *db.Tx, q *Request) error {
		if f, err = r.fileByID(tx, q, file); err != nil {
			return err
		}
		if f.Purpose != AskedFile && (f.Purpose != Release || q.State != Closed) {
			return fault.Say(fault.NotFound, "fault.not_found")
		}
		return nil
	})
	if err == nil {
		b, err = r.bytesOf(ctx, f)
	}
	return f, b, err
}

// Renew gives a new code to an applicant who lost his and shows at a counter who
// he is; the old one opens nothing any more.
func (r *Requests) Renew(ctx context.Context, province int, id int64, idNumber string) (code string, err error) {
	defer fault.Wrap(&err, "inforequest.Renew(%d)", id)
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		q, a, err := r.reach(tx, province, id, Registering)
		if err != nil {
			return err
		}
		w, err := r.identityOf(q)
		if err != nil {
			return err
		}
		if given := strings.ToUpper(strings.ReplaceAll(idNumber, " ", "")); given == "" || given != w.IDNumber {
			return fault.Fields(fault.Field{Name: "id_number", Key: "inforequest.other_person"})
		}
		code = secret.Code(10)
		q.code = r.codeIndex(q.Number, code)
		if err := r.note(tx, q, Event{Kind: "renew", On: clock.DateOf(tx.Now)}, a.Person, "", true); err != nil {
			return err
		}
		if err := updateRequest(tx, q); err != nil {
			return err
		}
		return r.audit(tx, a, q, "renew_code", "")
	})
	return code, err
}

// List gives requests within the reach of the person acting, the most urgent first.
func (r *Requests) List(ctx context.Context, f Filter) (out []Request, err error) {
	defer fault.Wrap(&err, "inforequest.List")
	a := account.From(ctx)
	if a == nil {
		return nil, fault.Say(fault.Unauthenticated, "fault.unauthenticated")
	}
	err = r.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = listRequests(tx, reachOf(a), f)
		return err
	})
	return out, err
}

// reachOf is where the person has any business with requests.
func reachOf(a *account.Actor) (out []account.Range) {
	seen := map[account.Range]bool{}
	for _, v := range Verbs() {
		for _, x := range a.Scope(v) {
			if !seen[x] {
				seen[x] = true
				out = append(out, x)
			}
		}
	}
	return out
}

func tries(tx *db.Tx, key []byte) (n int, err error) {
	err = tx.Row("select coalesce(sum(times), 0) from inforequest_try where number = $1 and hour > $2", key, hourOf(tx)-1).Scan(&n)
	return n, err
}

func addTry(tx *db.Tx, key []byte) error {
	_, err := tx.Exec("insert into inforequest_try (number, hour, times) values ($1, $2, 1) on conflict (number, hour) do update set times = inforequest_try.times + 1", key, hourOf(tx))
	return err
}

func hourOf(tx *db.Tx) int64 { return clock.Millis(tx.Now) / 3_600_000 }
