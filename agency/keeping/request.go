package keeping

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/secret"
)

// Answering is the grant to read and answer requests about personal data.
const Answering = "keeping.answer"

// Verbs lists the room's grant verbs, for the register of accounts.
func Verbs() []string { return []string{Answering} }

// Kinds are what a person may ask for: 查阅, 复制, 更正, 删除.
var Kinds = []string{"access", "copy", "correct", "delete"}

// Within is how long the office has to answer.
var Within = calendar.Span{N: 15, Unit: calendar.WorkingDays}

const (
	maxBody    = 2000
	maxContact = 200
	purpose    = "keeping.request"
)

// Request is a person's request about his own data.
type Request struct {
	Province   int
	ID         int64
	Number     string
	Region     agency.Code
	Kind       string
	State      string // open, answered
	At         time.Time
	DueOn      clock.Date
	AnsweredAt time.Time
	Destroyed  bool

	Body, Contact, Answer string // empty until opened
}

// Late answers whether a request is unanswered past its day.
func (r *Request) Late(today clock.Date) bool { return r.State == "open" && r.DueOn.Before(today) }

// Ask takes a request. The number and the secret code are told once; only a
// keyed hash of the code is kept.
func (k *Keeping) Ask(ctx context.Context, kind, body, contact string) (r *Request, code string, err error) {
	defer fault.Wrap(&err, "keeping.Ask")
	body, contact = strings.TrimSpace(body), strings.TrimSpace(contact)
	var bad []fault.Field
	if !slices.Contains(Kinds, kind) {
		bad = append(bad, fault.Field{Name: "kind", Key: "keeping.need_kind"})
	}
	if n := utf8.RuneCountInString(body); n < 10 || n > maxBody {
		bad = append(bad, fault.Field{Name: "body", Key: "keeping.need_body", Args: []any{maxBody}})
	}
	if n := utf8.RuneCountInString(contact); n < 5 || n > maxContact {
		bad = append(bad, fault.Field{Name: "contact", Key: "keeping.need_contact", Args: []any{maxContact}})
	}
	if err := fault.Fields(bad...); err != nil {
		return nil, "", err
	}
	home := k.Front.Home
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		cal, err := k.Calendars.In(tx, int64(home))
		if err != nil {
			return err
		}
		today := clock.DateOf(tx.Now)
		r = &Request{Province: home.Province(), Region: home, Kind: kind, State: "open", At: tx.Now, DueOn: cal.Deadline(today, Within, nil).Due}
		r.ID = tx.RandomID(r.Province)
		division := home.Short()
		if home == agency.Nation {
			division = "00" // a public number begins with two digits at least
		}
		r.Number = secret.Number(division, tx.Now.In(clock.Shanghai).Format("200601"))
		code = secret.Code(10)
		aad := place(r.ID)
		return insertRequest(tx, r, k.index(r.Number, code), k.Keys.Seal(purpose, aad, []byte(body)), k.Keys.Seal(purpose, aad, []byte(contact)))
	})
	return r, code, err
}

func place(id int64) []byte { return strconv.AppendInt(nil, id, 10) }

func (k *Keeping) index(number, code string) []byte {
	return k.Keys.Index("keeping.code", number+"\x00"+code)
}

// Status tells a person how his request stands, and the answer. A wrong number
// and a wrong code are told alike.
func (k *Keeping) Status(ctx context.Context, number, code string) (r *Request, err error) {
	defer fault.Wrap(&err, "keeping.Status")
	wrong := fault.Fields(fault.Field{Name: "number", Key: "keeping.unknown"})
	n, ok1 := secret.ParseNumber(number)
	c, ok2 := secret.ParseCode(code)
	if !ok1 || !ok2 {
		return nil, wrong
	}
	err = k.DB.Read(ctx, func(tx *db.Tx) error {
		var sealed sealedParts
		r, sealed, err = requestByNumber(tx, n)
		if fault.Is(err, fault.NotFound) || err == nil && !secret.Equal(sealed.code, k.index(n, c)) {
			return wrong
		}
		if err != nil || sealed.answer == nil {
			return err
		}
		r.Answer, err = k.unseal(r.ID, sealed.answer)
		return err
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (k *Keeping) unseal(id int64, sealed []byte) (string, error) {
	if sealed == nil {
		return "", nil
	}
	b, err := k.Keys.Open(purpose, place(id), sealed)
	return string(b), err
}

// Requests lists the requests within reach, the most urgent first; contents
// stay sealed.
func (k *Keeping) Requests(ctx context.Context) (out []Request, err error) {
	defer fault.Wrap(&err, "keeping.Requests")
	a := account.From(ctx)
	err = k.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = listRequests(tx, a.Scope(Answering), 200)
		return err
	})
	return out, err
}

// Find reads a request's cover for whoever may answer it.
func (k *Keeping) Find(ctx context.Context, province int, id int64) (r *Request, err error) {
	defer fault.Wrap(&err, "keeping.Find(%d)", id)
	err = k.DB.Read(ctx, func(tx *db.Tx) error {
		r, _, _, err = k.reach(tx, province, id)
		return err
	})
	return r, err
}

func (k *Keeping) reach(tx *db.Tx, province int, id int64) (*Request, sealedParts, *account.Actor, error) {
	a := account.From(tx.Ctx)
	r, sealed, err := requestByID(tx, province, id)
	if err == nil && (a == nil || !a.May(Answering, account.Target{Division: int64(r.Region)})) {
		err = fault.Say(fault.NotFound, "fault.not_found")
	}
	return r, sealed, a, err
}

// Open reads what a person wrote, with a reason; each opening is recorded.
func (k *Keeping) Open(ctx context.Context, province int, id int64, reason string) (r *Request, err error) {
	defer fault.Wrap(&err, "keeping.Open(%d)", id)
	if reason = strings.TrimSpace(reason); utf8.RuneCountInString(reason) < 4 || utf8.RuneCountInString(reason) > 200 {
		return nil, fault.Fields(fault.Field{Name: "reason", Key: "keeping.need_reason"})
	}
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		var sealed sealedParts
		var a *account.Actor
		if r, sealed, a, err = k.reach(tx, province, id); err != nil {
			return err
		}
		for _, p := range []struct {
			from []byte
			to   *string
		}{{sealed.body, &r.Body}, {sealed.contact, &r.Contact}, {sealed.answer, &r.Answer}} {
			if *p.to, err = k.unseal(r.ID, p.from); err != nil {
				return err
			}
		}
		return record(tx, a, r, "open", reason)
	})
	return r, err
}

// Answer settles a request; the person reads the answer with number and code.
func (k *Keeping) Answer(ctx context.Context, province int, id int64, answer string) (err error) {
	defer fault.Wrap(&err, "keeping.Answer(%d)", id)
	if answer = strings.TrimSpace(answer); utf8.RuneCountInString(answer) < 4 || utf8.RuneCountInString(answer) > maxBody {
		return fault.Fields(fault.Field{Name: "answer", Key: "keeping.need_answer", Args: []any{maxBody}})
	}
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		r, _, a, err := k.reach(tx, province, id)
		if err != nil {
			return err
		}
		n, err := answerRequest(tx, r, a.Person, k.Keys.Seal(purpose, place(id), []byte(answer)))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.Say(fault.Conflict, "keeping.answered_already")
		}
		return record(tx, a, r, "answer", "")
	})
}

func record(tx *db.Tx, a *account.Actor, r *Request, verb, reason string) error {
	return audit.Append(tx, audit.Entry{Province: int64(r.Province), Person: a.Person, Login: a.Login, Verb: "keeping." + verb, Object: "request " + r.Number, Reason: reason})
}

// destroyRequests takes text, contact and answer out of requests answered long
// ago; number and days remain.
func (k *Keeping) destroyRequests(ctx context.Context, before time.Time) (total int64, err error) {
	err = k.DB.Write(ctx, func(tx *db.Tx) error {
		total, err = destroyRequests(tx, before)
		return err
	})
	return total, err
}
