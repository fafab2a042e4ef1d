package knowledge

import (
	"context"
	"time"

	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

// Quotation is what an answer keeps of an article it quotes. The hash tells later
// that the text is still the one that was quoted.
type Quotation struct {
	Province int
	Article  int64
	Version  int
	Title    string
	Answer   string
	Basis    string
	Hash     string
	On       clock.Date
}

// Quote quotes a version of an article in an answer, and counts it. What is not
// in force then is refused, with the reason; so is what is for the staff alone.
func (k *Knowledge) Quote(tx *db.Tx, province int, id int64, number int, at time.Time) (q Quotation, err error) {
	defer fault.Wrap(&err, "knowledge.Quote(%d)", id)
	x, err := articleByID(tx, province, id, "")
	if err != nil {
		return q, err
	}
	if !knows(account.From(tx.Ctx), x) {
		return q, notFound()
	}
	v, err := versionOf(tx, province, id, number)
	if err != nil {
		return q, err
	}
	on := clock.DateOf(at)
	if key, args := unquotable(x, v, on); key != "" {
		return q, fault.Say(fault.Conflict, "knowledge.quote_"+key, args...)
	}
	if err := count(tx, x, v.Number, used); err != nil {
		return q, err
	}
	return Quotation{Province: province, Article: id, Version: number, Title: v.Title, Answer: v.Answer, Basis: v.Basis(), Hash: v.Hash, On: on}, nil
}

// unquotable is why a version cannot be quoted on a day; "" when it can.
func unquotable(x *Article, v *Version, on clock.Date) (key string, args []any) {
	switch {
	case v.State == Draft || v.State == InReview:
		return "draft", nil
	case v.State == Revised:
		return "revised", []any{x.Standing}
	case v.State == Retired:
		return "retired", nil
	case v.Audience == ForStaff:
		return "staff", nil
	case v.From.After(on):
		return "early", []any{day(v.From)}
	case !v.To.IsZero() && v.To.Before(on):
		return "expired", []any{day(v.To)}
	case v.Hash != v.sum():
		return "changed", nil
	}
	return "", nil
}

// day is a day as a sentence says it, in whatever language it is read.
func day(d clock.Date) i18n.Text {
	in := func(l i18n.Lang) string { return i18n.Date(i18n.With(context.Background(), l), d) }
	return i18n.Text{Zh: in(i18n.ZH), En: in(i18n.EN)}
}
