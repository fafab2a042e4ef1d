package hotline_test

import (
	"testing"

	"yangguang/supervision/hotline"
	"yangguang/supervision/hotline/hotlinetest"
)

// A process that was given no address is named, so that pages can say that its
// callers do not ring there; one that stopped is not.
func TestProcessesWithoutAnAddressAreNamed(t *testing.T) {
	t.Parallel()
	hotlinetest.Each(t, func(t *testing.T, h *hotlinetest.House) {
		check(t, h.Hotline.Start(t.Context()))
		with, gone := h.Process("b"), h.Process("c")
		with.Address = "192.0.2.10:5071"
		for _, p := range []*hotline.Hotline{with, gone} {
			check(t, p.Start(t.Context()))
		}
		check(t, gone.Stop(t.Context()))
		all, err := h.Hotline.Peers(t.Context())
		check(t, err)
		if len(all) != 2 || all[0].Name != h.Hotline.Node || all[0].Address != "" || all[1].Name != "b" || all[1].Address != with.Address {
			t.Errorf("named %+v", all)
		}
	})
}
