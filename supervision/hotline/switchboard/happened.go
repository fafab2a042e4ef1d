package switchboard

import (
	"context"

	"yangguang/supervision/hotline"
)

// What happened to a call is told to the store by these words alone. None of them
// waits for the store, and none is lost while it is away.

// ended says that a call is over.
func (s *Switchboard) ended(ref hotline.Ref, e hotline.Ending) {
	s.late.keep(func(ctx context.Context) error { return s.Hotline.Ended(ctx, ref, e) })
}

// event says something small: a key, a menu, a recording begun.
func (s *Switchboard) event(ref hotline.Ref, kind, code string, n int) {
	s.late.keep(func(ctx context.Context) error { return s.Hotline.Event(ctx, ref, kind, code, n) })
}

// bridged says that the caller and a seat hear each other.
func (s *Switchboard) bridged(ref, seat hotline.Ref) {
	s.late.keep(func(ctx context.Context) error { return s.Hotline.Bridged(ctx, ref, seat) })
}

// held says that the caller hears music, or no longer.
func (s *Switchboard) held(ref hotline.Ref, on bool) {
	s.late.keep(func(ctx context.Context) error { return s.Hotline.Hold(ctx, ref, on) })
}

// transferred says where the caller was passed on to: a word, never a number.
func (s *Switchboard) transferred(ref hotline.Ref, word string) {
	s.late.keep(func(ctx context.Context) error { return s.Hotline.Transferred(ctx, ref, word) })
}

// rated says what the caller thought of the call.
func (s *Switchboard) rated(ref hotline.Ref, n int) {
	s.late.keep(func(ctx context.Context) error { return s.Hotline.Rate(ctx, ref, n) })
}

// messaged says that the caller left a message, kept as name.
func (s *Switchboard) messaged(ref hotline.Ref, name string) {
	s.late.keep(func(ctx context.Context) error { return s.Hotline.Message(ctx, ref, name) })
}
