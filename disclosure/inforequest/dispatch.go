package inforequest

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"

	"yangguang/agency"
	"yangguang/disclosure/inforequest/letter"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
)

// What who asks was opened for where nobody types a reason: keys of sentences,
// so that the applicant reads them in his language.
const (
	openedEnvelope = "inforequest.opened_envelope"
	openedDelivery = "inforequest.opened_delivery"
)

// opened records that who asks was read; the applicant sees it.
func (r *Requests) opened(tx *db.Tx, a *account.Actor, q *Request, reason string) error {
	if err := r.note(tx, q, Event{Kind: "opened", On: clock.DateOf(tx.Now)}, a.Person, reason, true); err != nil {
		return err
	}
	return r.audit(tx, a, q, "open_identity", "")
}

// reader is to whom a letter goes.
type reader struct{ name, address string }

// readerOf finds who reads a letter. The applicant's address is sealed with who
// he is: reading it is recorded under the reason.
func (r *Requests) readerOf(tx *db.Tx, a *account.Actor, q *Request, l *Letter, reason string) (to reader, err error) {
	if !toApplicant(l.Kind) {
		cs, err := r.consults(tx, q)
		name := l.Content.Values[strings.TrimSuffix(string(l.Kind), "_release")]
		for _, c := range cs {
			if c.Whom == name {
				to = reader{c.Whom, c.Address}
			}
		}
		return to, err
	}
	w, err := r.identityOf(q)
	if err != nil {
		return to, err
	}
	return reader{w.Name, w.Address}, r.opened(tx, a, q, reason)
}

var postCode = regexp.MustCompile(`(?:^|\D)(\d{6})(?:\D|$)`)

// takePostCode finds the postal code people write into an address.
func takePostCode(address string) (code, rest string) {
	m := postCode.FindStringSubmatchIndex(address)
	if m == nil {
		return "", address
	}
	return address[m[2]:m[3]], strings.TrimSpace(address[:m[2]] + address[m[3]:])
}

// paper is one letter of a request for whoever sends it, and its agency.
func (r *Requests) paper(ctx context.Context, province int, id, n int64, f func(tx *db.Tx, a *account.Actor, q *Request, u agency.Agency, l *Letter) error) error {
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		q, a, err := r.reach(tx, province, id, Registering)
		if err != nil {
			return err
		}
		l, err := r.letterByID(tx, q, n)
		if err != nil {
			return err
		}
		u, err := agency.Find(tx, q.Agency)
		if err != nil {
			return err
		}
		return f(tx, a, q, u, l)
	})
}

// Envelope is the face of the envelope of a letter.
func (r *Requests) Envelope(ctx context.Context, province int, id, n int64) (e letter.Envelope, number string, err error) {
	defer fault.Wrap(&err, "inforequest.Envelope(%d)", n)
	err = r.paper(ctx, province, id, n, func(tx *db.Tx, a *account.Actor, q *Request, u agency.Agency, l *Letter) error {
		to, err := r.readerOf(tx, a, q, l, openedEnvelope)
		if err != nil {
			return err
		}
		if to.address == "" {
			return fault.Say(fault.Conflict, "inforequest.no_address")
		}
		e = letter.Envelope{Name: to.name, Sender: u.Name, Number: l.Number, Demo: u.Demo}
		e.PostCode, e.Address = takePostCode(to.address)
		e.SenderPostCode, e.SenderAddress = takePostCode(u.Address)
		number = l.Number
		return r.audit(tx, a, q, "envelope", l.Number)
	})
	return e, number, err
}

// Delivery is the proof of delivery 送达回证 of a letter, to be signed by who
// takes it.
func (r *Requests) Delivery(ctx context.Context, province int, id, n int64) (out letter.Letter, number string, err error) {
	defer fault.Wrap(&err, "inforequest.Delivery(%d)", n)
	err = r.paper(ctx, province, id, n, func(tx *db.Tx, a *account.Actor, q *Request, u agency.Agency, l *Letter) error {
		zh := i18n.With(tx.Ctx, i18n.ZH)
		by, to := q.Delivery, reader{name: l.Content.Merged.Addressee}
		if !toApplicant(l.Kind) {
			by = "post"
		}
		if by == "post" { // only then is an address needed
			if to, err = r.readerOf(tx, a, q, l, openedDelivery); err != nil {
				return err
			}
		}
		if by == "counter" {
			to.address = or(u.Address, u.Name)
		}
		means := i18n.T(zh, "inforequest.means_"+by)
		form, err := r.form(tx, u, "delivery")
		if err != nil {
			return err
		}
		out, err = form.Merge(letter.Way{Channel: letter.Channel(by)}, letter.Values{"agency": u.Name, "number": q.Number, "document": l.Content.Merged.Title, "letter_number": l.Number,
			"recipient": to.name, "delivered_by": means, "delivered_to": or(to.address, means)})
		if err != nil {
			return err
		}
		out.Demo, number = u.Demo, l.Number
		return r.audit(tx, a, q, "delivery_form", l.Number)
	})
	return out, number, err
}

// Printed is the answer to a request among many that are printed at once.
type Printed struct {
	Province        int
	Request, Letter int64
	Number          string // of the letter
	Lacks           string // what the typeface of the PDF cannot draw
	Merged          letter.Letter

	year, serial int
}

// maxBatch is how many answers one file holds.
const maxBatch = 200

// Batch gives the answers of decided requests to be printed as one, by their
// numbers; keys are province and id. When the typeface lacks characters of one,
// none is recorded as printed: the office is told first.
func (r *Requests) Batch(ctx context.Context, keys []Ref) (out []Printed, err error) {
	defer fault.Wrap(&err, "inforequest.Batch")
	if len(keys) == 0 || len(keys) > maxBatch {
		return nil, fault.Fields(fault.Field{Name: "handler", Key: "inforequest.choose_batch", Args: []any{maxBatch}})
	}
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		out = nil
		qs := map[int64]*Request{}
		var a *account.Actor
		for _, k := range keys {
			if qs[k.ID] != nil {
				continue
			}
			q, who, err := r.reach(tx, k.Province, k.ID, Registering)
			if err != nil {
				return err
			}
			p, err := r.printed(tx, q)
			if err != nil {
				return err
			}
			a, qs[k.ID] = who, q
			out = append(out, p)
		}
		slices.SortFunc(out, func(x, y Printed) int {
			return cmp.Or(cmp.Compare(x.year, y.year), cmp.Compare(x.serial, y.serial), cmp.Compare(x.Letter, y.Letter))
		})
		if slices.ContainsFunc(out, func(p Printed) bool { return p.Lacks != "" }) {
			return nil
		}
		for _, p := range out {
			if err := r.audit(tx, a, qs[p.Request], "print", p.Number); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// printed is the answer of a decided request: the last letter to the applicant.
func (r *Requests) printed(tx *db.Tx, q *Request) (p Printed, err error) {
	ls, err := r.letters(tx, q)
	if err != nil {
		return p, err
	}
	ls = slices.DeleteFunc(ls, func(l Letter) bool { return !toApplicant(l.Kind) })
	if q.State != Decided || len(ls) == 0 {
		return p, fault.Fields(fault.Field{Name: "handler", Key: "inforequest.not_decided", Args: []any{q.Number}})
	}
	l := ls[len(ls)-1]
	return Printed{Province: q.Province, Request: q.ID, Letter: l.ID, Number: l.Number, Merged: l.Content.Merged, Lacks: string(l.Content.Merged.Lacks()), year: l.year, serial: l.serial}, nil
}

// Ref names a request.
type Ref struct {
	Province int
	ID       int64
}
