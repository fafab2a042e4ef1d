package inforequest

import (
	"context"
	"slices"
	"strings"

	"yangguang/disclosure/inforequest/letter"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/secret"
)

// Day is one day of the explanation of a clock.
type Day = calendar.Row

// Clarify asks the applicant once, within 7 working days of receipt, what he
// means; within days working days he is to answer (article 30).
func (r *Requests) Clarify(ctx context.Context, province int, id int64, what string, days int) (err error) {
	defer fault.Wrap(&err, "inforequest.Clarify(%d)", id)
	what = strings.TrimSpace(what)
	return r.act(ctx, province, id, "clarify", func(tx *db.Tx, s *step) error {
		steps, err := stepsOf(tx, province, id)
		if err != nil {
			return err
		}
		if has(steps, Clarified) {
			return fault.Say(fault.Conflict, "inforequest.clarified_once")
		}
		cal, err := r.Calendars.In(tx, int64(s.q.Region))
		if err != nil {
			return err
		}
		c := checker{}
		c.length("what", what, 5, MaxDetail)
		c.when(days < 5 || days > 60, "days", "inforequest.need_days", 5, 60)
		if err := fault.Fields(c.bad...); err != nil {
			return err
		}
		if cal.Deadline(s.q.ReceivedOn, spanOf(r.Norm.Requests.Spans["supplement_notice"]), nil).Due.Before(s.today) {
			return fault.Say(fault.Conflict, "inforequest.clarify_late")
		}
		if err := r.move(tx, s, Event{Kind: Clarified, N: days}, what); err != nil {
			return err
		}
		if err := r.write(tx, s, "supplement", nil, letter.Values{"unclear": what, "supplement_by": zhDate(tx, s.q.ReplyBy)}); err != nil {
			return err
		}
		return r.tellStep(tx, s.q, "notify.step_supplement")
	})
}

func has(steps []Step, kind string) bool {
	return slices.ContainsFunc(steps, func(s Step) bool { return s.Kind == kind })
}

// Extend adds working days, at most 20 in all, with the consent of the head of
// the office, who is not the handler; the applicant is told (article 33).
func (r *Requests) Extend(ctx context.Context, province int, id int64, days int, why string) (err error) {
	defer fault.Wrap(&err, "inforequest.Extend(%d)", id)
	why = strings.TrimSpace(why)
	return r.act(ctx, province, id, "extend", func(tx *db.Tx, s *step) error {
		left := r.rules().Extension.N - s.q.Extra
		c := checker{}
		c.length("why", why, 5, MaxDetail)
		c.when(days < 1 || days > left, "days", "inforequest.need_extension", left)
		if err := fault.Fields(c.bad...); err != nil {
			return err
		}
		switch {
		case s.a.Is(s.q.Handler):
			return fault.Say(fault.Conflict, "inforequest.same_person")
		case s.q.Overdue(s.today):
			return fault.Say(fault.Conflict, "inforequest.extend_late")
		}
		was := s.q.DueOn
		if err := r.move(tx, s, Event{Kind: Extended, N: days}, why); err != nil {
			return err
		}
		if err := r.write(tx, s, "extension", nil, letter.Values{"reason": why, "due_on": zhDate(tx, was), "new_due_on": zhDate(tx, s.q.DueOn)}); err != nil {
			return err
		}
		return r.tellStep(tx, s.q, "notify.step_extended")
	})
}

// AskReasons asks an applicant whose requests are evidently excessive in number
// and frequency why (article 35); the clock goes on.
func (r *Requests) AskReasons(ctx context.Context, province int, id int64, why string) (err error) {
	defer fault.Wrap(&err, "inforequest.AskReasons(%d)", id)
	why = strings.TrimSpace(why)
	return r.act(ctx, province, id, "ask_reasons", func(tx *db.Tx, s *step) error {
		c := checker{}
		c.length("why", why, 5, MaxDetail)
		if err := fault.Fields(c.bad...); err != nil {
			return err
		}
		if err := r.move(tx, s, Event{Kind: "ask_reasons"}, why); err != nil {
			return err
		}
		if err := r.write(tx, s, "reasons", nil, letter.Values{"reason": why, "reply_by": zhDate(tx, s.q.DueOn)}); err != nil {
			return err
		}
		return r.tellStep(tx, s.q, "notify.step_supplement")
	})
}

// Defer sets a reasonable longer term for excessive requests whose reasons were
// accepted, and tells it (article 35).
func (r *Requests) Defer(ctx context.Context, province int, id int64, days int, why string) (err error) {
	defer fault.Wrap(&err, "inforequest.Defer(%d)", id)
	why = strings.TrimSpace(why)
	return r.act(ctx, province, id, "defer", func(tx *db.Tx, s *step) error {
		steps, err := stepsOf(tx, province, id)
		if err != nil {
			return err
		}
		if !has(steps, "ask_reasons") {
			return fault.Say(fault.Conflict, "inforequest.defer_reasons")
		}
		c := checker{}
		c.length("why", why, 5, MaxDetail)
		c.when(days <= r.rules().Answer.N || days > 250, "days", "inforequest.need_days", r.rules().Answer.N+1, 250)
		if err := fault.Fields(c.bad...); err != nil {
			return err
		}
		if err := r.move(tx, s, Event{Kind: Deferred, N: days}, why); err != nil {
			return err
		}
		if err := r.write(tx, s, "delay", nil, letter.Values{"reason": why, "new_due_on": zhDate(tx, s.q.DueOn)}); err != nil {
			return err
		}
		return r.tellStep(tx, s.q, "notify.step_extended")
	})
}

// Charge asks a fee by one of the two ladders, never both (article 42); until it
// is paid the clock waits, and begins anew with the payment.
func (r *Requests) Charge(ctx context.Context, province int, id int64, ladder string, pages int) (err error) {
	defer fault.Wrap(&err, "inforequest.Charge(%d)", id)
	return r.act(ctx, province, id, "charge", func(tx *db.Tx, s *step) error {
		fees, err := feesOf(tx, s.q)
		if err != nil {
			return err
		}
		if len(fees) > 0 {
			return fault.Say(fault.Conflict, "inforequest.charged_once")
		}
		f := Fee{ID: tx.ID(province), Ladder: ladder, Units: pages, AskedOn: s.today}
		switch ladder {
		case "case":
			if f.Units, err = monthly(tx, s.q); err != nil {
				return err
			}
			f.Yuan = CaseFee(r.Norm.Requests.Fees, f.Units)
		case "page":
			f.Yuan = PageFee(r.Norm.Requests.Fees, pages)
		}
		c := checker{}
		c.when(ladder != "case" && ladder != "page", "ladder", "inforequest.need_ladder")
		c.when(ladder == "page" && (pages < 1 || pages > 100_000), "pages", "inforequest.need_pages")
		c.when(len(c.bad) == 0 && f.Yuan == 0, "ladder", "inforequest.fee_free")
		if err := fault.Fields(c.bad...); err != nil {
			return err
		}
		if err := r.move(tx, s, Event{Kind: Charged, N: f.Yuan}, ""); err != nil {
			return err
		}
		f.PayBy = s.q.ReplyBy
		if err := insertFee(tx, s.q, f); err != nil {
			return err
		}
		zh := i18n.With(tx.Ctx, i18n.ZH)
		if err := r.write(tx, s, "fee", nil, letter.Values{"fee": i18n.T(zh, "inforequest.yuan", f.Yuan), "fee_reckoning": i18n.T(zh, "inforequest.fee_by_"+ladder, f.Units),
			"pay_by": zhDate(tx, f.PayBy)}); err != nil {
			return err
		}
		return r.tellStep(tx, s.q, "notify.step_supplement")
	})
}

// zhDate writes a day as letters do.
func zhDate(tx *db.Tx, d clock.Date) string { return i18n.Date(i18n.With(tx.Ctx, i18n.ZH), d) }

// Pay records the payment with the number of its receipt.
func (r *Requests) Pay(ctx context.Context, province int, id int64, receipt string, on clock.Date) (err error) {
	defer fault.Wrap(&err, "inforequest.Pay(%d)", id)
	receipt = strings.TrimSpace(receipt)
	return r.act(ctx, province, id, "pay", func(tx *db.Tx, s *step) error {
		fees, err := feesOf(tx, s.q)
		if err != nil {
			return err
		}
		c := checker{}
		c.length("receipt", receipt, 2, 60)
		c.when(on.IsZero() || on.After(s.today) || len(fees) > 0 && on.Before(fees[0].AskedOn), "on", "inforequest.need_paid_on")
		if err := fault.Fields(c.bad...); err != nil {
			return err
		}
		if err := payFee(tx, s.q, receipt, on); err != nil {
			return err
		}
		return r.move(tx, s, Event{Kind: Paid, On: on}, "")
	})
}

// Split makes two requests of one that asks for unlike things (一事一申请); the
// second keeps the day of receipt and has a number and code of its own.
func (r *Requests) Split(ctx context.Context, province int, id int64, first, second Asked) (two *Request, code string, err error) {
	defer fault.Wrap(&err, "inforequest.Split(%d)", id)
	err = r.act(ctx, province, id, "split", func(tx *db.Tx, s *step) error {
		c := checker{}
		c.length("subject", first.Subject, 4, MaxSubject)
		c.length("second_subject", second.Subject, 4, MaxSubject)
		c.length("detail", first.Detail, 0, MaxDetail)
		c.length("second_detail", second.Detail, 0, MaxDetail)
		if err := fault.Fields(c.bad...); err != nil {
			return err
		}
		w, err := r.identityOf(s.q)
		if err != nil {
			return err
		}
		r.sealAsked(s.q, first)
		copied := *s.q
		two = &copied
		two.ID, two.SplitFrom = tx.ID(province), id
		division, _, _ := strings.Cut(s.q.Number, "-")
		if two.Number, err = freeNumber(tx, province, division, s.q.month); err != nil {
			return err
		}
		code = secret.Code(10)
		two.code = r.codeIndex(two.Number, code)
		r.sealAsked(two, second)
		r.sealIdentity(two, w)
		if err := insertRequest(tx, two, r.Keys.Index("inforequest.token", two.Number)); err != nil {
			return err
		}
		if err := r.note(tx, two, Event{Kind: "filed", On: s.q.ReceivedOn}, s.person(), "", true); err != nil {
			return err
		}
		if err := r.receive(tx, two, s.q.ReceivedOn, s.person()); err != nil {
			return err
		}
		if err := r.note(tx, two, Event{Kind: "split_from", On: s.today, Ref: id}, s.person(), s.q.Number, true); err != nil {
			return err
		}
		return r.move(tx, s, Event{Kind: "split", Ref: two.ID}, two.Number)
	})
	return two, code, err
}

// Merge joins a request into another of the same applicant to the same agency
// about the same; the other answers both.
func (r *Requests) Merge(ctx context.Context, province int, id int64, into string) (err error) {
	defer fault.Wrap(&err, "inforequest.Merge(%d)", id)
	return r.act(ctx, province, id, "merge", func(tx *db.Tx, s *step) error {
		number, ok := secret.ParseNumber(into)
		bad := fault.Fields(fault.Field{Name: "into", Key: "inforequest.need_into"})
		if !ok {
			return bad
		}
		other, err := requestByNumber(tx, number)
		if fault.Is(err, fault.NotFound) {
			return bad
		}
		if err != nil {
			return err
		}
		if other.ID == id || other.Agency != s.q.Agency || !secret.Equal(other.who, s.q.who) || other.State == Closed {
			return bad
		}
		s.q.MergedInto, s.q.Decision = other.ID, "closed_other"
		s.q.DecidedOn = s.today
		if err := r.note(tx, other, Event{Kind: "merged_from", On: s.today, Ref: id}, s.person(), s.q.Number, true); err != nil {
			return err
		}
		return r.move(tx, s, Event{Kind: "merge", Ref: other.ID}, other.Number)
	})
}
