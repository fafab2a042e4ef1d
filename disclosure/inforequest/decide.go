package inforequest

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"yangguang/disclosure/inforequest/letter"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/fresh"
	"yangguang/internal/i18n"
	"yangguang/internal/privacy"
)

// Draft is the decision as its author proposes it.
type Draft struct {
	ID       int64
	Decision string
	Variant  string
	Values   letter.Values // what the author wrote for the letter
	Reviewed string        // what was weighed: secrecy, privacy, the third party (articles 14 to 17)
	State    string        // draft, review, returned, approved
	Author   int64
	Approver int64

	content   []byte
	authorFor int64
}

const purposeDraft = "inforequest.draft"

// byClock are the decisions nobody drafts: the clock makes them.
var byClock = []string{"closed_unclarified", "closed_unpaid"}

// Save keeps the draft of a decision. Nothing typed is lost: values may still
// be missing; Submit asks for them.
func (r *Requests) Save(ctx context.Context, province int, id int64, d Draft) (err error) {
	defer fault.Wrap(&err, "inforequest.Save(%d)", id)
	return r.act(ctx, province, id, "save", func(tx *db.Tx, s *step) error {
		_, err := r.save(tx, s, d)
		return err
	})
}

func (r *Requests) save(tx *db.Tx, s *step, d Draft) (*Draft, error) {
	c := checker{}
	rule := r.Norm.Requests.Decision(d.Decision)
	c.when(rule == nil || slices.Contains(byClock, d.Decision), "decision", "inforequest.need_decision")
	c.when(rule != nil && !slices.Contains(letter.Variants(d.Decision), d.Variant), "variant", "inforequest.need_variant")
	d.Reviewed = strings.TrimSpace(d.Reviewed)
	c.length("reviewed", d.Reviewed, 0, maxReviewed)
	for k, v := range d.Values {
		d.Values[k] = strings.TrimSpace(v)
		c.length(k, d.Values[k], 0, MaxDetail)
	}
	if err := fault.Fields(c.bad...); err != nil {
		return nil, err
	}
	was, err := r.draftOf(tx, s.q)
	if err != nil {
		return nil, err
	}
	d.State, d.Author, d.authorFor = "draft", s.a.Person, s.a.PrincipalID()
	if was == nil || was.Author != d.Author { // whoever ever wrote at it does not approve it
		if err := r.note(tx, s.q, Event{Kind: "drafted", On: s.today}, d.Author, "", false); err != nil {
			return nil, err
		}
	}
	if d.ID = tx.ID(s.q.Province); was != nil && was.State != "approved" {
		d.ID = was.ID
	}
	b, _ := json.Marshal(d.Values) // strings: never fails
	return &d, keepDraft(tx, s.q, &d, r.Keys.Seal(purposeDraft, placeOf(d.ID), b))
}

const maxReviewed = 1000

// Submit sends the draft to whoever approves: every value of the letter is
// there, and what was weighed is written down.
func (r *Requests) Submit(ctx context.Context, province int, id int64, d Draft) (err error) {
	defer fault.Wrap(&err, "inforequest.Submit(%d)", id)
	return r.act(ctx, province, id, "submit", func(tx *db.Tx, s *step) error {
		kept, err := r.save(tx, s, d)
		if err != nil {
			return err
		}
		if err := r.checkDraft(tx, s, kept); err != nil {
			return err
		}
		kept.State = "review"
		if err := setDraft(tx, s.q, kept, clock.Millis(tx.Now)); err != nil {
			return err
		}
		return r.move(tx, s, Event{Kind: "submit"}, "")
	})
}

// checkDraft tries the letter and the rules that bind a decision to what
// happened before.
func (r *Requests) checkDraft(tx *db.Tx, s *step, d *Draft) error {
	c := checker{}
	c.length("reviewed", d.Reviewed, 5, maxReviewed)
	steps, err := stepsOf(tx, s.q.Province, s.q.ID)
	if err != nil {
		return err
	}
	c.when(d.Decision == "unavailable_unclear" && !has(steps, Supplied), "decision", "inforequest.unclear_unasked")
	c.when(d.Decision == "not_processed_excessive" && !has(steps, "ask_reasons"), "decision", "inforequest.defer_reasons")
	if err := r.checkThird(tx, s.q, d, &c); err != nil {
		return err
	}
	files, err := r.files(tx, s.q)
	if err != nil {
		return err
	}
	gives := d.Decision == "partial" || d.Decision == "granted" && d.Variant == ""
	c.when(d.Decision == "partial" && !slices.ContainsFunc(files, func(f File) bool { return f.Purpose == Release }) && s.q.Medium != "look", "decision", "inforequest.need_release")
	for _, f := range files {
		c.when(gives && f.Purpose == Release && f.Blocked, "decision", "inforequest.release_blocked")
	}
	for name, text := range d.Values {
		c.when(privacy.Blocks(privacy.Scan(text)), name, "inforequest.value_personal")
	}
	// The register's number is given on approval; here the letter is only tried.
	_, tried := r.tryLetter(tx, s, d)
	return fault.Fields(append(c.bad, fault.FieldsOf(tried)...)...)
}

// checkThird refuses to release against a third party's will before it was told
// in writing, and to leave a consultation open.
func (r *Requests) checkThird(tx *db.Tx, q *Request, d *Draft, c *checker) error {
	consults, err := consultsOf(tx, q)
	for _, x := range consults {
		c.when(x.Answer == "", "decision", "inforequest.consult_open")
		against := x.Kind == "third_party" && x.Answer == "refuses" && x.ToldOn.IsZero()
		c.when(against && (d.Decision == "granted" || d.Decision == "partial"), "decision", "inforequest.third_untold")
	}
	return err
}

// tryLetter merges the letter of a draft without entering it anywhere.
func (r *Requests) tryLetter(tx *db.Tx, s *step, d *Draft) (letter.Letter, error) {
	kind, err := letter.ForDecision(d.Decision, d.Variant)
	if err != nil {
		return letter.Letter{}, err
	}
	u, a, err := r.officer(tx, s.q.Agency, Handling)
	if err != nil && a == nil {
		if u, _, err = r.officer(tx, s.q.Agency, Deciding); err != nil {
			return letter.Letter{}, err
		}
	}
	o, err := OfficeOf(tx, u)
	if err != nil {
		return letter.Letter{}, err
	}
	rule := r.Norm.Requests.Decision(d.Decision)
	v, err := r.standing(tx, s.q, u, o, rule, kind)
	if err != nil {
		return letter.Letter{}, err
	}
	form, err := r.form(tx, u, kind)
	if err != nil {
		return letter.Letter{}, err
	}
	zh := i18n.With(tx.Ctx, i18n.ZH)
	v["letter_number"], v["date"] = i18n.T(zh, "inforequest.letter_to_come", o.Mark), i18n.Date(zh, s.today)
	l, err := form.Merge(letter.WayOf(rule, letter.Channel(s.q.Delivery), s.q.Applicant != "natural"), v.With(d.Values))
	l.Demo = u.Demo
	return l, err
}

// Return sends a draft back to its author with what is to be mended.
func (r *Requests) Return(ctx context.Context, province int, id int64, why string) (err error) {
	defer fault.Wrap(&err, "inforequest.Return(%d)", id)
	why = strings.TrimSpace(why)
	return r.act(ctx, province, id, "return", func(tx *db.Tx, s *step) error {
		c := checker{}
		c.length("why", why, 2, MaxDetail)
		if err := fault.Fields(c.bad...); err != nil {
			return err
		}
		d, err := r.draftOf(tx, s.q)
		if err != nil {
			return err
		}
		d.State = "returned"
		if err := setDraft(tx, s.q, d, 0); err != nil {
			return err
		}
		s.q.State = s.to
		return r.happenUnseen(tx, s.q, Event{Kind: "return", On: s.today}, s.person(), why)
	})
}

// happenUnseen is happen for what the applicant is not told.
func (r *Requests) happenUnseen(tx *db.Tx, q *Request, e Event, person int64, note string) error {
	return r.happen(tx, q, e, person, note, false)
}

// Approve makes the decision: whoever approves has not written it, and the
// letter gets its number from the agency's register.
func (r *Requests) Approve(ctx context.Context, province int, id int64) (err error) {
	defer fault.Wrap(&err, "inforequest.Approve(%d)", id)
	return r.act(ctx, province, id, "approve", func(tx *db.Tx, s *step) error {
		d, err := r.draftOf(tx, s.q)
		if err != nil {
			return err
		}
		if err := notOwn(tx, s, d); err != nil {
			return err
		}
		if err := r.checkDraft(tx, s, d); err != nil {
			return err
		}
		if err := approveDraft(tx, s.q, d, s.a.Person, s.a.PrincipalID(), clock.Millis(tx.Now)); err != nil {
			return err
		}
		kind, err := letter.ForDecision(d.Decision, d.Variant)
		if err != nil {
			return err
		}
		rule := r.Norm.Requests.Decision(d.Decision)
		if err := r.write(tx, s, kind, rule, d.Values); err != nil {
			return err
		}
		q := s.q
		q.Decision, q.Variant, q.DecidedOn, q.Late = d.Decision, d.Variant, s.today, q.Overdue(s.today)
		if rule.Reassess {
			q.ReassessOn = r.reassess(s.today)
		}
		return r.move(tx, s, Event{Kind: "approve"}, "")
	})
}

// notOwn refuses whoever had a hand in the draft, in whichever round, himself or
// through somebody he stands in for.
func notOwn(tx *db.Tx, s *step, d *Draft) error {
	steps, err := stepsOf(tx, s.q.Province, s.q.ID)
	if err != nil {
		return err
	}
	own := s.a.Is(d.Author) || d.authorFor != 0 && s.a.Is(d.authorFor)
	for _, x := range steps {
		own = own || x.Kind == "drafted" && s.a.Is(x.Person)
	}
	if own {
		return fault.Say(fault.Conflict, "inforequest.same_person")
	}
	return nil
}

// Deliver records how the decision reached the applicant, with its proof. By web
// it is delivered when he may read it; he is told.
func (r *Requests) Deliver(ctx context.Context, province int, id int64, by, proof string, on clock.Date) (err error) {
	defer fault.Wrap(&err, "inforequest.Deliver(%d)", id)
	proof = strings.TrimSpace(proof)
	return r.act(ctx, province, id, "deliver", func(tx *db.Tx, s *step) error {
		c := checker{}
		c.when(!slices.Contains(Deliveries, by), "by", "inforequest.need_delivery")
		c.when(by != "web" && runes(proof) < 2, "proof", "inforequest.need_proof")
		c.length("proof", proof, 0, maxLine)
		c.when(on.IsZero() || on.After(s.today) || on.Before(s.q.DecidedOn), "on", "inforequest.need_sent_on")
		if err := fault.Fields(c.bad...); err != nil {
			return err
		}
		ls, err := lettersOf(tx, s.q)
		if err != nil {
			return err
		}
		if n := len(ls); n > 0 {
			if err := sendLetter(tx, s.q, ls[n-1].ID, on, by, proof); err != nil {
				return err
			}
		}
		s.q.Delivered, s.q.ClosedOn = tx.Now, on
		if err := r.move(tx, s, Event{Kind: "deliver", On: on}, proof); err != nil {
			return err
		}
		if err := fresh.Change(tx, s.q.Province, answeredTag); err != nil {
			return err
		}
		return r.tellStep(tx, s.q, "notify.step_replied")
	})
}

// Reopen takes a closed request up again: a reconsideration or a court ordered
// it, or the applicant had good reason to be late.
func (r *Requests) Reopen(ctx context.Context, province int, id int64, why string) (err error) {
	defer fault.Wrap(&err, "inforequest.Reopen(%d)", id)
	why = strings.TrimSpace(why)
	return r.act(ctx, province, id, "reopen", func(tx *db.Tx, s *step) error {
		c := checker{}
		c.length("why", why, 5, MaxDetail)
		if err := fault.Fields(c.bad...); err != nil {
			return err
		}
		q := s.q
		if q.MergedInto != 0 || q.ReceivedOn.IsZero() {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		q.Decision, q.Variant, q.DecidedOn, q.ClosedOn, q.ReassessOn, q.Late = "", "", clock.Date{}, clock.Date{}, clock.Date{}, false
		if err := r.note(tx, q, Event{Kind: "reopen", On: s.today}, s.person(), why, true); err != nil {
			return err
		}
		q.State = s.to
		return r.happen(tx, q, Event{Kind: Received, On: s.today}, s.person(), "", true)
	})
}

// draftOf is the latest draft of a request, nil when there is none.
func (r *Requests) draftOf(tx *db.Tx, q *Request) (*Draft, error) {
	ds, err := db.List(tx, func(r *db.Rows, d *Draft) error {
		return r.Scan(&d.ID, &d.Decision, &d.Variant, &d.content, &d.Reviewed, &d.State, &d.Author, db.OrZero(&d.authorFor), db.OrZero(&d.Approver))
	}, "select id, decision, variant, content, reviewed, state, author, author_for, approver from inforequest_draft where province = $1 and request = $2 order by id desc limit 1", q.Province, q.ID)
	if err != nil || len(ds) == 0 {
		return nil, err
	}
	d := &ds[0]
	b, err := r.Keys.Open(purposeDraft, placeOf(d.ID), d.content)
	if err != nil {
		return nil, err
	}
	return d, json.Unmarshal(b, &d.Values)
}

func keepDraft(tx *db.Tx, q *Request, d *Draft, content []byte) error {
	_, err := tx.Exec(`insert into inforequest_draft (province, request, id, decision, variant, content, reviewed, state, author, author_for) values ($1, $2, $3, $4, $5, $6, $7, 'draft', $8, $9)
 on conflict (province, request, id) do update set decision = excluded.decision, variant = excluded.variant, content = excluded.content, reviewed = excluded.reviewed, state = 'draft', author = excluded.author, author_for = excluded.author_for`,
		q.Province, q.ID, d.ID, d.Decision, d.Variant, content, d.Reviewed, d.Author, db.OrNull(d.authorFor))
	return err
}

func setDraft(tx *db.Tx, q *Request, d *Draft, submitted int64) error {
	_, err := tx.Exec("update inforequest_draft set state = $4, submitted_at = $5 where province = $1 and request = $2 and id = $3", q.Province, q.ID, d.ID, d.State, db.OrNull(submitted))
	return err
}

func approveDraft(tx *db.Tx, q *Request, d *Draft, person, principal, at int64) error {
	_, err := tx.Exec("update inforequest_draft set state = 'approved', approver = $4, approver_for = $5, approved_at = $6 where province = $1 and request = $2 and id = $3",
		q.Province, q.ID, d.ID, person, db.OrNull(principal), at)
	return err
}
