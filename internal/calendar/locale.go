package calendar

import "embed"

// Locale holds the sentences of explanations and refusals.
//
//go:embed locale/*.json
var Locale embed.FS
