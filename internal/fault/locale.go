package fault

import "embed"

// Locale holds the sentence of each kind.
//
//go:embed locale/*.json
var Locale embed.FS
