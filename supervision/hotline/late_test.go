package hotline_test

import (
	"testing"
	"time"

	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
)

// kinds are the events of a call in their order.
func kinds(t *testing.T, h *hotlinetest.House, call hotline.Ref) (out []string) {
	t.Helper()
	_, events, err := h.Hotline.History(h.As(h.Manager), call)
	check(t, err)
	for _, e := range events {
		out = append(out, e.Kind)
	}
	return out
}

func sameCount(t *testing.T, h *hotlinetest.House) hotline.Figures {
	t.Helper()
	p, today := hotline.Place{Agency: h.County.ID}, clock.DateOf(h.Clock.Now())
	sums, err := h.Hotline.Figures(t.Context(), p, today, today)
	check(t, err)
	again, err := h.Hotline.Recount(t.Context(), p, today, today)
	check(t, err)
	if sums != again {
		t.Errorf("counted %+v\n recounted %+v", sums, again)
	}
	return sums
}

// A process dies while the store is away, and others take its call for
// interrupted. What it had noted is told later, and a second time.
func TestWhatIsToldLatePutsTheRecordRight(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		check(t, h.Hotline.Start(t.Context()))
		other := h.Process("b")
		check(t, other.Start(t.Context()))
		l := h.Line(t, nil)
		h.Seat(t, h.County)
		call := h.Call(t, l, "13800000000")
		o := h.Assign(t)[0]
		check(t, h.Hotline.Take(t.Context(), o.Ref()))
		moment := func(d time.Duration) time.Time { h.Clock.Advance(d); return h.Clock.Now() }
		answered, held, resumed, ended := moment(time.Second), moment(time.Second), moment(time.Second), moment(time.Minute)
		h.Clock.Advance(time.Minute)
		_, err := other.Beat(t.Context())
		check(t, err)
		if n, err := other.Sweep(t.Context()); n != 1 || err != nil {
			t.Fatalf("swept %d: %v", n, err)
		}
		if n := callBacks(t, h, "state = 'open' and reason = 'interrupted'"); n != 1 {
			t.Fatalf("%d call-backs before anything was told", n)
		}
		if err := h.Hotline.Hold(t.Context(), call, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("what happens now to a call that has ended: %v", err)
		}
		for n := range 2 {
			check(t, h.Hotline.Bridged(hotline.When(t.Context(), answered, n > 0), call, o.Seat))
			check(t, h.Hotline.Hold(hotline.When(t.Context(), held, n > 0), call, true))
			check(t, h.Hotline.Hold(hotline.When(t.Context(), resumed, n > 0), call, false))
			check(t, h.Hotline.Event(hotline.When(t.Context(), resumed, n > 0), call, "recording", "begun", 0))
			check(t, h.Hotline.Ended(hotline.When(t.Context(), ended, n > 0), call, hotline.Ending{By: "caller", Why: "hangup"}))
			c := h.Found(t, call)
			if c.Why != "hangup" || c.By != "caller" || !c.AnsweredAt.Equal(answered) || !c.EndedAt.Equal(ended) {
				t.Errorf("ended by %s: %s, answered %s, ended %s", c.By, c.Why, c.AnsweredAt, c.EndedAt)
			}
			if live := callBacks(t, h, "state in ('open', 'taken')"); live != 0 {
				t.Errorf("%d call-backs for who had finished", live)
			}
			want := []string{"arrived", "queued", "offered", "taken", "answered", "held", "resumed", "recording", "ended", "ended", "callback"}
			if got := kinds(t, h, call); len(got) != len(want) || got[4] != "answered" || got[8] != "ended" {
				t.Errorf("events %v, want %v", got, want)
			}
			if f := sameCount(t, h); f.Answered != 1 || f.Interrupted != 0 || f.TalkMS != ended.Sub(answered).Milliseconds() {
				t.Errorf("figures %+v", f)
			}
		}
	})
}

// A caller who came while the store was away stands in it afterwards, once, with
// the moment he called; his number is sealed on the way.
func TestACallThatCameWhileTheStoreWasAwayIsEnteredOnce(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		at := h.Clock.Now()
		k := h.Hotline.Keep(hotline.Arrival{Line: l, Caller: "138-0000-0007", Trunk: "carrier", At: at})
		h.Clock.Advance(10 * time.Second)
		gone := h.Clock.Now()
		h.Clock.Advance(time.Hour)
		for n := range 2 {
			if _, err := h.Hotline.Enter(hotline.When(t.Context(), at, n > 0), k); (n == 0) != (err == nil) || n == 1 && !fault.Is(err, fault.Conflict) {
				t.Errorf("told for the time %d: %v", n+1, err)
			}
			err := h.Hotline.Queue(hotline.When(t.Context(), at, n > 0), k.Call, hotline.Want{})
			if (n == 0) != (err == nil) {
				t.Errorf("queued for the time %d: %v", n+1, err)
			}
			check(t, h.Hotline.Ended(hotline.When(t.Context(), gone, n > 0), k.Call, hotline.Ending{By: "caller", Why: "hangup"}))
		}
		if c := h.Found(t, k.Call); !c.ArrivedAt.Equal(at) || !c.EndedAt.Equal(gone) || !c.HasNumber || c.Line != l.ID {
			t.Errorf("%+v", c)
		}
		if n := callBacks(t, h, "state = 'open' and reason = 'abandoned'"); n != 1 {
			t.Errorf("%d call-backs for who waited ten seconds", n)
		}
		if f := sameCount(t, h); f.Arrived != 1 || f.Abandoned != 1 {
			t.Errorf("figures %+v", f)
		}
	})
}

// A message that was left while the store was away is not lost to a sweep.
func TestAMessageToldLateIsKeptOnce(t *testing.T) {
	t.Parallel()
	h := hotlinetest.New(t)
	check(t, h.Hotline.Start(t.Context()))
	l := h.Line(t, nil)
	c, err := h.Hotline.Arrive(t.Context(), hotline.Arrival{Line: l, Caller: "13800000003"})
	check(t, err)
	left := h.Clock.Now()
	h.Clock.Advance(time.Minute)
	check(t, h.Hotline.Start(t.Context())) // anew: what it held is closed
	for n := range 2 {
		check(t, h.Hotline.Message(hotline.When(t.Context(), left, n > 0), c.Ref(), "call"))
	}
	if n := callBacks(t, h, "state = 'open'"); n != 1 {
		t.Errorf("%d call-backs for one message", n)
	}
	said := 0
	for _, k := range kinds(t, h, c.Ref()) {
		if k == "message" {
			said++
		}
	}
	if said != 1 {
		t.Errorf("%d messages", said)
	}
}
