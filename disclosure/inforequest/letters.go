package inforequest

import (
	"context"
	"encoding/json"
	"maps"
	"strconv"

	"yangguang/agency"
	"yangguang/disclosure/inforequest/letter"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/norm"
)

// Letter is one letter of a request, under the agency's own number.
type Letter struct {
	ID       int64
	Kind     letter.Kind
	Number   string // 发文字号
	MadeOn   clock.Date
	Content  Content    // unsealed
	SealedOn clock.Date // 用印
	SentOn   clock.Date
	SentBy   string // web, email, post, counter
	Proof    string // of delivery: the number of the registered letter, who signed
	Scan     int64  // the sealed sheet, scanned back

	year, serial int
	content      []byte
}

// Content is what a letter says: as it was merged, so that it is printed again
// as it was sent whatever becomes of the template.
type Content struct {
	Values letter.Values
	Merged letter.Letter
}

const purposeLetter = "inforequest.letter"

// write enters a letter into the agency's register and keeps what it says,
// sealed. It refuses, each beside its field, when a value is missing.
func (r *Requests) write(tx *db.Tx, s *step, kind letter.Kind, d *norm.Decision, own letter.Values) error {
	u, err := agency.Find(tx, s.q.Agency)
	if err != nil {
		return err
	}
	o, err := OfficeOf(tx, u)
	if err != nil {
		return err
	}
	form, err := r.form(tx, u, kind)
	if err != nil {
		return err
	}
	v, err := r.standing(tx, s.q, u, o, d, kind)
	if err != nil {
		return err
	}
	l := &Letter{ID: tx.ID(s.q.Province), Kind: kind, MadeOn: s.today}
	year := s.today.Year()
	serial, err := nextSerial(tx, s.q.Province, u.ID, year)
	if err != nil {
		return err
	}
	l.Number = i18n.T(i18n.With(tx.Ctx, i18n.ZH), "inforequest.letter_number", o.Mark, strconv.Itoa(year), strconv.Itoa(serial))
	v["letter_number"], v["date"] = l.Number, i18n.Date(i18n.With(tx.Ctx, i18n.ZH), s.today)
	maps.Copy(v, own)
	merged, err := form.Merge(letter.WayOf(d, letter.Channel(s.q.Delivery), s.q.Applicant != "natural"), v)
	if err != nil {
		return err
	}
	merged.Demo = u.Demo
	l.Content = Content{Values: v, Merged: merged}
	b, _ := json.Marshal(l.Content) // strings: never fails
	return insertLetter(tx, s.q, l, year, serial, s.person(), r.Keys.Seal(purposeLetter, placeOf(l.ID), b))
}

// form is an agency's own template of a kind, or the house's.
func (r *Requests) form(tx *db.Tx, u agency.Agency, kind letter.Kind) (*letter.Form, error) {
	text, err := templateOf(tx, u, kind)
	if err != nil {
		return nil, err
	}
	if text == "" {
		text = letter.Template(kind, i18n.ZH)
	}
	return letter.Parse(kind, i18n.ZH, text)
}

// standing are the values every letter of a request has without anybody typing them.
func (r *Requests) standing(tx *db.Tx, q *Request, u agency.Agency, o Office, d *norm.Decision, kind letter.Kind) (letter.Values, error) {
	w, err := r.identityOf(q)
	if err != nil {
		return nil, err
	}
	asked, err := r.askedOf(q)
	if err != nil {
		return nil, err
	}
	zh := i18n.With(tx.Ctx, i18n.ZH)
	v := letter.ValuesOf(r.Norm, d, kind, i18n.ZH).With(officeValues(tx, u, o))
	maps.Copy(v, letter.Values{
		"applicant": w.Name, "number": q.Number, "received_on": i18n.Date(zh, q.ReceivedOn), "received_by": i18n.T(zh, "inforequest.channel_"+q.Channel),
		"asked": asked.Subject, "means": i18n.T(zh, "inforequest.means_"+q.Delivery), "follow_up": i18n.T(zh, "inforequest.follow_up", q.Number),
	})
	if !q.DueOn.IsZero() {
		v["due_on"] = i18n.Date(zh, q.DueOn)
	}
	if d != nil && d.Reassess {
		v["reassess_on"] = i18n.Date(zh, r.reassess(clock.DateOf(tx.Now)))
	}
	maps.DeleteFunc(v, func(_, x string) bool { return x == "" })
	return v, nil
}

// officeValues are what an agency says of itself in every letter.
func officeValues(tx *db.Tx, u agency.Agency, o Office) letter.Values {
	counter := i18n.T(i18n.With(tx.Ctx, i18n.ZH), "inforequest.at_counter")
	v := letter.Values{"agency": u.Name, "agency_address": or(u.Address, counter), "agency_phone": u.Phone, "handler_phone": or(u.Phone, counter),
		"review_body": o.ReviewBody, "review_online": o.ReviewOnline, "court": o.Court, "reply_to": o.ReplyTo, "supplement_to": o.ReplyTo, "pay_how": o.PayHow}
	maps.DeleteFunc(v, func(_, x string) bool { return x == "" })
	return v
}

// reassess is the day on which undisclosed information is looked at again (article 18).
func (r *Requests) reassess(today clock.Date) clock.Date {
	s := r.Norm.Requests.Spans["reassess"]
	if s.Unit == "months" {
		return today.AddMonths(s.N)
	}
	return today.AddDays(s.N)
}

// letters are those of a request, unsealed.
func (r *Requests) letters(tx *db.Tx, q *Request) ([]Letter, error) {
	out, err := lettersOf(tx, q)
	for i := range out {
		if err == nil {
			var b []byte
			if b, err = r.Keys.Open(purposeLetter, placeOf(out[i].ID), out[i].content); err == nil {
				err = json.Unmarshal(b, &out[i].Content)
			}
		}
	}
	return out, err
}

// toApplicant answers whether a letter of the kind goes to the applicant; the
// others go to third parties and agencies, or stay in the file.
func toApplicant(k letter.Kind) bool {
	switch k {
	case "third_party", "third_party_release", "other_agency", "delivery", "archive_cover", "archive_list":
		return false
	}
	return true
}

// nextSerial is the next number of an agency's register in a year: gap-free,
// since it is written in the transaction of its letter.
func nextSerial(tx *db.Tx, province int, unit int64, year int) (n int, err error) {
	if _, err := tx.Exec(`insert into inforequest_serial (province, agency, year, last) values ($1, $2, $3, 1)
 on conflict (province, agency, year) do update set last = inforequest_serial.last + 1`, province, unit, year); err != nil {
		return 0, err
	}
	err = tx.Row("select last from inforequest_serial where province = $1 and agency = $2 and year = $3", province, unit, year).Scan(&n)
	return n, err
}

func insertLetter(tx *db.Tx, q *Request, l *Letter, year, serial int, person int64, content []byte) error {
	_, err := tx.Exec("insert into inforequest_letter (province, request, id, agency, kind, year, serial, number, made_on, person, content) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
		q.Province, q.ID, l.ID, q.Agency, string(l.Kind), year, serial, l.Number, l.MadeOn, person, content)
	return err
}

func scanLetter(r *db.Rows, l *Letter) error {
	var kind string
	err := r.Scan(&l.ID, &kind, &l.Number, &l.MadeOn, &l.SealedOn, &l.SentOn, &l.SentBy, &l.Proof, db.OrZero(&l.Scan), &l.year, &l.serial, &l.content)
	l.Kind = letter.Kind(kind)
	return err
}

func lettersOf(tx *db.Tx, q *Request) ([]Letter, error) {
	return db.List(tx, scanLetter, "select id, kind, number, made_on, sealed_on, sent_on, sent_by, proof, scan, year, serial, content from inforequest_letter where province = $1 and request = $2 order by id limit 100", q.Province, q.ID)
}

func templateOf(tx *db.Tx, u agency.Agency, kind letter.Kind) (text string, err error) {
	found, err := db.List(tx, db.One[string], "select text from inforequest_template where province = $1 and agency = $2 and kind = $3", u.Province(), u.ID, string(kind))
	if len(found) > 0 {
		text = found[0]
	}
	return text, err
}

// sealLetter notes that the seal was put on (用印).
func sealLetter(tx *db.Tx, q *Request, id int64, on clock.Date, person int64) (int64, error) {
	return tx.Exec("update inforequest_letter set sealed_on = $4, sealed_by = $5 where province = $1 and request = $2 and id = $3 and sealed_on is null", q.Province, q.ID, id, on, person)
}

func sendLetter(tx *db.Tx, q *Request, id int64, on clock.Date, by, proof string) error {
	_, err := tx.Exec("update inforequest_letter set sent_on = $4, sent_by = $5, proof = $6 where province = $1 and request = $2 and id = $3", q.Province, q.ID, id, on, by, proof)
	return err
}

// letterByID is one letter of a request, unsealed.
func (r *Requests) letterByID(tx *db.Tx, q *Request, id int64) (*Letter, error) {
	all, err := r.letters(tx, q)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].ID == id {
			return &all[i], nil
		}
	}
	return nil, fault.Say(fault.NotFound, "fault.not_found")
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// LetterOf gives a letter to be printed, with its name; letter 0 is that of the
// draft, before it has a number.
func (r *Requests) LetterOf(ctx context.Context, province int, id, n int64) (out letter.Letter, name string, err error) {
	defer fault.Wrap(&err, "inforequest.LetterOf(%d)", n)
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		q, a, err := r.reach(tx, province, id, "")
		if err != nil {
			return err
		}
		if n == 0 {
			d, err := r.draftOf(tx, q)
			if err != nil {
				return err
			}
			if d == nil {
				return fault.Say(fault.NotFound, "fault.not_found")
			}
			name = q.Number
			out, err = r.tryLetter(tx, &step{q: q, a: a, today: clock.DateOf(tx.Now)}, d)
			return err
		}
		l, err := r.letterByID(tx, q, n)
		if err != nil {
			return err
		}
		name, out = l.Number, l.Content.Merged
		return r.audit(tx, a, q, "print", string(l.Kind))
	})
	return out, name, err
}

// Seal records that a letter was sealed (用印), by whom and when.
func (r *Requests) Seal(ctx context.Context, province int, id, n int64, on clock.Date) (err error) {
	defer fault.Wrap(&err, "inforequest.Seal(%d)", n)
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		q, a, err := r.reach(tx, province, id, Registering)
		if err != nil {
			return err
		}
		l, err := r.letterByID(tx, q, n)
		if err != nil {
			return err
		}
		today := clock.DateOf(tx.Now)
		c := checker{}
		c.when(on.IsZero() || on.After(today) || on.Before(l.MadeOn), "on", "inforequest.need_sealed_on")
		if err := fault.Fields(c.bad...); err != nil {
			return err
		}
		changed, err := sealLetter(tx, q, n, on, a.Person)
		if err != nil {
			return err
		}
		if changed == 0 {
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		return r.audit(tx, a, q, "seal", l.Number)
	})
}
