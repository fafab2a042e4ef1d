package switchboard

import (
	"yangguang/internal/rtp"
	"yangguang/internal/sip"
	"yangguang/supervision/hotline"
)

// party is who speaks with the caller: a seat by its desk phone or its browser,
// or a number outside.
type party struct {
	seat   hotline.Ref // zero: outside
	person int64
	booth  *booth // of a seat
	leg    *sip.Call
	v      rtp.Line
	lent   bool // a seat that was consulted: it is busy without having the call
}

// done is closed when the party is gone.
func (p *party) done() <-chan struct{} {
	if p == nil {
		return nil
	}
	if p.leg != nil {
		return p.leg.Done()
	}
	return p.v.Done()
}

// digits are the keys the party presses.
func (p *party) digits() <-chan byte {
	if p == nil {
		return nil
	}
	return p.v.Digits()
}

// close lets the party go. A browser's voice stands: the seat has it for the
// next call.
func (p *party) close() {
	if p.leg == nil {
		p.v.Listen(nil)
		return
	}
	p.leg.Hangup()
	_ = p.v.Close()
}

// part lets a consulted party go, and frees the seat it had.
func (s *Switchboard) part(p *party) {
	p.close()
	if p.lent {
		s.released(p.seat)
	}
}
