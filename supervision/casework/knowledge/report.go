package knowledge

import (
	"context"
	"slices"
	"strings"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/internal/privacy"
)

// reportKinds are what may be wrong with an article; outcomes, what became of it.
var (
	reportKinds = []string{"outdated", "wrong", "unclear", "link"}
	outcomes    = []string{"mended", "right"}
)

// answerWithin is how long an owner has for a report.
var answerWithin = calendar.Span{N: 5, Unit: calendar.WorkingDays}

// Report says that an article is wrong or outdated.
type Report struct {
	Province int
	ID       int64
	Article  int64
	Number   int // the version it is about
	Agency   int64
	Seat     agency.Code
	Source   string // staff or public
	Kind     string
	Note     string // of the staff; readers give none
	Times    int    // how many readers said so
	Person   int64
	At       time.Time
	DueOn    clock.Date
	State    string
	Outcome  string
	Words    string
	Title    string // of the article
}

// The sources and states of a report.
const (
	ofStaff  = "staff"
	ofPublic = "public"
	open     = "open"
	closed   = "closed"
)

// Late answers whether its day has passed.
func (r *Report) Late(on clock.Date) bool { return r.State == open && r.DueOn.Before(on) }

// Report tells the owner that an article is wrong or outdated.
func (k *Knowledge) Report(ctx context.Context, province int, id int64, kind, note string) (err error) {
	defer fault.Wrap(&err, "knowledge.Report(%d)", id)
	note, bad := words("note", note)
	if !slices.Contains(reportKinds, kind) {
		bad = append(bad, fault.Field{Name: "kind", Key: "knowledge.need_kind"})
	}
	if err := fault.Fields(bad...); err != nil {
		return err
	}
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := articleByID(tx, province, id, "")
		if err != nil {
			return err
		}
		a := account.From(ctx)
		if !knows(a, x) || x.Standing == 0 {
			return notFound()
		}
		r, err := k.newReport(tx, x, ofStaff, kind)
		if err != nil {
			return err
		}
		r.Note, r.Person = note, a.Person
		if err := insertReport(tx, r); err != nil {
			return err
		}
		return record(tx, a, x, "report", "", x.Standing)
	})
}

// words reads what a member of the staff writes about an article: nothing
// personal.
func words(name, text string) (string, []fault.Field) {
	text, err := reasonOf(name, text)
	if err != nil {
		return "", fault.FieldsOf(err)
	}
	if privacy.Blocks(privacy.Scan(text)) {
		return "", []fault.Field{{Name: name, Key: "knowledge.personal"}}
	}
	return text, nil
}

func (k *Knowledge) newReport(tx *db.Tx, x *Article, source, kind string) (*Report, error) {
	cal, err := k.Calendars.In(tx, int64(x.Seat))
	if err != nil {
		return nil, err
	}
	return &Report{Province: x.Province, ID: tx.ID(x.Province), Article: x.ID, Number: x.Standing, Agency: x.Agency, Seat: x.Seat, Source: source, Kind: kind, Times: 1, At: tx.Now,
		DueOn: cal.Deadline(today(tx), answerWithin, nil).Due, State: open}, nil
}

// ReportPublic counts that a reader finds an article wrong or outdated: a code
// without words. The first makes the owner's task, the others add to its count.
func (k *Knowledge) ReportPublic(ctx context.Context, id int64, kind string) (err error) {
	defer fault.Wrap(&err, "knowledge.ReportPublic(%d)", id)
	if !slices.Contains(reportKinds, kind) {
		return fault.Fields(fault.Field{Name: "kind", Key: "knowledge.need_kind"})
	}
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		x, err := k.public(tx, id)
		if err != nil {
			return err
		}
		// The article is locked, so that two readers at once make one task.
		if x, err = articleByID(tx, x.Province, x.ID, tx.ForUpdate()); err != nil {
			return err
		}
		n, err := sayAgain(tx, x, kind)
		if err != nil || n > 0 {
			return err
		}
		r, err := k.newReport(tx, x, ofPublic, kind)
		if err != nil {
			return err
		}
		return insertReport(tx, r)
	})
}

// Close answers a report: the article was mended, or is right as it stands.
func (k *Knowledge) Close(ctx context.Context, province int, id int64, outcome, text string) (err error) {
	defer fault.Wrap(&err, "knowledge.Close(%d)", id)
	text, bad := words("words", text)
	if !slices.Contains(outcomes, outcome) {
		bad = append(bad, fault.Field{Name: "outcome", Key: "knowledge.need_outcome"})
	}
	return k.DB.Write(ctx, func(tx *db.Tx) error {
		r, err := reportByID(tx, province, id, tx.ForUpdate())
		if err != nil {
			return err
		}
		a := account.From(ctx)
		t := account.Target{Agency: r.Agency, Division: int64(r.Seat)}
		switch {
		case !writes(a, t):
			return notFound()
		case !a.May(Writing, t):
			return fault.Say(fault.Forbidden, "knowledge.no_grant_write")
		case r.State != open:
			return fault.Say(fault.Conflict, "flow.not_now")
		}
		if err := fault.Fields(bad...); err != nil {
			return err
		}
		r.State, r.Outcome, r.Words = closed, outcome, text
		if err := closeReport(tx, r, a.Person); err != nil {
			return err
		}
		return audit.Append(tx, audit.Entry{Province: int64(province), Person: a.Person, Login: a.Login, Agency: r.Agency, Verb: "knowledge.close_report", Object: "report " + itoa(id), Reason: strings.TrimSpace(text), Detail: outcome})
	})
}
