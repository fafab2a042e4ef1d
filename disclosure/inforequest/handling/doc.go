// Package handling is the desk of 1.1.b, 依申请公开: what waits and until when,
// taking a request in at the counter, every step of its way as a page of its
// own with the article it follows, the draft of the decision, letters, what an
// office writes in all of them, and how much there is to do.
//
// It stores nothing. Who asks stays sealed on every page until somebody opens it
// with a reason; lists show the masked subject.
package handling

import "embed"

// Locale holds the room's sentences.
//
//go:embed locale/*.json
var Locale embed.FS
