package switchboard

import (
	"yangguang/internal/rtp"
	"yangguang/supervision/hotline/seatwire"
)

// apart ends the way voices are joined; everybody hears nothing.
func (t *talk) apart() {
	if t.part != nil {
		t.part()
		t.part = nil
	}
}

// join lets everybody hear whom they are to hear, as the conversation stands
// now, and shows the seat's page how that is. Two people are bridged, without
// delay; where others are with them a conference mixes.
func (t *talk) join() {
	t.apart()
	switch {
	case t.other == nil && !t.rings && len(t.watch) == 0 && t.held:
		t.part = t.wait()
	case t.other == nil && !t.rings && len(t.watch) == 0:
		t.part = rtp.NewBridge(t.c.v, t.seat.v, t.record.tap()).Close
	default:
		t.part = t.confer()
	}
	t.show()
}

// wait is music for the caller and silence for the seat.
func (t *talk) wait() func() {
	media := t.c.s.media
	music := media.Play(t.c.v, true, t.c.s.music())
	if t.seat.leg != nil {
		return music.Stop // a desk phone on hold wants nothing
	}
	rest := media.Rest(t.seat.v)
	return func() {
		music.Stop()
		rest.Stop()
	}
}

// confer joins more than two, or two while somebody is rung.
func (t *talk) confer() func() {
	s := t.c.s
	conf := s.media.NewConference()
	full := rtp.Part{Hears: true, Speaks: true}
	caller := full
	if t.held || t.rings || t.other != nil && !t.three {
		caller = rtp.Part{Music: s.music()}
	}
	him := conf.Join(t.c.v, caller)
	mine := full
	if t.rings {
		mine = rtp.Part{Music: ringing}
	}
	seat := conf.Join(t.seat.v, mine)
	if t.other != nil {
		conf.Join(t.other.v, full)
	}
	for _, w := range t.watch {
		conf.Join(w.p.v, partOf(w.mode, seat))
	}
	if tap := t.record.tap(); tap != nil {
		conf.Record(him, tap)
	}
	return conf.Close
}

// partOf is what a shift lead takes part by.
func partOf(mode string, seat *rtp.Member) rtp.Part {
	switch mode {
	case seatwire.Barge:
		return rtp.Part{Hears: true, Speaks: true}
	case seatwire.Whisper:
		return rtp.Part{Hears: true, Speaks: true, Only: seat}
	}
	return rtp.Part{Hears: true}
}
