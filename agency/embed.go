package agency

import "embed"

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS

// Migrations make the room's tables.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// maxName is the longest name of an agency or a division, in characters.
const maxName = 60
