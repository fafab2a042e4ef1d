package inforequest

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/i18n"
	"yangguang/internal/notify"
	"yangguang/internal/privacy"
	"yangguang/internal/secret"
)

// Filing is a request as it comes in.
type Filing struct {
	Agency     int64
	Channel    string
	Applicant  string
	Asked      Asked
	Who        Identity
	Delivery   string
	Medium     string
	OwnRecord  bool
	OpenAnswer bool
	Needs      string
	SignedOn   clock.Date // post: the day it was signed for
	Evidence   string     // post, letter, fax: what shows when it came
	Confirmed  bool       // oral: it was read back and the applicant agreed
	Verified   bool       // the officer saw the identity document
	Token      string     // of the form: sent twice, it files once
	Files      []FiledFile
	Lang       i18n.Lang
}

// Lengths of what a person may write, in characters.
const (
	MaxSubject = 200
	MaxDetail  = 3000
	maxName    = 60
	maxLine    = 200
)

const (
	purposeAsked    = "inforequest.asked"
	purposeIdentity = "inforequest.identity"
	purposeNote     = "inforequest.note"
)

// File takes a request. Number and code are told once; of the code only a keyed
// hash is kept. A form sent again gives the same receipt and files nothing.
func (r *Requests) File(ctx context.Context, f Filing) (q *Request, code string, err error) {
	defer fault.Wrap(&err, "inforequest.File")
	f.tidy()
	files, err := r.inspectFiled(ctx, f.Files)
	wrong := fault.FieldsOf(err)
	if err != nil && wrong == nil {
		return nil, "", err
	}
	err = r.DB.Write(ctx, func(tx *db.Tx) error {
		u, err := agency.Find(tx, f.Agency)
		if err != nil {
			return err
		}
		if err := r.checkFiling(tx, u, f); err != nil || len(wrong) > 0 {
			return withFields(err, wrong)
		}
		token := r.Keys.Index("inforequest.token", f.Token)
		// Not from the token's own hash: that one is stored, and whoever read the
		// store alone would know every code.
		code = secret.CodeFrom(r.Keys.Index("inforequest.first_code", f.Token), 10)
		if q, err = requestByToken(tx, u.Province(), token); !fault.Is(err, fault.NotFound) {
			return err
		}
		if q, err = r.newRequest(tx, u, f, code); err != nil {
			return err
		}
		if err := insertRequest(tx, q, token); err != nil {
			return err
		}
		// Before the audit row, which holds its book until the commit.
		if err := r.keepFiled(tx, q, files, f.Files); err != nil {
			return err
		}
		return r.begin(tx, q, f)
	})
	return q, code, err
}

func (f *Filing) tidy() {
	for _, s := range []*string{&f.Asked.Subject, &f.Asked.Detail, &f.Who.Name, &f.Who.IDNumber, &f.Who.Representative, &f.Who.Phone, &f.Who.Email, &f.Who.Address,
		&f.Who.Helper, &f.Who.HelperTie, &f.Needs, &f.Evidence} {
		*s = strings.TrimSpace(*s)
	}
	f.Who.IDNumber = strings.ToUpper(strings.ReplaceAll(f.Who.IDNumber, " ", ""))
}

// checkFiling refuses what article 29 asks for and is not there, each beside
// its field. Reasons are not asked for.
func (r *Requests) checkFiling(tx *db.Tx, u agency.Agency, f Filing) error {
	if !r.Takes(u) {
		return fault.Say(fault.Conflict, "inforequest.takes_none")
	}
	c := checker{}
	c.when(!slices.Contains(Channels, f.Channel), "channel", "inforequest.need_channel")
	c.when(!slices.ContainsFunc(r.Norm.Requests.Applicants, func(x choice) bool { return x.ID == f.Applicant }), "applicant", "inforequest.need_applicant")
	c.length("subject", f.Asked.Subject, 4, MaxSubject)
	c.length("detail", f.Asked.Detail, 0, MaxDetail)
	c.length("name", f.Who.Name, 2, maxName)
	c.identity(f)
	c.when(!slices.Contains(Deliveries, f.Delivery), "delivery", "inforequest.need_delivery")
	c.when(!slices.Contains(Media, f.Medium), "medium", "inforequest.need_medium")
	c.contact(f)
	for name, s := range map[string]string{"needs": f.Needs, "helper": f.Who.Helper, "helper_tie": f.Who.HelperTie, "evidence": f.Evidence} {
		c.length(name, s, 0, maxLine)
	}
	c.when(f.Who.Helper != "" && f.Who.HelperTie == "", "helper_tie", "inforequest.need_helper_tie")
	c.when(f.Token == "", "subject", "inforequest.need_token")
	today := clock.DateOf(tx.Now)
	c.when(f.Channel == "oral" && !f.Confirmed, "confirmed", "inforequest.need_read_back")
	c.when(f.Channel == "post" && (f.SignedOn.IsZero() || f.SignedOn.After(today) || today.Sub(f.SignedOn) > 60), "signed_on", "inforequest.need_signed_on")
	return fault.Fields(c.bad...)
}

// newRequest makes the row; the clock begins with its first event.
func (r *Requests) newRequest(tx *db.Tx, u agency.Agency, f Filing, code string) (*Request, error) {
	q := &Request{Province: u.Province(), Agency: u.ID, Region: u.Division, Channel: f.Channel, Applicant: f.Applicant, State: Filed,
		Delivery: f.Delivery, Medium: f.Medium, OwnRecord: f.OwnRecord, OpenAnswer: f.OpenAnswer, Needs: f.Needs, Helped: f.Who.Helper != "", FiledAt: tx.Now}
	q.ID = tx.ID(q.Province)
	q.month = tx.Now.In(clock.Shanghai).Format("200601")
	division := u.Division.Short()
	if u.Division == agency.Nation {
		division = "00"
	}
	var err error
	if q.Number, err = freeNumber(tx, q.Province, division, q.month); err != nil {
		return nil, err
	}
	q.who = r.whoIndex(f.Who)
	q.code = r.codeIndex(q.Number, code)
	if a := account.From(tx.Ctx); a != nil && f.Verified {
		q.VerifiedBy, q.VerifiedAt = a.Person, tx.Now
	}
	r.sealAsked(q, f.Asked)
	r.sealIdentity(q, f.Who)
	return q, nil
}

// freeNumber is a public number nobody has.
func freeNumber(tx *db.Tx, province int, division, month string) (string, error) {
	for {
		n := secret.Number(division, month)
		if taken, err := numberTaken(tx, province, n); err != nil || !taken {
			return n, err
		}
	}
}

// whoIndex recognises the same applicant again without naming him.
func (r *Requests) whoIndex(w Identity) []byte {
	key := w.IDNumber
	if key == "" {
		key = w.Name + "\x00" + w.Phone + "\x00" + w.Address
	}
	return r.Keys.Index("inforequest.who", key)
}

func (r *Requests) codeIndex(number, code string) []byte {
	return r.Keys.Index("inforequest.code", number+"\x00"+code)
}

// begin writes the first events: by which channel it came, and where the law
// takes that day as the day of receipt (article 31), the start of the clock.
func (r *Requests) begin(tx *db.Tx, q *Request, f Filing) error {
	today := clock.DateOf(tx.Now)
	person := int64(0)
	a := account.From(tx.Ctx)
	if a != nil {
		person = a.Person
	}
	if err := r.note(tx, q, Event{Kind: "filed", On: today}, person, f.Evidence, true); err != nil {
		return err
	}
	switch f.Channel {
	case "counter", "oral": // 当面提交: the day it is handed in
		if err := r.receive(tx, q, today, person); err != nil {
			return err
		}
	case "post": // 邮寄: the day it is signed for
		if err := r.receive(tx, q, f.SignedOn, person); err != nil {
			return err
		}
	default: // 平常信函, 互联网, 传真: the day both confirm; until then a term of our own
		cal, err := r.Calendars.In(tx, int64(q.Region))
		if err != nil {
			return err
		}
		s := r.Norm.Requests.Spans["confirm"]
		q.ReplyBy = cal.Deadline(today, spanOf(s), nil).Due
		if err := updateRequest(tx, q); err != nil {
			return err
		}
	}
	if err := r.tell(tx, q, f.Who, "notify.step_registered", f.Lang); err != nil {
		return err
	}
	return r.audit(tx, a, q, "file", f.Channel)
}

// receive starts the clock.
func (r *Requests) receive(tx *db.Tx, q *Request, on clock.Date, person int64) error {
	q.State, q.ReceivedOn, q.ReplyBy = Open, on, clock.Date{}
	return r.happen(tx, q, Event{Kind: Received, On: on}, person, "", true)
}

// longer are the events that begin the clock anew or give it more time.
var longer = []string{Received, Supplied, Paid, Extended, Deferred}

// happen records an event and lets the clock follow it.
func (r *Requests) happen(tx *db.Tx, q *Request, e Event, person int64, note string, public bool) error {
	if slices.Contains(longer, e.Kind) {
		q.Warned = 0 // another last day, another warning
	}
	if err := r.note(tx, q, e, person, note, public); err != nil {
		return err
	}
	if err := r.reckon(tx, q); err != nil {
		return err
	}
	return updateRequest(tx, q)
}

// note records an event; what people wrote in it is sealed.
func (r *Requests) note(tx *db.Tx, q *Request, e Event, person int64, text string, public bool) error {
	if e.ID == 0 {
		e.ID = tx.ID(q.Province)
	}
	var sealed []byte
	if text != "" {
		sealed = r.Keys.Seal(purposeNote, placeOf(e.ID), []byte(text))
	}
	return insertEvent(tx, q, e, person, sealed, public)
}

// reckon computes the clock from the events written so far.
func (r *Requests) reckon(tx *db.Tx, q *Request) error {
	cal, err := r.Calendars.In(tx, int64(q.Region))
	if err != nil {
		return err
	}
	steps, err := stepsOf(tx, q.Province, q.ID)
	if err != nil {
		return err
	}
	q.follow(Reckon(cal, r.rules(), events(steps)), cal.Version())
	return nil
}

// follow takes a reckoning over.
func (q *Request) follow(k Reckoning, version string) {
	due := q.DueOn
	q.DueOn, q.ReplyBy, q.AtLatest, q.Uncertain, q.Extra, q.calendar = k.Due, k.ReplyBy, k.AtLatest, k.Provisional, k.Extra, version
	if q.State == Closed || q.State == Decided {
		q.DueOn, q.ReplyBy = due, clock.Date{} // the day it was measured by
	}
}

func placeOf(id int64) []byte { return strconv.AppendInt(nil, id, 10) }

func (r *Requests) sealAsked(q *Request, a Asked) {
	b, _ := json.Marshal(a) // strings: never fails
	q.asked = r.Keys.Seal(purposeAsked, placeOf(q.ID), b)
	q.Subject = privacy.Mask(a.Subject, privacy.Scan(a.Subject))
}

func (r *Requests) sealIdentity(q *Request, w Identity) {
	b, _ := json.Marshal(w)
	q.identity = r.Keys.Seal(purposeIdentity, placeOf(q.ID), b)
}

func (r *Requests) unseal(purpose string, q *Request, sealed []byte, into any) error {
	if sealed == nil {
		return nil // destroyed
	}
	b, err := r.Keys.Open(purpose, placeOf(q.ID), sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// askedOf is what the applicant wants, for those who handle it.
func (r *Requests) askedOf(q *Request) (a Asked, err error) {
	return a, r.unseal(purposeAsked, q, q.asked, &a)
}

func (r *Requests) identityOf(q *Request) (w Identity, err error) {
	return w, r.unseal(purposeIdentity, q, q.identity, &w)
}

// tell queues a notice that says number and step only; who gave neither mailbox
// nor telephone looks by number and code.
func (r *Requests) tell(tx *db.Tx, q *Request, w Identity, template string, lang i18n.Lang) error {
	if r.Outbox == nil {
		return nil
	}
	m := notify.Message{Province: int64(q.Province), Agency: q.Agency, Template: template, Number: q.Number, Lang: lang}
	switch {
	case w.Email != "":
		m.Channel, m.Address = notify.Email, w.Email
	case mobile(w.Phone):
		m.Channel, m.Address = notify.SMS, w.Phone
	default:
		return nil
	}
	if r.Outbox.Senders[m.Channel] == nil {
		return nil // nobody could send it
	}
	_, err := r.Outbox.Queue(tx, m)
	return err
}

func mobile(s string) bool {
	return len(s) == 11 && s[0] == '1' && strings.Trim(s, "0123456789") == ""
}

func (r *Requests) audit(tx *db.Tx, a *account.Actor, q *Request, verb, detail string) error {
	e := audit.Entry{Province: int64(q.Province), Agency: q.Agency, Verb: "inforequest." + verb, Object: "request " + q.Number, Detail: detail}
	if a != nil {
		e.Person, e.Login = a.Person, a.Login
	}
	return audit.Append(tx, e)
}

func escapeLike(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

func runes(s string) int { return utf8.RuneCountInString(s) }
