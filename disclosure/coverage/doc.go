// Package coverage shows how much of what must be disclosed is disclosed, and
// how timely, from the nation down to the village (1.1.d): numbers with
// numerator, denominator, attribution date and version, the list behind each,
// the course over the months, and the places below without an order of merit.
//
// It stores what each division came to at the end of a month, and nothing about
// people; everybody may read it, and it is kept for ever.
package coverage

import "embed"

// Migrations is the sub-room's schema.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Locale holds the sub-room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
