// Package channel keeps clause 一(三) 主要形式 (1.3.2, 1.3.3, 1.3.4): what is
// public reaches people who do not look at a website. Today it prints: an item
// or a quarter's items as sheets for the notice board, and the leaflet 明白纸 of
// a unit. Displays and kiosks come later.
//
// It stores nothing. A sheet holds what the public page of the item holds and
// no more, its file names the unit and never a person, and anybody may print
// it. The page in the browser stays the accessible original: a PDF made here
// has no tags for screen readers.
package channel

import "embed"

// Locale holds the sentences of the sheets.
//
//go:embed locale/*.json
var Locale embed.FS
