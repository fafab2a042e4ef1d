package yearly

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"yangguang/agency"
	"yangguang/agency/front"
	"yangguang/internal/account"
	"yangguang/internal/audit"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/norm"
)

// The grant verbs of the room.
const (
	Writing   = "yearly.write"   // write, submit, begin a correction
	Approving = "yearly.approve" // approve and so publish, or send back
)

// Verbs lists the room's grant verbs, for the register of accounts.
func Verbs() []string { return []string{Writing, Approving} }

// Facts counts what a year brought an agency: requests into table 3, reviews
// and lawsuits into table 4. Totals are not its business.
type Facts func(tx *db.Tx, agency int64, year int, into Figures) error

// Yearly is the room.
type Yearly struct {
	DB    *db.DB
	Front *front.Front
	Norm  *norm.Profile
	// Facts counts from the requests the platform holds; nil where it holds none,
	// and then tables 3 and 4 are empty and the desk says so.
	Facts Facts
}

// Form is the layout of the tables under the installation's norm.
func (y *Yearly) Form() Form { return FormOf(y.Norm.Requests) }

// The states of a revision.
const (
	Draft      = "draft"
	Submitted  = "submitted"
	Published  = "published"
	Superseded = "superseded" // replaced by a correction; still readable
	Discarded  = "discarded"  // a correction that was not needed
)

// Revision is one text of a report: the first, or a correction of it.
type Revision struct {
	Province    int
	ID          int64
	Report      int64
	Agency      int64
	Year        int
	Number      int
	State       string
	Reason      string // of a correction; the public reads it
	Note        string // why it was sent back
	Text        Text
	Figures     Figures // as they were when it was last saved or submitted
	Saved       int     // counts the savings, so that nobody overwrites another's
	Author      int64
	Submitter   int64
	Approver    int64
	SavedAt     time.Time
	SubmittedAt time.Time
	PublishedAt time.Time
}

// Text is what people write in a report.
type Text struct {
	Overview string           `json:"overview"` // 一、总体情况
	Problems string           `json:"problems"` // 五、存在的主要问题及改进情况
	Other    string           `json:"other"`    // 六、其他需要报告的事项
	Two      map[string]Entry `json:"two"`
}

const (
	maxText   = 8000
	minText   = 20
	maxReason = 300
)

// wrong tells what is wrong with a text; whole asks for all of it.
func (t Text) wrong(whole bool) (bad []fault.Field) {
	for _, p := range []struct{ name, text string }{{"overview", t.Overview}, {"problems", t.Problems}, {"other", t.Other}} {
		n := utf8.RuneCountInString(p.text)
		switch {
		case n > maxText:
			bad = append(bad, fault.Field{Name: p.name, Key: "yearly.long_text", Args: []any{maxText}})
		case whole && n < minText && p.name != "other":
			bad = append(bad, fault.Field{Name: p.name, Key: "yearly.short_text", Args: []any{minText}})
		case whole && n == 0:
			bad = append(bad, fault.Field{Name: p.name, Key: "yearly.need_other"})
		default:
			bad = append(bad, personal(p.name, p.text)...)
		}
	}
	return append(bad, entriesWrong(t.Two, whole)...)
}

func target(u agency.Agency) account.Target {
	return account.Target{Agency: u.ID, Division: int64(u.Division)}
}

// may is whoever is signed in and may do verb for the agency. Whoever has no
// business with its report is told Not Found.
func may(tx *db.Tx, verb string, u agency.Agency) (*account.Actor, error) {
	a := account.From(tx.Ctx)
	switch {
	case a == nil:
		return nil, fault.Say(fault.Unauthenticated, "fault.unauthenticated")
	case a.May(verb, target(u)):
		return a, nil
	case slices.ContainsFunc(Verbs(), func(v string) bool { return a.May(v, target(u)) }):
		return nil, fault.Say(fault.Forbidden, "yearly.no_grant_"+verb[len("yearly."):])
	}
	return nil, fault.Say(fault.NotFound, "fault.not_found")
}

// mayRead is may for whoever has any part in the report.
func mayRead(tx *db.Tx, u agency.Agency) (*account.Actor, error) {
	if a, err := may(tx, Writing, u); err == nil {
		return a, nil
	}
	return may(tx, Approving, u)
}

// record writes the audit row of an act, in its transaction.
func record(tx *db.Tx, a *account.Actor, r *Revision, verb, reason string) error {
	return audit.Append(tx, audit.Entry{Province: int64(r.Province), Person: a.Person, Login: a.Login, Agency: r.Agency, Verb: "yearly." + verb,
		Object: "report " + strconv.FormatInt(r.Agency, 10) + "/" + strconv.Itoa(r.Year), Reason: reason, Detail: "revision " + strconv.Itoa(r.Number)})
}

// tagOf names a unit's reports as a part of the public record.
func tagOf(agency int64) string { return "yearly/" + strconv.FormatInt(agency, 10) }

func today(tx *db.Tx) clock.Date { return clock.DateOf(tx.Now) }
