// Package audit is the book of who did what: one hash-chained list per
// province (0 = the nation), written in the transaction of the act itself, so
// that an act without its line, or a line changed later, shows.
//
// 四(五) 责任追究 and 信息公开条例 art. 47 rest on it: an inspection asks this
// book. It stores ids of persons, logins and agencies of the staff, a verb, the
// number of the object, the reason the person gave and a detail. It never
// stores a citizen's name, telephone, address or text: Detail and Object take
// numbers, states and keys only, because nothing written here can be removed
// again. Inspectors of a province read their province's list; nobody writes or
// deletes but Append. It is kept as long as the platform.
//
// A chain proves order and wholeness only up to its head. Whoever can rewrite
// every row and the head leaves no trace in it; heads witnessed elsewhere (the
// ledger, a backup, an inspector's note) close that gap, and Verify takes them.
package audit

import "embed"

// Migrations holds the package's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the findings of a check, "audit.<fault>".
//
//go:embed locale/*.json
var Locale embed.FS
