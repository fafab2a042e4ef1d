package hotline_test

import (
	"context"
	"testing"

	"yangguang/disclosure/disclosuretest"
	"yangguang/internal/clock"
	"yangguang/internal/fault"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
)

// 3.1.2, 上岗: where the unit insists, nobody signs on without a qualification of the day.
func TestWhoIsNotQualifiedDoesNotSignOn(t *testing.T) {
	t.Parallel()
	h := hotlinetest.New(t)
	seat, p := h.Seat(t, h.County)
	check(t, h.Hotline.SignOff(h.As(p), seat))
	var say hotline.Qualified
	h.Hotline.Qualified = func(_ context.Context, person, unit int64, day clock.Date) (hotline.Qualified, error) {
		if person != p.ID || unit != h.County.ID || day != clock.DateOf(h.Clock.Now()) {
			t.Errorf("asked about %d of %d on %v", person, unit, day)
		}
		return say, nil
	}
	say.Required = true
	_, err := h.Hotline.SignOn(h.As(p), p.ID, "browser")
	disclosuretest.Refused(t, err, fault.Conflict, "hotline.not_qualified")
	if s := h.State(t, seat); s != hotline.Off {
		t.Errorf("refused, the seat is %s", s)
	}
	for _, say = range []hotline.Qualified{{Required: true, OK: true}, {Required: false}} {
		_, err := h.Hotline.SignOn(h.As(p), p.ID, "browser")
		check(t, err)
	}
}
