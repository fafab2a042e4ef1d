package casework

import (
	"context"
	"slices"
	"time"

	"yangguang/agency"
	"yangguang/internal/blob"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/i18n"
	"yangguang/internal/notify"
	"yangguang/internal/privacy"
	"yangguang/internal/secret"
	"yangguang/norm"
)

// Casework is the room.
type Casework struct {
	DB        *db.DB
	Norm      *norm.Profile
	Calendars *calendar.Keeper
	Keys      *secret.Keys
	Blobs     blob.Store
	Gate      *privacy.Gate
	Outbox    *notify.Outbox
	// Changed hears, in the transaction, of each change of a matter: before is
	// nil for a new one. Statistics count by it.
	Changed func(tx *db.Tx, before, after *Matter) error
	// Quoting refuses what a reply may not quote of the knowledge base, in the
	// transaction that submits it.
	Quoting func(tx *db.Tx, m *Matter, quotes []string) error
	// Bell rings after each committed change, for pages that follow it live.
	Bell db.Bells
}

// Channels are the ways a matter comes in.
var Channels = []string{"web", "phone", "counter", "letter", "email", "sms", "superior", "import", "api", "hotline12345", "observer", "media"}

// Matter is one matter of the public. What was told and the contact are sealed.
type Matter struct {
	Province     int
	ID           int64
	Agency       int64       // answers for it: its outer clock, its acceptance, its call-back
	Region       agency.Code // of Agency
	Holder       int64       // the unit that has it now
	HolderRegion agency.Code
	Handler      int64
	Section      string // 承办科室
	Number       string
	Channel      string
	Type         string
	Class        string
	Topic        string
	Stage        string // "", recheck 复查, reexamine 复核
	State        string
	Subject      string // masked: what lists and the desk's search see; "" of what is confidential
	HasContact   bool
	Ack          string // how the person is told of steps: sms, email, "" looks himself
	Lang         i18n.Lang
	Helped       bool
	About        int64  // the unit it complains of; 0 = none named
	Hidden       bool   // from the members of About
	Item         string // the published item an error was reported on: its path
	Outside      string // the number of another platform's order
	FiledAt      time.Time
	AcceptedAt   time.Time
	FirstDue     time.Time // the first outer due moment: what on-time is measured by
	DueAt        time.Time // the outer due moment now
	Step         string    // which inner clock runs: accept supplement sign rule deliver callback promise, or ""
	StepFrom     time.Time
	StepDue      time.Time
	NextAt       time.Time // when the timer looks at it next
	Warned       int       // alarms of the outer clock passed
	StepWarned   int
	Uncertain    bool // a calendar notice still to come may move the outer due moment
	Extended     int
	Asked        int // how often the person was asked to supplement
	Reopened     int
	Hops         int
	Refusal      string
	Result       string
	PromiseOn    clock.Date
	RepliedAt    time.Time
	DeliveredAt  time.Time
	Delivery     string // how: web, sms, email, post, counter, phone, oral; or why not: a code of norm.Casework.Undelivered
	Rated        string // yes, partly, no, unreached, or "" not asked yet: is it solved
	Discontent   string
	ClosedAt     time.Time
	Late         bool // replied after its outer due moment
	MergedInto   int64
	Was          string // the state before it was merged
	Common       int64
	RemedyOf     int64
	ArchivedAt   time.Time
	Destroyed    bool

	who      []byte
	calendar string
	code     []byte
	told     []byte
	contact  []byte
	worded   worded // as its words stand in the store
}

// Told is what a person brought, in his words.
type Told struct {
	Subject string
	Text    string
	Place   string // where it happened
	When    string
	Wanted  string // what he hopes for
	About   string // whom it is about, as he says it
}

// Contact is how to reach him; every field may be empty.
type Contact struct {
	Name, Phone, Email, Address string
	Helper, HelperTie           string
	HelperUnit                  int64 // the unit the helper works for; 0 = none
}

// Open answers whether somebody still owes something.
func (m *Matter) Open() bool { return m.State != Closed && m.State != Merged }

// Running answers whether the outer clock runs.
func (m *Matter) Running() bool {
	return slices.Contains([]string{Accepted, Dispatched, Objected, InHand, InReview}, m.State) && !m.DueAt.IsZero()
}

// Overdue answers whether the outer due moment passed and no reply is out.
func (m *Matter) Overdue(now time.Time) bool { return m.Running() && !now.Before(m.DueAt) }

// StepOverdue answers whether the inner clock that runs has ended.
func (m *Matter) StepOverdue(now time.Time) bool {
	return !m.StepDue.IsZero() && !now.Before(m.StepDue)
}

// Kind is its type's entry in the norm; an empty one for a type the norm no longer has.
func (c *Casework) Kind(m *Matter) norm.CaseType {
	if t := c.Norm.Casework.Type(m.Type); t != nil {
		return *t
	}
	return norm.CaseType{ID: m.Type}
}

// Title is what a list calls a matter: its masked subject or, where there is
// none to be shown, its type and number.
func (c *Casework) Title(ctx context.Context, m *Matter) string {
	if m.Subject != "" {
		return m.Subject
	}
	return c.Kind(m).Title.In(ctx) + " " + m.Number
}

// Takes answers whether an agency takes matters from the public.
func Takes(u agency.Agency) bool { return u.State == agency.Active }
