// Package casework keeps clause 3.1.3, 诉求办理: every matter the public brings,
// by whatever channel, from its registration until the person has an answer.
// It is the ground under the hotline, observers, media and rectification.
//
// What is stored about people: what a person wrote and how to reach him lie
// sealed under keys outside the database; lists and the index see a masked
// subject only, and of what is confidential none. Contact is never asked for.
// Each opening of sealed contact has a reason and is shown to the person on his
// page. Nobody needs an account: a public number and a secret code, of which a
// keyed hash is kept.
//
// Who may read: whoever registers, accepts, handles or reviews at the unit that
// answers for a matter or at one it was passed to, and whoever oversees them.
// A complaint or tip-off about a unit is Not Found to that unit's members until
// the person has released a text for them; whoever keeps out (回避) no longer
// finds it either.
//
// The clock of the whole (外部时限) runs from acceptance and no hop resets it;
// each hop, ruling, delivery and call-back has its own beside it.
package casework

import "embed"

// Migrations is the room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
