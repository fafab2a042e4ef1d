// Package recording keeps what was said on the hotline's lines (3.1.2: how calls
// are answered is checked; 3.1.1: what a matter says can be heard again).
//
// What is stored about people: two voices. The sound is sealed under a key of
// its own before its first byte is on disk, chunk by chunk, so that a crash
// leaves nothing to read but what the keys outside the database open. The file's
// name is random; call, agent and hash are in the row. A sealed line is never
// recorded, a caller may refuse, and then the row says that and why there is
// nothing.
//
// Who may read: whoever may listen (recording.listen) at the unit of the line,
// after writing down why. Each access is a row before the first byte goes out,
// and the agent sees who listened to him. Retention destroys the file; the row
// stays and says when.
//
// The store need not answer for a recording to be kept: the file and the note
// beside it are on disk by fsync, and Adopt makes rows of them later.
package recording

import "embed"

// Migrations is the room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
