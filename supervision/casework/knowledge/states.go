package knowledge

import "yangguang/internal/flow"

// The grant verbs of the room.
const (
	Writing   = "knowledge.write"  // write and revise articles, answer reports, keep the unit's canned replies
	Reviewing = "knowledge.review" // let a version pass, confirm it at its review date, retire it
)

// Verbs lists the room's grant verbs, for the register of accounts.
func Verbs() []string { return []string{Writing, Reviewing} }

// The states of a version.
const (
	Draft     = "draft"
	InReview  = "review"
	Valid     = "valid"   // passed; whether it is in force its dates say
	Revised   = "revised" // a newer version took its place
	Retired   = "retired"
	discarded = "discarded" // given up before it was ever valid: its row is gone
)

// Flow is the way of a version: 起草 → 审核 → 有效 → 已修订或停用. A revision is a
// version of its own that begins as a draft, while the one before still holds.
var Flow = flow.Table{Name: "knowledge", Rules: []flow.Rule{
	{From: Draft, Verb: "save", To: Draft, Who: Writing},
	{From: Draft, Verb: "submit", To: InReview, Who: Writing},
	{From: Draft, Verb: "discard", To: discarded, Who: Writing},
	{From: InReview, Verb: "recall", To: Draft, Who: Writing, Own: true},
	{From: InReview, Verb: "return", To: Draft, Who: Reviewing},
	{From: InReview, Verb: "approve", To: Valid, Who: Reviewing},
	{From: Valid, Verb: "revise", To: Valid, Who: Writing},
	{From: Valid, Verb: "confirm", To: Valid, Who: Reviewing},
	{From: Valid, Verb: "retire", To: Retired, Who: Reviewing},
	{From: Valid, Verb: "replace", To: Revised},
	{From: Retired, Verb: "revise", To: Retired, Who: Writing},
	{From: Retired, Verb: "replace", To: Revised},
}}
