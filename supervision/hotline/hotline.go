package hotline

import (
	"context"
	"log/slog"
	"time"

	"yangguang/agency"
	"yangguang/internal/calendar"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/notify"
	"yangguang/internal/secret"
	"yangguang/norm"
	"yangguang/supervision/casework"
)

// Hotline is the room.
type Hotline struct {
	DB        *db.DB
	Norm      *norm.Profile
	Calendars *calendar.Keeper
	Keys      *secret.Keys
	Outbox    *notify.Outbox
	Cases     *casework.Casework
	Log       *slog.Logger
	Node      string   // this process when it carries calls; "" in serve
	Address   string   // where other machines' pages speak with it; "": nowhere
	Bell      db.Bells // rings when the queue, a seat or a call changed in this process
	// Qualified answers whether a person of a unit may answer on a day (上岗资格, 3.1.2);
	// nil: nobody asks.
	Qualified func(ctx context.Context, person, unit int64, day clock.Date) (Qualified, error)
	// Leader is the leader on duty at a line at a time; nil: there is no roster.
	Leader func(ctx context.Context, line Ref, at time.Time) (d Duty, ok bool, err error)
}

// The grant verbs of the room.
const (
	Answering = "hotline.answer" // take calls
	Leading   = "hotline.lead"   // 班长: the shift's calls, seats and call-backs
	Managing  = "hotline.manage" // lines, seats, phones
)

// Verbs lists the room's grant verbs, for the register of accounts.
func Verbs() []string { return []string{Answering, Leading, Managing} }

// Ref names a row by its key.
type Ref struct {
	Province int
	ID       int64
}

// How a line is run.
const (
	Own       = "own"       // answered here
	SubCentre = "subcentre" // calls come in from the centre of another line (分中心), and go back there out of hours
	Transfer  = "transfer"  // calls are passed on to Target
)

// Modes lists them.
var Modes = []string{Own, SubCentre, Transfer}

// Line is a number people may call.
type Line struct {
	Province      int
	ID            int64
	Agency        int64
	Region        agency.Code
	Number, Name  string
	Mode          string
	Target        string        // of a line that is passed on: the number it goes to
	Hours         string        // "" the agency's business hours, "always", or "08:00-20:00"
	Sealed        bool          // the report line: the caller stays unseen
	Overflow      int64         // the province's line whose seats take what waits too long; 0: none
	OverflowAfter time.Duration // how long a call waits before that
	WrapUp        time.Duration // how long a seat writes up after a call, unless it says more
	Ring          time.Duration // how long a seat is rung before the next is
	Fallback      string        // the duty phone when nothing else works
	Record        bool          // never on a sealed line
	Lang          string
	Purpose       string // what the line does, for the public
	Crisis        string // the number of psychological aid, for one key
	Police        string
	Ambulance     string
	Open          bool // in use
}

// Ref is the line's key.
func (l Line) Ref() Ref { return Ref{l.Province, l.ID} }

// Skill is something a call wants and a seat has.
type Skill struct {
	Kind  string // one of SkillKinds
	Code  string // of a topic, dialect or division; "" for leader and report
	Level int    // of a seat: 1 to 9
}

// SkillKinds lists what skills there are. leader and report are never done
// without; a dialect is done without once the call has overflowed; the others
// only decide who is asked first.
var SkillKinds = []string{"topic", "dialect", "division", "leader", "report"}

// Want is what a call asks of a seat.
type Want struct {
	Skills   []Skill
	Priority int // higher first
}

// Arrival is a call as it comes in.
type Arrival struct {
	Line    Line
	Caller  string // sealed at once, never logged; "" when the carrier gave none
	Private bool   // the caller asked not to be shown (Privacy: id)
	Trunk   string
	At      time.Time // now, when zero
}

// The states of a call.
const (
	Arrived = "arrived" // with the voice service
	Queued  = "queued"
	Offered = "offered" // rings at a seat
	Talking = "talking"
	Ended   = "ended"
)

// Call is one call.
type Call struct {
	Province    int
	ID          int64
	Agency      int64
	Region      agency.Code
	Line        int64
	Way         string // in, or out for a call-back
	HasNumber   bool
	Private     bool
	Sealed      bool
	About       int64 // the unit a sealed call complains of
	Wants       []Skill
	Priority    int
	Overflow    int64
	OverflowAt  time.Time // from when on the overflow line's seats take it
	State       string
	Node        string
	ArrivedAt   time.Time
	QueuedAt    time.Time
	AnsweredAt  time.Time
	EndedAt     time.Time
	Seat        int64
	Person      int64
	CallBack    int64
	Matter      int64
	Number      string // of the matter
	Chosen      bool   // ended in self-service by choice
	By, Why     string
	Transferred string
	Rating      int
	number      []byte
	caller      []byte
}

// Ref is the call's key.
func (c *Call) Ref() Ref { return Ref{c.Province, c.ID} }

// Offer is a call ringing at a seat.
type Offer struct {
	ID       int64
	Call     Ref
	Seat     Ref
	Reach    string // browser or phone
	Phone    string // the desk phone's user
	Until    time.Time
	CallBack bool  // nobody waits on the line yet: the person is called once the seat took it
	Fence    int64 // grows with each offer to the seat
}

// The states of a seat.
const (
	Off     = "off"
	Ready   = "ready"
	Ringing = "offered"
	Busy    = "busy"
	WrapUp  = "wrapup"
	Away    = "away"
)

// SeatStates lists them in the order of a board.
var SeatStates = []string{Ready, Ringing, Busy, WrapUp, Away, Off}

// Seat is where a person answers.
type Seat struct {
	Province  int
	ID        int64
	Agency    int64
	Region    agency.Code
	Person    int64
	Label     string // the number callers are told: 工号
	Pool      bool   // also takes the province's overflow
	State     string
	Since     time.Time
	IdleSince time.Time
	Reason    string
	Reach     string
	Phone     int64
	Node      string   // that engaged it, or the first its browser came to
	Nodes     []string // its browser speaks with now; filled in where a seat is chosen
	WrapUntil time.Time
	Fence     int64
	Active    bool
	Skills    []Skill
}

// Ref is the seat's key.
func (s *Seat) Ref() Ref { return Ref{s.Province, s.ID} }

// Ending is how a call ended.
type Ending struct {
	By     string // caller, seat, system
	Why    string // hangup, failed, interrupted, transferred, closed, message
	Chosen bool   // in self-service, because the caller wanted it
	// Carried: passed outside, and this process still joins the caller with
	// whoever it is, until LetGo.
	Carried bool
}

// AbandonAfter is how long a caller must have waited for his hanging up to be a
// miss and to be called back about.
const AbandonAfter = 5 * time.Second

// Swift is within which an answer is in time (GB/T 33358-2016).
const Swift = 15 * time.Second

// Silence is after which a process that carries calls is taken for dead.
const Silence = 5 * time.Second
