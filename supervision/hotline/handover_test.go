package hotline_test

import (
	"errors"
	"testing"
	"time"

	"yangguang/internal/fault"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
)

// A seat that is asked something gets no call meanwhile; given the call it has
// it, and the seat before writes up.
func TestACallMovesToTheSeatThatWasAsked(t *testing.T) {
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		first, _ := h.Seat(t, h.County)
		call := h.Call(t, l, "00000000001")
		h.Talk(t, h.Assign(t)[0])
		second, _ := h.Seat(t, h.County)
		_, err := h.Hotline.Engage(t.Context(), call, second)
		check(t, err)
		other := h.Call(t, l, "00000000002")
		if os := h.Assign(t); len(os) != 0 {
			t.Fatalf("%d offers to a seat that is asked something", len(os))
		}
		check(t, h.Hotline.Release(t.Context(), second))
		if s := h.State(t, second); s != hotline.Ready {
			t.Errorf("let go it is %s", s)
		}
		check(t, h.Hotline.Ended(t.Context(), other, hotline.Ending{By: "caller", Why: "hangup"}))
		_, err = h.Hotline.Engage(t.Context(), call, second)
		check(t, err)
		if _, err := h.Hotline.Engage(t.Context(), call, second); !fault.Is(err, fault.Conflict) {
			t.Errorf("engaged twice: %v", err)
		}
		check(t, h.Hotline.Moved(t.Context(), call, second))
		check(t, h.Hotline.Release(t.Context(), second)) // too late to change anything
		if c := h.Found(t, call); c.Seat != second.ID || c.State != hotline.Talking {
			t.Errorf("the call is %s with seat %d", c.State, c.Seat)
		}
		if a, b := h.State(t, first), h.State(t, second); a != hotline.WrapUp || b != hotline.Busy {
			t.Errorf("the seats are %s and %s", a, b)
		}
		h.End(t, call)
		if s := h.State(t, second); s != hotline.WrapUp {
			t.Errorf("after the end the seat is %s", s)
		}
	})
}

// A sealed call is passed to a seat of the report line only, and to none of the
// unit complained of.
func TestASealedCallIsPassedToNobodyElse(t *testing.T) {
	h := hotlinetest.New(t)
	l := h.Line(t, nil)
	h.Seat(t, h.County)
	call := h.Call(t, l, "00000000001")
	h.Talk(t, h.Assign(t)[0])
	other, _ := h.Seat(t, h.County)
	check(t, h.Hotline.Seal(t.Context(), call, 0))
	if _, err := h.Hotline.Engage(t.Context(), call, other); !fault.Is(err, fault.Conflict) {
		t.Errorf("passed to an ordinary seat: %v", err)
	}
}

// Somebody of a matter is called from the seat of whoever chose to: the call
// knows its matter, rings that seat at once, and its number was asked for last.
func TestAPersonOfAMatterIsCalled(t *testing.T) {
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		e := hotline.Errand{Province: h.County.Province(), Matter: 77, Number: "X", Region: h.County.Division}
		stranger := h.Hire(t, "无坐席", h.County, hotline.Answering)
		err := h.Hotline.CallPerson(h.As(stranger), e, func() (string, error) { return "", errors.New("asked for the number of whoever cannot call") })
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("without a seat: %v", err)
		}
		h.Line(t, nil)
		seat, who := h.Seat(t, h.County)
		ask := func() (string, error) { return "000 0123-4567", nil }
		if err := h.Hotline.CallPerson(h.As(who), e, func() (string, error) { return "不知道", nil }); !fault.Is(err, fault.Conflict) {
			t.Errorf("no number: %v", err)
		}
		check(t, h.Hotline.CallPerson(h.As(who), e, ask))
		if err := h.Hotline.CallPerson(h.As(who), e, ask); !fault.Is(err, fault.Conflict) {
			t.Errorf("twice: %v", err)
		}
		mine, err := h.Hotline.CallBacks(h.As(who), "taken")
		check(t, err)
		if len(mine) != 1 {
			t.Fatalf("%d in hand", len(mine))
		}
		check(t, h.Hotline.WrapUp(h.As(who), seat, h.Clock.Now().Add(time.Minute))) // he writes up, and calls all the same
		o, err := h.Hotline.CallNow(t.Context(), mine[0].Ref(), seat)
		check(t, err)
		if c := h.Found(t, o.Call); c.Matter != 77 || c.Way != "out" {
			t.Errorf("the call is of matter %d, way %s", c.Matter, c.Way)
		}
		number, err := h.Hotline.Dial(t.Context(), o.Call)
		check(t, err)
		if number != "00001234567" {
			t.Errorf("dials %q", number)
		}
		if _, err := h.Hotline.CallNow(t.Context(), mine[0].Ref(), seat); !fault.Is(err, fault.Conflict) {
			t.Errorf("called twice: %v", err)
		}
	})
}

// Who asks for the report line himself keeps his place, and whoever was rung for
// him is free; once somebody speaks with him it is that seat's to hand him over.
func TestACallerAsksForTheReportLineHimself(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		seat, _ := h.Seat(t, h.County)
		call := h.Call(t, l, "00000000001")
		before := h.Found(t, call).QueuedAt
		h.Clock.Advance(time.Minute)
		os := h.Assign(t)
		check(t, h.Hotline.AskReport(t.Context(), call))
		c := h.Found(t, call)
		if !c.Sealed || c.State != hotline.Queued || !c.QueuedAt.Equal(before) || h.State(t, seat) != hotline.Ready {
			t.Errorf("sealed %v, %s, since %v, the seat %s", c.Sealed, c.State, c.QueuedAt, h.State(t, seat))
		}
		if err := h.Hotline.Take(t.Context(), os[0].Ref()); !fault.Is(err, fault.Conflict) {
			t.Errorf("a seat takes a call it may not hear: %v", err)
		}
		if os := h.Assign(t); len(os) != 0 {
			t.Errorf("%d seats are rung that are not of the report line", len(os))
		}
		if err := h.Hotline.AskReport(t.Context(), call); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked twice: %v", err)
		}
		talks := h.Call(t, l, "00000000002")
		next := h.Assign(t)[0]
		check(t, h.Hotline.Take(t.Context(), next.Ref()))
		if err := h.Hotline.AskReport(t.Context(), talks); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked when a seat had the call at its ear: %v", err)
		}
		check(t, h.Hotline.Bridged(t.Context(), next.Call, next.Seat))
		if err := h.Hotline.AskReport(t.Context(), talks); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked in a talk: %v", err)
		}
	})
}
