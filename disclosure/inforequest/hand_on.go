package inforequest

import (
	"context"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// HandedOn is the event of a request that became a matter of another room.
const HandedOn = "handed_on"

// petitionLike is the decision that tells an applicant where to turn to (article 39).
const petitionLike = "not_processed_petition"

// MayHandOn answers whether a request that was a petition in truth can still be
// handed on by its applicant.
func (q *Request) MayHandOn(steps []Step) bool {
	return q.State == Closed && q.Decision == petitionLike && !q.Destroyed && !has(steps, HandedOn)
}

// HandOn makes of a request that is a petition, a complaint or a tip-off in
// truth what it should have been, in its applicant's words and with his
// contact, because he asks for it (article 39). He is told the new number and
// code; the two are tied in his own record alone.
func (r *Requests) HandOn(ctx context.Context, number, code string) (made, madeCode string, err error) {
	defer fault.Wrap(&err, "inforequest.HandOn")
	if r.AsMatter == nil {
		return "", "", fault.Say(fault.Conflict, "flow.not_now")
	}
	err = r.byCode(ctx, r.DB.Write, number, code, func(tx *db.Tx, q *Request) error {
		q, err := lockRequest(tx, q.Province, q.ID)
		if err != nil {
			return err
		}
		steps, err := stepsOf(tx, q.Province, q.ID)
		if err != nil {
			return err
		}
		if !q.MayHandOn(steps) {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		asked, err := r.askedOf(q)
		if err != nil {
			return err
		}
		who, err := r.identityOf(q)
		if err != nil {
			return err
		}
		if made, madeCode, err = r.AsMatter(tx, q, asked, who); err != nil {
			return err
		}
		if err := r.note(tx, q, Event{Kind: HandedOn, On: clock.DateOf(tx.Now)}, 0, made, true); err != nil {
			return err
		}
		return r.audit(tx, nil, q, "hand_on", "applicant")
	})
	return made, madeCode, err
}
