package disclosure

import (
	"context"
	"time"

	"yangguang/agency"
	"yangguang/internal/clock"
	"yangguang/internal/i18n"
)

// The states of an item, as the public sees it.
const (
	ItemUnpublished = "unpublished"
	ItemPublished   = "published"
	ItemTakenDown   = "taken_down"
)

// Item is one entry of an agency's catalogue through all its versions.
type Item struct {
	Province    int
	ID          int64
	Prefecture  agency.Code
	County      agency.Code
	Region      agency.Code
	Agency      int64
	Category    string // norm category id, "county.8"
	Period      string // "2026Q3", "" when the category has none
	Number      string // 索引号, given at first publication, never reused
	Year        int
	Serial      int
	State       string
	Current     int64 // the published version
	Title       string
	FormedOn    clock.Date // 生成日期
	EndsOn      clock.Date // 公示 ends
	Validity    string     // valid, amended, expired, abolished
	Emergency   bool       // published on the emergency path
	Corrected   bool
	Timely      *bool // published within its time; nil when there was none
	PublishedAt time.Time
	ChangedAt   time.Time
	EndedAt     time.Time
	EndKind     string // privacy, secrecy, error, duplicate, ended
	EndReason   string
	Imported    int64 // the accepted import batch, 0 when drafted here
	Explains    int64 // the document this one interprets
}

// Version is one text of an item, from draft to published.
type Version struct {
	Province       int
	ID, Item       int64
	Number         int
	State          string
	Step           string // review step being waited for
	Rule           string // review rule id of the norm
	Title          string
	Summary        string
	Form           string // norm form id, "" for rich text
	Data           string // form.Data as canonical JSON; what the public reads of it is Projected
	Hidden         string // figures the public does not read, as JSON; HiddenOf reads it
	Body           string // cleaned HTML
	BodyText       string // the same as plain text
	Openness       string // 公开属性: proactive, on_request, withheld
	OpennessGround string
	FormedOn       clock.Date
	EndsOn         clock.Date
	DocNumber      string // 发文字号
	Keywords       string
	Explains       int64
	Reason         string // public reason of a correction
	Emergency      bool
	ReviewOwed     bool // emergency: the full review is still to follow
	PublishAt      time.Time
	Revision       int
	Author         int64
	Closed         string // why a superseded text can no longer be read; "" while it can
	Reviewer       int64
	Reviewer2      int64
	Approver       int64
	CreatedAt      time.Time
	SavedAt        time.Time
	SubmittedAt    time.Time
	ApprovedAt     time.Time
	PublishedAt    time.Time
}

// Correction answers whether the version corrects something published.
func (v *Version) Correction() bool { return v.Number > 1 }

// Step is one signature or remark in a version's review.
type Step struct {
	ID        int64
	Step      string
	Verb      string
	Person    int64
	Principal int64  // whom the person stood in for; 0 for nobody
	LentBy    int64  // the superior that lent him (委派); 0 for the unit's own
	Lender    string // its name
	At        time.Time
	Checks    string // what was ticked, comma separated
	Basis     string
	Note      string
}

// File is an attachment of a version.
type File struct {
	ID            int64
	Version       int64
	Position      int
	Name          string
	Kind          string // media type by content
	Size          int64
	Hash          string
	Note          string
	Uncertain     string // why a second person must look at it; "" when read with certainty
	Reading       int    // pictures and pages a machine still reads in it; 0 for none
	ReadDone      int    // so many of them it has
	ClearedBy     int64
	ClearedReason string
}

// Finding is something personal the gate saw in a version.
type Finding struct {
	ID      int64
	Version int64
	File    int64 // 0: in the text
	Kind    string
	Class   string // never, releasable
	Place   string
	Masked  string
	Print   string // fingerprint: the same thing at the same place
	State   string // open, released
	Person  int64
	Reason  string
}

// Event is a public step in an item's history.
type Event struct {
	At      time.Time
	Verb    string // published, corrected, taken_down, validity
	Version int
	Reason  string
}

// Path is where the public reads the item: /{division}/{agency}/{year}-{serial}.
func (it *Item) Path(u agency.Agency) string {
	return "/" + u.Path() + "/" + it.Slug()
}

// NoticeRuns answers whether a time-limited notice (公示) is open on a day, its
// last day included.
func (it *Item) NoticeRuns(on clock.Date) bool {
	return it.State == ItemPublished && !it.EndsOn.IsZero() && !it.EndsOn.Before(on)
}

// NoticeOver answers whether a notice's period has ended by a day. Nobody ends
// it by hand: it follows from the date, and the text stays readable.
func (it *Item) NoticeOver(on clock.Date) bool {
	return it.State == ItemPublished && !it.EndsOn.IsZero() && it.EndsOn.Before(on)
}

// NoticeWords are the word for where a notice stands on a day; "" for what is
// none.
func (it *Item) NoticeWords(ctx context.Context, on clock.Date) string {
	switch {
	case it.NoticeOver(on):
		return i18n.T(ctx, "disclosure.notice_over")
	case it.NoticeRuns(on):
		return i18n.T(ctx, "disclosure.notice_runs")
	}
	return ""
}

// TouchedAt is when the public page last came to say something else: at its
// last change, or at the midnight its notice period ended.
func (it *Item) TouchedAt(on clock.Date) time.Time {
	if end := it.EndsOn.End(); it.NoticeOver(on) && end.After(it.ChangedAt) {
		return end
	}
	return it.ChangedAt
}

// EndWords says in the reader's language why an item was taken down.
func (it *Item) EndWords(ctx context.Context) string {
	return i18n.T(ctx, "disclosure.end_"+it.EndKind)
}
