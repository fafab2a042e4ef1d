// Package exchange brings matters in from other systems and tells them what
// became of them (3.1.3): letters by e-mail, the work orders of a 12345 platform
// by file and by interface, tasks a superior hands down as a list, the history
// of an earlier platform, and the Open311 GeoReport interface. It also writes
// the worklist a person may see as a file.
//
// What it stores about people: nothing readable. What was told and the contact
// go into the matter, sealed. Of a message a keyed hash of its Message-ID and of
// its sender stay, and its matter's code, sealed, so that an answer finds its
// matter; these are erased after a year. A file handed in is sealed, and
// destroyed once it was read or after a week. Of an interface key its hash is kept.
//
// What leaves: numbers, codes of states and results, moments, and to the
// platform an order came from the reply once it was delivered. No interface, file
// or list of this room ever gives out a name, a contact or what a person told.
// The open interface shows only matters that came through it, of types that are
// neither protected nor confidential.
//
// Who may: keys, mailboxes and mappings are kept by whoever holds
// exchange.manage at the unit; files of orders are handed in by whoever registers
// there, tasks by whoever accepts at the superior unit, history by exchange.manage.
package exchange

import "embed"

// Migrations is the room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
