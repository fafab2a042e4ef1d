package sip

import "sync/atomic"

// Counters are what was turned away and what broke, since the start.
type Counters struct {
	Strangers  int64 // messages of whoever is no trunk and no phone, not answered
	Unreadable int64 // messages that are no SIP
	Malformed  int64 // requests without what every request has, answered 400
	Guarded    int64 // messages or callbacks that broke their handler
	Limited    int64 // calls and registrations beyond a limit, answered 503
	Refused    int64 // calls and registrations refused for what they are
	Locked     int64 // registrations refused after wrong secrets
	In, Out    int64 // calls that came, calls made
}

type counters struct {
	strangers, unreadable, malformed, guarded, limited, refused, locked, in, out atomic.Int64
}

// Counters are the figures now.
func (s *Server) Counters() Counters {
	c := &s.count
	return Counters{
		Strangers: c.strangers.Load(), Unreadable: c.unreadable.Load(), Malformed: c.malformed.Load(), Guarded: c.guarded.Load(),
		Limited: c.limited.Load(), Refused: c.refused.Load(), Locked: c.locked.Load(), In: c.in.Load(), Out: c.out.Load(),
	}
}
