// Package ledger is the public log: what was published cannot silently change.
//
// Each public act is one leaf of an RFC 6962 tree, one log per province and one
// for the nation (province 0), written in the transaction of the act itself.
// Anybody may read the logs as C2SP tlog-tiles, check that a later checkpoint
// still holds every leaf of an earlier one, and cosign it (tlog-witness); so
// neither the office nor whoever runs the server can change, remove, reorder or
// back-date what was public without being seen. 一(一) 依法公开、1.1.d 及时准确公开
//
// It stores no personal data. A leaf shows a kind, a time and a commitment: the
// hash of a random salt and a record. The record (kept beside, with the salt)
// names an object by its number and the hash of its public content, which alone
// would let somebody guess a village's small figure; when a text must go for
// privacy, salt and record are destroyed, and the leaf stays and tells nothing.
// Everybody reads leaves; the record is given out in the proof of what is
// public. Nobody writes but Append. Leaves are kept as long as the platform.
//
// Lock order: whatever a use case locks, then the audit book (audit.Append),
// then the log's head (Append), which is held until the commit.
package ledger

import "embed"

// Migrations holds the package's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the findings of a check, "ledger.<fault>".
//
//go:embed locale/*.json
var Locale embed.FS
