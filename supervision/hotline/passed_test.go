package hotline_test

import (
	"testing"
	"time"

	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
)

// A call that was passed outside is over for the queue, while a process of ours
// still carries the caller's voice. If that is lost, he is called back.
func TestWhoWasPassedOutsideIsNotLostWithTheProcess(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		then func(t *testing.T, h *hotlinetest.House, other *hotline.Hotline, call hotline.Ref)
		want int
	}{
		{"the process dies", dies, 1},
		{"the process begins anew", func(t *testing.T, h *hotlinetest.House, _ *hotline.Hotline, _ hotline.Ref) {
			check(t, h.Hotline.Start(t.Context()))
			check(t, h.Hotline.Start(t.Context()))
		}, 1},
		{"it ended as calls do", func(t *testing.T, h *hotlinetest.House, other *hotline.Hotline, call hotline.Ref) {
			check(t, h.Hotline.LetGo(t.Context(), call, false))
			dies(t, h, other, call)
		}, 0},
		{"nobody was reached", func(t *testing.T, h *hotlinetest.House, other *hotline.Hotline, call hotline.Ref) {
			check(t, h.Hotline.LetGo(t.Context(), call, true))
			check(t, h.Hotline.LetGo(t.Context(), call, true))
			dies(t, h, other, call)
		}, 1},
		{"it had ended, which is told after the others took it for lost", func(t *testing.T, h *hotlinetest.House, other *hotline.Hotline, call hotline.Ref) {
			at := h.Clock.Now().Add(time.Second)
			dies(t, h, other, call)
			check(t, h.Hotline.LetGo(hotline.When(t.Context(), at, false), call, false))
		}, 0},
		{"cut off, which is told after the others took it for lost", func(t *testing.T, h *hotlinetest.House, other *hotline.Hotline, call hotline.Ref) {
			dies(t, h, other, call)
			check(t, h.Hotline.LetGo(t.Context(), call, true))
		}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
				check(t, h.Hotline.Start(t.Context()))
				other := h.Process("b")
				check(t, other.Start(t.Context()))
				l := h.Line(t, nil)
				call := h.Call(t, l, "13800000000")
				check(t, h.Hotline.Transferred(t.Context(), call, "crisis"))
				check(t, h.Hotline.Ended(t.Context(), call, hotline.Ending{By: "system", Why: "transferred", Carried: true}))
				c.then(t, h, other, call)
				if n := callBacks(t, h, "state = 'open' and first = $1 and reason = 'interrupted'", true); n != c.want {
					t.Errorf("%d call-backs, want %d", n, c.want)
				}
				if got := h.Found(t, call); got.Why != "transferred" || got.Transferred != "crisis" {
					t.Errorf("ended as %s, passed to %q", got.Why, got.Transferred)
				}
				sameCount(t, h)
			})
		})
	}
}

// dies has the others find that the process is dead, twice.
func dies(t *testing.T, h *hotlinetest.House, other *hotline.Hotline, _ hotline.Ref) {
	t.Helper()
	h.Clock.Advance(hotline.Silence + time.Second)
	_, err := other.Beat(t.Context())
	check(t, err)
	for range 2 {
		_, err = other.Sweep(t.Context())
		check(t, err)
	}
}
