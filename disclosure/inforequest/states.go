package inforequest

import "yangguang/internal/flow"

// The grant verbs of the room.
const (
	Registering = "inforequest.register" // take in, confirm, assign, deliver: the desk of the office for open government
	Handling    = "inforequest.handle"   // ask, consult, draft the decision
	Deciding    = "inforequest.decide"   // approve drafts and extensions: the head of the office
	Overseeing  = "inforequest.oversee"  // the superior: sees what is late below
)

// Verbs lists the room's grant verbs, for the register of accounts.
func Verbs() []string { return []string{Registering, Handling, Deciding, Overseeing} }

// The states of a request.
const (
	Filed      = "filed"      // sent by web, fax or plain letter, and not yet confirmed: the clock has not begun
	Open       = "open"       // registered; the clock runs
	Clarifying = "clarifying" // the applicant was asked to clarify; the clock begins anew with his answer
	Paying     = "paying"     // a fee was asked; the clock begins anew when it is paid
	InReview   = "review"     // the draft of the decision is with whoever approves
	Decided    = "decided"    // approved, not yet delivered
	Closed     = "closed"     // delivered, withdrawn or lapsed
)

// Flow is the way of a request: 登记 → (补正) → 办理 → 审核 → 送达.
var Flow = flow.Table{Name: "inforequest", Rules: []flow.Rule{
	{From: Filed, Verb: "confirm", To: Open, Who: Registering},
	{From: Filed, Verb: "withdraw", To: Closed},
	{From: Open, Verb: "assign", To: Open, Who: Registering},
	{From: Open, Verb: "clarify", To: Clarifying, Who: Handling},
	{From: Open, Verb: "ask_reasons", To: Open, Who: Handling},
	{From: Open, Verb: "extend", To: Open, Who: Deciding},
	{From: Open, Verb: "defer", To: Open, Who: Deciding},
	{From: Open, Verb: "consult", To: Open, Who: Handling},
	{From: Open, Verb: "consulted", To: Open, Who: Handling},
	{From: Open, Verb: "tell_third", To: Open, Who: Handling},
	{From: Open, Verb: "charge", To: Paying, Who: Handling},
	{From: Open, Verb: "split", To: Open, Who: Registering},
	{From: Open, Verb: "merge", To: Closed, Who: Registering},
	{From: Open, Verb: "attach", To: Open, Who: Handling},
	{From: Open, Verb: "save", To: Open, Who: Handling},
	{From: Open, Verb: "submit", To: InReview, Who: Handling},
	{From: Open, Verb: "withdraw", To: Closed},
	{From: Clarifying, Verb: "supplement", To: Open},
	{From: Clarifying, Verb: "lapse", To: Closed},
	{From: Clarifying, Verb: "withdraw", To: Closed},
	{From: Paying, Verb: "pay", To: Open, Who: Registering},
	{From: Paying, Verb: "lapse", To: Closed},
	{From: Paying, Verb: "withdraw", To: Closed},
	{From: InReview, Verb: "return", To: Open, Who: Deciding},
	{From: InReview, Verb: "approve", To: Decided, Who: Deciding},
	{From: InReview, Verb: "withdraw", To: Closed},
	{From: Decided, Verb: "deliver", To: Closed, Who: Registering},
	{From: Closed, Verb: "reopen", To: Open, Who: Deciding},
	{From: Closed, Verb: "remedy", To: Closed, Who: Registering},
}}
