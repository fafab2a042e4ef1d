package inforequest

import (
	"slices"
	"time"

	"yangguang/agency"
	"yangguang/internal/account"
	"yangguang/internal/blob"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/notify"
	"yangguang/internal/privacy"
	"yangguang/internal/secret"
	"yangguang/norm"
)

// Requests is the room.
type Requests struct {
	DB        *db.DB
	Norm      *norm.Profile
	Calendars *calendar.Keeper
	Keys      *secret.Keys
	Blobs     blob.Store
	Gate      *privacy.Gate
	Outbox    *notify.Outbox
	// DropAnswer gives up the draft of a published answer when its applicant
	// takes his consent back; it refuses once the answer is public.
	DropAnswer func(tx *db.Tx, q *Request) error
	// AnswerOf tells how far the answer for everybody is, "" without one. It
	// stands in no event: the time of one would tell which answer it is.
	AnswerOf func(tx *db.Tx, q *Request) (state string, err error)
	// AsMatter files what is a petition in truth with the room that handles it.
	AsMatter   func(tx *db.Tx, q *Request, asked Asked, who Identity) (number, code string, err error)
	perRecount int // requests a transaction counts anew; 0 for the usual
}

// Channels are the ways a request comes in: web form, counter, orally at the
// counter, post that is signed for, plain letter, fax (article 29).
var Channels = []string{"web", "counter", "oral", "post", "letter", "fax"}

// Deliveries are the ways an answer goes out.
var Deliveries = []string{"web", "email", "post", "counter"}

// Media are what the information is wanted on.
var Media = []string{"electronic", "paper", "look"}

// Request is one request for information. Asked and Identity are empty until
// they are unsealed.
type Request struct {
	Province   int
	ID         int64
	Agency     int64
	Region     agency.Code
	Number     string
	Channel    string
	Applicant  string // of norm.Requests.Applicants
	State      string
	Subject    string // masked: what lists and the desk's search see
	Delivery   string
	Medium     string
	OwnRecord  bool   // correction of the applicant's own record: article 41
	OpenAnswer bool   // the applicant agrees that the answer is published, without him
	Needs      string // help with reading, seeing, hearing: article 43
	Helped     bool   // somebody helped to file it
	FiledAt    time.Time
	ReceivedOn clock.Date
	VerifiedBy int64 // who checked the identity; 0 = not checked
	VerifiedAt time.Time
	Handler    int64
	Section    string     // 承办科室
	DueOn      clock.Date // the last day to answer; none while the clock does not run
	ReplyBy    clock.Date // while it waits for the applicant
	AtLatest   bool
	Uncertain  bool // a calendar notice still to come may move the day
	Extra      int  // working days of extension so far
	Warned     int
	Decision   string
	Variant    string
	DecidedOn  clock.Date
	Delivered  time.Time
	ClosedOn   clock.Date
	Late       bool // decided after its last day
	ReassessOn clock.Date
	MergedInto int64
	SplitFrom  int64
	ArchivedAt time.Time // the last package for the archive
	Destroyed  bool

	who      []byte
	month    string
	calendar string
	code     []byte
	asked    []byte
	identity []byte
}

// Asked is what the applicant wants, in his words.
type Asked struct {
	Subject string // name of the information
	Detail  string // document number, or other features that help to find it
	Reasons string // only where article 35 lets the agency ask
}

// Identity is who asks.
type Identity struct {
	Name           string
	IDKind         string // resident, passport, credit (organisations), other
	IDNumber       string
	Representative string // of an organisation
	Phone          string
	Email          string
	Address        string
	Helper         string // who helped to file it
	HelperTie      string // and what he is to the applicant
}

// Overdue answers whether the answer's last day has passed.
func (q *Request) Overdue(today clock.Date) bool {
	return q.running() && !q.DueOn.IsZero() && q.DueOn.Before(today)
}

// running answers whether the agency still owes the decision.
func (q *Request) running() bool {
	return slices.Contains([]string{Open, InReview}, q.State)
}

// NextOn is the day by which somebody must act next, for lists.
func (q *Request) NextOn() clock.Date { return actBy(q.DueOn, q.ReplyBy) }

func actBy(due, replyBy clock.Date) clock.Date {
	if !replyBy.IsZero() {
		return replyBy
	}
	return due
}

// target is what an act on a request touches.
func (q *Request) target() account.Target {
	return account.Target{Agency: q.Agency, Division: int64(q.Region)}
}

// Takes answers whether an agency takes requests at all.
func (r *Requests) Takes(u agency.Agency) bool {
	return u.State == agency.Active && slices.Contains(r.Norm.Requests.Kinds, string(u.Kind))
}

// rules are the spans of the norm in force.
func (r *Requests) rules() Rules { return RulesOf(&r.Norm.Requests) }
