package hotline_test

import (
	"bytes"
	"os"
	"sync"
	"testing"
	"time"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
)

func TestMain(m *testing.M) {
	hotlinetest.LoadLocales()
	os.Exit(m.Run())
}

var check = disclosuretest.Check

func callBacks(t *testing.T, h *hotlinetest.House, where string, args ...any) (n int) {
	t.Helper()
	h.Read(t, func(tx *db.Tx) error {
		return tx.Row("select count(*) from hotline_callback where "+where, args...).Scan(&n)
	})
	return n
}

func TestACallGoesToThePersonIdleLongest(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		first, _ := h.Seat(t, h.County)
		h.Clock.Advance(time.Minute)
		second, _ := h.Seat(t, h.County)
		other, _ := h.Seat(t, h.Township) // another unit's
		call := h.Call(t, l, "13800000000")
		os := h.Assign(t)
		if len(os) != 1 || os[0].Call != call || os[0].Seat != first {
			t.Fatalf("offers: %+v, want the call to the first seat", os)
		}
		if got := h.Assign(t); len(got) != 0 {
			t.Fatalf("offered again: %+v", got)
		}
		h.Clock.Advance(4 * time.Second)
		h.Talk(t, os[0])
		if c := h.Found(t, call); c.State != hotline.Talking || c.Seat != first.ID || c.AnsweredAt.Sub(c.QueuedAt) != 4*time.Second {
			t.Errorf("call: %+v", c)
		}
		h.End(t, call)
		if s := h.State(t, first); s != hotline.WrapUp {
			t.Errorf("the seat is %s, want wrapup", s)
		}
		h.Clock.Advance(31 * time.Second)
		next := h.Call(t, l, "13800000001")
		if os := h.Assign(t); len(os) != 1 || os[0].Call != next || os[0].Seat != second {
			t.Errorf("offers: %+v, want the second seat, idle longer", os)
		}
		if s := h.State(t, first); s != hotline.Ready {
			t.Errorf("the first seat is %s, want ready after its write-up", s)
		}
		if s := h.State(t, other); s != hotline.Ready {
			t.Errorf("another unit's seat is %s", s)
		}
	})
}

func TestWhoDoesNotAnswerIsAwayAndTheNextIsRung(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		first, p := h.Seat(t, h.County)
		h.Clock.Advance(time.Second)
		second, _ := h.Seat(t, h.County)
		call := h.Call(t, l, "13800000000")
		o := h.Assign(t)[0]
		queued := h.Found(t, call).QueuedAt
		h.Clock.Advance(20 * time.Second)
		late, err := h.Hotline.Expire(t.Context())
		check(t, err)
		if len(late) != 1 || late[0].ID != o.ID {
			t.Fatalf("expired: %+v", late)
		}
		again, err := h.Hotline.Expire(t.Context())
		check(t, err)
		if len(again) != 0 || h.State(t, first) != hotline.Away {
			t.Errorf("expired again: %v; the seat is %s", again, h.State(t, first))
		}
		disclosuretest.Refused(t, h.Hotline.Take(h.As(p), o.Ref()), fault.Conflict, "hotline.offer_gone")
		os := h.Assign(t)
		if len(os) != 1 || os[0].Seat != second {
			t.Fatalf("offers: %+v, want the second seat", os)
		}
		if c := h.Found(t, call); !c.QueuedAt.Equal(queued) {
			t.Errorf("the place was lost: %v, want %v", c.QueuedAt, queued)
		}
		check(t, h.Hotline.Decline(t.Context(), os[0].Ref(), "busy"))
		if c := h.Found(t, call); c.State != hotline.Queued || h.State(t, second) != hotline.Away {
			t.Errorf("call %s, seat %s", c.State, h.State(t, second))
		}
	})
}

func TestTwoProcessesAtOnceOfferACallOnce(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		for range 4 {
			h.Seat(t, h.County)
		}
		for i := range 6 {
			h.Call(t, l, "1380000000"+string(rune('0'+i)))
		}
		var mu sync.Mutex
		var all []hotline.Offer
		var wg sync.WaitGroup
		for _, node := range []string{"a", "b", "c"} {
			wg.Go(func() {
				os, err := h.Process(node).Assign(t.Context())
				mu.Lock()
				defer mu.Unlock()
				if all = append(all, os...); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		all = append(all, h.Assign(t)...) // what the three left to one another
		calls, seats := map[hotline.Ref]int{}, map[hotline.Ref]int{}
		for _, o := range all {
			calls[o.Call]++
			seats[o.Seat]++
		}
		if len(all) != 4 || len(calls) != 4 || len(seats) != 4 {
			t.Fatalf("%d offers, %d calls, %d seats; want 4 of each", len(all), len(calls), len(seats))
		}
		// Two browsers of one person take the same offer.
		errs := make([]error, 5)
		for i := range errs {
			wg.Go(func() { errs[i] = h.Process("x").Take(t.Context(), all[0].Ref()) })
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !fault.Is(err, fault.Conflict):
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("taken %d times, want once", won)
		}
	})
}

// The known-bad arm: the constraints refuse what the code never tries.
func TestTheStoreRefusesASecondLiveOffer(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		h.Seat(t, h.County)
		idle, _ := h.Seat(t, h.County)
		call := h.Call(t, l, "13800000000")
		waits := h.Call(t, l, "13800000001")
		o := h.Assign(t)[0]
		second := func(call, seat hotline.Ref) error {
			return h.Disclosure.DB.Write(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec("insert into hotline_offer (province, id, call, seat, fence, at, until) values ($1, $2, $3, $4, 1, 1, 2)", call.Province, tx.ID(call.Province), call.ID, seat.ID)
				return err
			})
		}
		if o.Call != call {
			t.Fatalf("offered %v first", o.Call)
		}
		if err := second(call, hotline.Ref{Province: idle.Province, ID: 7}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second offer of the call: %v", err)
		}
		if err := second(waits, o.Seat); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second offer to the seat: %v", err)
		}
	})
}

func TestASealedCallReachesOnlySeatsOfTheReportLine(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, func(l *hotline.Line) { l.Sealed = true })
		report := hotline.Skill{Kind: "report", Level: 1}
		h.Seat(t, h.County)
		if h.Call(t, l, "13800000000"); len(h.Assign(t)) != 0 {
			t.Fatal("a sealed call rang at a seat without the skill")
		}
		s, _ := h.Seat(t, h.County, report)
		if os := h.Assign(t); len(os) != 1 || os[0].Seat != s {
			t.Fatalf("offers: %+v", os)
		}
	})
}

func TestACallHandedToTheReportLineNeverReachesTheUnitComplainedOf(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		above := h.Line(t, func(l *hotline.Line) { l.Agency = h.Superior.ID })
		l := h.Line(t, func(l *hotline.Line) { l.Overflow, l.OverflowAfter = above.ID, 0 })
		report := hotline.Skill{Kind: "report", Level: 9}
		asked, _ := h.Seat(t, h.County)
		call := h.Call(t, l, "13800000000")
		os := h.Assign(t)
		h.Talk(t, os[0])
		accused, _ := h.Seat(t, h.County, report)
		own := h.Found(t, call)
		check(t, h.Hotline.Seal(t.Context(), call, h.County.ID))
		if os := h.Assign(t); len(os) != 0 {
			t.Fatalf("rang at the unit complained of: %+v (%v)", os, accused)
		}
		if h.State(t, asked) != hotline.WrapUp {
			t.Errorf("the seat that handed over is %s", h.State(t, asked))
		}
		s, _ := h.Seat(t, h.Superior, report)
		os = h.Assign(t)
		if len(os) != 1 || os[0].Seat != s {
			t.Fatalf("offers: %+v, want the superior's seat", os)
		}
		if c := h.Found(t, call); !c.Sealed || !c.AnsweredAt.Equal(own.AnsweredAt) {
			t.Errorf("call: %+v", c)
		}
	})
}

func TestACountysCallOverflowsIntoTheProvincesQueue(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		above := h.Line(t, func(l *hotline.Line) { l.Agency = h.Superior.ID })
		l := h.Line(t, func(l *hotline.Line) { l.Overflow = above.ID })
		far, _ := h.Seat(t, h.Superior)
		h.Call(t, l, "13800000000")
		if os := h.Assign(t); len(os) != 0 {
			t.Fatalf("overflowed at once: %+v", os)
		}
		h.Clock.Advance(30 * time.Second)
		if os := h.Assign(t); len(os) != 1 || os[0].Seat != far {
			t.Fatalf("offers: %+v, want the province's seat", os)
		}
	})
}

func TestWhoHangsUpAfterFiveSecondsIsCalledBackOnce(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		quick := h.Call(t, l, "13800000001")
		h.Clock.Advance(hotline.AbandonAfter)
		h.End(t, quick)
		unknown := h.Call(t, l, "")
		h.Clock.Advance(time.Minute)
		h.End(t, unknown)
		if n := callBacks(t, h, "1 = 1"); n != 0 {
			t.Fatalf("%d call-backs, want none", n)
		}
		for range 3 { // and again, and again
			call := h.Call(t, l, "138 0000 0000")
			h.Clock.Advance(hotline.AbandonAfter + time.Millisecond)
			h.End(t, call)
			h.End(t, call)
		}
		if n := callBacks(t, h, "state = 'open' and reason = 'abandoned'"); n != 1 {
			t.Errorf("%d call-backs, want one", n)
		}
	})
}

func TestACallBackKeepsThePlaceAndIsTriedThreeTimes(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		asked := h.Call(t, l, "13800000000")
		check(t, h.Hotline.AskCallBack(t.Context(), asked))
		h.End(t, asked)
		h.Clock.Advance(time.Second)
		later := h.Call(t, l, "13800000001")
		seat, _ := h.Seat(t, h.County)
		for try := range hotline.MaxTries {
			os := h.Assign(t)
			if len(os) != 1 || !os[0].CallBack || os[0].Seat != seat {
				t.Fatalf("try %d: %+v, want the call-back", try, os)
			}
			if n, err := h.Hotline.Dial(t.Context(), os[0].Call); err != nil || n != "13800000000" {
				t.Fatalf("to dial: %q %v", n, err)
			}
			check(t, h.Hotline.Take(t.Context(), os[0].Ref()))
			check(t, h.Hotline.Ended(t.Context(), os[0].Call, hotline.Ending{By: "system", Why: "no_answer"}))
			if try == 0 { // he had his turn: now whoever waits on the line
				os := h.Assign(t)
				if len(os) != 1 || os[0].Call != later {
					t.Fatalf("offers: %+v, want the caller who waits", os)
				}
				h.Talk(t, os[0])
				h.End(t, later)
			}
			h.Clock.Advance(2 * time.Hour)
			check(t, h.Hotline.AtNode(t.Context(), seat, "a"))
		}
		if n := callBacks(t, h, "state = 'done' and result = 'unreached' and tries = 3"); n != 1 {
			t.Errorf("%d given up after three tries, want one", n)
		}
		if os := h.Assign(t); len(os) != 0 {
			t.Errorf("rang again: %+v", os)
		}
	})
}

func TestNobodyWaitsOnTheLineForWhoHungUpEarlier(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		gone := h.Call(t, l, "13800000000")
		h.Clock.Advance(time.Minute)
		h.End(t, gone)
		waits := h.Call(t, l, "13800000001")
		h.Seat(t, h.County)
		if os := h.Assign(t); len(os) != 1 || os[0].Call != waits {
			t.Fatalf("offers: %+v, want the caller on the line", os)
		}
		h.Seat(t, h.County)
		if os := h.Assign(t); len(os) != 1 || !os[0].CallBack {
			t.Fatalf("offers: %+v, want the call-back once nobody waits", os)
		}
	})
}

func TestACallBackSomebodyIsReachedByIsDone(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		call := h.Call(t, l, "13800000000")
		h.Clock.Advance(time.Minute)
		h.End(t, call)
		seat, _ := h.Seat(t, h.County)
		o := h.Assign(t)[0]
		check(t, h.Hotline.Decline(t.Context(), o.Ref(), "busy")) // no try
		if n := callBacks(t, h, "state = 'open' and tries = 0"); n != 1 {
			t.Fatalf("%d open without a try, want one", n)
		}
		check(t, h.Hotline.Ready(t.Context(), seat))
		o = h.Assign(t)[0]
		h.Talk(t, o)
		h.End(t, o.Call)
		if n := callBacks(t, h, "state = 'done' and result = 'reached'"); n != 1 {
			t.Errorf("%d reached, want one", n)
		}
	})
}

func TestADeadProcessLeavesOneCallBackForEachOfItsCalls(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		check(t, h.Hotline.Start(t.Context()))
		other := h.Process("b")
		check(t, other.Start(t.Context()))
		l := h.Line(t, nil)
		seat, p := h.Seat(t, h.County)
		talks := h.Call(t, l, "13800000000")
		h.Talk(t, h.Assign(t)[0])
		check(t, h.Hotline.SaveDraft(h.As(p), talks, []byte("写到一半")))
		waits := h.Call(t, l, "13800000001")
		menu, err := h.Hotline.Arrive(t.Context(), hotline.Arrival{Line: l, Caller: "13800000002"})
		check(t, err)
		elsewhere, err := other.Arrive(t.Context(), hotline.Arrival{Line: l, Caller: "13800000003"})
		check(t, err)
		for _, p := range []*hotline.Hotline{h.Hotline, other} { // led on to another process while it rang
			_, err = p.Arrive(t.Context(), hotline.Arrival{Line: l, Caller: "13800000004"})
			check(t, err)
		}

		h.Clock.Advance(hotline.Silence)
		_, err = other.Beat(t.Context())
		check(t, err)
		if n, err := other.Sweep(t.Context()); err != nil || n != 0 {
			t.Fatalf("swept %d after exactly five seconds: %v", n, err)
		}
		h.Clock.Advance(time.Millisecond)
		var mu sync.Mutex
		var wg sync.WaitGroup
		swept := 0
		for range 3 {
			wg.Go(func() {
				n, err := other.Sweep(t.Context())
				mu.Lock()
				defer mu.Unlock()
				if swept += n; err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, c := range []hotline.Ref{talks, waits, menu.Ref()} {
			if got := h.Found(t, c); got.State != hotline.Ended || got.Why != "interrupted" {
				t.Errorf("%d is %s %s, want interrupted", c.ID, got.State, got.Why)
			}
		}
		if c := h.Found(t, elsewhere.Ref()); c.State != hotline.Arrived {
			t.Errorf("a call of the living process is %s", c.State)
		}
		if n := callBacks(t, h, "first = $1 and reason = 'interrupted'", true); n != 3 {
			t.Errorf("%d call-backs, want one each for who talked, who waited and who had not come to it", n)
		}
		if s := h.State(t, seat); s != hotline.Away {
			t.Errorf("the seat whose browser the dead process had is %s, want away until its page is back", s)
		}
		if alive, err := h.Hotline.Beat(t.Context()); err != nil || alive {
			t.Errorf("the dead process beats: %v %v; it must start anew", alive, err)
		}
	})
}

func TestADraftIsHandedOnWithTheCallBack(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		check(t, h.Hotline.Start(t.Context()))
		l := h.Line(t, nil)
		seat, _ := h.Seat(t, h.County)
		call := h.Call(t, l, "13800000000")
		h.Talk(t, h.Assign(t)[0])
		check(t, h.Hotline.SaveDraft(t.Context(), call, []byte("写到一半")))
		waits := h.Process("b")
		check(t, waits.Start(t.Context()))
		c, err := waits.Arrive(t.Context(), hotline.Arrival{Line: l, Caller: "13800000001"})
		check(t, err)
		check(t, waits.Queue(t.Context(), c.Ref(), hotline.Want{Priority: 9}))
		check(t, h.Hotline.Start(t.Context())) // the process was started anew at once, and the page joins again
		check(t, h.Hotline.AtNode(t.Context(), seat, h.Hotline.Node))
		check(t, h.Hotline.Ready(t.Context(), seat))
		os := h.Assign(t)
		if len(os) != 1 || !os[0].CallBack {
			t.Fatalf("offers: %+v, want who was cut off before the urgent caller", os)
		}
		if form, err := h.Hotline.Draft(t.Context(), os[0].Call); err != nil || string(form) != "写到一半" {
			t.Errorf("draft: %q %v", form, err)
		}
	})
}

func TestPositionAndTheExpectedWait(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		s1, _ := h.Seat(t, h.County)
		h.Seat(t, h.County)
		check(t, h.Hotline.Away(t.Context(), s1, "break"))
		h.Talk(t, func() hotline.Offer { h.Call(t, l, "13800000000"); return h.Assign(t)[0] }())
		a := h.Call(t, l, "13800000001")
		h.Clock.Advance(time.Second)
		b := h.Call(t, l, "13800000002")
		for i, c := range []hotline.Ref{a, b} {
			place, wait, err := h.Hotline.Position(t.Context(), c)
			check(t, err)
			if want := time.Duration(i+1) * 180 * time.Second; place != i+1 || wait != want {
				t.Errorf("place %d wait %v, want %d %v", place, wait, i+1, want)
			}
		}
		// Queued again with the same place.
		h.Clock.Advance(time.Second)
		check(t, h.Hotline.Queue(t.Context(), a, hotline.Want{}))
		if place, _, err := h.Hotline.Position(t.Context(), a); err != nil || place != 1 {
			t.Errorf("place %d after queueing again: %v", place, err)
		}
	})
}

func TestASeatIsItsPersonsOwn(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		seat, p := h.Seat(t, h.County)
		_, q := h.Seat(t, h.County)
		disclosuretest.Refused(t, h.Hotline.Away(h.As(q), seat, "break"), fault.Forbidden, "fault.forbidden")
		check(t, h.Hotline.Away(h.As(h.Lead), seat, "break"))
		check(t, h.Hotline.Ready(h.As(p), seat))
		until := h.Clock.Now().Add(10 * time.Minute)
		check(t, h.Hotline.WrapUp(h.As(p), seat, until))
		check(t, h.Hotline.WrapUp(h.As(p), seat, until.Add(time.Minute)))
		check(t, h.Hotline.SignOff(h.As(p), seat))
		disclosuretest.Refused(t, h.Hotline.Ready(h.As(p), seat), fault.Conflict, "hotline.seat_state")
		if _, err := h.Hotline.SignOn(h.As(p), p.ID, "phone"); len(fault.FieldsOf(err)) != 1 {
			t.Errorf("signed on with a phone the seat does not have: %v", err)
		}
	})
}

func TestEventsTakeNoNumberThatWasDialled(t *testing.T) {
	t.Parallel()
	h := hotlinetest.New(t)
	call := h.Call(t, h.Line(t, nil), "13800000000")
	check(t, h.Hotline.Event(t.Context(), call, "menu", "main", 0))
	check(t, h.Hotline.Event(t.Context(), call, "key", "1", 0))
	for _, bad := range [][2]string{{"menu", "13800000000"}, {"ended", ""}, {"answered", ""}, {"key", "张三"}} {
		if err := h.Hotline.Event(t.Context(), call, bad[0], bad[1], 0); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v was taken: %v", bad, err)
		}
	}
}

func TestNoColumnHoldsANumberInTheOpen(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		call := h.Call(t, l, "13866667777")
		h.Clock.Advance(time.Minute)
		h.End(t, call)
		h.Read(t, func(tx *db.Tx) error {
			for _, table := range []string{"hotline_call", "hotline_callback", "hotline_event", "audit"} {
				b, err := disclosuretest.Dump(tx, table)
				if err != nil {
					return err
				}
				if bytes.Contains(b, []byte("13866667777")) {
					t.Errorf("%s holds the number", table)
				}
			}
			return nil
		})
	})
}

func TestWhoLeavesAMessageIsCalledBack(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		c, err := h.Hotline.Arrive(t.Context(), hotline.Arrival{Line: h.Line(t, nil), Caller: "13800000000"})
		check(t, err)
		check(t, h.Hotline.Message(t.Context(), c.Ref(), "a1b2c3"))
		check(t, h.Hotline.Ended(t.Context(), c.Ref(), hotline.Ending{By: "caller", Why: "message"}))
		if n := callBacks(t, h, "reason = 'message' and state = 'open'"); n != 1 {
			t.Errorf("%d call-backs, want one", n)
		}
	})
}

func TestACallerHearsOfHisMatterByNumberAndCode(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		m, code := h.File(t, h.Filing("complaint"))
		s, err := h.Hotline.StatusOf(t.Context(), m.Number, code)
		check(t, err)
		if s.State != "registered" {
			t.Errorf("state %q, want registered", s.State)
		}
		if _, err := h.Hotline.StatusOf(t.Context(), m.Number, "AAAA-AAAA-AAA"); err == nil {
			t.Error("told with a wrong code")
		}
	})
}
