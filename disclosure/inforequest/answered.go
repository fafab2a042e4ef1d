package inforequest

import (
	"context"
	"strings"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// What the applicant says of others reading the answer too.
const (
	// ConsentBack: he does not want the answer published any more.
	ConsentBack = "consent_back"
	// Suggested: he thinks that everybody should have it without asking.
	Suggested = "suggested"
)

// Publishable answers whether the answer may go to the public log: the applicant
// agreed, the decision has reached him, and it is not about his own record.
func (q *Request) Publishable() bool {
	return q.State == Closed && q.OpenAnswer && !q.OwnRecord && q.Decision != "" && !q.Delivered.IsZero() && q.MergedInto == 0 && !q.Destroyed
}

// ForAnswer locks a request whose answer is to be published, and refuses texts
// that tell who asked; the names stay in this room.
func (r *Requests) ForAnswer(tx *db.Tx, province int, id int64, texts ...string) (*Request, error) {
	q, err := lockRequest(tx, province, id)
	if err != nil {
		return nil, err
	}
	if !q.Publishable() {
		return nil, fault.Say(fault.Conflict, "inforequest.not_publishable")
	}
	w, err := r.identityOf(q)
	if err != nil {
		return nil, err
	}
	all := strings.ToUpper(strings.Join(texts, "\x00"))
	for _, s := range []string{w.Name, w.IDNumber, w.Representative, w.Phone, w.Email, w.Address, w.Helper, q.Number} {
		if s = strings.ToUpper(strings.TrimSpace(s)); runes(s) >= 2 && strings.Contains(all, s) {
			return nil, fault.Fields(fault.Field{Name: "answer_summary", Key: "inforequest.tells_who"})
		}
	}
	return q, nil
}

// TakeBack withdraws the applicant's consent as long as nothing is published.
func (r *Requests) TakeBack(ctx context.Context, number, code string) (err error) {
	defer fault.Wrap(&err, "inforequest.TakeBack")
	return r.byCode(ctx, r.DB.Write, number, code, func(tx *db.Tx, q *Request) error {
		q, err := lockRequest(tx, q.Province, q.ID)
		if err != nil {
			return err
		}
		if !q.OpenAnswer {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		if r.DropAnswer != nil {
			if err := r.DropAnswer(tx, q); err != nil {
				return err
			}
		}
		q.OpenAnswer = false
		if err := r.note(tx, q, Event{Kind: ConsentBack, On: clock.DateOf(tx.Now)}, 0, "", true); err != nil {
			return err
		}
		if err := updateRequest(tx, q); err != nil {
			return err
		}
		return r.audit(tx, nil, q, ConsentBack, "applicant")
	})
}

// Suggest records that the applicant thinks everybody should have the
// information without asking (article 44).
func (r *Requests) Suggest(ctx context.Context, number, code string) (err error) {
	defer fault.Wrap(&err, "inforequest.Suggest")
	return r.byCode(ctx, r.DB.Write, number, code, func(tx *db.Tx, q *Request) error {
		q, err := lockRequest(tx, q.Province, q.ID)
		if err != nil {
			return err
		}
		steps, err := stepsOf(tx, q.Province, q.ID)
		if err != nil {
			return err
		}
		if !q.MaySuggest(steps) {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		if err := r.note(tx, q, Event{Kind: Suggested, On: clock.DateOf(tx.Now)}, 0, "", true); err != nil {
			return err
		}
		return r.audit(tx, nil, q, "suggest", "applicant")
	})
}

// MaySuggest answers whether the applicant may suggest it now, and has not yet.
func (q *Request) MaySuggest(steps []Step) bool {
	return q.State == Closed && !q.OwnRecord && !q.Delivered.IsZero() && !has(steps, Suggested)
}
