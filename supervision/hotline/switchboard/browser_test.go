package switchboard_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"yangguang/internal/db"
	"yangguang/internal/rtp"
	"yangguang/internal/rtp/rtptest"
	"yangguang/supervision/casework/caseworktest"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/seatwire"
	"yangguang/supervision/hotline/switchboard"
)

// browsers are pages whose voice is a tone; the offer says which.
type browsers struct{ open chan *rtptest.Party }

func (b browsers) Answer(_ context.Context, offer string) (rtp.Line, string, error) {
	var hz float64
	if _, err := fmt.Sscanf(offer, "tone %g", &hz); err != nil {
		return nil, "", err
	}
	p := rtptest.NewParty(rtp.PCMA)
	go func() { // a microphone, 20 ms at a time
		tone := rtptest.Tone(hz, time.Second)
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			for frame := range slices.Chunk(tone, rtp.FrameSize) {
				select {
				case <-p.Done():
					tick.Stop()
					return
				case <-tick.C:
					p.Say(frame)
				}
			}
		}
	}()
	b.open <- p
	return p, "answer", nil
}

// page is somebody at a desk in the browser.
type page struct {
	t    *testing.T
	x    *exchange
	who  caseworktest.Person
	seat hotline.Ref
	ear  *rtptest.Party
	all  browsers
}

func (x *exchange) page(t *testing.T, all browsers, hz float64) *page {
	t.Helper()
	who := x.Hire(t, "话务员", x.County, hotline.Answering)
	s, err := x.Hotline.SaveSeat(x.As(x.Manager), hotline.Seat{Agency: x.County.ID, Person: who.ID, Label: "8017", Active: true})
	check(t, err)
	_, err = x.Hotline.SignOn(x.As(who), who.ID, "browser")
	check(t, err)
	p := &page{t: t, x: x, who: who, seat: s.Ref(), all: all}
	p.join(hz)
	return p
}

// join has the page, or the page loaded again, offer its voice.
func (p *page) join(hz float64) {
	p.t.Helper()
	_, err := p.x.board.Join(p.t.Context(), p.seat, p.who.ID, fmt.Sprintf("tone %g", hz))
	check(p.t, err)
	p.ear = <-p.all.open
}

func (p *page) ready() *page {
	check(p.t, p.x.Hotline.Ready(p.x.As(p.who), p.seat))
	return p
}

func (p *page) do(act string, change ...func(*seatwire.Command)) {
	p.t.Helper()
	c := seatwire.Command{Act: act}
	for _, f := range change {
		f(&c)
	}
	if err := p.x.board.Order(p.t.Context(), p.seat, c); err != nil {
		p.t.Fatalf("%s: %v", act, err)
	}
}

// shows waits for the page to be shown something.
func (p *page) shows(what string, ok func(seatwire.State) bool) {
	p.t.Helper()
	until(p.t, what, func() bool {
		s, _ := p.x.board.Look(p.seat)
		return ok(s)
	})
}

// hears waits until the last of what the page was told is these tones and none
// of the others.
func (p *page) hears(hz ...float64) {
	p.t.Helper()
	all := []float64{300, 440, 450, 520, 600, 640, 880}
	var got []float64
	var last []int16
	defer func() {
		if p.t.Failed() {
			p.t.Logf("heard %v", got)
		}
	}()
	until(p.t, fmt.Sprintf("%v at a page", hz), func() bool {
		samples, _ := p.ear.Heard()
		if last = append(last, samples...); len(last) < 1600 {
			return false
		}
		got, last = rtptest.Heard(last[len(last)-1600:], all...), nil
		return slices.Equal(got, hz)
	})
}

func at(r hotline.Ref) func(*seatwire.Command) { return func(c *seatwire.Command) { c.Target = &r } }
func to(word string) func(*seatwire.Command)   { return func(c *seatwire.Command) { c.To = word } }

func withBrowsers(t *testing.T, change func(*switchboard.Config)) (*exchange, browsers) {
	t.Helper()
	all := browsers{make(chan *rtptest.Party, 8)}
	return begin(t, func(c *switchboard.Config) {
		c.Browsers = all
		if change != nil {
			change(c)
		}
	}), all
}

// A browser takes a call, holds it, is loaded again in the middle, asks a
// colleague, makes it a call of three and leaves; the colleague ends it.
func TestABrowserTakesACallAndPassesItOn(t *testing.T) {
	x, all := withBrowsers(t, nil)
	line := x.Line(t, func(l *hotline.Line) { l.Record = true })
	first, second := x.page(t, all, 440).ready(), x.page(t, all, 520)
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	first.shows("what rings", func(s seatwire.State) bool { return s.Offer != nil })
	first.do(seatwire.Take)
	first.hears(880)
	caller.hears(440)
	first.shows("the call", func(s seatwire.State) bool {
		return s.Call != nil && s.Offer == nil && s.Recording == seatwire.On
	})

	first.do(seatwire.Hold)
	caller.hears(300)
	first.do(seatwire.Resume)
	caller.hears(440)
	first.do(seatwire.Pause)
	first.shows("the pause", func(s seatwire.State) bool { return s.Recording == seatwire.Paused })
	first.do(seatwire.Unpause)

	first.join(640) // the page is loaded again: another microphone, the same call
	first.hears(880)
	caller.hears(640)

	second.ready()
	first.do(seatwire.Consult, at(second.seat))
	first.hears(450) // it rings there
	caller.hears(300)
	second.shows("what rings, and who asks", func(s seatwire.State) bool {
		return s.Offer != nil && s.Offer.Ref.ID != 0 && s.Offer.By != nil && *s.Offer.By == first.seat
	})
	second.do(seatwire.Take)
	first.hears(520)
	second.hears(640)
	beside := func(three bool) func(seatwire.State) bool {
		return func(s seatwire.State) bool {
			return s.Beside != nil && s.Beside.By == first.seat && s.Beside.Three == three
		}
	}
	second.shows("who asked", beside(false))
	second.do(seatwire.StepOut)
	second.shows("nobody beside", func(s seatwire.State) bool { return s.Beside == nil })
	caller.hears(640)
	until(t, "the colleague free again", func() bool { return x.State(t, second.seat) == hotline.Ready })
	if err := x.board.Order(t.Context(), second.seat, seatwire.Command{Act: seatwire.StepOut}); err == nil {
		t.Error("one who was not asked steps out")
	}
	first.do(seatwire.Consult, at(second.seat))
	second.shows("what rings again", func(s seatwire.State) bool { return s.Offer != nil })
	second.do(seatwire.Take)
	second.hears(640)
	first.do(seatwire.Three)
	second.shows("the call of three", beside(true))
	first.hears(520, 880)
	second.hears(640, 880)
	first.do(seatwire.Complete)
	second.shows("the call as its own", func(s seatwire.State) bool { return s.Call != nil && s.Beside == nil })
	second.hears(880)
	caller.hears(520)
	if s := x.State(t, first.seat); s != hotline.WrapUp {
		t.Errorf("the seat that left is %s", s)
	}
	if got := x.only(t, func(c *hotline.Call) bool { return c.Seat == second.seat.ID }); got.State != hotline.Talking || got.Transferred != "seat" {
		t.Errorf("the call is %s, passed to %q", got.State, got.Transferred)
	}
	second.do(seatwire.Hangup)
	caller.hears(600) // is asked what he thought of it
	caller.do("hangup", "")
	x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended && c.By == "seat" })
	first.shows("nothing", func(s seatwire.State) bool { return s.Call == nil && s.Joined })
	second.shows("nothing", func(s seatwire.State) bool { return s.Call == nil && s.Joined })
}

// The shift lead listens, whispers and breaks in; the seat's page says so, and
// the caller hears only what he is to hear.
func TestAShiftLeadListensAndTheSeatIsTold(t *testing.T) {
	x, all := withBrowsers(t, nil)
	line := x.Line(t, nil)
	seat, lead := x.page(t, all, 440).ready(), x.page(t, all, 640)
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	seat.shows("what rings", func(s seatwire.State) bool { return s.Offer != nil })
	seat.do(seatwire.Take)
	seat.hears(880)
	watched := func(mode string) func(s seatwire.State) bool {
		return func(s seatwire.State) bool {
			return len(s.Watched) == 1 && s.Watched[0] == seatwire.Watch{Person: lead.who.ID, Mode: mode}
		}
	}
	by := func(c *seatwire.Command) { c.Person = lead.who.ID }
	lead.do(seatwire.Listen, at(seat.seat), by)
	seat.shows("the listener", watched(seatwire.Listen))
	lead.hears(440, 880)
	seat.hears(880)
	lead.do(seatwire.Whisper, at(seat.seat), by)
	seat.shows("the whisper", watched(seatwire.Whisper))
	seat.hears(640, 880)
	caller.hears(440) // alone: a tone of another would halve its share
	lead.do(seatwire.Barge, at(seat.seat), by)
	seat.shows("the third", watched(seatwire.Barge))
	until(t, "both at the caller", func() bool { return caller.hearsBoth(440, 640) })
	lead.do(seatwire.StopWatch)
	nobody := func(s seatwire.State) bool { return len(s.Watched) == 0 }
	seat.shows("nobody", nobody)
	seat.hears(880)
	lead.do(seatwire.Listen, at(seat.seat), by)
	seat.shows("the listener again", watched(seatwire.Listen))
	x.board.Lose(lead.seat) // its page is gone for good
	seat.shows("nobody, without being told to stop", nobody)
	caller.do("hangup", "")
	x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended })
}

// A caller who complains of the hotline itself is handed to the report line:
// nothing of him is kept, nobody listens, and only a seat of that line gets him.
func TestACallIsHandedToTheReportLine(t *testing.T) {
	x, all := withBrowsers(t, nil)
	line := x.Line(t, func(l *hotline.Line) { l.Record, l.Fallback = true, "0000555" })
	first, second, lead := x.page(t, all, 440).ready(), x.page(t, all, 520).ready(), x.page(t, all, 640)
	_, err := x.Hotline.SaveSeat(x.As(x.Manager), hotline.Seat{Province: second.seat.Province, ID: second.seat.ID, Agency: x.County.ID, Person: second.who.ID, Label: "8018", Active: true, Skills: []hotline.Skill{{Kind: "report", Level: 5}}})
	check(t, err)
	check(t, x.Hotline.Away(x.As(second.who), second.seat, "break"))
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	first.shows("what rings", func(s seatwire.State) bool { return s.Offer != nil })
	first.do(seatwire.Take)
	first.hears(880)
	first.do(seatwire.Seal)
	second.ready()
	second.shows("what rings", func(s seatwire.State) bool { return s.Offer != nil })
	second.do(seatwire.Take)
	second.hears(880)
	if err := x.board.Order(t.Context(), lead.seat, seatwire.Command{Act: seatwire.Listen, Target: &second.seat}); err == nil {
		t.Error("somebody listens to a sealed call")
	}
	lead.ready()
	for _, c := range []seatwire.Command{{Act: seatwire.Transfer, To: seatwire.Fallback}, {Act: seatwire.Transfer, Target: &lead.seat}} {
		if err := x.board.Order(t.Context(), second.seat, c); err == nil {
			t.Errorf("a sealed call is passed to %s%v", c.To, c.Target)
		}
	}
	if got := x.only(t, func(c *hotline.Call) bool { return c.Seat == second.seat.ID }); !got.Sealed {
		t.Error("the call is not sealed")
	}
	caller.do("hangup", "")
	got := x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended })
	_, err = x.recordings.Adopt(t.Context())
	check(t, err)
	var kept int
	check(t, x.Hotline.DB.Read(t.Context(), func(tx *db.Tx) error {
		return tx.Row("select count(*) from recording where province = $1 and call = $2", got.Province, got.ID).Scan(&kept)
	}))
	if kept != 0 {
		t.Errorf("%d recordings of it are kept", kept)
	}
}

// A browser that is gone for good costs the caller no place: he waits again, in
// front, and another seat takes him. Passed on to nobody he comes back.
func TestACallerIsNotLostWithABrowser(t *testing.T) {
	x, all := withBrowsers(t, nil)
	line := x.Line(t, func(l *hotline.Line) { l.Crisis = "0000777" })
	first := x.page(t, all, 440).ready()
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	first.shows("what rings", func(s seatwire.State) bool { return s.Offer != nil })
	first.do(seatwire.Take)
	first.hears(880)
	first.do(seatwire.Consult, to(seatwire.Crisis)) // nobody answers there
	first.hears(450)
	caller.hears(300)
	first.do(seatwire.Back)
	first.do(seatwire.Consult, to(seatwire.Crisis)) // what was broken off does not end the next
	first.hears(450)
	first.do(seatwire.Back)
	first.hears(880)
	first.shows("no failure", func(s seatwire.State) bool { return s.Failed == "" && s.Consult == "" })
	if err := x.board.Order(t.Context(), first.seat, seatwire.Command{Act: seatwire.Transfer, To: seatwire.Police}); err == nil {
		t.Error("passed to a number the line does not have")
	}
	x.board.Lose(first.seat) // as after its grace
	second := x.page(t, all, 520).ready()
	second.shows("what rings", func(s seatwire.State) bool { return s.Offer != nil })
	second.do(seatwire.Take)
	caller.hears(520)
	caller.do("hangup", "")
	if got := x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended }); got.Seat != second.seat.ID {
		t.Errorf("ended with seat %d", got.Seat)
	}
}

// hushed has no voice for the notice of the recording.
type hushed struct{ tones }

func (h hushed) Prompt(lang, key string) *rtp.Prompt {
	if key == "notice" {
		return nil
	}
	return h.tones.Prompt(lang, key)
}

// Nobody is recorded whom no voice told so.
func TestWhoIsNotToldIsNotRecorded(t *testing.T) {
	x, all := withBrowsers(t, func(c *switchboard.Config) { c.Prompts = hushed{} })
	line := x.Line(t, func(l *hotline.Line) { l.Record = true })
	seat := x.page(t, all, 440).ready()
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	seat.shows("what rings", func(s seatwire.State) bool { return s.Offer != nil })
	seat.do(seatwire.Take)
	seat.hears(880)
	seat.shows("a call that is not recorded", func(s seatwire.State) bool { return s.Call != nil && s.Recording == "" })
}
