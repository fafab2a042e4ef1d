// Package training keeps the second half of clause 3.1.2: those who answer the
// hotline are trained by a plan for the year and examined, and hold a
// qualification (上岗资格) that ends. A unit that gives them lets nobody answer
// without, unless it says otherwise.
//
// What is stored about people: of the staff alone, what they attended, their
// results and how long they may answer. Each person reads his own record;
// whoever manages training (training.manage) reads his unit's. Nobody gives
// himself a result or a qualification.
package training

import (
	"context"
	"embed"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/supervision/hotline"
)

// Migrations is the room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Trainings is the room.
type Trainings struct {
	DB    *db.DB
	Front *front.Front
}

// Managing is the room's grant verb.
const Managing = "training.manage"

// Verbs lists it, for the register of accounts.
func Verbs() []string { return []string{Managing} }

const (
	maxSubject = 60
	maxReason  = 200
	maxYears   = 5
	// soon is how long before its end a qualification is brought to mind.
	soon = 30
)

// Session is one training.
type Session struct {
	ID       int64
	Subject  string
	Day      clock.Date
	Minutes  int
	Material string // a link
	Persons  []int64
	Planned  int64 // what of the plan it was; 0: nothing
}

// Result is what somebody reached in an examination.
type Result struct {
	ID      int64
	Person  int64
	Subject string
	Day     clock.Date
	Score   int
	Pass    int // the mark to reach
}

// Passed answers whether the mark was reached.
func (x Result) Passed() bool { return x.Score >= x.Pass }

// Qualification is how long somebody may answer.
type Qualification struct {
	ID        int64
	Province  int
	Agency    int64
	Region    agency.Code
	Person    int64
	From, To  clock.Date
	Review    clock.Date
	Withdrawn time.Time
	Why       string
}

// Qualified answers whether a person may answer on a day, and until when; the
// hotline asks when a seat signs on.
func (s *Trainings) Qualified(ctx context.Context, person int64, day clock.Date) (ok bool, until clock.Date, err error) {
	defer fault.Wrap(&err, "training.Qualified")
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		found, err := valid(tx, person, day)
		if err == nil && len(found) > 0 {
			ok, until = true, found[0].To
		}
		return err
	})
	return ok, until, err
}

// unit is where the actor manages training: the unit he works at.
func unit(tx *db.Tx) (agency.Agency, *account.Actor, error) {
	a := account.From(tx.Ctx)
	t := a.Behalf()
	if t.Agency == 0 || !a.May(Managing, t) {
		return agency.Agency{}, nil, fault.Say(fault.Forbidden, "training.no_grant")
	}
	u, err := agency.Find(tx, t.Agency)
	return u, a, err
}

// agents are those of a unit who answer the hotline.
func agents(tx *db.Tx, u agency.Agency) ([]account.Person, error) {
	return account.Holders(tx, hotline.Answering, account.Target{Agency: u.ID, Division: int64(u.Division)}, 100)
}

func among(all []account.Person, id int64) bool {
	return slices.ContainsFunc(all, func(p account.Person) bool { return p.ID == id })
}

// write runs an act of who manages training at his unit.
func (s *Trainings) write(ctx context.Context, act string, f func(tx *db.Tx, u agency.Agency, a *account.Actor, all []account.Person) (object int64, err error)) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		u, a, err := unit(tx)
		if err != nil {
			return err
		}
		all, err := agents(tx, u)
		if err != nil {
			return err
		}
		id, err := f(tx, u, a, all)
		if err != nil {
			return err
		}
		return audit.Append(tx, audit.Entry{Province: int64(u.Division.Province()), Person: a.Person, Login: a.Login, Agency: u.ID, Verb: "training." + act, Object: "training " + strconv.FormatInt(id, 10)})
	})
}

// Hold records a session and who was there.
func (s *Trainings) Hold(ctx context.Context, in Session) (err error) {
	defer fault.Wrap(&err, "training.Hold")
	in.Subject, in.Material = strings.TrimSpace(in.Subject), strings.TrimSpace(in.Material)
	return s.write(ctx, "hold", func(tx *db.Tx, u agency.Agency, a *account.Actor, all []account.Person) (int64, error) {
		var bad []fault.Field
		bad = append(bad, subject(in.Subject)...)
		bad = append(bad, day("day", in.Day)...)
		if in.Minutes < 1 || in.Minutes > 6000 {
			bad = append(bad, fault.Field{Name: "minutes", Key: "training.bad_minutes"})
		}
		if l, err := url.Parse(in.Material); in.Material != "" && (err != nil || l.Scheme != "https" && l.Scheme != "http" || l.Host == "") {
			bad = append(bad, fault.Field{Name: "material", Key: "training.bad_link"})
		}
		for _, p := range in.Persons {
			if !among(all, p) {
				bad = append(bad, fault.Field{Name: "persons", Key: "training.no_agent"})
				break
			}
		}
		if len(bad) > 0 {
			return 0, fault.Fields(bad...)
		}
		in.ID = tx.ID(u.Division.Province())
		if in.Planned != 0 {
			if err := fulfil(tx, u, in.Planned, in.ID); err != nil {
				return 0, err
			}
		}
		return in.ID, insertSession(tx, u, a.Person, &in)
	})
}

func subject(s string) []fault.Field {
	if n := utf8.RuneCountInString(s); n < 2 || n > maxSubject {
		return []fault.Field{{Name: "subject", Key: "training.need_subject", Args: []any{maxSubject}}}
	}
	return nil
}

func day(name string, d clock.Date) []fault.Field {
	if d.IsZero() {
		return []fault.Field{{Name: name, Key: "training.need_day"}}
	}
	return nil
}

// wrong tells what of a result cannot be kept.
func (x Result) wrong(a *account.Actor, all []account.Person) (bad []fault.Field) {
	bad = append(bad, subject(x.Subject)...)
	bad = append(bad, day("day", x.Day)...)
	switch {
	case !among(all, x.Person):
		bad = append(bad, fault.Field{Name: "person", Key: "training.no_agent"})
	case a.Is(x.Person):
		bad = append(bad, fault.Field{Name: "person", Key: "training.own"})
	}
	if x.Score < 0 || x.Score > 100 {
		bad = append(bad, fault.Field{Name: "score", Key: "training.bad_score"})
	}
	if x.Pass < 1 || x.Pass > 100 {
		bad = append(bad, fault.Field{Name: "pass", Key: "training.bad_score"})
	}
	return bad
}

// Examine records a result; the same examination again replaces it.
func (s *Trainings) Examine(ctx context.Context, in Result) (err error) {
	defer fault.Wrap(&err, "training.Examine")
	in.Subject = strings.TrimSpace(in.Subject)
	return s.write(ctx, "examine", func(tx *db.Tx, u agency.Agency, a *account.Actor, all []account.Person) (int64, error) {
		if bad := in.wrong(a, all); len(bad) > 0 {
			return 0, fault.Fields(bad...)
		}
		in.ID = tx.ID(u.Division.Province())
		return in.ID, insertResult(tx, u, a.Person, &in)
	})
}

// Qualify lets somebody answer for a time. He must have passed an examination,
// and no later failed it.
func (s *Trainings) Qualify(ctx context.Context, in Qualification) (err error) {
	defer fault.Wrap(&err, "training.Qualify")
	return s.write(ctx, "qualify", func(tx *db.Tx, u agency.Agency, a *account.Actor, all []account.Person) (int64, error) {
		var bad []fault.Field
		bad = append(bad, day("from", in.From)...)
		switch {
		case in.To.IsZero() || in.To.Before(in.From) || in.To.After(in.From.AddMonths(12*maxYears)):
			bad = append(bad, fault.Field{Name: "to", Key: "training.bad_end", Args: []any{maxYears}})
		case in.Review.IsZero() || in.Review.Before(in.From) || in.Review.After(in.To):
			bad = append(bad, fault.Field{Name: "review", Key: "training.bad_review"})
		}
		switch {
		case !among(all, in.Person):
			bad = append(bad, fault.Field{Name: "person", Key: "training.no_agent"})
		case a.Is(in.Person):
			bad = append(bad, fault.Field{Name: "person", Key: "training.own"})
		default:
			last, err := resultsOf(tx, in.Person, 1)
			if err != nil {
				return 0, err
			}
			if len(last) == 0 || !last[0].Passed() {
				bad = append(bad, fault.Field{Name: "person", Key: "training.not_passed"})
			}
		}
		if len(bad) > 0 {
			return 0, fault.Fields(bad...)
		}
		in.ID = tx.ID(u.Division.Province())
		return in.ID, insertQualification(tx, u, a.Person, &in)
	})
}

// Withdraw ends a qualification before its time; the reason stays.
func (s *Trainings) Withdraw(ctx context.Context, id int64, why string) (err error) {
	defer fault.Wrap(&err, "training.Withdraw(%d)", id)
	why = strings.TrimSpace(why)
	if n := utf8.RuneCountInString(why); n < 4 || n > maxReason {
		return fault.Fields(fault.Field{Name: "why", Key: "training.need_why", Args: []any{maxReason}})
	}
	return s.write(ctx, "withdraw", func(tx *db.Tx, u agency.Agency, _ *account.Actor, _ []account.Person) (int64, error) {
		n, err := withdraw(tx, u, id, why)
		if err == nil && n == 0 {
			err = fault.Say(fault.NotFound, "fault.not_found")
		}
		return id, err
	})
}
