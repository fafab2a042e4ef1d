package inforequest

import (
	"context"
	"slices"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
)

// Remedy is a reconsideration or a lawsuit about a request, and how it ended:
// table 4 of the yearly report.
type Remedy struct {
	ID      int64
	Kind    string // review, suit, suit_after_review
	FiledOn clock.Date
	Outcome string // upheld, corrected, other; "" while it goes on
	EndedOn clock.Date
}

// RemedyKinds and RemedyOutcomes are the choices of the report.
var (
	RemedyKinds    = []string{"review", "suit", "suit_after_review"}
	RemedyOutcomes = []string{"upheld", "corrected", "other"}
)

// AddRemedy records that the applicant asked for reconsideration or went to court.
func (r *Requests) AddRemedy(ctx context.Context, province int, id int64, kind string, on clock.Date) (err error) {
	defer fault.Wrap(&err, "inforequest.AddRemedy(%d)", id)
	return r.act(ctx, province, id, "remedy", func(tx *db.Tx, s *step) error {
		c := checker{}
		c.when(!slices.Contains(RemedyKinds, kind), "kind", "inforequest.need_remedy_kind")
		c.when(on.IsZero() || on.After(s.today) || on.Before(s.q.ReceivedOn), "on", "inforequest.need_remedy_on")
		if err := fault.Fields(c.bad...); err != nil {
			return err
		}
		if _, err := tx.Exec("insert into inforequest_remedy (province, request, id, agency, kind, filed_on, person, at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
			province, id, tx.ID(province), s.q.Agency, kind, on, s.person(), clock.Millis(tx.Now)); err != nil {
			return err
		}
		return r.note(tx, s.q, Event{Kind: "remedy", On: on}, s.person(), "", true)
	})
}

// EndRemedy records how it ended.
func (r *Requests) EndRemedy(ctx context.Context, province int, id, remedy int64, outcome string, on clock.Date) (err error) {
	defer fault.Wrap(&err, "inforequest.EndRemedy(%d)", id)
	return r.act(ctx, province, id, "remedy", func(tx *db.Tx, s *step) error {
		all, err := remediesOf(tx, s.q)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(x Remedy) bool { return x.ID == remedy && x.Outcome == "" })
		if i < 0 {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		c := checker{}
		c.when(!slices.Contains(RemedyOutcomes, outcome), "outcome", "inforequest.need_outcome")
		c.when(on.IsZero() || on.After(s.today) || on.Before(all[i].FiledOn), "on", "inforequest.need_remedy_on")
		if err := fault.Fields(c.bad...); err != nil {
			return err
		}
		if _, err := tx.Exec("update inforequest_remedy set outcome = $4, ended_on = $5 where province = $1 and request = $2 and id = $3", province, id, remedy, outcome, on); err != nil {
			return err
		}
		return r.note(tx, s.q, Event{Kind: "remedy_" + outcome, On: on}, s.person(), "", true)
	})
}

func remediesOf(tx *db.Tx, q *Request) ([]Remedy, error) {
	return db.List(tx, func(r *db.Rows, x *Remedy) error {
		return r.Scan(&x.ID, &x.Kind, &x.FiledOn, &x.Outcome, &x.EndedOn)
	}, "select id, kind, filed_on, outcome, ended_on from inforequest_remedy where province = $1 and request = $2 order by id limit 100", q.Province, q.ID)
}
