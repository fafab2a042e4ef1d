// Package keeping says of every kind of record why it is kept, on what basis
// and for how long, and sees to it that what is over goes: 个人信息保护法 art. 17,
// 19 and 47. The table is data; the rooms register who carries each line out.
//
// It also takes the request of a person about his own data (art. 44 to 50):
// access, copy, correction or deletion, without an account. What he wrote, his
// contact and the answer are sealed; an administrator opens a request with a
// reason, and each opening is recorded. They are destroyed by the table's own
// line.
package keeping

import "embed"

// Migrations is the room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
