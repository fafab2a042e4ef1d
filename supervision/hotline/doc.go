// Package hotline keeps clause 3.1.1, 服务热线: the numbers people call, who
// answers, who waits, and what became of each call. The queue is rows of the
// store, so that it is one queue however many processes carry calls, and a
// process that dies takes no caller's place with it.
//
// The number is this installation's own, kept as configuration. The program
// knows none.
//
// What is stored about people: a caller's number lies sealed under a key outside
// the database until the retention table has it destroyed; beside it a keyed
// hash that says only "the same again". On a sealed line (举报专线) no page shows
// even the masked number, the hash is made with another key, and only seats with
// the skill "report" that are not of the unit complained of are offered the call.
// Events and figures hold no number, no name and no word of a caller.
//
// Who may read: whoever answers (hotline.answer) his own calls, the shift lead
// (hotline.lead) the calls and call-backs of his place, whoever manages
// (hotline.manage) the configuration.
//
// How two processes share the queue: every change is a conditional update of
// one row by its key ("… where state = 'queued'"), and unique indexes judge the
// rest: one live offer to a call, one to a seat, one live call-back to a caller.
// Whoever is second changes nothing, and looks again. No row is locked across
// shards.
package hotline

import "embed"

// Migrations is the room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
