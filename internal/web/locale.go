package web

import "embed"

// Locale holds the sentences of the edge.
//
//go:embed locale/*.json
var Locale embed.FS
