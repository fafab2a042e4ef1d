package hotline_test

import (
	"testing"
	"time"

	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
)

// A browser that speaks with two processes is rung for callers of either; one it
// does not speak with could not join it, and its person would be away for nothing.
func TestASeatIsRungByEveryProcessItsBrowserSpeaksWith(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		seat, _ := h.Seat(t, h.County)
		other := h.Process("b")
		call := func(p *hotline.Hotline, number string) hotline.Ref {
			c, err := p.Arrive(t.Context(), hotline.Arrival{Line: l, Caller: number})
			check(t, err)
			check(t, p.Queue(t.Context(), c.Ref(), hotline.Want{}))
			return c.Ref()
		}
		there := call(other, "00000000001")
		if os := h.Assign(t); len(os) != 0 {
			t.Fatalf("%d offers where nobody could be joined", len(os))
		}
		check(t, h.Hotline.AtNode(t.Context(), seat, "b"))
		os := h.Assign(t)
		if len(os) != 1 || os[0].Call != there {
			t.Fatalf("offers %+v, want the caller of the other process", os)
		}
		h.Talk(t, os[0])
		h.End(t, there)
		check(t, h.Hotline.Ready(t.Context(), seat))
		here := call(h.Hotline, "00000000002")
		if os = h.Assign(t); len(os) != 1 || os[0].Call != here {
			t.Fatalf("offers %+v, want the caller of this process", os)
		}
	})
}

// A process that dies takes nobody off duty who speaks with another one: a seat it
// had engaged is free, and who spoke with it alone is away.
func TestAProcessThatDiesLeavesSeatsToTheOthers(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		dead := h.Process("dead")
		check(t, h.Hotline.Start(t.Context()))
		check(t, dead.Start(t.Context()))
		both, _ := h.Seat(t, h.County)
		asked, _ := h.Seat(t, h.County)
		alone, _ := h.Seat(t, h.County)
		for _, s := range []hotline.Ref{both, asked, alone} {
			check(t, dead.AtNode(t.Context(), s, "dead"))
		}
		c, err := dead.Arrive(t.Context(), hotline.Arrival{Line: l, Caller: "00000000001"})
		check(t, err)
		_, err = dead.Engage(t.Context(), c.Ref(), asked)
		check(t, err)
		h.Clock.Advance(50 * time.Second) // the first leases are nearly over
		for _, s := range []hotline.Ref{both, asked} {
			check(t, h.Hotline.AtNode(t.Context(), s, "a"))
		}
		check(t, dead.AtNode(t.Context(), alone, "dead"))
		h.Clock.Advance(11 * time.Second)
		_, err = h.Hotline.Beat(t.Context())
		check(t, err)
		_, err = h.Hotline.Sweep(t.Context())
		check(t, err)
		for seat, want := range map[hotline.Ref]string{both: hotline.Ready, asked: hotline.Ready, alone: hotline.Away} {
			if got := h.State(t, seat); got != want {
				t.Errorf("a seat is %s, want %s", got, want)
			}
		}
		s, err := h.Hotline.Seat(t.Context(), both)
		check(t, err)
		if len(s.Nodes) != 1 || s.Nodes[0] != "a" {
			t.Errorf("the browser speaks with %v", s.Nodes)
		}
	})
}

// A colleague can be asked only where this process can speak with him.
func TestWhoIsNotJoinedHereCannotBeAsked(t *testing.T) {
	t.Parallel()
	h := hotlinetest.New(t)
	l := h.Line(t, nil)
	own, _ := h.Seat(t, h.County)
	other, _ := h.Seat(t, h.County)
	b := h.Process("b")
	c, err := b.Arrive(t.Context(), hotline.Arrival{Line: l, Caller: "00000000001"})
	check(t, err)
	partners := func() int {
		found, err := b.Partners(t.Context(), h.Found(t, c.Ref()), own)
		check(t, err)
		return len(found)
	}
	if n := partners(); n != 0 {
		t.Errorf("%d colleagues are offered whom nobody could ring", n)
	}
	if _, err := b.Engage(t.Context(), c.Ref(), other); err == nil {
		t.Error("a seat was engaged that cannot be rung")
	}
	check(t, h.Hotline.AtNode(t.Context(), other, "b"))
	if n := partners(); n != 1 {
		t.Errorf("%d colleagues, want one", n)
	}
	_, err = b.Engage(t.Context(), c.Ref(), other)
	check(t, err)
}

// A browser that one process cannot reach any more is rung by the other it speaks
// with, and its person is away only when there is none.
func TestABrowserThatOneProcessCannotReachIsRungByTheOther(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		l := h.Line(t, nil)
		seat, _ := h.Seat(t, h.County)
		check(t, h.Hotline.AtNode(t.Context(), seat, "b"))
		for i, want := range []string{hotline.Ready, hotline.Away} {
			p := h.Process([]string{"a", "b"}[i])
			c, err := p.Arrive(t.Context(), hotline.Arrival{Line: l, Caller: "00000000001"})
			check(t, err)
			check(t, p.Queue(t.Context(), c.Ref(), hotline.Want{}))
			os := h.Assign(t)
			if len(os) != 1 {
				t.Fatalf("%d offers by process %s", len(os), p.Node)
			}
			check(t, p.Decline(t.Context(), os[0].Ref(), "unreachable"))
			if got := h.State(t, seat); got != want {
				t.Errorf("after process %s could not reach it the seat is %s, want %s", p.Node, got, want)
			}
			if i == 0 && len(h.Assign(t)) != 0 {
				t.Error("the process that cannot reach it rings it again")
			}
			h.End(t, c.Ref())
		}
	})
}
