// Package fresh keeps what is remembered of the public record as true as the
// record itself: exactly what a publication changed is forgotten, in every
// process, and nothing else.
//
// While a page is made, the store functions say of which parts of the record
// they read: "item/…", "unit/…", "place/…" (db.Tx.Of, Note). An act that changes
// something public says in its own transaction which parts it changed (Change).
// Whoever remembers pages forgets those that read a changed part: in this
// process at the commit (Hear), in every other one as soon as it looks for what
// the others changed (Ear). What is read without saying of what is taken to be
// changed by every act, so that a new page is slow before it is wrong.
//
// The words are ids of public things and codes of divisions; nothing in the
// table is about a person. A row is of use for seconds and deleted after hours.
package fresh

import "embed"

// Migrations holds the package's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS
