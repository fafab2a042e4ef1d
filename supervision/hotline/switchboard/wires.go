package switchboard

import (
	"slices"

	"yangguang/internal/rtp"
	"yangguang/supervision/hotline/seatwire"
)

// wires are how the voices of a conversation are joined now: two people by a
// bridge, without delay, or by music and silence; more in a conference, which
// each comes to and leaves without the others noticing.
type wires struct {
	cut  func() // ends what joins two
	conf *rtp.Conference
	in   map[rtp.Line]*rtp.Member
	him  *rtp.Member // who is recorded, and by what
	tap  rtp.Tap
}

// member is a voice in a conference.
type member struct {
	line rtp.Line
	part rtp.Part
	to   rtp.Line // whom alone it speaks to; nil is all
}

// apart ends the way voices are joined; everybody hears nothing.
func (w *wires) apart() {
	if w.cut != nil {
		w.cut()
	}
	if w.conf != nil {
		w.conf.Close()
	}
	*w = wires{}
}

// out takes one voice out, before it is let go or joined to others elsewhere.
// Where two were bridged, the other hears nothing then.
func (w *wires) out(line rtp.Line) {
	if w.cut != nil {
		w.apart()
	}
	if m := w.in[line]; m != nil {
		w.conf.Leave(m)
		delete(w.in, line)
	}
}

// two joins two voices in the way that end ends.
func (w *wires) two(join func() (end func())) {
	w.apart()
	w.cut = join()
}

// confer has a conference be of these and no others. A line that is in it already
// goes on, in its new part. The first is the caller, whom the tap records.
func (w *wires) confer(e *rtp.Engine, all []member, tap rtp.Tap) {
	if w.conf == nil {
		w.apart()
		w.conf, w.in = e.NewConference(), map[rtp.Line]*rtp.Member{}
	}
	for line := range w.in {
		if !slices.ContainsFunc(all, func(m member) bool { return m.line == line }) {
			w.out(line)
		}
	}
	for _, m := range all {
		m.part.Only = w.in[m.to]
		if now := w.in[m.line]; now != nil {
			w.conf.Set(now, m.part)
		} else {
			w.in[m.line] = w.conf.Join(m.line, m.part)
		}
	}
	if him := w.in[all[0].line]; him != w.him || tap != w.tap {
		w.conf.Record(him, tap)
		w.him, w.tap = him, tap
	}
}

// join lets everybody hear whom they are to hear, as the conversation stands
// now, and shows the seat's page how that is.
func (t *talk) join() {
	switch {
	case t.other != nil || t.rings || len(t.watch) > 0:
		t.wires.confer(t.c.s.media, t.members(), t.record.tap())
	case t.held:
		t.wires.two(t.wait)
	default:
		t.wires.two(func() func() { return rtp.NewBridge(t.c.v, t.seat.v, t.record.tap()).Close })
	}
	t.show()
}

// wait is music for the caller and silence for the seat.
func (t *talk) wait() func() {
	media := t.c.s.media
	music := media.Play(t.c.v, true, t.music)
	if t.seat.leg != nil {
		return music.Stop // a desk phone on hold wants nothing
	}
	rest := media.Rest(t.seat.v)
	return func() {
		music.Stop()
		rest.Stop()
	}
}

// members are who hears whom where there are more than two, or two while somebody
// is rung. The caller comes first, then the seat.
func (t *talk) members() []member {
	full := rtp.Part{Hears: true, Speaks: true}
	caller, seat := full, full
	if t.held || t.rings || t.other != nil && !t.three {
		caller = rtp.Part{Music: t.music}
	}
	if t.rings {
		seat = rtp.Part{Music: ringing}
	}
	all := []member{{line: t.c.v, part: caller}, {line: t.seat.v, part: seat}}
	if t.other != nil {
		all = append(all, member{line: t.other.v, part: full})
	}
	for _, w := range t.watch {
		switch w.mode {
		case seatwire.Barge:
			all = append(all, member{line: w.p.v, part: full})
		case seatwire.Whisper:
			all = append(all, member{line: w.p.v, part: full, to: t.seat.v})
		default:
			all = append(all, member{line: w.p.v, part: rtp.Part{Hears: true}})
		}
	}
	return all
}
