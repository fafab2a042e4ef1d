package disclosure

import "yangguang/internal/flow"

// The grant verbs of the room.
const (
	Drafting    = "disclosure.draft"     // write, save, submit, discard
	Reviewing   = "disclosure.review"    // secrecy and privacy review of an agency's items
	Supervising = "disclosure.supervise" // 村务监督委员会's review of a village's items
	Approving   = "disclosure.approve"   // approve, schedule
	TakingDown  = "disclosure.takedown"  // take a published item down, change its validity
	Importing   = "disclosure.import"    // bulk import and its acceptance
	Overseeing  = "disclosure.oversee"   // the superior: rulings on doubts, error reports of units below
)

// The states of a version.
const (
	Drafted    = "draft"
	InReview   = "review"     // at the step the version names
	Referred   = "referred"   // doubt: the superior or the secrecy authority decides (条例 art. 17)
	Approved   = "approved"   // waiting for its time
	Published  = "published"  // what the public reads
	Superseded = "superseded" // replaced by a correction; still in the history
	Discarded  = "discarded"
)

// Flow is the way of a version. The review steps themselves are data of the
// norm: "pass" keeps a version in review until its rule's last step.
var Flow = flow.Table{Name: "disclosure", Rules: []flow.Rule{
	{From: Drafted, Verb: "save", To: Drafted, Who: Drafting},
	{From: Drafted, Verb: "submit", To: InReview, Who: Drafting},
	{From: Drafted, Verb: "discard", To: Discarded, Who: Drafting},
	{From: Drafted, Verb: "emergency", To: Published, Who: Approving},
	{From: InReview, Verb: "pass", To: InReview, Who: ""},
	{From: InReview, Verb: "return", To: Drafted, Who: ""},
	{From: InReview, Verb: "withdraw", To: Drafted, Who: Drafting, Own: true},
	{From: InReview, Verb: "refer", To: Referred, Who: ""},
	{From: InReview, Verb: "approve", To: Approved, Who: Approving},
	{From: Referred, Verb: "rule", To: InReview, Who: Overseeing},
	{From: Referred, Verb: "refuse", To: Drafted, Who: Overseeing},
	{From: Approved, Verb: "recall", To: Drafted, Who: Approving},
	{From: Approved, Verb: "publish", To: Published, Who: ""},
	{From: Approved, Verb: "gate", To: Drafted, Who: ""},
	{From: Published, Verb: "pass_after", To: Published, Who: ""},
	{From: Published, Verb: "approve_after", To: Published, Who: Approving},
	{From: Published, Verb: "supersede", To: Superseded, Who: ""},
	{From: Drafted, Verb: "drop", To: Discarded, Who: ""},
	{From: InReview, Verb: "drop", To: Discarded, Who: ""},
	{From: Referred, Verb: "drop", To: Discarded, Who: ""},
	{From: Approved, Verb: "drop", To: Discarded, Who: ""},
}}

// ours are the steps nobody takes by hand: the scheduler's, and what follows
// from another step.
var ours = []string{"publish", "gate", "supersede", "drop"}
