package switchboard_test

import (
	"testing"

	"yangguang/internal/db"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/seatwire"
)

// A caller asks for the report line by two keys while a telephone rings for him: it
// rings no more, nobody but a seat of that line is rung, nothing is recorded.
func TestACallerAsksForTheReportLine(t *testing.T) {
	x, all := withBrowsers(t, nil)
	line := x.Line(t, func(l *hotline.Line) { l.Record = true })
	desk, seat := x.deskThat(t, "manual", 440)
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	desk.wait("CALL_INCOMING")
	caller.do("sndcode", "9")
	caller.do("sndcode", "1")
	desk.wait("CALL_CLOSED")
	c := x.only(t, func(c *hotline.Call) bool { return c.Sealed && c.State == hotline.Queued })
	if c.About != 0 || c.Seat != 0 {
		t.Errorf("the call is about %d, at seat %d", c.About, c.Seat)
	}
	until(t, "the seat to be free", func() bool { return x.State(t, seat) == hotline.Ready })

	p := x.page(t, all, 520)
	s, err := x.Hotline.Seat(t.Context(), p.seat)
	check(t, err)
	s.Skills = []hotline.Skill{{Kind: "report", Level: 1}}
	_, err = x.Hotline.SaveSeat(x.As(x.Manager), *s)
	check(t, err)
	p.ready()
	p.shows("it rings", func(v seatwire.State) bool { return v.Offer != nil })
	p.do(seatwire.Take)
	caller.hears(520)
	if x.State(t, seat) != hotline.Ready {
		t.Error("the other seat was rung for a caller it may not hear")
	}
	caller.do("hangup", "")
	x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended })
	recorded := 0
	x.Read(t, func(tx *db.Tx) error { return tx.Row("select count(*) from recording").Scan(&recorded) })
	if recorded != 0 {
		t.Errorf("%d recordings of a call of the report line", recorded)
	}
}

// Out of hours he waits for the report line all the same: a seat of it that is on
// duty hears him. No message can be kept of him, so he is called back instead.
func TestTheReportLineIsReachedOutOfHours(t *testing.T) {
	x, all := withBrowsers(t, nil)
	line := x.Line(t, func(l *hotline.Line) { l.Hours = "00:00-00:01" })
	p := x.page(t, all, 520)
	s, err := x.Hotline.Seat(t.Context(), p.seat)
	check(t, err)
	s.Skills = []hotline.Skill{{Kind: "report", Level: 1}}
	_, err = x.Hotline.SaveSeat(x.As(x.Manager), *s)
	check(t, err)
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	caller.wait("CALL_ESTABLISHED")
	caller.do("sndcode", "9")
	caller.do("sndcode", "1")
	x.only(t, func(c *hotline.Call) bool { return c.Sealed && c.State == hotline.Queued })
	p.ready()
	p.shows("it rings", func(v seatwire.State) bool { return v.Offer != nil })
	p.do(seatwire.Take)
	caller.hears(520)
	p.hears(880)
	caller.do("hangup", "")
	x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended && c.Person == p.who.ID })
}

// Out of hours too: what a reporter would leave as a message is not kept.
func TestAMessageForTheReportLineIsACallBack(t *testing.T) {
	x := begin(t, nil)
	line := x.Line(t, func(l *hotline.Line) { l.Sealed, l.Hours = true, "00:00-00:01" })
	caller := x.caller(t, 880)
	caller.do("dial", "sip:"+line.Number+"@"+x.at)
	caller.wait("CALL_ESTABLISHED")
	caller.do("sndcode", "5")
	x.only(t, func(c *hotline.Call) bool { return c.State == hotline.Ended && c.Chosen })
	sealed := 0
	x.Read(t, func(tx *db.Tx) error {
		return tx.Row("select count(*) from hotline_callback where state = 'open' and sealed = $1", true).Scan(&sealed)
	})
	if sealed != 1 {
		t.Errorf("%d sealed call-backs, want one", sealed)
	}
}
