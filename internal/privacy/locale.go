package privacy

import "embed"

// Locale holds the room's sentences in Chinese and English.
//
//go:embed locale/*.json
var Locale embed.FS
