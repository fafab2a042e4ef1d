package casework

import "yangguang/internal/flow"

// The grant verbs of the room.
const (
	Registering = "casework.register" // take in, answer at once, deliver, call back
	Accepting   = "casework.accept"   // accept or not, dispatch, rule on objections, merge
	Handling    = "casework.handle"   // sign for, investigate, draft the reply
	Reviewing   = "casework.review"   // approve replies, extensions, suspensions
	Overseeing  = "casework.oversee"  // the superior: sees what is late below
)

// Verbs lists the room's grant verbs, for the register of accounts.
func Verbs() []string { return []string{Registering, Accepting, Handling, Reviewing, Overseeing} }

// The states of a matter.
const (
	Registered    = "registered"    // 已登记: to be accepted or not
	Supplementing = "supplementing" // 待补充: the person was asked, once
	Accepted      = "accepted"      // 已受理: to be dispatched or taken
	Dispatched    = "dispatched"    // 已转办: to be signed for
	Objected      = "objected"      // 派单异议: to be ruled on
	InHand        = "handling"      // 办理中
	Suspended     = "suspended"     // 中止
	InReview      = "review"        // 审核: the reply is with a second person
	Replied       = "replied"       // 待送达
	Callback      = "callback"      // 待回访
	Promised      = "promised"      // 承诺待办: open until kept
	Merged        = "merged"        // 并案
	Closed        = "closed"        // 办结
)

// States lists them in the order of the way.
var States = []string{Registered, Supplementing, Accepted, Dispatched, Objected, InHand, Suspended, InReview, Replied, Callback, Promised, Merged, Closed}

// Flow is the way of a matter: 登记 → 受理 → 转办 → 办理 → 审核 → 答复 → 回访 → 办结.
var Flow = flow.Table{Name: "casework", Rules: []flow.Rule{
	{From: Registered, Verb: "accept", To: Accepted, Who: Accepting},
	{From: Registered, Verb: "refuse", To: Replied, Who: Accepting},
	{From: Registered, Verb: "ask", To: Supplementing, Who: Accepting},
	{From: Registered, Verb: "answer", To: Replied, Who: Registering},
	{From: Registered, Verb: "refer", To: Replied, Who: Accepting},
	{From: Registered, Verb: "merge", To: Merged, Who: Accepting},
	{From: Registered, Verb: "reclassify", To: Registered, Who: Accepting},
	{From: Registered, Verb: "withdraw", To: Closed},
	{From: Supplementing, Verb: "supplement", To: Registered},
	{From: Supplementing, Verb: "lapse", To: Registered},
	{From: Supplementing, Verb: "withdraw", To: Closed},
	{From: Accepted, Verb: "dispatch", To: Dispatched, Who: Accepting},
	{From: Accepted, Verb: "take", To: InHand, Who: Handling},
	{From: Accepted, Verb: "reclassify", To: Accepted, Who: Accepting},
	{From: Accepted, Verb: "refer", To: Replied, Who: Accepting},
	{From: Accepted, Verb: "merge", To: Merged, Who: Accepting},
	{From: Accepted, Verb: "withdraw", To: Closed},
	{From: Dispatched, Verb: "sign", To: InHand, Who: Handling},
	{From: Dispatched, Verb: "object", To: Objected, Who: Handling},
	{From: Dispatched, Verb: "recall", To: Accepted, Who: Accepting},
	{From: Dispatched, Verb: "withdraw", To: Closed},
	{From: Objected, Verb: "uphold", To: Accepted, Who: Accepting},
	{From: Objected, Verb: "overrule", To: Dispatched, Who: Accepting},
	{From: Objected, Verb: "withdraw", To: Closed},
	{From: InHand, Verb: "dispatch", To: Dispatched, Who: Accepting},
	{From: InHand, Verb: "recall", To: Accepted, Who: Accepting},
	{From: InHand, Verb: "assign", To: InHand, Who: Handling},
	{From: InHand, Verb: "contribute", To: InHand, Who: Handling},
	{From: InHand, Verb: "save", To: InHand, Who: Handling},
	{From: InHand, Verb: "submit", To: InReview, Who: Handling},
	{From: InHand, Verb: "extend", To: InHand, Who: Reviewing},
	{From: InHand, Verb: "suspend", To: Suspended, Who: Reviewing},
	{From: InHand, Verb: "reclassify", To: InHand, Who: Accepting},
	{From: InHand, Verb: "refer", To: Replied, Who: Accepting},
	{From: InHand, Verb: "merge", To: Merged, Who: Accepting},
	{From: InHand, Verb: "withdraw", To: Closed},
	{From: Suspended, Verb: "resume", To: InHand, Who: Handling},
	{From: Suspended, Verb: "withdraw", To: Closed},
	{From: InReview, Verb: "return", To: InHand, Who: Reviewing},
	{From: InReview, Verb: "approve", To: Replied, Who: Reviewing},
	{From: InReview, Verb: "withdraw", To: Closed},
	// After delivery a matter is called back about; what was not accepted, was
	// referred or is of a type without call-back closes then.
	{From: Replied, Verb: "deliver", To: Callback, Who: Registering},
	{From: Callback, Verb: "settle", To: Closed, Who: Registering},
	{From: Callback, Verb: "promise", To: Promised},
	{From: Callback, Verb: "reopen", To: InHand, Who: Accepting},
	{From: Callback, Verb: "lapse", To: Closed},
	{From: Promised, Verb: "keep", To: InHand, Who: Handling},
	{From: Closed, Verb: "reopen", To: InHand, Who: Accepting},
	{From: Closed, Verb: "remedy", To: Closed},
	{From: Closed, Verb: "rate", To: Closed},
	{From: Merged, Verb: "unmerge", To: Registered, Who: Accepting}, // back to where it was
}}
