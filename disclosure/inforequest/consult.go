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
)

// Consult is a question to a third party whose rights may suffer (article 32),
// or to another agency that made the information too (article 34).
type Consult struct {
	ID         int64
	Kind       string // third_party, other_agency
	Whom       string
	Address    string
	AskedOn    clock.Date
	DueOn      clock.Date
	Answer     string // agrees, partly, refuses, silent; "" while open
	AnsweredOn clock.Date
	Reasons    string
	ToldOn     clock.Date // told beforehand, in writing, of a release against its will

	whom, reasons []byte
}

// Answers are what may come back; silence is written by the clock.
var Answers = []string{"agrees", "partly", "refuses"}

type whom struct{ Name, Address string }

const (
	purposeConsult = "inforequest.consult"
	purposeReasons = "inforequest.consult_reasons"
)

// Ask consults: within 15 working days it is to answer, and so long the clock
// stands still.
func (r *Requests) Ask(ctx context.Context, province int, id int64, kind, name, address string) (err error) {
	defer fault.Wrap(&err, "inforequest.Ask(%d)", id)
	name, address = strings.TrimSpace(name), strings.TrimSpace(address)
	return r.act(ctx, province, id, "consult", func(tx *db.Tx, s *step) error {
		c := checker{}
		c.when(kind != "third_party" && kind != "other_agency", "kind", "inforequest.need_consult_kind")
		c.length("whom", name, 2, maxLine)
		c.length("whom_address", address, 2, maxLine)
		if err := fault.Fields(c.bad...); err != nil {
			return err
		}
		x := Consult{ID: tx.ID(province), Kind: kind, AskedOn: s.today}
		n := ThirdParty
		if kind == "other_agency" {
			n = OtherAgency
		}
		cal, err := r.Calendars.In(tx, int64(s.q.Region))
		if err != nil {
			return err
		}
		x.DueOn = cal.Deadline(s.today, spanOf(r.Norm.Requests.Spans[kind]), nil).Due
		b, _ := json.Marshal(whom{name, address})
		if err := insertConsult(tx, s.q, x, r.Keys.Seal(purposeConsult, placeOf(x.ID), b)); err != nil {
			return err
		}
		if err := r.move(tx, s, Event{Kind: Consulted, Ref: x.ID, N: n}, ""); err != nil {
			return err
		}
		return r.write(tx, s, letter.Kind(kind), nil, letter.Values{kind: name, "reply_by": zhDate(tx, x.DueOn)})
	})
}

// Heard records the answer of whoever was asked.
func (r *Requests) Heard(ctx context.Context, province int, id, consult int64, answer, reasons string, on clock.Date) (err error) {
	defer fault.Wrap(&err, "inforequest.Heard(%d)", id)
	reasons = strings.TrimSpace(reasons)
	return r.act(ctx, province, id, "consulted", func(tx *db.Tx, s *step) error {
		x, err := consultByID(tx, s.q, consult)
		if err != nil {
			return err
		}
		c := checker{}
		c.when(!slices.Contains(Answers, answer), "answer", "inforequest.need_consult_answer")
		c.when(answer == "refuses" && reasons == "", "reasons", "inforequest.need_consult_reasons")
		c.length("reasons", reasons, 0, MaxDetail)
		c.when(on.IsZero() || on.After(s.today) || on.Before(x.AskedOn), "on", "inforequest.need_heard_on")
		if err := fault.Fields(c.bad...); err != nil {
			return err
		}
		if x.Answer != "" {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		var sealed []byte
		if reasons != "" {
			sealed = r.Keys.Seal(purposeReasons, placeOf(x.ID), []byte(reasons))
		}
		if err := answerConsult(tx, s.q, consult, answer, on, sealed); err != nil {
			return err
		}
		return r.move(tx, s, Event{Kind: Replied, Ref: consult, On: on}, "")
	})
}

// TellThird records that a third party was told in writing, with reasons and
// remedy, before information is released against its will (article 32).
func (r *Requests) TellThird(ctx context.Context, province int, id, consult int64, provided, reasons string, on clock.Date) (err error) {
	defer fault.Wrap(&err, "inforequest.TellThird(%d)", id)
	provided, reasons = strings.TrimSpace(provided), strings.TrimSpace(reasons)
	return r.act(ctx, province, id, "tell_third", func(tx *db.Tx, s *step) error {
		x, err := consultByID(tx, s.q, consult)
		if err != nil {
			return err
		}
		c := checker{}
		c.length("reasons", reasons, 5, MaxDetail)
		c.length("provided", provided, 4, MaxDetail)
		c.when(!on.After(s.today), "on", "inforequest.need_release_on")
		if err := fault.Fields(c.bad...); err != nil {
			return err
		}
		if x.Kind != "third_party" || x.Answer != "refuses" && x.Answer != "partly" || !x.ToldOn.IsZero() {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		if err := tellConsult(tx, s.q, consult, s.today); err != nil {
			return err
		}
		if err := r.move(tx, s, Event{Kind: "tell_third", Ref: consult}, reasons); err != nil {
			return err
		}
		w, err := r.whomOf(x)
		if err != nil {
			return err
		}
		return r.write(tx, s, "third_party_release", nil, letter.Values{"third_party": w.Name, "provided": provided, "reason": reasons, "release_on": zhDate(tx, on)})
	})
}

// consults are those of a request, unsealed.
func (r *Requests) consults(tx *db.Tx, q *Request) ([]Consult, error) {
	out, err := consultsOf(tx, q)
	for i := range out {
		if err != nil {
			break
		}
		x := &out[i]
		var w whom
		w, err = r.whomOf(x)
		x.Whom, x.Address = w.Name, w.Address
		if err == nil && x.reasons != nil {
			var b []byte
			b, err = r.Keys.Open(purposeReasons, placeOf(x.ID), x.reasons)
			x.Reasons = string(b)
		}
	}
	return out, err
}

func (r *Requests) whomOf(x *Consult) (w whom, err error) {
	b, err := r.Keys.Open(purposeConsult, placeOf(x.ID), x.whom)
	if err != nil {
		return w, err
	}
	return w, json.Unmarshal(b, &w)
}

const consultCols = "id, kind, whom, asked_on, due_on, answer, answered_on, reasons, told_on"

func scanConsult(r *db.Rows, x *Consult) error {
	return r.Scan(&x.ID, &x.Kind, &x.whom, &x.AskedOn, &x.DueOn, &x.Answer, &x.AnsweredOn, &x.reasons, &x.ToldOn)
}

func consultsOf(tx *db.Tx, q *Request) ([]Consult, error) {
	return db.List(tx, scanConsult, "select "+consultCols+" from inforequest_consult where province = $1 and request = $2 order by id limit 100", q.Province, q.ID)
}

func consultByID(tx *db.Tx, q *Request, id int64) (*Consult, error) {
	return db.Only(db.List(tx, scanConsult, "select "+consultCols+" from inforequest_consult where province = $1 and request = $2 and id = $3", q.Province, q.ID, id))
}

func insertConsult(tx *db.Tx, q *Request, x Consult, whom []byte) error {
	_, err := tx.Exec("insert into inforequest_consult (province, request, id, kind, whom, asked_on, due_on) values ($1, $2, $3, $4, $5, $6, $7)", q.Province, q.ID, x.ID, x.Kind, whom, x.AskedOn, x.DueOn)
	return err
}

func answerConsult(tx *db.Tx, q *Request, id int64, answer string, on clock.Date, reasons []byte) error {
	_, err := tx.Exec("update inforequest_consult set answer = $4, answered_on = $5, reasons = $6 where province = $1 and request = $2 and id = $3", q.Province, q.ID, id, answer, on, reasons)
	return err
}

func tellConsult(tx *db.Tx, q *Request, id int64, on clock.Date) error {
	_, err := tx.Exec("update inforequest_consult set told_on = $4 where province = $1 and request = $2 and id = $3", q.Province, q.ID, id, on)
	return err
}
