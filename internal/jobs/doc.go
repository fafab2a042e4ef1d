// Package jobs does later what must not make a visitor wait: notices, search
// entries, rendered pages, deadlines. A job is one row, written in the
// transaction of the act that asks for it, so it exists exactly when the act
// does.
//
// A job may run twice: a process that dies loses its lease and another begins
// again. Handlers must not mind. A job that fails is tried again with growing
// delays, 20 times over about a day and a half; then it is dead, visible to the
// operator through List, and may be revived or dropped.
//
// A row holds ids and keys in its payload, never a person's name, address or
// text; the fault column holds the kind of the failure, not its words. Finished
// jobs leave no row. Only the operator reads the table.
//
// One table and one claim statement serve both engines. On a distributed
// PostgreSQL the table stays local (locking rows over shards is refused there).
package jobs

import "embed"

// Migrations holds the package's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS
