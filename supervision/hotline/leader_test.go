package hotline_test

import (
	"context"
	"testing"
	"time"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/internal/fault"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
)

// onDuty puts a leader at a line, until told otherwise.
func onDuty(h *hotlinetest.House, line hotline.Line, d hotline.Duty) {
	h.Hotline.Leader = func(_ context.Context, l hotline.Ref, _ time.Time) (hotline.Duty, bool, error) {
		return d, l == line.Ref(), nil
	}
}

// 3.1.5: the leader's seat is rung before all others, his substitute's next; at
// another line, and for a sealed call, he is one of many.
func TestALeaderOnDutyIsAskedFirst(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l, other, sealed := h.Line(t, nil), h.Line(t, nil), h.Line(t, func(l *hotline.Line) { l.Sealed = true })
		report := hotline.Skill{Kind: "report", Level: 5}
		ordinary, _ := h.Seat(t, h.County, report)
		h.Clock.Advance(time.Minute)
		standIn, b := h.Seat(t, h.County)
		leader, a := h.Seat(t, h.County, report)
		duty := hotline.Duty{Slot: 7, Person: a.ID, Deputy: b.ID, Until: h.Clock.Now().Add(time.Hour)}
		onDuty(h, l, duty)
		h.Hotline.Leader = func(_ context.Context, at hotline.Ref, _ time.Time) (hotline.Duty, bool, error) {
			return duty, at != other.Ref(), nil
		}
		h.Call(t, sealed, "13800000009")
		if os := h.Assign(t); len(os) != 1 || os[0].Seat != ordinary {
			t.Fatalf("a sealed call rings at %+v, want the seat idle longest", os)
		}
		for i, want := range []hotline.Ref{leader, standIn} {
			h.Call(t, l, "1380000000"+string(rune('0'+i)))
			if os := h.Assign(t); len(os) != 1 || os[0].Seat != want {
				t.Errorf("call %d rings at %+v, want %v", i, os, want)
			}
		}
		_, _ = h.Seat(t, h.County)
		h.Call(t, other, "13800000005")
		if os := h.Assign(t); len(os) != 1 {
			t.Errorf("another line's call: %+v", os)
		}
	})
}

func TestALeadersTelephoneIsRungBeforeTheSeats(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		seat, _ := h.Seat(t, h.County)
		leader := h.Hire(t, "局长丙", h.County)
		onDuty(h, l, hotline.Duty{Slot: 7, Person: leader.ID, Phone: "13900000000", Until: h.Clock.Now().Add(time.Hour)})
		arrive := func(caller string) hotline.Ref {
			c, err := h.Hotline.Arrive(t.Context(), hotline.Arrival{Line: l, Caller: caller})
			check(t, err)
			return c.Ref()
		}
		first, second := arrive("13800000000"), arrive("13800000001")
		d, ok, err := h.Hotline.ToLeader(t.Context(), first, hotline.Want{})
		if !ok || err != nil || d.Phone != "13900000000" {
			t.Fatalf("to the leader: %v %v", ok, err)
		}
		if os := h.Assign(t); len(os) != 0 {
			t.Errorf("a seat is rung while the leader is: %+v", os)
		}
		if _, ok, err := h.Hotline.ToLeader(t.Context(), second, hotline.Want{}); ok || err != nil {
			t.Errorf("two callers at one telephone: %v %v", ok, err)
		}
		h.Clock.Advance(6 * time.Second)
		check(t, h.Hotline.LeaderTook(t.Context(), first, leader.ID))
		h.Clock.Advance(time.Minute)
		h.End(t, first)
		c := h.Found(t, first)
		if c.Person != leader.ID || c.Transferred != "leader" || c.Took() != time.Minute || c.AnsweredAt.Sub(c.QueuedAt) != 6*time.Second {
			t.Errorf("the leader's call: %+v", c)
		}
		// The telephone is free again, and nobody answers: the next seat, with the place the caller had.
		if _, ok, err := h.Hotline.ToLeader(t.Context(), second, hotline.Want{}); !ok || err != nil {
			t.Fatalf("the next caller: %v %v", ok, err)
		}
		queued := h.Found(t, second).QueuedAt
		check(t, h.Hotline.LeaderMissed(t.Context(), second))
		if _, ok, err := h.Hotline.ToLeader(t.Context(), second, hotline.Want{}); ok || err != nil {
			t.Errorf("rung in vain a second time: %v %v", ok, err)
		}
		if os := h.Assign(t); len(os) != 1 || os[0].Seat != seat || os[0].Call != second || !h.Found(t, second).QueuedAt.Equal(queued) {
			t.Errorf("after the leader: %+v", os)
		}
		refused := h.Hotline.LeaderTook(t.Context(), second, leader.ID)
		disclosuretest.Refused(t, refused, fault.Conflict, "hotline.offer_gone")
		// A process that dies holds a caller only for so long.
		third := arrive("13800000002")
		_, _, err = h.Hotline.ToLeader(t.Context(), third, hotline.Want{})
		check(t, err)
		free, _ := h.Seat(t, h.County)
		h.Clock.Advance(time.Minute)
		if os := h.Assign(t); len(os) != 1 || os[0].Call != third || os[0].Seat != free {
			t.Errorf("after the hold: %+v", os)
		}
		// Figures as kept and as counted anew agree, the leader's call among those answered.
		day := clock.DateOf(h.Clock.Now())
		kept, err := h.Hotline.Figures(t.Context(), hotline.Place{Agency: h.County.ID}, day, day)
		check(t, err)
		again, err := h.Hotline.Recount(t.Context(), hotline.Place{Agency: h.County.ID}, day, day)
		check(t, err)
		if kept != again || kept.Answered != 1 || kept.Swift != 1 {
			t.Errorf("figures %+v, recounted %+v", kept, again)
		}
		h.Read(t, func(tx *db.Tx) error {
			got, err := hotline.TakenBy(tx, l.Ref(), []int64{leader.ID}, h.Clock.Now().Add(-time.Hour), h.Clock.Now())
			if len(got) != 1 || got[0].Call != first || got[0].Took != time.Minute {
				t.Errorf("taken: %+v", got)
			}
			return err
		})
	})
}
