package hotline

import (
	"context"

	"yangguang/internal/clock"
	"yangguang/internal/fault"
)

// Status is what a caller may hear of his matter: where it is and, while its
// clock runs, until when an answer is due. The voice service has the words.
type Status struct {
	State string // of casework.States
	Due   clock.Date
}

// StatusOf tells it to whoever has the matter's number and code, as the page of
// the public does: wrong ones are told alike, and only so many an hour.
func (h *Hotline) StatusOf(ctx context.Context, number, code string) (s Status, err error) {
	defer fault.Wrap(&err, "hotline.StatusOf")
	k, err := h.Cases.Follow(ctx, number, code)
	if err != nil {
		return s, err
	}
	s.State = k.State
	if k.Running() {
		s.Due = clock.DateOf(k.DueAt.Add(-1)) // due at the first moment after its last day
	}
	return s, nil
}
