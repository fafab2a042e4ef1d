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
