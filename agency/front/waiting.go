package front

import "yangguang/internal/ui"

// Waiting is a group of work in the inbox of the person acting; each room gives
// its own.
type Waiting struct {
	Kind  string // locale key of its name
	Works []ui.Work
	Mine  bool // the next step is the person's own
}
