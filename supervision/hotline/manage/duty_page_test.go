package manage

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"yangguang/internal/clock"
	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
)

// Whoever lacks the qualification is told so in words, with the way to his
// record; one that ends soon is brought to mind.
func TestASeatIsToldOfItsQualification(t *testing.T) {
	t.Parallel()
	h := hotlinetest.New(t)
	a, _, _ := app(h)
	seat, p := h.Seat(t, h.County)
	check(t, h.Hotline.SignOff(h.As(p), seat))
	var say hotline.Qualified
	h.Hotline.Qualified = func(context.Context, int64, int64, clock.Date) (hotline.Qualified, error) { return say, nil }
	for want, q := range map[string]hotline.Qualified{
		"不能签到":          {Required: true},
		"请尽快参加培训和考试":    {},
		"2026年12月1日 到期": {OK: true, Until: clock.MustDate("2026-12-01")},
	} {
		say = q
		_, page := ask(a, h.As(p), root, nil)
		holds(t, page, want, "/desk/hotline/training/mine")
	}
	say = hotline.Qualified{Required: true}
	status, page := ask(a, h.As(p), root, url.Values{"do": {"sign_on"}})
	if holds(t, page, "不能签到"); status != http.StatusConflict {
		t.Errorf("signed on without: %d", status)
	}
}
