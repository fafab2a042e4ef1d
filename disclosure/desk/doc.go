// Package desk is where an office works on what it publishes (1.1.c, 1.1.d,
// 1.2): the list of its items, the editor, the review screen on which others
// sign, the care of what is public, the clerk's short path on a telephone and
// the superior's view of the units below.
//
// It stores nothing of its own: it reads the tables of disclosure, and every
// change goes through a use case of disclosure. Names of the staff who wrote,
// reviewed and approved are shown to those who work on the item or oversee the
// unit, as long as the item is kept; a reader's error report is shown only
// when it is opened, and each opening is recorded.
package desk

import "embed"

// Locale holds the desk's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
