package hotline_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"yangguang/internal/clock"
	"yangguang/internal/db"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
)

func TestTheFiguresAreTheDefinition(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, func(l *hotline.Line) { l.WrapUp = 0 })
		seat, _ := h.Seat(t, h.County)
		n := 0
		answeredAfter := func(d time.Duration) {
			n++
			call := h.Call(t, l, fmt.Sprintf("1380000%04d", n))
			h.Clock.Advance(d)
			h.Talk(t, h.Assign(t)[0])
			h.Clock.Advance(time.Minute)
			h.End(t, call)
			check(t, h.Hotline.Rate(t.Context(), call, 5))
			check(t, h.Hotline.Rate(t.Context(), call, 1)) // the first time counts
		}
		answeredAfter(3 * time.Second)
		answeredAfter(15 * time.Second)                      // still in time
		answeredAfter(15*time.Second + time.Millisecond)     // not any more
		check(t, h.Hotline.Away(t.Context(), seat, "break")) // nobody answers
		for _, d := range []time.Duration{time.Second, 5 * time.Second, 5*time.Second + time.Millisecond, time.Minute} {
			n++
			call := h.Call(t, l, fmt.Sprintf("1380000%04d", n))
			h.Clock.Advance(d)
			h.End(t, call)
		}
		self, err := h.Hotline.Arrive(t.Context(), hotline.Arrival{Line: l, Caller: "13800009999"})
		check(t, err)
		check(t, h.Hotline.Ended(t.Context(), self.Ref(), hotline.Ending{By: "caller", Why: "hangup", Chosen: true}))
		night, err := h.Hotline.Arrive(t.Context(), hotline.Arrival{Line: l})
		check(t, err)
		check(t, h.Hotline.Ended(t.Context(), night.Ref(), hotline.Ending{By: "system", Why: "closed"}))
		h.Call(t, l, "13800008888") // not ended: counted nowhere yet

		today := clock.DateOf(h.Clock.Now())
		for _, p := range []hotline.Place{{Agency: h.County.ID}, {Division: h.County.Division}, {Division: h.Superior.Division}} {
			f, err := h.Hotline.Figures(t.Context(), p, today, today)
			check(t, err)
			want := hotline.Figures{Arrived: 9, Chosen: 1, Outside: 1, Quick: 2, Offered: 5, Answered: 3, Swift: 2, Abandoned: 2, WaitMS: 33001, TalkMS: 180000, Rated: 3, Stars: 15}
			if f != want {
				t.Errorf("%+v: %+v\n want %+v", p, f, want)
			}
			if c, ok := f.Connected(); c != 600 || !ok {
				t.Errorf("connected %d ‰, want 600", c)
			}
			if c, ok := f.InTime(); c != 400 || !ok {
				t.Errorf("in 15 s %d ‰, want 400", c)
			}
			again, err := h.Hotline.Recount(t.Context(), p, today, today)
			check(t, err)
			if again != f {
				t.Errorf("recounted %+v\n want %+v", again, f)
			}
		}
		h.Clock.Advance(2 * time.Second)
		b, err := h.Hotline.Board(t.Context(), hotline.Place{Agency: h.County.ID})
		check(t, err)
		if b.Waiting != 1 || b.Longest != 2*time.Second || b.Seats[hotline.Away] != 1 || b.Today.Answered != 3 || b.Backs != 2 {
			t.Errorf("board: %+v", b)
		}
	})
}

// TestTheRecountIsTheCount drives random histories of calls and holds the sums
// counted at each end against a count from the events alone.
func TestTheRecountIsTheCount(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		lines := []hotline.Line{h.Line(t, nil), h.Line(t, func(l *hotline.Line) { l.Sealed, l.WrapUp = true, 0 })}
		h.Seat(t, h.County)
		h.Seat(t, h.County, hotline.Skill{Kind: "report", Level: 1})
		check(t, h.Hotline.Start(t.Context()))
		n := 0
		rapid.Check(t, func(r *rapid.T) {
			var calls []hotline.Ref
			var offers []hotline.Offer
			for range rapid.IntRange(1, 12).Draw(r, "steps") {
				h.Clock.Advance(time.Duration(rapid.IntRange(0, 40000).Draw(r, "ms")) * time.Millisecond)
				pick := func() hotline.Ref { return rapid.SampledFrom(calls).Draw(r, "call") }
				switch act := rapid.IntRange(0, 9).Draw(r, "act"); {
				case act <= 2 || len(calls) == 0:
					n++
					c, err := h.Hotline.Arrive(t.Context(), hotline.Arrival{Line: rapid.SampledFrom(lines).Draw(r, "line"), Caller: fmt.Sprintf("138%08d", n%7)})
					check(t, err)
					calls = append(calls, c.Ref())
				case act == 3:
					_ = h.Hotline.Queue(t.Context(), pick(), hotline.Want{})
				case act == 4:
					offers = append(offers, h.Assign(t)...)
				case act == 5 && len(offers) > 0:
					o := rapid.SampledFrom(offers).Draw(r, "offer")
					if h.Hotline.Take(t.Context(), o.Ref()) == nil {
						_ = h.Hotline.Bridged(t.Context(), o.Call, o.Seat)
					}
				case act == 6:
					_ = h.Hotline.Ended(t.Context(), pick(), hotline.Ending{By: "caller", Why: rapid.SampledFrom([]string{"hangup", "interrupted", "closed"}).Draw(r, "why"), Chosen: rapid.Bool().Draw(r, "chosen")})
				case act == 7:
					_ = h.Hotline.Rate(t.Context(), pick(), rapid.IntRange(1, 5).Draw(r, "stars"))
				case act == 8:
					_, err := h.Hotline.Expire(t.Context())
					check(t, err)
				case act == 9:
					for _, s := range seatsAway(t, h) {
						_ = h.Hotline.Ready(t.Context(), s)
					}
				}
			}
			today := clock.DateOf(h.Clock.Now())
			p := hotline.Place{Division: h.County.Division}
			f, err := h.Hotline.Figures(t.Context(), p, today.AddDays(-30), today)
			check(t, err)
			again, err := h.Hotline.Recount(t.Context(), p, today.AddDays(-30), today)
			check(t, err)
			if f != again {
				r.Fatalf("counted   %+v\nrecounted %+v", f, again)
			}
			if f.Arrived != f.Chosen+f.Outside+f.Quick+f.Offered || f.Offered != f.Answered+f.Abandoned || f.Swift > f.Answered {
				r.Fatalf("the parts are not the whole: %+v", f)
			}
		})
	})
}

func seatsAway(t *testing.T, h *hotlinetest.House) (out []hotline.Ref) {
	t.Helper()
	h.Read(t, func(tx *db.Tx) error {
		ids, err := db.List(tx, db.One[int64], "select id from hotline_seat where province = $1 and state = 'away' order by id", h.County.Province())
		for _, id := range ids {
			out = append(out, hotline.Ref{Province: h.County.Province(), ID: id})
		}
		return err
	})
	return out
}

func genSeat(r *rapid.T) hotline.Seat {
	s := hotline.Seat{ID: rapid.Int64Range(1, 1000).Draw(r, "id"), Agency: rapid.Int64Range(1, 3).Draw(r, "agency"), Pool: rapid.Bool().Draw(r, "pool"), Active: true,
		State: rapid.SampledFrom(hotline.SeatStates).Draw(r, "state"), IdleSince: time.Unix(rapid.Int64Range(0, 20).Draw(r, "idle"), 0)}
	for _, k := range []hotline.Skill{{Kind: "report"}, {Kind: "leader"}, {Kind: "dialect", Code: "minnan"}, {Kind: "topic", Code: "eldercare"}} {
		if k.Level = rapid.IntRange(0, 9).Draw(r, "level"); k.Level > 0 {
			s.Skills = append(s.Skills, k)
		}
	}
	return s
}

// TestThePickIsFair: the order is total and independent of the order given, who
// is rung first suits best and was idle longest, and the sealed stays sealed.
func TestThePickIsFair(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		seats := rapid.SliceOfNDistinct(rapid.Custom(genSeat), 0, 12, func(s hotline.Seat) int64 { return s.ID }).Draw(r, "seats")
		now := time.Unix(1000, 0)
		c := &hotline.Call{Agency: rapid.Int64Range(1, 3).Draw(r, "at"), Sealed: rapid.Bool().Draw(r, "sealed"), About: rapid.Int64Range(0, 3).Draw(r, "about")}
		for _, k := range []hotline.Skill{{Kind: "leader"}, {Kind: "dialect", Code: "minnan"}, {Kind: "topic", Code: "eldercare"}} {
			if rapid.Bool().Draw(r, "wants") {
				c.Wants = append(c.Wants, k)
			}
		}
		if rapid.Bool().Draw(r, "overflow") {
			c.OverflowAt = now
		}
		got := hotline.Pick(c, slices.Clone(seats), 2, now)
		turned := slices.Clone(seats)
		slices.Reverse(turned)
		other := hotline.Pick(c, turned, 2, now)
		if len(got) != len(other) {
			r.Fatalf("%d and %d picked of the same seats", len(got), len(other))
		}
		has := func(s *hotline.Seat, kind string) bool {
			return slices.ContainsFunc(s.Skills, func(k hotline.Skill) bool { return k.Kind == kind })
		}
		wants := func(kind string) bool {
			return slices.ContainsFunc(c.Wants, func(k hotline.Skill) bool { return k.Kind == kind })
		}
		for i, s := range got {
			switch {
			case s.ID != other[i].ID:
				r.Fatalf("the order depends on the order given")
			case s.State != hotline.Ready:
				r.Fatalf("a seat that is %s", s.State)
			case c.Sealed && !has(s, "report"), wants("leader") && !has(s, "leader"), wants("dialect") && c.OverflowAt.IsZero() && !has(s, "dialect"):
				r.Fatalf("a seat without the skill: %+v", s)
			case c.About != 0 && s.Agency == c.About:
				r.Fatalf("a seat of the unit complained of")
			case s.Agency != c.Agency && c.OverflowAt.IsZero():
				r.Fatalf("another unit's seat before the overflow")
			case i > 0 && hotline.Compare(c, got[i-1], s) >= 0:
				r.Fatalf("out of order")
			case i > 0 && len(c.Wants) == 0 && s.IdleSince.Before(got[i-1].IdleSince):
				r.Fatalf("idle longer and rung later")
			}
		}
	})
}

func TestNumbersAreDestroyedAndTheFiguresStay(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		call := h.Call(t, l, "13800000000")
		h.Clock.Advance(time.Minute)
		h.End(t, call)
		waits := h.Call(t, l, "13800000001")
		h.Clock.Advance(time.Hour)
		n, err := h.Hotline.DestroyNumbers(t.Context(), h.Clock.Now())
		check(t, err)
		if n != 1 || h.Found(t, call).HasNumber || !h.Found(t, waits).HasNumber {
			t.Errorf("%d destroyed; ended has one: %v, waiting has one: %v", n, h.Found(t, call).HasNumber, h.Found(t, waits).HasNumber)
		}
		if n := callBacks(t, h, "state = 'open'"); n != 1 {
			t.Errorf("%d open call-backs, want the one not made yet", n)
		}
		today := clock.DateOf(h.Clock.Now())
		if f, err := h.Hotline.Figures(t.Context(), hotline.Place{Agency: h.County.ID}, today.AddDays(-1), today); err != nil || f.Abandoned != 1 {
			t.Errorf("figures %+v %v", f, err)
		}
	})
}
