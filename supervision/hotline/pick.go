package hotline

import (
	"cmp"
	"slices"
	"time"
)

// Fits answers whether a call may be offered to a seat at all, at an instant.
// What a call insists on: leader and report always; a dialect until the call has
// overflowed, since a seat that speaks another is better than none. A sealed
// call goes to seats with the skill report only, and to none of the unit it
// complains of; another call never needs that skill, so those seats take it too.
func Fits(c *Call, s *Seat, overflowAgency int64, now time.Time) bool {
	if s.State != Ready || !s.Active || !reachable(c, s) {
		return false
	}
	over := c.overflowed(now)
	if s.Agency != c.Agency && (!over || s.Agency != overflowAgency && !s.Pool) {
		return false
	}
	if c.About != 0 && s.Agency == c.About {
		return false
	}
	if c.Sealed && s.level("report", "") == 0 {
		return false
	}
	for _, w := range c.Wants {
		must := w.Kind == "leader" || w.Kind == "report" || w.Kind == "dialect" && !over
		if must && s.level(w.Kind, w.Code) == 0 {
			return false
		}
	}
	return true
}

// reachable answers whether the process that has a call can ring a seat: a browser
// speaks with that process; a call out is made by any it speaks with.
func reachable(c *Call, s *Seat) bool {
	return s.Reach != "browser" || slices.Contains(s.Nodes, c.Node) || c.Way == "out" && len(s.Nodes) > 0
}

func (c *Call) overflowed(now time.Time) bool {
	return !c.OverflowAt.IsZero() && !now.Before(c.OverflowAt)
}

// level is how well a seat does something; 0: not at all.
func (s *Seat) level(kind, code string) int {
	for _, k := range s.Skills {
		if k.Kind == kind && k.Code == code {
			return k.Level
		}
	}
	return 0
}

// score is how well a seat suits a call: a dialect weighs more than any topic,
// since without it nothing else is understood.
func score(c *Call, s *Seat) (n int) {
	for _, w := range c.Wants {
		weight := 1
		if w.Kind == "dialect" {
			weight = 100
		}
		n += weight * s.level(w.Kind, w.Code)
	}
	return n
}

// Compare orders the seats a call may be offered to: who suits it best, and of
// those who has been idle longest. It is the one rule of assignment.
func Compare(c *Call, a, b *Seat) int {
	return cmp.Or(-cmp.Compare(score(c, a), score(c, b)), a.IdleSince.Compare(b.IdleSince), cmp.Compare(a.ID, b.ID))
}

// Pick orders those of the seats that fit a call, the first to be asked first.
func Pick(c *Call, seats []Seat, overflowAgency int64, now time.Time) (out []*Seat) {
	for i := range seats {
		if Fits(c, &seats[i], overflowAgency, now) {
			out = append(out, &seats[i])
		}
	}
	slices.SortFunc(out, func(a, b *Seat) int { return Compare(c, a, b) })
	return out
}
