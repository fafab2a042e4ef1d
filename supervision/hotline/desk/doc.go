// Package desk is the page somebody answers the hotline at (3.1.1): the seat and
// the telephone on the left, the form of the matter in the middle, the answers of
// the knowledge base and what to say on the right; and the page the shift lead
// (班长) follows the seats at.
//
// The voice is not here: the browser agrees on it with the process that carries
// calls, which this one only passes words to (supervision/hotline/seatwire).
//
// It stores nothing of its own. What is written beside a call lies sealed with
// the call until it is filed (hotline.SaveDraft), and nothing stays in the
// browser. A caller is shown masked or not at all; his earlier matters only after
// he gave number and code, since families share telephones. Whoever listens to a
// seat is recorded before he hears a word, and the seat sees it.
package desk

import "embed"

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
