package switchboard

import (
	"context"
	"time"

	"yangguang/supervision/hotline"
)

// What happened to a call is told to the store by these words alone. None of them
// waits for the store, and none is lost while it is away, nor with the process:
// each is in the journal when the word returns.

// ended says that a call is over.
func (s *Switchboard) ended(ref hotline.Ref, e hotline.Ending) {
	s.happened(entry{Kind: "ended", Call: ref, Ending: &e})
}

// event says something small: a key, a menu, a recording begun.
func (s *Switchboard) event(ref hotline.Ref, kind, code string, n int) {
	s.happened(entry{Kind: "event", Call: ref, What: kind, Code: code, N: n})
}

// bridged says that the caller and a seat hear each other.
func (s *Switchboard) bridged(ref, seat hotline.Ref) {
	s.happened(entry{Kind: "bridged", Call: ref, Seat: &seat})
}

// held says that the caller hears music, or no longer.
func (s *Switchboard) held(ref hotline.Ref, on bool) {
	s.happened(entry{Kind: "held", Call: ref, On: on})
}

// transferred says where the caller was passed on to: a word, never a number.
func (s *Switchboard) transferred(ref hotline.Ref, word string) {
	s.happened(entry{Kind: "transferred", Call: ref, Code: word})
}

// letGo says that the caller is no longer joined with whoever he was passed to;
// lost: he is to be called back.
func (s *Switchboard) letGo(ref hotline.Ref, lost bool) {
	s.happened(entry{Kind: "letgo", Call: ref, On: lost})
}

// rated says what the caller thought of the call.
func (s *Switchboard) rated(ref hotline.Ref, n int) {
	s.happened(entry{Kind: "rated", Call: ref, N: n})
}

// messaged says that the caller left a message, kept as name.
func (s *Switchboard) messaged(ref hotline.Ref, name string) {
	s.happened(entry{Kind: "messaged", Call: ref, Code: name})
}

// arrived says that a call came in while the store is away.
func (s *Switchboard) arrived(k hotline.Kept, at time.Time) {
	s.happened(entry{Kind: "arrived", Call: k.Call, At: at, Kept: &k})
}

// waited says that such a caller wanted a person, from a moment on.
func (s *Switchboard) waited(ref hotline.Ref, from time.Time) {
	s.happened(entry{Kind: "waited", Call: ref, At: from})
}

// requeued says that a caller whose seat is gone waits again, with the place he had.
func (s *Switchboard) requeued(ref hotline.Ref) {
	s.happened(entry{Kind: "waited", Call: ref})
	s.soon()
}

// released says that a seat that was engaged is free again.
func (s *Switchboard) released(seat hotline.Ref) {
	s.happened(entry{Kind: "released", Seat: &seat})
}

func (s *Switchboard) happened(e entry) {
	if e.At.IsZero() {
		e.At = s.Hotline.DB.Clock().Now()
	}
	s.late.keep(e)
}

// tell writes an entry to the store, as of its moment.
func (e *entry) tell(ctx context.Context, h *hotline.Hotline) error {
	ctx = hotline.When(ctx, e.At, e.told)
	e.told = true
	switch {
	case e.Kind == "ended" && e.Ending != nil:
		return h.Ended(ctx, e.Call, *e.Ending)
	case e.Kind == "event":
		return h.Event(ctx, e.Call, e.What, e.Code, e.N)
	case e.Kind == "bridged" && e.Seat != nil:
		return h.Bridged(ctx, e.Call, *e.Seat)
	case e.Kind == "released" && e.Seat != nil:
		return h.Release(ctx, *e.Seat)
	case e.Kind == "held":
		return h.Hold(ctx, e.Call, e.On)
	case e.Kind == "transferred":
		return h.Transferred(ctx, e.Call, e.Code)
	case e.Kind == "letgo":
		return h.LetGo(ctx, e.Call, e.On)
	case e.Kind == "rated":
		return h.Rate(ctx, e.Call, e.N)
	case e.Kind == "messaged":
		return h.Message(ctx, e.Call, e.Code)
	case e.Kind == "arrived" && e.Kept != nil:
		_, err := h.Enter(ctx, *e.Kept)
		return err
	case e.Kind == "waited":
		return h.Queue(ctx, e.Call, hotline.Want{})
	}
	return errStrange
}
