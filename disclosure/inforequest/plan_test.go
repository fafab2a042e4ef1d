package inforequest_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"yangguang/disclosure/inforequest"
	"yangguang/disclosure/inforequest/inforequesttest"
	"yangguang/internal/account"
	"yangguang/internal/clock"
	"yangguang/internal/db/dbtest"
)

// Lists of the nation and of provinces end when the page is full; what is open
// at one place is few and read whole. None reads the closed to find the open.
func TestListsTakeTheirIndex(t *testing.T) {
	t.Parallel()
	h := inforequesttest.New(t)
	open := []string{inforequest.Filed, inforequest.Open, inforequest.Clarifying, inforequest.Paying, inforequest.InReview, inforequest.Decided}
	within := func(lo, hi int64) context.Context {
		return account.With(t.Context(), &account.Actor{Person: 1, Rights: []account.Right{{Verb: inforequest.Overseeing, Range: account.Range{Lo: lo, Hi: hi}}}})
	}
	lo, hi := h.Prefecture.Division.Range()
	clo, chi := h.County.Division.Range()
	nation, province, prefecture, county := within(0, 999_999_999_999), within(35e10, 36e10-1), within(int64(lo), int64(hi)), within(int64(clo), int64(chi))
	after := inforequest.Key{On: "2026-12-01", ID: 7}
	for _, x := range []struct {
		name  string
		ctx   context.Context
		f     inforequest.Filter
		index string
	}{
		{"an office's open", h.As(h.Desk), inforequest.Filter{States: open}, "open_at_agency"},
		{"a handler's", h.As(h.Handler), inforequest.Filter{States: open, Handler: h.Handler.ID}, "open_"},
		{"an office's late", h.As(h.Desk), inforequest.Filter{States: open, Due: clock.DateOf(h.Clock.Now())}, "open_"},
		{"a county's open", county, inforequest.Filter{States: open}, "open_at_county"},
		{"a county's next page", county, inforequest.Filter{States: open, After: after}, "open_at_county"},
		{"a prefecture's open", prefecture, inforequest.Filter{States: open}, "open_at_prefecture"},
		{"a province's open", province, inforequest.Filter{States: open}, "open_day"},
		{"a province's next page", province, inforequest.Filter{States: open, After: after}, "open_day"},
		{"the nation's open", nation, inforequest.Filter{States: open}, "open_day"},
		{"the nation's in review", nation, inforequest.Filter{States: []string{inforequest.InReview}, After: after}, "open_day"},
		{"an office's closed", h.As(h.Desk), inforequest.Filter{States: []string{inforequest.Closed}}, "closed_agency"},
		{"a prefecture's closed", prefecture, inforequest.Filter{States: []string{inforequest.Closed}}, "closed_at_prefecture"},
		{"a county's closed", county, inforequest.Filter{States: []string{inforequest.Closed}}, "closed_at_county"},
		{"a province's closed", province, inforequest.Filter{States: []string{inforequest.Closed}}, "closed_province"},
		{"the nation's closed", nation, inforequest.Filter{States: []string{inforequest.Closed}}, "closed_next"},
	} {
		x.f.Limit = 51
		plan := dbtest.PlanIn(t, h.DB, x.ctx, func(ctx context.Context) error {
			_, err := h.Requests.List(ctx, x.f)
			return err
		})
		if !slices.ContainsFunc(plan, func(p dbtest.Planned) bool { return strings.Contains(p.Line, "inforequest_"+x.index) }) {
			t.Errorf("%s: %+v, want %s", x.name, plan, x.index)
		}
	}
}

// An office with thousands of open requests does not read them all for a page:
// they are picked from the nation's order, each once.
func TestACrowdedOfficeIsListedInTheNationsOrder(t *testing.T) {
	t.Parallel()
	h := inforequesttest.New(t)
	const n = 2100
	fillAt(t, h, n, 1, func(h *house, i int) (int, int64, int64, int64) {
		_, _, _, unit := place(h, 0)
		if i%40 == 7 {
			unit++ // another's, of the same county
		}
		return h.County.Province(), int64(h.County.Division.Prefecture()), int64(h.County.Division), unit
	})
	f := inforequest.Filter{States: []string{inforequest.Open}, Limit: 200}
	seen, was := map[int64]bool{}, ""
	plan := dbtest.PlanIn(t, h.DB, h.As(h.Desk), func(ctx context.Context) error {
		for {
			qs, err := h.Requests.List(ctx, f)
			if err != nil || len(qs) == 0 {
				return err
			}
			for _, q := range qs {
				if on := q.NextOn().String(); seen[q.ID] || q.Agency != h.County.ID || on < was {
					t.Fatalf("request %d of %d until %s comes after %s", q.ID, q.Agency, on, was)
				} else {
					was = on
				}
				seen[q.ID] = true
			}
			last := qs[len(qs)-1]
			f.After = inforequest.Key{On: last.NextOn().String(), ID: last.ID}
		}
	})
	if want := n - (n+39-7)/40; len(seen) != want {
		t.Errorf("%d listed of %d", len(seen), want)
	}
	if !slices.ContainsFunc(plan, func(p dbtest.Planned) bool { return strings.Contains(p.Line, "inforequest_open_day") }) {
		t.Errorf("the nation's order is not taken: %+v", plan[0])
	}
}
