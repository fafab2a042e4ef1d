package inforequest_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/inforequesttest"
	"yangguang/internal/calendar"
	"yangguang/internal/db"
	"yangguang/internal/db/dbtest"
)

// proclaim publishes days of rest for the nation.
func proclaim(t *testing.T, h *house, days string) {
	t.Helper()
	_, err := h.Disclosure.Calendars.Import(h.As(h.Everybody), calendar.File{Name: "nation.csv", Body: []byte("date,kind,name\n" + days), Division: 0, By: 901})
	check(t, err)
}

// theYear are the fixed days of 2026, so that a notice changes no other day.
const theYear = "2026-01-01,rest,元旦\n2026-05-01,rest,劳动节\n2026-10-01,rest,国庆节\n2026-10-02,rest,国庆节\n2026-10-03,rest,国庆节\n"

// Whatever turned a clock before, a recount writes the day the events lead to
// under the new calendar, and tells those whose day it moved.
func TestARecountAgreesWithTheEventsOfEachRequest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		r.RecountBy(2) // several transactions, two at a time
		proclaim(t, h, theYear)
		opened := map[string]*inforequest.Request{}
		for _, x := range []struct {
			name string
			act  func(q *inforequest.Request, code string) error
		}{
			{"only received", func(*inforequest.Request, string) error { return nil }},
			{"clarifying", func(q *inforequest.Request, _ string) error {
				return r.Clarify(h.As(h.Handler), q.Province, q.ID, "请写明是哪一个乡（镇）。", 10)
			}},
			{"clarified", func(q *inforequest.Request, code string) error {
				check(t, r.Clarify(h.As(h.Handler), q.Province, q.ID, "请写明是哪一个乡（镇）。", 10))
				return r.Supplement(h.Anyone(), q.Number, code, "我要桃城镇的。")
			}},
			{"asking a third party", func(q *inforequest.Request, _ string) error {
				return r.Ask(h.As(h.Handler), q.Province, q.ID, "third_party", "演示建筑公司", "桃城镇演示路2号")
			}},
			{"answered by a third party", func(q *inforequest.Request, _ string) error {
				check(t, r.Ask(h.As(h.Handler), q.Province, q.ID, "third_party", "演示建筑公司", "桃城镇演示路2号"))
				return r.Heard(h.As(h.Handler), q.Province, q.ID, state(t, h, q).Consults[0].ID, "refuses", "含有商业秘密。", day("2026-11-23"))
			}},
			{"extended", func(q *inforequest.Request, _ string) error {
				return r.Extend(h.As(h.Head), q.Province, q.ID, 15, "需要查找历史档案。")
			}},
			{"paying", func(q *inforequest.Request, _ string) error {
				return r.Charge(h.As(h.Handler), q.Province, q.ID, "page", 101)
			}},
		} {
			q, code := h.File(t, func(f *inforequest.Filing) { f.Channel, f.Verified, f.Token = "counter", true, x.name })
			check(t, r.Assign(h.As(h.Desk), q.Province, q.ID, h.Handler.ID, "规划股"))
			check(t, x.act(q, code))
			opened[x.name] = q
		}
		opened["not yet confirmed"], _ = h.File(t, func(f *inforequest.Filing) { f.Token = "unconfirmed" })

		before := map[string]*inforequest.Case{}
		for name, q := range opened {
			before[name] = state(t, h, q)
		}
		proclaim(t, h, theYear+"2026-11-25,rest,演示节\n2026-11-26,rest,演示节\n")
		moved, err := r.Recount(h.Anyone())
		check(t, err)
		if moved != len(opened) {
			t.Errorf("%d moved of %d", moved, len(opened))
		}
		for name, q := range opened {
			c, was := state(t, h, q), before[name]
			k, _, err := r.Clock(t.Context(), c)
			check(t, err)
			if c.State == inforequest.Filed {
				k.ReplyBy = was.ReplyBy.AddDays(c.ReplyBy.Sub(was.ReplyBy)) // it has no events to be counted from
			}
			if c.DueOn != k.Due || c.ReplyBy != k.ReplyBy || c.AtLatest != k.AtLatest || c.Uncertain != k.Provisional {
				t.Errorf("%s: due %v, reply by %v; its events lead to %v, %v", name, c.DueOn, c.ReplyBy, k.Due, k.ReplyBy)
			}
			if !was.NextOn().Before(c.NextOn()) || told(c) != 1 {
				t.Errorf("%s: until %v, was %v, told %d times", name, c.NextOn(), was.NextOn(), told(c))
			}
			for i := range c.Consults {
				if c.Consults[i].Answer == "" && !was.Consults[i].DueOn.Before(c.Consults[i].DueOn) {
					t.Errorf("%s: the consultation stands at %v", name, c.Consults[i].DueOn)
				}
			}
		}
	})
}

// The clock of a request stands beside it while it is open, as its last step or
// the last calendar left it, and goes with it when it is closed.
func TestAClockIsKeptWhileItsRequestIsOpen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		proclaim(t, h, theYear)
		q, _ := h.Open(t)
		was := state(t, h, q).DueOn
		check(t, r.Extend(h.As(h.Head), q.Province, q.ID, 5, "需要查找历史档案。"))
		if got, want := clockOf(t, h, q), []string{"open " + state(t, h, q).DueOn.String()}; !slices.Equal(got, want) || !was.Before(state(t, h, q).DueOn) {
			t.Errorf("extended: %v, want %v", got, want)
		}
		proclaim(t, h, theYear+"2026-11-25,rest,演示节\n")
		_, err := r.Recount(h.Anyone())
		check(t, err)
		if got, want := clockOf(t, h, q), []string{"open " + state(t, h, q).DueOn.String()}; !slices.Equal(got, want) {
			t.Errorf("counted anew: %v, want %v", got, want)
		}
		check(t, r.Clarify(h.As(h.Handler), q.Province, q.ID, "请写明是哪一个乡（镇）。", 10))
		h.Clock.Advance(60 * 24 * time.Hour)
		check(t, r.Tick(h.Anyone()))
		if c := state(t, h, q); c.State != inforequest.Closed || len(clockOf(t, h, q)) != 0 {
			t.Errorf("%s, with the clock %v", c.State, clockOf(t, h, q))
		}
		check(t, r.Reopen(h.As(h.Head), q.Province, q.ID, "申请人住院，有正当理由。"))
		if got, want := clockOf(t, h, q), []string{"open " + state(t, h, q).DueOn.String()}; !slices.Equal(got, want) {
			t.Errorf("taken up again: %v, want %v", got, want)
		}
	})
}

// clockOf is the state and the last day a request's clock says, none without one.
func clockOf(t *testing.T, h *house, q *inforequest.Request) (out []string) {
	t.Helper()
	h.Read(t, func(tx *db.Tx) (err error) {
		out, err = db.List(tx, db.One[string], "select state || ' ' || due_on from inforequest_clock where province = $1 and id = $2", q.Province, q.ID)
		return err
	})
	return out
}

func told(c *inforequest.Case) (n int) {
	for _, s := range c.Steps {
		if s.Kind == "calendar" {
			n++
		}
	}
	return n
}

// A day of rest after the last day of a request is none of its business, and
// one taken back leaves it where it was.
func TestARecountLeavesAloneWhatDoesNotMove(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.Requests
		proclaim(t, h, theYear)
		q, _ := h.Open(t)
		was := state(t, h, q).DueOn
		for _, x := range []struct {
			days  string
			moved int
			due   int // days after the first
		}{
			{"2026-12-24,rest,演示节\n", 0, 0},
			{"2026-11-25,rest,演示节\n", 1, 1},
			{"2026-11-25,rest,演示节\n2026-12-24,rest,演示节\n", 0, 1},
			{"", 1, 0},
			{"2026-12-24,rest,演示节\n", 0, 0},
		} {
			proclaim(t, h, theYear+x.days)
			moved, err := r.Recount(h.Anyone())
			check(t, err)
			if c := state(t, h, q); moved != x.moved || c.DueOn != was.AddDays(x.due) {
				t.Errorf("%q: %d moved, due %v, was %v", x.days, moved, c.DueOn, was)
			}
		}
		if n := told(state(t, h, q)); n != 2 {
			t.Errorf("the applicant was told %d times", n)
		}
	})
}

// More requests than a transaction or a statement takes.
func TestARecountReachesEveryRequest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		const n = 1100
		fill(t, h, n, 1)
		proclaim(t, h, theYear+"2026-11-25,rest,演示节\n")
		moved, err := h.Requests.Recount(h.Anyone())
		check(t, err)
		again, err := h.Requests.Recount(h.Anyone())
		check(t, err)
		if moved != n || again != 0 {
			t.Errorf("%d moved of %d, and %d again", moved, n, again)
		}
	})
}

// A recount reads open requests by keys and by the index of the events that
// turn clocks, and never walks through a table.
func TestARecountWalksThroughNothing(t *testing.T) {
	t.Parallel()
	h := inforequesttest.New(t)
	h.Open(t)
	proclaim(t, h, theYear+"2026-11-25,rest,演示节\n")
	plan := dbtest.PlanIn(t, h.DB, h.Anyone(), func(ctx context.Context) error {
		_, err := h.Requests.Recount(ctx)
		return err
	})
	for _, want := range []string{"inforequest_open_day", "inforequest_event_clock", "(province=? AND id=?)"} {
		if !slices.ContainsFunc(plan, func(p dbtest.Planned) bool { return strings.Contains(p.Line, want) }) {
			t.Errorf("%s is not taken: %+v", want, plan)
		}
	}
}
