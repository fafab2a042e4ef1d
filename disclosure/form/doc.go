// Package form interprets the structured forms of disclosure (1.2.1 to 1.2.4:
// population, fee, licence, budget and project tables, service guides, staff
// lists). What a form asks is data of the norm (norm.Form); this package reads
// what was typed, checks it, adds it up, shows it, compares versions of it and
// carries it to spreadsheets and back.
//
// It stores nothing itself. A form holds counts, money, places and offices;
// whether a text names a private person is for internal/privacy to find before
// publication. Data is kept with its item's version and read by whoever may
// read that version.
package form

import "embed"

// Locale holds the sentences of this package.
//
//go:embed locale/*.json
var Locale embed.FS
